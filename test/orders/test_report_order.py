"""What a stream says of an order, said to the book; the handler knows no position and, mostly, no fence."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import OrderReport, OrderUpdate, Receipt, StaleFence, close_position, report_order
from tradelatch.exchange import Order
from tradelatch.testing import Market

from ..recovery.stage import FIVE, PRICE, SYMBOL, Stage

BELOW = Decimal(98)  # where the stop-loss triggers


def update(name: str, status: Any = "open", filled: Any = 0, **options: Any) -> OrderUpdate:
    return OrderUpdate(order_id="900", client_order_id=name, status=status, filled=Decimal(filled), **options)


async def active(stage: Stage, filled: Any = 5) -> tuple[Receipt, str]:
    """An active position and its key."""
    created = await stage.open()
    assert created.next_order is not None
    assert created.fence is not None
    key = created.next_order.client_order_id.removesuffix("e1")
    await stage.filled(created, Decimal(filled))
    receipt = await stage.client.activate_position(created.position_id, created.fence, BELOW, f"{key}s1")
    assert receipt.status == "active"
    return receipt, key


async def book(stage: Stage, receipt: Receipt) -> tuple[str, Decimal, list[str]]:
    """Status, what is open, and the orders left."""
    (row,) = await stage.client.positions(receipt.position_id)
    return row.status, row.open_quantity, [name.removeprefix(row.order_key) for name in row.orders_left]


async def last(stage: Stage, receipt: Receipt) -> tuple[str, dict[str, Any]]:
    event = (await stage.client.position_timeline(receipt.position_id))[-1]
    return event.event, dict(event.details)


# The stop-loss


async def test_one_that_triggered_frees_the_slot(stage: Stage) -> None:
    """As the exchange tells it, whose order it is the book knows."""
    receipt, key = await active(stage)

    async def trigger() -> Order:
        await stage.exchange.send(SYMBOL, "buy", FIVE)
        await stage.clock.sleep(1)
        await stage.exchange.send(
            SYMBOL, "sell", FIVE, kind="stop", trigger=BELOW, reduce_only=True, client_order_id=f"{key}s1"
        )
        stage.exchange.set_market(SYMBOL, Market(BELOW))
        await stage.clock.sleep(1)
        return stage.exchange.orders(SYMBOL)[-1]

    order = await stage.play(trigger)
    report = await report_order(stage.client, order)
    assert (report.position_id, report.kind) == (receipt.position_id, "stop_loss")
    assert report.receipt is not None
    assert (report.receipt.status, report.receipt.fence) == ("closed", None)
    event, details = await last(stage, receipt)
    assert (event, details["reason"], details["exit_price"]) == ("confirm_close", "stop-loss", BELOW)
    assert await report_order(stage.client, order) == OrderReport(receipt.position_id, "stop_loss", None)  # again


async def test_two_seconds_after_the_opening_when_the_driver_has_not_said_that_it_stands(stage: Stage) -> None:
    created = await stage.open()
    due = (await stage.filled(created)).next_order
    assert due is not None
    report = await report_order(stage.client, update(due.client_order_id, "closed", 5))
    assert report.receipt is not None
    assert report.receipt.status == "closed"


async def test_one_that_ended_without_a_fill_is_recovered_at_once(stage: Stage) -> None:
    receipt, key = await active(stage)
    report = await report_order(stage.client, update(f"{key}s1", "canceled"))
    assert report.receipt is not None
    assert (report.receipt.status, report.receipt.fence) == ("pending_sl", None)
    (claimed,) = await stage.client.claim_stale()
    assert claimed.position_id == receipt.position_id
    assert claimed.next_order is not None
    assert (claimed.next_order.client_order_id, claimed.cancels) == (f"{key}s2", ())


async def test_one_that_reads_filled_0_when_it_has_filled(stage: Stage) -> None:
    """For seconds after a fill an exchange may say so. A new stop-loss would be for more than is open."""
    receipt, key = await active(stage)
    report = await report_order(stage.client, update(f"{key}s1", "closed", 0))
    assert report.receipt is not None
    assert await book(stage, receipt) == ("active", 5, ["s1"])
    report = await report_order(stage.client, update(f"{key}s1", "closed", 2))
    assert await book(stage, receipt) == ("pending_sl", 3, ["s2"])


async def test_one_that_filled_in_part_and_ended_gives_the_drive(stage: Stage) -> None:
    receipt, key = await active(stage)
    report = await report_order(stage.client, update(f"{key}s1", "closed", 2))
    assert report.receipt is not None
    assert report.receipt.fence is not None
    assert report.receipt.next_order is not None
    assert (report.receipt.next_order.quantity, report.receipt.cancels) == (3, ())
    assert await book(stage, receipt) == ("pending_sl", 3, ["s2"])


async def test_what_is_told_again_is_not_counted_twice(stage: Stage) -> None:
    receipt, key = await active(stage)
    order = update(f"{key}s1", "closed", 2)
    await report_order(stage.client, order)
    assert await report_order(stage.client, order) == OrderReport(receipt.position_id, "stop_loss", None)
    assert await book(stage, receipt) == ("pending_sl", 3, ["s2"])


async def test_one_that_is_still_filling_has_only_arrived(stage: Stage) -> None:
    receipt, key = await active(stage)
    await report_order(stage.client, update(f"{key}s1", "open", 2))
    assert await book(stage, receipt) == ("active", 5, ["s1"])


async def test_a_resting_entry_keeps_the_slot_when_the_stop_loss_filled(stage: Stage) -> None:
    _, key = await active(stage, 4)
    report = await report_order(stage.client, update(f"{key}s1", "closed", 4))
    assert report.receipt is not None
    assert (report.receipt.status, report.receipt.cancels) == ("pending_cancels", (f"{key}e1",))
    assert report.receipt.fence is not None  # to cancel it


async def test_what_a_resting_entry_left_open_is_closed(stage: Stage) -> None:
    """The market is beyond the stop-loss; how much is open, only a look tells."""
    receipt, key = await active(stage, 4)
    report = await report_order(stage.client, update(f"{key}s1", "closed", 3))
    assert report.receipt is not None
    assert (report.receipt.status, report.receipt.fence is None) == ("pending_close", False)
    assert await book(stage, receipt) == ("pending_close", 4, ["e1", "s1", "c1"])


@pytest.mark.parametrize("is_driver", [False, True])
async def test_a_replaced_one_that_filled_while_the_entry_rests(stage: Stage, is_driver: bool) -> None:
    """Were it over, nobody would find out that it filled: the next one would be for 4, and 1 is open."""
    receipt, key = await active(stage, 4)
    replaced = await stage.client.replace_stop_loss(receipt.position_id, BELOW)
    fence = replaced.fence if is_driver else None
    report = await report_order(stage.client, update(f"{key}s1", "closed", 3), fence)
    assert report.receipt is not None
    status, due = ("pending_close", "c1") if is_driver else ("pending_sl", "s2")
    held, quantity, left = await book(stage, receipt)
    assert (held, quantity, {"e1", "s1", due} <= set(left)) == (status, 4, True)


async def test_one_that_comes_and_goes_while_the_driver_still_has_it(stage: Stage) -> None:
    created = await stage.open()
    due = (await stage.filled(created)).next_order
    assert due is not None
    await report_order(stage.client, update(due.client_order_id, "canceled"))
    assert await book(stage, created) == ("pending_sl", 5, ["s2"])
    (row,) = await stage.client.positions(created.position_id)
    assert row.is_driven


@pytest.mark.parametrize(("filled", "expected"), [(5, "pending_cancels"), (2, "pending_close")])
@pytest.mark.parametrize("is_driver", [False, True])
async def test_one_that_triggers_during_an_exit(stage: Stage, filled: int, expected: str, is_driver: bool) -> None:
    receipt, key = await active(stage)
    close = await stage.client.begin_close(receipt.position_id, "target")
    report = await report_order(stage.client, update(f"{key}s1", "closed", filled), close.fence if is_driver else None)
    assert report.receipt is not None
    held, orders = {
        (5, False): (0, ["c1"]),  # its driver may be sending the close
        (5, True): (0, []),
        (2, False): (5, ["c1"]),  # for its driver to find out
        (2, True): (3, ["c1", "c2"]),
    }[filled, is_driver]
    status = "closed" if (filled, is_driver) == (5, True) else expected
    assert await book(stage, receipt) == (status, held, orders)


# The entry


async def test_an_entry_with_the_fence(stage: Stage) -> None:
    created = await stage.open()
    assert created.next_order is not None
    name, fence = created.next_order.client_order_id, created.fence
    seen = []
    for order in (
        update(name),
        update(name),
        update(name, "open", 2, average_price=PRICE),
        update(name, "open", 2, average_price=PRICE),
        update(name, "canceled", 3, average_price=PRICE),
        update(name, "canceled", 3, average_price=PRICE),
    ):
        report = await report_order(stage.client, order, fence)
        seen.append((report.receipt and report.receipt.status, *(await book(stage, created))[1:]))
    assert seen == [
        ("entry_placed", 0, ["e1"]),
        (None, 0, ["e1"]),
        ("pending_sl", 2, ["e1", "s1"]),
        (None, 2, ["e1", "s1"]),
        ("pending_sl", 3, ["s1", "s2"]),
        (None, 3, ["s1", "s2"]),
    ]


async def test_an_entry_that_ended_with_a_fill_that_is_known(stage: Stage) -> None:
    created = await stage.open()
    assert created.next_order is not None
    await stage.filled(created, Decimal(3))
    await report_order(stage.client, update(created.next_order.client_order_id, "closed", 3), created.fence)
    assert await book(stage, created) == ("pending_sl", 3, ["s1"])


async def test_an_entry_that_reads_filled_0_when_its_fill_is_known(stage: Stage) -> None:
    created = await stage.open()
    assert created.next_order is not None
    await stage.filled(created, Decimal(3))
    report = await report_order(stage.client, update(created.next_order.client_order_id, "canceled"), created.fence)
    assert report == OrderReport(created.position_id, "entry", None)
    assert await book(stage, created) == ("pending_sl", 3, ["e1", "s1"])


async def test_an_entry_that_ended_without_a_fill(stage: Stage) -> None:
    created = await stage.open()
    assert created.next_order is not None
    report = await report_order(stage.client, update(created.next_order.client_order_id, "canceled"), created.fence)
    assert report.receipt is not None
    assert report.receipt.status == "canceled"


@pytest.mark.parametrize("order", [update(""), update("", "closed", 5), update("", "canceled")])
async def test_an_entry_without_the_fence_has_arrived(stage: Stage, order: OrderUpdate) -> None:
    """What it filled, and that it ended, its driver says, or recovery."""
    created = await stage.open()
    assert created.next_order is not None
    report = await report_order(stage.client, replace(order, client_order_id=created.next_order.client_order_id))
    assert report.kind == "entry"
    assert await book(stage, created) == ("pending_entry", 0, ["e1"])
    (entry,) = await stage.client.orders(created.position_id)
    assert entry.in_hand_until is None


async def test_another_fence_says_nothing(stage: Stage) -> None:
    created = await stage.open()
    assert created.next_order is not None
    assert created.fence is not None
    with pytest.raises(StaleFence):
        await report_order(stage.client, update(created.next_order.client_order_id, "closed", 5), created.fence - 1)
    assert await book(stage, created) == ("pending_entry", 0, ["e1"])


# The close


@pytest.mark.parametrize("is_driver", [False, True])
async def test_a_close_that_filled(stage: Stage, is_driver: bool) -> None:
    receipt, key = await active(stage)
    close = await stage.client.begin_close(receipt.position_id, "target")
    fence = close.fence if is_driver else None
    await report_order(stage.client, update(f"{key}c1"), fence)
    report = await report_order(stage.client, update(f"{key}c1", "closed", 5, average_price=Decimal(105)), fence)
    assert report.receipt is not None
    assert report.receipt.cancels == ((f"{key}s1",) if is_driver else ())  # its driver is told
    assert await book(stage, receipt) == ("pending_cancels", 0, ["s1"])
    event, details = await last(stage, receipt)
    assert (event, details["reason"], details["exit_price"]) == ("confirm_close", "target", 105)


async def test_the_stream_says_it_while_close_position_waits_for_two_looks(stage: Stage) -> None:
    """The driver finds the position further on, and frees the slot all the same."""
    receipt, key = await active(stage)

    async def trade() -> tuple[str, bool]:
        await stage.exchange.send(SYMBOL, "buy", FIVE)
        await stage.clock.sleep(1)
        await stage.exchange.send(
            SYMBOL, "sell", FIVE, kind="stop", trigger=BELOW, reduce_only=True, client_order_id=f"{key}s1"
        )
        said = []
        send = stage.exchange.send

        async def noted(*arguments: Any, **options: Any) -> Order:
            order = await send(*arguments, **options)
            said.append(await report_order(stage.client, order))
            return order

        stage.exchange.send = noted  # type: ignore[method-assign]
        closed = await close_position(stage.client, stage.exchange, receipt.position_id, "target", clock=stage.clock)
        return closed.status, [report.kind for report in said] == ["close"]

    assert await stage.play(trade) == ("closed", True)
    assert await book(stage, receipt) == ("closed", 0, [])
    assert [order.status for order in stage.exchange.orders(SYMBOL)] == ["closed", "canceled", "closed"]


@pytest.mark.parametrize(
    ("is_driver", "filled", "expected"),
    [
        (False, 2, ("pending_close", 5, ["s1", "c1"])),
        (True, 2, ("pending_close", 3, ["s1", "c2"])),
        (False, 0, ("pending_close", 5, ["s1", "c2"])),
        (True, 0, ("pending_close", 5, ["s1", "c2"])),
    ],
)
async def test_a_close_that_ended_early(
    stage: Stage, is_driver: bool, filled: int, expected: tuple[str, int, list[str]]
) -> None:
    receipt, key = await active(stage)
    close = await stage.client.begin_close(receipt.position_id, "target")
    report = await report_order(
        stage.client, update(f"{key}c1", "canceled", filled), close.fence if is_driver else None
    )
    assert report.receipt is not None
    assert await book(stage, receipt) == expected
    if is_driver:
        assert report.receipt.next_order is not None
        assert report.receipt.next_order.quantity == expected[1]


@pytest.mark.parametrize("is_driver", [False, True])
async def test_the_close_of_a_rollback(stage: Stage, is_driver: bool) -> None:
    created = await stage.open()
    await stage.filled(created)
    assert created.fence is not None
    rolled = await stage.client.rollback_position(created.position_id, created.fence, "gave up")
    assert rolled.next_order is not None
    close = update(rolled.next_order.client_order_id, "closed", 5)
    report = await report_order(stage.client, close, created.fence if is_driver else None)
    assert report.receipt is not None
    assert report.receipt.status == ("pending_cancels" if is_driver else "pending_rollback")  # s1 may be on its way
    assert (await book(stage, created))[1] == (0 if is_driver else 5)


@pytest.mark.parametrize("is_rolled_back", [False, True])
async def test_a_close_says_nothing_while_the_entry_may_fill(stage: Stage, is_rolled_back: bool) -> None:
    created = await stage.open()
    await stage.filled(created, Decimal(3))
    assert created.fence is not None
    if is_rolled_back:
        closing = await stage.client.rollback_position(created.position_id, created.fence, "gave up")
    else:
        closing = await stage.client.begin_close(created.position_id, "gave up", fence=created.fence)
    assert closing.next_order is not None
    name = closing.next_order.client_order_id
    await report_order(stage.client, update(name, "closed", 3), created.fence)
    status, held, orders = await book(stage, created)
    assert (status, held) == ("pending_rollback" if is_rolled_back else "pending_close", 3)
    assert {"e1", "c1"} <= set(orders)


# Orders of the bot's own


@pytest.mark.parametrize(
    ("side", "filled", "expected"),
    [
        ("sell", 2, ("pending_sl", 3, ["s1", "s2"])),
        ("sell", 5, ("pending_cancels", 0, ["s1"])),
        ("buy", 5, ("pending_sl", 10, ["s1", "s2"])),
        (None, 5, ("active", 5, ["s1", "tp"])),  # a terse stream: which way it went is not known
    ],
)
async def test_ones_own_order_that_filled(
    stage: Stage, side: str | None, filled: int, expected: tuple[str, int, list[str]]
) -> None:
    receipt, _ = await active(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["tp"])
    await report_order(stage.client, update("tp"))
    assert [order.in_hand_until for order in await stage.client.orders(receipt.position_id)] == [None, None]
    report = await report_order(stage.client, update("tp", "closed", filled, side=side))
    assert report.kind == "own"
    assert report.receipt is not None
    assert (report.receipt.fence is None) == (side is None)  # else the drive, for the stop-loss or the cancels
    assert await book(stage, receipt) == expected


async def test_ones_own_order_of_a_short_position(stage: Stage) -> None:
    """A purchase takes from it."""
    created = await stage.open("short")
    assert created.fence is not None
    due = (await stage.filled(created)).next_order
    assert due is not None
    await stage.client.activate_position(created.position_id, created.fence, Decimal(102), due.client_order_id)
    await stage.client.confirm_orders(created.position_id, orders_placed=["tp"])
    await report_order(stage.client, update("tp", "closed", 2, side="buy"))
    assert await book(stage, created) == ("pending_sl", 3, ["s1", "s2"])


async def test_ones_own_order_that_ended_without_a_fill(stage: Stage) -> None:
    receipt, _ = await active(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["tp"])
    await report_order(stage.client, update("tp", "canceled"))
    assert await book(stage, receipt) == ("active", 5, ["s1"])


async def test_ones_own_order_that_filled_when_nothing_was_open(stage: Stage) -> None:
    """It may have opened something: its end is said by a look at the position."""
    receipt, key = await active(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["dca"])
    await stage.client.confirm_close(receipt.position_id, "by hand", orders_ended=[f"{key}s1"])
    await report_order(stage.client, update("dca", "closed", 5, side="buy"))
    assert await book(stage, receipt) == ("pending_cancels", 0, ["dca"])


async def test_a_close_that_came_when_nothing_was_open(stage: Stage) -> None:
    receipt, key = await active(stage)
    await stage.client.begin_close(receipt.position_id, "target")
    await stage.client.confirm_close(receipt.position_id, "by hand", orders_ended=[f"{key}s1"])
    assert await book(stage, receipt) == ("pending_cancels", 0, ["c1"])
    await report_order(stage.client, update(f"{key}c1", "canceled"))
    assert (await book(stage, receipt))[0] == "closed"


# Whose it is


async def test_an_order_that_nobody_knows_is_reported_back(stage: Stage) -> None:
    await active(stage)
    for name in ("", "web-1", f"tl{'0' * 22}s1"):
        assert await report_order(stage.client, update(name, "closed", 5)) == OrderReport()


async def test_an_order_is_known_by_the_exchanges_id_too(stage: Stage) -> None:
    receipt, _ = await active(stage)
    await stage.client.update_stop_loss(receipt.position_id, BELOW, stop_loss_order_id="900", orders_ended=["id:900"])
    report = await report_order(stage.client, update("web-1", "closed", 5), exchange="binance")
    assert report.position_id == receipt.position_id
    assert await report_order(stage.client, update("web-1", "closed", 5), exchange="bybit") == OrderReport()


async def test_an_id_that_two_positions_have_is_nobodys(stage: Stage) -> None:
    for exchange in ("binance", "bybit"):
        created = await stage.client.create_position(exchange, "ETHUSDT", "long", 1, PRICE)
        await stage.client.confirm_orders(created.position_id, orders_placed=["tp"])
    assert await report_order(stage.client, update("tp")) == OrderReport()
    assert (await report_order(stage.client, update("tp"), exchange="bybit")).position_id == created.position_id


async def test_a_position_that_moves_meanwhile_is_looked_at_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, key = await active(stage)
    positions = stage.client.positions

    async def late(position_id: int) -> Any:
        rows = await positions(position_id)
        monkeypatch.undo()
        await stage.client.confirm_close(position_id, "by hand", orders_ended=[f"{key}s1"])
        return rows

    monkeypatch.setattr(stage.client, "positions", late)
    report = await report_order(stage.client, update(f"{key}s1", "closed", 5))
    assert report == OrderReport(receipt.position_id, "stop_loss", None)


@pytest.mark.parametrize(("name", "filled", "left"), [("tp-1", 1, 6), ("s1", 5, 2)])
async def test_what_another_task_tells_meanwhile_is_not_overwritten(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str, filled: int, left: int
) -> None:
    """The handler stalls after its look. Of 5, and 2 more, what this order filled is gone: not of 5 alone."""
    receipt, key = await active(stage)
    client, held = stage.client, receipt.position_id
    await client.confirm_orders(held, orders_placed=["tp-1"])
    positions = client.positions

    async def late(position_id: int) -> Any:
        rows = await positions(position_id)
        monkeypatch.undo()
        reckoned = rows[0].exposure_at
        await client.resize_position(position_id, 7, "added to", orders_ended=["dca-1"], observed_at=reckoned)
        return rows

    monkeypatch.setattr(client, "positions", late)
    order = update(key + name if name == "s1" else name, "closed", filled, side="sell")
    await report_order(client, order)
    status, open_quantity, orders_left = await book(stage, receipt)
    assert (status, open_quantity) == ("pending_sl", left)
    assert name not in orders_left


async def test_what_a_look_has_seen_is_not_counted_again(stage: Stage) -> None:
    """Of 5, a take-profit filled 1, as a look at the exchange has shown; when it ends, it says that it filled 3."""
    receipt, _ = await active(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["tp-1"])
    await stage.client.resize_position(receipt.position_id, 4, "the exchange says so")
    await report_order(stage.client, update("tp-1", "closed", 3, side="sell"))
    assert (await book(stage, receipt))[:2] == ("pending_sl", 4)  # and not 1


async def test_each_of_two_take_profits_counts(stage: Stage) -> None:
    """What the first filled was taken from the book's size: the second is not in it."""
    receipt, _ = await active(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["tp-1", "tp-2"])
    await report_order(stage.client, update("tp-1", "closed", 2, side="sell"))
    await report_order(stage.client, update("tp-2", "closed", 3, side="sell"))
    status, open_quantity, left = await book(stage, receipt)
    assert (status, open_quantity) == ("pending_cancels", 0)
    assert set(left) <= {"s1", "s2"}


async def test_a_fill_before_a_close_was_called_for_again_is_in_what_remained(stage: Stage) -> None:
    """The close ended when 1 of 5 was left, as a look showed; the take-profit had filled 1 of the 4 before."""
    receipt, key = await active(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["tp-1"])
    closing = await stage.client.begin_close(receipt.position_id, "enough")
    assert closing.fence is not None
    await stage.client.reissue_order(receipt.position_id, closing.fence, f"{key}c1", "ended", remaining=1)
    await report_order(stage.client, update("tp-1", "closed", 1, side="sell"))
    assert (await book(stage, receipt))[:2] == ("pending_close", 1)
    report = await report_order(stage.client, update(f"{key}c2", "closed", 1))
    assert report.receipt is not None
    assert (await book(stage, receipt))[:2] == ("pending_cancels", 0)
