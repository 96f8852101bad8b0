"""Binance alone: stop orders are algo orders, with ids and endpoints of their own."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import Unreachable

from .binance_standin import BinanceStandIn
from .standin import Fate
from .test_orders import ACCOUNT, APT, cancel, find, send, stop

ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"


async def test_a_stop_goes_to_the_algo_endpoint_alone(on_binance: Any, binance: BinanceStandIn) -> None:
    await stop(on_binance)
    (sent,) = binance.asked("POST", ALGO)
    expected = {
        "algoType": "CONDITIONAL",
        "type": "STOP_MARKET",
        "symbol": APT,
        "side": "SELL",
        "quantity": "61.8",
        "triggerPrice": "3.1686",
        "reduceOnly": "true",
        "clientAlgoId": "sl1",
    }
    assert sent.items() >= expected.items()
    assert sent.keys() - expected.keys() == {"timestamp", "recvWindow", "signature"}
    assert binance.asked("POST", ORDER) == []


async def test_an_order_says_its_side_in_hedge_mode_and_not_reduce_only(
    on_binance: Any, binance: BinanceStandIn
) -> None:
    binance.hedge_mode = True
    await send(on_binance, "en1", position_side="long")
    await send(on_binance, "cl1", "sell", "10", position_side="long", reduce_only=True)
    await stop(on_binance, position_side="long")
    sent = [*binance.asked("POST", ORDER), *binance.asked("POST", ALGO)]
    assert [(order["positionSide"], order.get("reduceOnly")) for order in sent] == [("LONG", None)] * 3


async def test_an_order_says_reduce_only_in_one_way_mode_and_no_side(on_binance: Any, binance: BinanceStandIn) -> None:
    await send(on_binance, "en1")
    await send(on_binance, "cl1", "sell", "10", reduce_only=True)
    sent = binance.asked("POST", ORDER)
    assert [(order.get("positionSide"), order.get("reduceOnly")) for order in sent] == [(None, None), (None, "true")]


async def test_find_and_cancel_look_in_both_places(on_binance: Any, binance: BinanceStandIn) -> None:
    sent = await stop(on_binance)
    for name in ("sl1", f"id:{sent.order_id}"):
        assert await find(on_binance, name)
    assert await cancel(on_binance, "sl1")
    assert [told.method for told in binance.told if told.path == ORDER] == ["GET", "GET", "DELETE"]
    assert [told.method for told in binance.told if told.path == ALGO] == ["POST", "GET", "GET", "DELETE"]


async def test_an_ordinary_order_is_cancelled_there(on_binance: Any, binance: BinanceStandIn) -> None:
    await send(on_binance, "en1", kind="limit", price=Decimal(3))
    assert await cancel(on_binance, "en1")
    assert binance.asked("DELETE", ALGO) == []


@pytest.mark.parametrize("path", [ORDER, ALGO])
async def test_nothing_is_unknown_while_one_place_does_not_answer(
    on_binance: Any, binance: BinanceStandIn, path: str
) -> None:
    binance.next("GET", path, Fate(503, "<html>"))
    with pytest.raises(Unreachable):
        await find(on_binance, "sl1")
    binance.next("DELETE", path, Fate(503, "<html>"))
    with pytest.raises(Unreachable):
        await cancel(on_binance, "sl1")


@pytest.mark.parametrize("path", ["/fapi/v1/openOrders", "/fapi/v1/openAlgoOrders"])
async def test_a_list_of_orders_is_whole_or_none(on_binance: Any, binance: BinanceStandIn, path: str) -> None:
    binance.next("GET", path, Fate(503, "<html>"))
    with pytest.raises(Unreachable):
        await on_binance.open_orders(APT, **ACCOUNT)


async def test_a_stop_that_closes_whatever_is_open_only_reduces(on_binance: Any, binance: BinanceStandIn) -> None:
    await stop(on_binance, reduce_only=False)
    binance.order("sl1").closes_all = True
    (order,) = await on_binance.open_orders(APT, **ACCOUNT)
    assert order.reduce_only


async def test_an_id_that_is_no_number_is_not_asked_for(on_binance: Any, binance: BinanceStandIn) -> None:
    assert await find(on_binance, "id:1f9a6c52-0000") is None
    assert await cancel(on_binance, "id:" + "9" * 30) is False
    assert not [told for told in binance.told if told.path in (ORDER, ALGO)]


@pytest.mark.parametrize(
    ("went_on", "fills", "status"), [(False, False, "open"), (True, False, "open"), (True, True, "closed")]
)
async def test_a_triggered_stop_is_what_its_order_is(
    on_binance: Any, binance: BinanceStandIn, went_on: bool, fills: bool, status: str
) -> None:
    await send(on_binance, "en1")
    await stop(on_binance)
    binance.trigger(binance.order("sl1"), fills=fills, went_on=went_on)
    order = await find(on_binance, "sl1")
    assert (order.status, order.filled) == (status, Decimal("61.8") if fills else 0)


async def test_a_triggered_stop_that_found_nothing_is_canceled(on_binance: Any, binance: BinanceStandIn) -> None:
    await stop(on_binance)
    binance.trigger(binance.order("sl1"))
    order = await find(on_binance, "sl1")
    assert (order.status, order.filled) == ("canceled", 0)


async def test_a_finished_stop_whose_order_is_not_there_yet_is_closed(on_binance: Any, binance: BinanceStandIn) -> None:
    await send(on_binance, "en1")
    await stop(on_binance)
    binance.trigger(binance.order("sl1"))
    binance.orders.pop()
    order = await find(on_binance, "sl1")
    assert (order.status, order.filled) == ("closed", 0)


async def test_an_order_of_the_stops_own_name_is_the_one_it_went_on_as(
    on_binance: Any, binance: BinanceStandIn
) -> None:
    await send(on_binance, "en1")
    sent = await stop(on_binance)
    binance.clock_offset += 10
    binance.trigger(binance.order("sl1"))
    binance.orders[-1].client_order_id = "sl1"
    binance.orders[-1].time = binance.now()
    order = await find(on_binance, "sl1")
    assert (order.order_id, order.kind, order.filled) == (sent.order_id, "stop", Decimal("61.8"))


@pytest.mark.parametrize(
    ("told", "filled", "status"),
    [
        ("NEW", "0", "open"),
        ("PARTIALLY_FILLED", "1", "open"),
        ("FILLED", "61.8", "closed"),
        ("EXPIRED", "1", "closed"),
        ("EXPIRED", "0", "canceled"),
        ("EXPIRED_IN_MATCH", "0", "canceled"),
        ("REJECTED", "0", "canceled"),
        ("CANCELED", "1", "canceled"),
    ],
)
async def test_every_status_is_one_of_three(
    on_binance: Any, binance: BinanceStandIn, told: str, filled: str, status: str
) -> None:
    await send(on_binance, "en1")
    answer = binance._order(binance.orders[0]) | {"status": told, "executedQty": filled}
    binance.next("GET", ORDER, Fate(200, answer))
    order = await find(on_binance, "en1")
    assert (order.status, order.filled) == (status, Decimal(filled))


async def test_a_status_that_nobody_knows_is_no_answer(on_binance: Any, binance: BinanceStandIn) -> None:
    await stop(on_binance)
    algo = binance._algo(binance.orders[0])
    binance.next("GET", ALGO, Fate(200, algo | {"algoStatus": "PAUSED"}))
    with pytest.raises(Unreachable, match="cannot be read"):
        await find(on_binance, "sl1")


async def test_numbers_keep_every_digit(on_binance: Any, binance: BinanceStandIn) -> None:
    digits = "12345678901234.567890123456789"
    binance.positions[APT, "both"] = (Decimal(digits), Decimal("0.1"))
    (held,) = await on_binance.positions(**ACCOUNT)
    assert (held.size, held.average_price) == (Decimal(digits), Decimal("0.1"))
    row = f'[{{"symbol": "APTUSDT", "positionSide": "BOTH", "positionAmt": {digits}, "entryPrice": 0}}]'
    binance.next("GET", "/fapi/v3/positionRisk", Fate(200, row))
    assert await on_binance.positions(**ACCOUNT) == [replace(held, average_price=None)]
    binance.next("GET", "/fapi/v3/positionRisk", Fate(200, row.replace(digits, "NaN")))
    with pytest.raises(Unreachable):
        await on_binance.positions(**ACCOUNT)


async def test_a_position_whose_price_reads_0_is_listed(on_binance: Any, binance: BinanceStandIn) -> None:
    binance.positions[APT, "both"] = (Decimal("61.8"), Decimal(0))
    (held,) = await on_binance.positions(**ACCOUNT)
    assert (held.size, held.average_price) == (Decimal("61.8"), None)
