"""OKX, Bitget and Gate: what is asked as their documentation has it, and what they answer, read."""

from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import DuplicateRefused, Holding, OrderRefused, TriggerPassed, Unreachable
from tradelatch.venues import VENUES, open_exchanges

from .bitget_standin import BitgetStandIn
from .conftest import environment_of
from .gate_standin import GateStandIn
from .okx_standin import OkxStandIn
from .standin import Fate
from .test_orders import ACCOUNT, APT, cancel, find, send, stop

ENTRY = "tl0123456789abcdef012345e1"
STOP = "tl0123456789abcdef012345s1"


STANDINS: dict[str, Any] = {each.name: each for each in (BitgetStandIn, GateStandIn, OkxStandIn)}


@pytest.fixture(params=STANDINS)
async def standin(request: pytest.FixtureRequest) -> Any:
    started = STANDINS[request.param]()
    await started.start()
    yield started
    await started.stop()


async def test_a_stop_loss_on_okx_is_an_algo_order_in_contracts(on_okx: Any, okx: OkxStandIn) -> None:
    await stop(on_okx, STOP)
    assert okx.asked("POST", "/api/v5/trade/order-algo") == [
        {
            "instId": "APT-USDT-SWAP",
            "side": "sell",
            "ordType": "conditional",
            "sz": "618",
            "tdMode": "cross",
            "reduceOnly": True,
            "slTriggerPx": "3.1686",
            "slOrdPx": "-1",
            "slTriggerPxType": "last",
            "algoClOrdId": STOP,
        }
    ]


async def test_a_stop_loss_on_bitget_is_a_plan_that_can_only_reduce(on_bitget: Any, bitget: BitgetStandIn) -> None:
    await stop(on_bitget, STOP)
    assert bitget.asked("POST", "/api/v2/mix/order/place-tpsl-order") == [
        {
            "symbol": APT,
            "orderType": "market",
            "marginCoin": "USDT",
            "size": "61.8",
            "productType": "USDT-FUTURES",
            "clientOid": STOP,
            "triggerType": "fill_price",
            "triggerPrice": "3.1686",
            "planType": "loss_plan",
            "holdSide": "buy",
        }
    ]


async def test_quantities_are_in_units_of_the_base_asset(exchange: Any, standin: Any) -> None:
    await send(exchange, ENTRY, "sell", "61.87")
    order = await find(exchange, ENTRY)
    assert (order.quantity, order.filled, order.side) == (Decimal("61.8"), Decimal("61.8"), "sell")
    assert await exchange.positions(**ACCOUNT) == [Holding("default", APT, Decimal("-61.8"), standin.price)]
    with pytest.raises(OrderRefused, match=r"less than can be traded, 0\.1"):
        await send(exchange, ENTRY, quantity="0.0999")


async def test_a_triggered_stop_tells_what_it_went_on_as(exchange: Any, standin: Any) -> None:
    await send(exchange, ENTRY)
    sent = await stop(exchange, STOP)
    standin.trigger(standin.orders[-1])
    for name in (STOP, f"id:{sent.order_id}"):
        order = await find(exchange, name)
        assert (order.kind, order.status, order.filled) == ("stop", "closed", Decimal("61.8"))
        assert (order.order_id, order.average_price) == (sent.order_id, standin.price)
    assert await exchange.positions(**ACCOUNT) == []


async def test_an_order_that_filled_in_part_and_was_cancelled(exchange: Any, standin: Any) -> None:
    await send(exchange, ENTRY, kind="limit", price=Decimal("3.2"))
    standin.fill(standin.orders[0], Decimal("20.1"))
    order = await find(exchange, ENTRY)
    assert (order.status, order.filled, order.price) == ("open", Decimal("20.1"), Decimal("3.2"))
    assert await cancel(exchange, ENTRY)
    order = await find(exchange, ENTRY)
    assert (order.status, order.filled) == ("canceled", Decimal("20.1"))


async def test_every_page_of_open_orders_is_read(exchange: Any, standin: Any) -> None:
    names = {f"tl0123456789abcdef012345e{number}" for number in range(120)}
    for name in names:
        await send(exchange, name, kind="limit", price=Decimal(3))
    assert {order.client_order_id for order in await exchange.open_orders(APT, **ACCOUNT)} == names


async def test_every_list_that_stops_stand_in_is_read(exchange: Any, standin: Any) -> None:
    await stop(exchange, STOP)
    (stop_order,) = standin.orders
    if standin.name == "okx":
        stop_order.type = "trigger"  # made by hand
    elif standin.name == "bitget":
        standin.routes["GET", "/api/v2/mix/order/orders-plan-pending"] = lambda p: {
            "entrustedList": [standin._plan(stop_order) | {"planType": "normal_plan", "reduceOnly": "yes"}]
            if p["planType"] == "normal_plan"
            else [],
            "endId": None,
        }
    (listed,) = await exchange.open_orders(APT, **ACCOUNT)
    assert (listed.client_order_id, listed.reduce_only) == (STOP, True)


async def test_an_inverse_contract_is_not_listed(on_okx: Any, okx: OkxStandIn) -> None:
    okx.positions["BTC-USD-SWAP", "both"] = (Decimal(1), Decimal(100000))
    okx.positions["NEW-USDT-SWAP", "both"] = (Decimal("0.7"), Decimal(1))
    assert [held.symbol for held in await on_okx.positions(**ACCOUNT)] == ["NEWUSDT"]


@pytest.mark.parametrize("name", ["en-1!", "x" * 33, ""])
async def test_an_id_that_cannot_travel_is_not_sent(exchange: Any, standin: Any, name: str) -> None:
    with pytest.raises(OrderRefused, match="takes no client order id"):
        await send(exchange, name)
    assert standin.orders == []


async def test_a_passphrase_is_needed(standin: Any) -> None:
    if standin.name == "gate":  # has none
        assert "PASSPHRASE" not in VENUES["gate"].keys
        return
    prefix = f"TRADELATCH_{standin.name.upper()}"
    environment = environment_of(standin, **{f"{prefix}_PASSPHRASE": ""})
    async with open_exchanges([standin.name], environment=environment) as exchanges:
        with pytest.raises(Exception, match=f"needs {prefix}_KEY, {prefix}_SECRET and {prefix}_PASSPHRASE"):
            await exchanges[standin.name].positions(**ACCOUNT)


@pytest.mark.parametrize("body", ["{}", "<html>", '{"code": "0", "data": null}', '{"code": "00000", "data": {}}'])
async def test_an_answer_without_a_list_is_no_answer(exchange: Any, standin: Any, body: str) -> None:
    paths = {
        "okx": ("/api/v5/account/positions", "/api/v5/trade/orders-pending"),
        "bitget": ("/api/v2/mix/position/all-position", "/api/v2/mix/order/orders-pending"),
        "gate": ("/api/v4/futures/usdt/positions", "/api/v4/futures/usdt/orders"),
    }[standin.name]
    for path in paths:
        standin.next("GET", path, Fate(200, body))
    with pytest.raises(Unreachable):
        await exchange.positions(**ACCOUNT)
    with pytest.raises(Unreachable):
        await exchange.open_orders(APT, **ACCOUNT)


async def test_a_plan_is_cancelled_by_its_own_type(on_bitget: Any, bitget: BitgetStandIn) -> None:
    """The lists take `profit_loss` for five of them; a cancel takes one, and the order has to be of it."""
    sent = await stop(on_bitget, STOP)
    assert await cancel(on_bitget, f"id:{sent.order_id}")
    (asked,) = bitget.asked("POST", "/api/v2/mix/order/cancel-plan-order")
    assert (asked["planType"], asked["orderIdList"][0]["orderId"]) == ("loss_plan", sent.order_id)
    assert "orderId" not in asked
    assert await cancel(on_bitget, STOP) is False
    shown = bitget._plan
    bitget._plan = lambda order: shown(order) | {"planType": "pos_loss"}  # type: ignore[method-assign]
    await stop(on_bitget, f"{STOP}9")
    assert await cancel(on_bitget, f"{STOP}9")
    assert bitget.asked("POST", "/api/v2/mix/order/cancel-plan-order")[-1]["planType"] == "pos_loss"


async def test_a_plan_that_cannot_be_cancelled_is_not_said_to_be_gone(on_bitget: Any, bitget: BitgetStandIn) -> None:
    await stop(on_bitget, STOP)
    failed = {"orderId": "1", "clientOid": STOP, "errorMsg": "system busy"}
    body = bitget.answer({"successList": [], "failureList": [failed]})
    bitget.next("POST", "/api/v2/mix/order/cancel-plan-order", Fate(200, body))
    with pytest.raises(Unreachable, match="failed system busy"):
        await cancel(on_bitget, STOP)


async def test_a_symbol_in_lower_case_is_the_same(on_bitget: Any, bitget: BitgetStandIn) -> None:
    """As the exchange's own examples have it."""
    await send(on_bitget, ENTRY)
    shown = bitget._order
    bitget._order = lambda order: shown(order) | {"symbol": "aptusdt"}  # type: ignore[method-assign]
    assert (await find(on_bitget, ENTRY)).symbol == APT


@pytest.mark.parametrize("trade_side", ["close", "reduce_close_long", "burst_close_long", "dte_sys_adl_close_long"])
async def test_what_the_exchange_closes_by_itself_is_a_sale(
    on_bitget: Any, bitget: BitgetStandIn, trade_side: str
) -> None:
    bitget.hedge_mode = True
    await send(on_bitget, ENTRY, position_side="long")
    shown = bitget._order
    bitget._order = lambda order: shown(order) | {"tradeSide": trade_side}  # type: ignore[method-assign]
    order = await find(on_bitget, ENTRY)
    assert (order.side, order.position_side) == ("sell", "long")


async def test_an_order_that_reduces_is_answered_without_an_id(on_bitget: Any, bitget: BitgetStandIn) -> None:
    """Where it makes the exchange cancel others of them; it is found by its client order id."""
    await send(on_bitget, ENTRY)
    close = "tl0123456789abcdef012345c1"
    answer = bitget.answer({"clientOid": close})
    bitget.next("POST", "/api/v2/mix/order/place-order", Fate(200, answer, arrives=True))
    with pytest.raises(Unreachable):
        await send(on_bitget, close, "sell", reduce_only=True)
    assert (await find(on_bitget, close)).status == "closed"


@pytest.mark.parametrize("kind", ["chase", "iceberg", "twap"])
async def test_every_type_of_algo_order_on_okx_is_listed(on_okx: Any, okx: OkxStandIn, kind: str) -> None:
    await stop(on_okx, STOP)
    okx.orders[0].type = kind
    assert [order.client_order_id for order in await on_okx.open_orders(APT, **ACCOUNT)] == [STOP]


@pytest.mark.parametrize("code", [51278, 51280, 51302, 51304])
async def test_a_trigger_that_the_mark_price_has_passed_is_passed(on_okx: Any, okx: OkxStandIn, code: int) -> None:
    body = okx.error(code, "SL trigger price cannot be higher than the mark price")
    okx.next("POST", "/api/v5/trade/order-algo", Fate(200, body))
    with pytest.raises(TriggerPassed, match=str(code)):
        await stop(on_okx, STOP)


@pytest.mark.parametrize("code", [40834, 40836, 43015, 43016, 31005, 40917])
async def test_a_trigger_that_the_price_has_passed_is_passed(on_bitget: Any, bitget: BitgetStandIn, code: int) -> None:
    bitget.next("POST", "/api/v2/mix/order/place-tpsl-order", Fate(400, bitget.error(code, "stop loss price")))
    with pytest.raises(TriggerPassed, match=str(code)):
        await stop(on_bitget, STOP)


@pytest.mark.parametrize(("name", "code"), [("okx", 51065), ("bitget", 43118), ("bitget", 45034), ("bitget", 50060)])
async def test_an_id_that_exists_is_told_so(name: str, code: int) -> None:
    standin: Any = STANDINS[name]()
    await standin.start()
    async with open_exchanges([name], environment=environment_of(standin)) as exchanges:
        standin.next(*standin.stop_order, Fate(200, standin.error(code, "exists")))
        with pytest.raises(DuplicateRefused, match=str(code)):
            await stop(exchanges[name], STOP)
    await standin.stop()
