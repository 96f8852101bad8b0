"""Bybit alone: terse answers, two lists of orders, pages of positions, positionIdx."""

from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import Unreachable

from .bybit_standin import BybitStandIn
from .standin import Fate
from .test_orders import ACCOUNT, APT, cancel, find, send, stop

CREATE = ("POST", "/v5/order/create")
REALTIME, HISTORY = ("GET", "/v5/order/realtime"), ("GET", "/v5/order/history")
POSITIONS = ("GET", "/v5/position/list")


async def test_a_stop_is_an_order_with_a_trigger_and_its_direction(on_bybit: Any, bybit: BybitStandIn) -> None:
    await stop(on_bybit)
    assert bybit.asked(*CREATE) == [
        {
            "category": "linear",
            "symbol": APT,
            "side": "Sell",
            "orderType": "Market",
            "qty": "61.8",
            "triggerPrice": "3.1686",
            "triggerDirection": 2,
            "triggerBy": "LastPrice",
            "reduceOnly": True,
            "positionIdx": 0,
            "orderLinkId": "sl1",
        }
    ]


async def test_hedge_mode_is_a_position_index(on_bybit: Any, bybit: BybitStandIn) -> None:
    bybit.hedge_mode = True
    await send(on_bybit, "en1", "buy", position_side="long")
    await send(on_bybit, "en2", "sell", position_side="short")
    await stop(on_bybit, side="buy", trigger=Decimal("3.3"), position_side="short")
    sent = [(order["positionIdx"], order["reduceOnly"]) for order in bybit.asked(*CREATE)]
    assert sent == [(1, False), (2, False), (2, True)]


async def test_an_answer_to_an_order_has_ids_alone(on_bybit: Any, bybit: BybitStandIn) -> None:
    sent = await send(on_bybit, "en1")
    assert (sent.status, sent.filled, sent.average_price) == ("open", 0, None)
    assert (await find(on_bybit, "en1")).filled == Decimal("61.8")


async def test_an_open_order_is_found_without_the_history(on_bybit: Any, bybit: BybitStandIn) -> None:
    await stop(on_bybit)
    assert await find(on_bybit, "sl1")
    assert bybit.asked(*HISTORY) == []


@pytest.mark.parametrize("lists_ended", [True, False])
async def test_an_ended_order_is_found_in_either_list(on_bybit: Any, bybit: BybitStandIn, lists_ended: bool) -> None:
    bybit.lists_ended = lists_ended
    await send(on_bybit, "en1")
    assert (await find(on_bybit, "en1")).status == "closed"


async def test_an_ended_order_is_unknown_while_the_history_lags(on_bybit: Any, bybit: BybitStandIn) -> None:
    bybit.history_lags = True
    await send(on_bybit, "en1")
    assert await find(on_bybit, "en1") is None
    bybit.history_lags = False
    assert await find(on_bybit, "en1")


@pytest.mark.parametrize("route", [REALTIME, HISTORY])
async def test_nothing_is_unknown_while_one_list_does_not_answer(
    on_bybit: Any, bybit: BybitStandIn, route: tuple[str, str]
) -> None:
    bybit.next(*route, Fate(503, "<html>"))
    with pytest.raises(Unreachable):
        await find(on_bybit, "sl1")


async def test_an_order_that_was_made_by_hand_goes_by_its_id(on_bybit: Any, bybit: BybitStandIn) -> None:
    sent = await stop(on_bybit)
    bybit.orders[0].client_order_id = ""
    order = await find(on_bybit, f"id:{sent.order_id}")
    assert order.client_order_id == f"id:{sent.order_id}"
    assert await cancel(on_bybit, order.client_order_id)


async def test_every_page_of_positions_is_read(on_bybit: Any, bybit: BybitStandIn) -> None:
    expected = {}
    for number in range(450):
        symbol, size = f"COIN{number}USDT", Decimal(number + 1) * (-1) ** number
        bybit.positions[symbol, "both"] = (size, Decimal("1.5"))
        expected[symbol] = size
    bybit.positions["BTCPERP", "both"] = (Decimal("0.25"), Decimal(100000))
    expected["BTCUSDC"] = Decimal("0.25")
    bybit.positions["ENDEDUSDT", "both"] = (Decimal(0), Decimal(0))
    held = await on_bybit.positions(**ACCOUNT)
    assert {holding.symbol: holding.size for holding in held} == expected
    assert len(held) == 451
    pages = [(page["settleCoin"], page.get("cursor")) for page in bybit.asked(*POSITIONS)]
    assert pages == [("USDC", None), ("USDT", None), ("USDT", "200"), ("USDT", "400")]


async def test_every_page_of_open_orders_is_read(on_bybit: Any, bybit: BybitStandIn) -> None:
    for number in range(120):
        await send(on_bybit, f"en-{number}", kind="limit", price=Decimal(3))
    listed = await on_bybit.open_orders(APT, **ACCOUNT)
    assert {order.client_order_id for order in listed} == {f"en-{number}" for number in range(120)}
    assert [page.get("cursor") for page in bybit.asked("GET", "/v5/order/realtime")] == [None, "50", "100"]


async def test_a_page_that_does_not_answer_is_no_list(on_bybit: Any, bybit: BybitStandIn) -> None:
    for number in range(450):
        bybit.positions[f"COIN{number}USDT", "both"] = (Decimal(1), Decimal(1))
    good = Fate(200, bybit.answer({"list": [], "nextPageCursor": "200"}))
    bybit.next(*POSITIONS, good, Fate(503, "<html>"))
    with pytest.raises(Unreachable):
        await on_bybit.positions(**ACCOUNT)


async def test_pages_without_an_end_are_no_list(on_bybit: Any, bybit: BybitStandIn) -> None:
    bybit.pages_end = False
    with pytest.raises(Unreachable, match="do not end"):
        await on_bybit.positions(**ACCOUNT)


async def test_a_position_on_two_pages_is_one(on_bybit: Any, bybit: BybitStandIn) -> None:
    row = bybit._position((APT, "both"), (Decimal(5), Decimal(3)))
    bybit.next(
        *POSITIONS,
        Fate(200, bybit.answer({"list": []})),
        Fate(200, bybit.answer({"list": [row], "nextPageCursor": "200"})),
        Fate(200, bybit.answer({"list": [row | {"size": "4"}], "nextPageCursor": ""})),
    )
    assert [held.size for held in await on_bybit.positions(**ACCOUNT)] == [4]


@pytest.mark.parametrize(
    ("told", "filled", "cancel_type", "status"),
    [
        ("New", "0", "UNKNOWN", "open"),
        ("PartiallyFilled", "1", "UNKNOWN", "open"),
        ("Untriggered", "0", "UNKNOWN", "open"),
        ("Triggered", "0", "UNKNOWN", "open"),
        ("Filled", "61.8", "UNKNOWN", "closed"),
        ("Cancelled", "1", "CancelByNoImmediateQtyToFill", "closed"),
        ("Cancelled", "0", "CancelByNoImmediateQtyToFill", "canceled"),
        ("Cancelled", "1", "CancelByUser", "canceled"),
        ("Deactivated", "0", "CancelByUser", "canceled"),
        ("Rejected", "0", "UNKNOWN", "canceled"),
    ],
)
async def test_every_status_is_one_of_three(
    on_bybit: Any, bybit: BybitStandIn, told: str, filled: str, cancel_type: str, status: str
) -> None:
    await send(on_bybit, "en1")
    row = bybit._order(bybit.orders[0]) | {"orderStatus": told, "cumExecQty": filled, "cancelType": cancel_type}
    bybit.next(*REALTIME, Fate(200, bybit.answer({"list": [row]})))
    order = await find(on_bybit, "en1")
    assert (order.status, order.filled) == (status, Decimal(filled))


async def test_a_status_that_nobody_knows_is_no_answer(on_bybit: Any, bybit: BybitStandIn) -> None:
    await send(on_bybit, "en1")
    row = bybit._order(bybit.orders[0]) | {"orderStatus": "Frozen"}
    bybit.next(*REALTIME, Fate(200, bybit.answer({"list": [row]})))
    with pytest.raises(Unreachable, match="cannot be read"):
        await find(on_bybit, "en1")
