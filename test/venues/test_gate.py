"""Gate: client order ids with a prefix, contracts, orders without a position side, stops that may lose their name."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import AsyncClient
from tradelatch.exchange import Holding, ModeRefused, OrderRefused, Unreachable
from tradelatch.looking import order_entries
from tradelatch.venues import VENUES, AccessRefused
from tradelatch.venues import venue as venues

from .gate_standin import FUTURES, GateStandIn
from .standin import PRICE, Fate
from .test_orders import ACCOUNT, APT, cancel, find, send, stop
from .test_recovery import Stage

ENTRY = "tl0123456789abcdef012345e1"
STOP = "tl0123456789abcdef012345s1"
GATE = VENUES["gate"]
DAY = 86_400_000


@pytest.fixture
async def stage(on_gate: Any, gate: GateStandIn, bot_dsn: str, age_leases: Callable[..., None]) -> AsyncIterator[Stage]:
    async with AsyncClient(bot_dsn) as client:
        yield Stage(client, on_gate, gate, age_leases)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (STOP, "t-0123456789abcdef012345s1"),
        (f"{STOP}00", "t-0123456789abcdef012345s100"),  # as long as ccxt lets pass
        ("entry-1.x", "t-entry-1.x"),
        ("tl", "t-tl"),
    ],
)
def test_a_client_order_id_goes_there_and_back(name: str, told: str) -> None:
    assert GATE.to_exchange(name) == told
    assert GATE.from_exchange(told) == name


async def test_an_id_that_would_come_back_as_another_is_not_sent(on_gate: Any, gate: GateStandIn) -> None:
    with pytest.raises(OrderRefused, match="gate takes no client order id like 0123456789abcdef012345s1"):
        await send(on_gate, STOP[2:])
    assert gate.orders == []


async def test_an_order_is_sent_in_contracts_with_its_text(on_gate: Any, gate: GateStandIn) -> None:
    await send(on_gate, ENTRY, "sell")
    assert gate.asked(*gate.entry) == [
        {
            "contract": "APT_USDT",
            "size": -618,
            "price": "0",
            "reduce_only": False,
            "tif": "ioc",
            "text": "t-0123456789abcdef012345e1",
        }
    ]


async def test_a_stop_loss_is_a_price_triggered_order(on_gate: Any, gate: GateStandIn) -> None:
    await stop(on_gate, STOP)
    assert gate.asked(*gate.stop_order) == [
        {
            "initial": {
                "contract": "APT_USDT",
                "size": -618,
                "price": "0",
                "reduce_only": True,
                "tif": "ioc",
                "text": "t-0123456789abcdef012345s1",
            },
            "trigger": {"price_type": 0, "price": "3.1686", "rule": 2},
        }
    ]


async def test_an_order_that_ended_is_found_when_its_text_is_known_no_longer(on_gate: Any, gate: GateStandIn) -> None:
    """By its text the exchange finds one for a minute; then it stands in the list of those that ended."""
    sent = await send(on_gate, ENTRY)
    for age in (2 * 60_000, 6 * DAY):
        gate.orders[0].time = gate.now() - age
        order = await find(on_gate, ENTRY)
        assert (order.order_id, order.status, order.filled) == (sent.order_id, "closed", Decimal("61.8"))


async def test_a_week_of_ended_orders_is_searched(on_gate: Any, gate: GateStandIn) -> None:
    for number in range(250):
        await send(on_gate, f"other{number}")
        gate.orders[-1].time = gate.now() - (3 if number > 99 else 8) * DAY
    gate.told.clear()
    assert await find(on_gate, ENTRY) is None
    finished = [asked for asked in gate.asked(*gate.list_orders) if asked["status"] == "finished"]
    assert [asked.get("offset") for asked in finished] == [None, "100"]


async def test_a_stop_whose_name_is_lost_is_not_said_to_be_unknown(on_gate: Any, gate: GateStandIn) -> None:
    gate.loses_names = True
    sent = await stop(on_gate, STOP)
    for ask in (find, cancel):
        with pytest.raises(Unreachable, match=f"1 conditional orders of {APT} have no client order id: whether {STOP}"):
            await ask(on_gate, STOP)
    (listed,) = await on_gate.open_orders(APT, **ACCOUNT)
    assert (listed.client_order_id, listed.reduce_only, listed.trigger) == (
        f"id:{sent.order_id}",
        True,
        Decimal("3.1686"),
    )
    assert await cancel(on_gate, f"id:{sent.order_id}") is True
    assert await find(on_gate, STOP) is None


async def test_a_stop_that_was_made_by_hand_makes_no_name_unsure(on_gate: Any, gate: GateStandIn) -> None:
    await stop(on_gate, STOP)
    gate.orders[0].client_order_id = "web"
    assert await find(on_gate, f"{STOP}9") is None


@pytest.mark.parametrize("loses_names", [False, True])
async def test_a_stop_whose_answer_was_lost_is_never_placed_twice(stage: Stage, loses_names: bool) -> None:
    """With its name it is found; without, the position is left to a person."""
    standin: Any = stage.standin
    standin.loses_names = loses_names
    await stage.send(await stage.open())
    standin.next(*standin.stop_order, Fate(arrives=True, answers=False))
    first = await stage.recover()
    done = await stage.recover() if first.outcome == "left" else first
    assert len(standin.asked(*standin.stop_order)) == 1
    if loses_names:
        assert (done.outcome, done.status) == ("left", "pending_sl")
        assert "1 conditional orders of APTUSDT have no client order id" in done.reason
    else:
        assert (done.outcome, done.status) == ("finished", "active")


async def test_in_hedge_mode_an_order_that_reduces_is_for_the_other_side(on_gate: Any, gate: GateStandIn) -> None:
    gate.hedge_mode = True
    await send(on_gate, "long", position_side="long")
    await send(on_gate, "short", "sell", "10", position_side="short")
    await stop(on_gate, STOP, position_side="long", reduce_only=False)
    assert await on_gate.positions(**ACCOUNT) == [
        Holding("default", APT, Decimal("61.8"), PRICE, "long"),
        Holding("default", APT, Decimal(-10), PRICE, "short"),
    ]
    (listed,) = await on_gate.open_orders(APT, **ACCOUNT)
    assert (listed.side, listed.position_side, listed.reduce_only) == ("sell", "long", True)


async def test_no_order_is_sent_in_the_other_mode(on_gate: Any, gate: GateStandIn) -> None:
    """The exchange would take it: it knows no position side."""
    for hedge_mode, position_side in ((True, "both"), (False, "long")):
        gate.hedge_mode = hedge_mode
        with pytest.raises(ModeRefused, match=r"gate: the account is in .* mode"):
            await send(on_gate, ENTRY, position_side=position_side)
    assert gate.orders == []


async def test_a_mode_that_is_not_known_leaves_everything_as_it_is(on_gate: Any, gate: GateStandIn) -> None:
    gate.routes["GET", f"{FUTURES}/accounts"] = lambda _: {"in_dual_mode": True, "position_mode": "dual_plus"}
    for ask in (lambda: send(on_gate, ENTRY), lambda: find(on_gate, ENTRY), lambda: on_gate.all_open_orders(**ACCOUNT)):
        with pytest.raises(Unreachable, match="cannot be read"):
            await ask()
    assert gate.orders == []


@pytest.mark.parametrize(
    ("initial", "order_type", "side"),
    [
        ({"size": 0, "is_close": True, "auto_size": "close_long"}, "", "sell"),
        ({"size": 0, "is_close": True}, "close-short-position", "buy"),
        ({"size": 0, "is_close": True}, "", None),
        ({"size": -3, "amount": "-2.5"}, "plan-close-long-position", "sell"),
    ],
)
async def test_stops_that_were_made_by_hand_are_read(
    on_gate: Any, gate: GateStandIn, initial: dict[str, Any], order_type: str, side: str | None
) -> None:
    await stop(on_gate, STOP)
    shown = gate._stop
    gate._stop = lambda order: (
        (row := shown(order))
        | {  # type: ignore[method-assign]
            "initial": row["initial"] | {"text": "web"} | initial,
            "order_type": order_type,
        }
    )
    (listed,) = await on_gate.open_orders(APT, **ACCOUNT)
    quantity = Decimal("0.25") if "amount" in initial else 0
    assert (listed.side, listed.reduce_only, listed.quantity) == (side, True, quantity)


def without_a_side(gate: GateStandIn) -> None:
    """Stops close whatever is held, and do not say of which side."""
    shown = gate._stop
    gate._stop = lambda order: (  # type: ignore[method-assign]
        (row := shown(order)) | {"initial": row["initial"] | {"text": "web", "size": 0, "is_close": True}}
    )


async def test_a_stop_that_closes_whatever_is_held_is_learnt(stage: Stage, gate: GateStandIn) -> None:
    sent = await stop(stage.exchange, STOP)
    without_a_side(gate)
    adopted = await stage.client.adopt_position(
        "gate", APT, "long", Decimal("61.8"), PRICE, datetime.now(UTC), stop_loss_price=Decimal("3.2")
    )
    (entry,) = listed = order_entries(await stage.exchange.all_open_orders(**ACCOUNT))
    assert (entry["side"], entry["quantity"], entry["reduce_only"]) == (None, None, True)
    await stage.client.reconcile_orders("gate", listed, datetime.now(UTC), complete=True, apply=True)
    (row,) = await stage.client.positions(adopted.position_id)
    assert (row.stop_loss_order, row.stop_loss_price) == (f"id:{sent.order_id}", Decimal("3.1686"))


async def test_in_hedge_mode_one_without_a_side_is_not_guessed_at(on_gate: Any, gate: GateStandIn) -> None:
    gate.hedge_mode = True
    await stop(on_gate, STOP, position_side="long")
    without_a_side(gate)
    with pytest.raises(Unreachable, match="cannot be read"):
        await on_gate.open_orders(APT, **ACCOUNT)


async def test_an_account_that_does_not_exist_has_an_error_of_its_own(on_gate: Any, gate: GateStandIn) -> None:
    label = gate.error("USER_NOT_FOUND", "please transfer funds first to create futures account")
    gate.next(*gate.list_positions, Fate(400, label))
    with pytest.raises(AccessRefused, match="gate: USER_NOT_FOUND please transfer funds first"):
        await on_gate.positions(**ACCOUNT)


async def test_the_mode_is_believed_for_a_while(on_gate: Any, gate: GateStandIn, monkeypatch: Any) -> None:
    asked = ("GET", f"{FUTURES}/accounts")
    for _ in range(3):
        await find(on_gate, ENTRY)
    assert len(gate.asked(*asked)) == 1
    monkeypatch.setattr(venues, "MODE_SECONDS", 0.0)
    on_gate._modes.clear()
    for _ in range(3):
        await find(on_gate, ENTRY)
    assert len(gate.asked(*asked)) == 4
