"""Orders on both venues: sent, found by either name, filled, triggered, cancelled, rounded to the market."""

from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import Holding, NotListed, OrderRefused, Unreachable

from .standin import Fate, StandIn

APT = "APTUSDT"
ACCOUNT = {"account": "default"}


def symbol_of(exchange: Any) -> str:
    """What APT is traded as there."""
    return "APTUSDC" if exchange.name == "hyperliquid" else APT


async def send(exchange: Any, name: str, side: str = "buy", quantity: str = "61.8", **options: Any) -> Any:
    wanted = {"kind": "market", "trigger": None, "reduce_only": False, "position_side": "both"} | options
    return await exchange.send(symbol_of(exchange), side, Decimal(quantity), client_order_id=name, **wanted, **ACCOUNT)


async def stop(exchange: Any, name: str = "sl1", side: str = "sell", quantity: str = "61.8", **options: Any) -> Any:
    wanted = {"trigger": Decimal("3.1686"), "reduce_only": True} | options
    return await send(exchange, name, side, quantity, kind="stop", **wanted)


async def find(exchange: Any, name: str) -> Any:
    return await exchange.find(symbol_of(exchange), name, **ACCOUNT)


async def cancel(exchange: Any, name: str) -> bool:
    return await exchange.cancel(symbol_of(exchange), name, **ACCOUNT)


async def test_a_market_order_fills_and_is_found_by_both_names(exchange: Any, standin: StandIn) -> None:
    sent = await send(exchange, "en1")
    assert (sent.client_order_id, sent.side, sent.quantity) == ("en1", "buy", Decimal("61.8"))
    order = await find(exchange, "en1")
    assert order == await find(exchange, f"id:{sent.order_id}")
    assert (order.kind, order.status, order.filled, order.average_price) == (
        "market",
        "closed",
        Decimal("61.8"),
        standin.price,
    )
    assert (order.side, order.position_side, order.reduce_only, order.trigger) == ("buy", "both", False, None)
    assert await exchange.positions(**ACCOUNT) == [Holding("default", APT, Decimal("61.8"), standin.price)]


async def test_a_short_position_has_a_size_below_zero(exchange: Any) -> None:
    await send(exchange, "en1", "sell")
    (held,) = await exchange.positions(**ACCOUNT)
    assert (held.size, held.side, held.quantity) == (Decimal("-61.8"), "short", Decimal("61.8"))


async def test_a_limit_order_rests_fills_in_part_and_is_cancelled(exchange: Any, standin: StandIn) -> None:
    sent = await send(exchange, "en1", kind="limit", price=Decimal("3.20004"))
    assert (sent.status, sent.price, sent.filled) == ("open", Decimal("3.2000"), 0)
    standin.fill(standin.order("en1"), Decimal("20.1"))
    order = await find(exchange, "en1")
    assert (order.status, order.filled, order.price) == ("open", Decimal("20.1"), Decimal("3.2"))
    assert await cancel(exchange, "en1") is True
    order = await find(exchange, "en1")
    assert (order.status, order.filled, order.average_price) == ("canceled", Decimal("20.1"), standin.price)
    assert await cancel(exchange, "en1") is False


async def test_a_stop_order_rests_is_found_and_is_cancelled(exchange: Any, standin: StandIn) -> None:
    await send(exchange, "en1")
    sent = await stop(exchange, trigger=Decimal("3.16864"))
    assert (sent.kind, sent.status, sent.trigger) == ("stop", "open", Decimal("3.1686"))
    order = await find(exchange, "sl1")
    assert order == await find(exchange, f"id:{sent.order_id}")
    assert (order.kind, order.status, order.trigger) == ("stop", "open", Decimal("3.1686"))
    assert (order.side, order.quantity, order.reduce_only) == ("sell", Decimal("61.8"), True)
    assert await cancel(exchange, f"id:{sent.order_id}") is True
    assert (await find(exchange, "sl1")).status == "canceled"
    assert await cancel(exchange, "sl1") is False
    assert standin.held() == Decimal("61.8")


async def test_the_open_orders_of_a_symbol_are_listed_conditional_ones_included(exchange: Any) -> None:
    await send(exchange, "en1")
    await send(exchange, "tp1", "sell", kind="limit", price=Decimal("3.4"), reduce_only=True)
    await stop(exchange)
    await stop(exchange, "sl2", trigger=Decimal("3.1"))
    await cancel(exchange, "sl2")
    listed = await exchange.open_orders(APT, **ACCOUNT)
    assert sorted((order.client_order_id, order.kind) for order in listed) == [("sl1", "stop"), ("tp1", "limit")]
    for order in listed:
        assert order == await find(exchange, order.client_order_id)
        assert (order.side, order.reduce_only, order.position_side) == ("sell", True, "both")
    assert await exchange.open_orders("BTCUSDT-261225", **ACCOUNT) == []


async def test_a_list_of_orders_that_is_refused_or_not_a_list_is_no_empty_one(exchange: Any, standin: StandIn) -> None:
    await send(exchange, "en1")
    await stop(exchange)
    for fate in (Fate(status=503, body={}), Fate(body={"retCode": 0, "result": {"list": None}})):
        standin.next(*standin.list_orders, fate)
        with pytest.raises(Unreachable):
            await exchange.open_orders(APT, **ACCOUNT)
    with pytest.raises(NotListed):
        await exchange.open_orders("NOSUCHUSDT", **ACCOUNT)


async def test_a_stop_for_a_short_position_waits_for_a_rising_price(exchange: Any) -> None:
    await send(exchange, "en1", "sell")
    order = await stop(exchange, side="buy", trigger=Decimal("3.2980"))
    assert (await find(exchange, f"id:{order.order_id}")).side == "buy"


async def test_a_triggered_stop_tells_its_fill(exchange: Any, standin: StandIn) -> None:
    await send(exchange, "en1")
    sent = await stop(exchange)
    standin.trigger(standin.order("sl1"))
    for name in ("sl1", f"id:{sent.order_id}"):
        order = await find(exchange, name)
        assert (order.kind, order.status, order.filled) == ("stop", "closed", Decimal("61.8"))
        assert (order.order_id, order.average_price) == (sent.order_id, standin.price)
    assert await exchange.positions(**ACCOUNT) == []


async def test_the_newest_order_of_a_name_is_found(exchange: Any, standin: StandIn) -> None:
    first = await send(exchange, "en1")
    standin.clock_offset += 10
    second = await send(exchange, "en1", quantity="1")
    assert (await find(exchange, "en1")).order_id == second.order_id
    assert (await find(exchange, f"id:{first.order_id}")).quantity == Decimal("61.8")


async def test_an_unknown_order_is_none(exchange: Any) -> None:
    assert await find(exchange, "en1") is None
    assert await find(exchange, "id:123456") is None
    assert await cancel(exchange, "en1") is False


async def test_an_order_of_another_symbol_is_not_found(exchange: Any, standin: StandIn) -> None:
    sent = await stop(exchange)
    standin.listed.append("BTCUSDC")
    for name in ("sl1", f"id:{sent.order_id}"):
        assert await exchange.find("BTCUSDC", name, **ACCOUNT) is None


async def test_a_stop_that_would_trigger_at_once_is_refused(exchange: Any) -> None:
    with pytest.raises(OrderRefused, match=r"-2021|110093"):
        await stop(exchange, trigger=Decimal("3.3"))


async def test_reduce_only_closes_and_never_turns(exchange: Any, standin: StandIn) -> None:
    await send(exchange, "en1")
    await send(exchange, "cl1", "sell", "100", reduce_only=True)
    order = await find(exchange, "cl1")
    assert (order.filled, standin.held()) == (Decimal("61.8"), 0)
    with pytest.raises(OrderRefused, match=str(standin.reduce_only[0])):
        await send(exchange, "cl2", "sell", reduce_only=True)


async def test_hedge_mode_has_two_positions_of_one_symbol(exchange: Any, standin: StandIn) -> None:
    standin.hedge_mode = True
    await send(exchange, "en1", "buy", position_side="long")
    await send(exchange, "en2", "sell", "10", position_side="short")
    await stop(exchange, position_side="long")
    stopped = await find(exchange, "sl1")
    assert (stopped.position_side, stopped.status) == ("long", "open")
    assert {(held.position_side, held.size) for held in await exchange.positions(**ACCOUNT)} == {
        ("long", Decimal("61.8")),
        ("short", Decimal(-10)),
    }
    await send(exchange, "cl1", "buy", "10", position_side="short", reduce_only=True)
    assert (standin.held(position_side="short"), standin.held(position_side="long")) == (0, Decimal("61.8"))
    with pytest.raises(OrderRefused, match=str(standin.reduce_only[0])):
        await send(exchange, "cl2", "buy", "10", position_side="short", reduce_only=True)


async def test_hedge_mode_has_no_reduce_only_order_on_the_side_that_opens(exchange: Any, standin: StandIn) -> None:
    standin.hedge_mode = True
    with pytest.raises(OrderRefused, match="reduces nothing"):
        await send(exchange, "cl1", "buy", position_side="long", reduce_only=True)
    assert standin.orders == []


async def test_an_order_for_the_other_mode_is_refused(exchange: Any, standin: StandIn) -> None:
    standin.hedge_mode = True
    with pytest.raises(OrderRefused, match=str(standin.wrong_mode[0])):
        await send(exchange, "en1")


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("61.8", "61.8"),
        ("61.89999999999999999999999", "61.8"),
        ("0.3", "0.3"),  # three steps of 0.1, which floats are not
        ("61.80000000", "61.8"),
        ("1E+2", "100"),
    ],
)
async def test_a_quantity_is_rounded_down_to_the_step(exchange: Any, standin: StandIn, asked: str, sent: str) -> None:
    await send(exchange, "en1", quantity=asked)
    (order,) = standin.asked(*standin.entry)
    assert (Decimal(order.get("qty") or order["quantity"]), standin.orders[0].quantity) == (
        Decimal(sent),
        Decimal(sent),
    )


@pytest.mark.parametrize("quantity", ["0.0999", "0", "-1"])
async def test_a_quantity_below_the_least_is_refused_and_not_sent(
    exchange: Any, standin: StandIn, quantity: str
) -> None:
    with pytest.raises(OrderRefused, match=rf"{quantity} of APTUSDT is less than can be traded, 0\.1"):
        await send(exchange, "en1", quantity=quantity)
    assert standin.asked(*standin.entry) == []


@pytest.mark.parametrize(("asked", "sent"), [("3.16865", "3.1687"), ("3.168649999999999", "3.1686"), ("3", "3")])
async def test_a_trigger_is_rounded_to_the_tick(exchange: Any, standin: StandIn, asked: str, sent: str) -> None:
    order = await stop(exchange, trigger=Decimal(asked))
    (told,) = standin.asked(*standin.stop_order)
    assert (order.trigger, Decimal(told["triggerPrice"])) == (Decimal(sent), Decimal(sent))


async def test_a_trigger_below_the_tick_is_refused(exchange: Any, standin: StandIn) -> None:
    with pytest.raises(OrderRefused, match="below the tick"):
        await stop(exchange, trigger=Decimal("0.00001"))
    assert standin.asked(*standin.stop_order) == []


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "stop"},
        {"kind": "limit"},
        {"trigger": Decimal(3)},
        {"price": Decimal(3)},
        {"side": "long"},
        {"position_side": "net"},
    ],
)
async def test_an_order_that_makes_no_sense_is_not_sent(
    exchange: Any, standin: StandIn, options: dict[str, Any]
) -> None:
    with pytest.raises(OrderRefused):
        await send(exchange, "en1", **options)
    assert standin.asked(*standin.entry) == []
