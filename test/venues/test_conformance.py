"""Every exchange of the table does what tradelatch relies on: the suite of tradelatch.testing, on each stand-in."""

from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import ModeRefused, OrderRefused
from tradelatch.testing.conformance import Bench, NotConforming, conform
from tradelatch.venues import open_exchanges

from .conftest import environment_of
from .standin import StandIn
from .test_orders import ACCOUNT


def bench_of(exchange: Any, standin: StandIn, **options: Any) -> Bench:
    return Bench(exchange, standin.symbol, Decimal("0.1"), patience=0.5, pause=0.02, **options)


LIVES = [("both", False), ("long", True), ("short", True)]


@pytest.mark.parametrize(("position_side", "hedge_mode"), LIVES, ids=["one-way", "long", "short"])
async def test_it_conforms(on_any: Any, any_standin: StandIn, position_side: str, hedge_mode: bool) -> None:
    any_standin.hedge_mode = hedge_mode
    bench = bench_of(on_any, any_standin, position_side=position_side)
    told: list[str] = []
    if hedge_mode and not any_standin.has_hedge_mode:
        with pytest.raises(NotConforming, match="the account is in one-way mode, and the position is a hedge one"):
            await conform(bench, told.append)
        assert any_standin.orders == []
        return
    await conform(bench, told.append)
    assert len(told) == 5
    assert not any(size for size, _ in any_standin.positions.values())
    assert not [order for order in any_standin.orders if order.status == "open"]
    assert {(told.method, told.path) for told in any_standin.told} <= set(any_standin.routes)


async def test_the_mode_is_told(on_any: Any, any_standin: StandIn) -> None:
    for hedge_mode, mode in ((False, "one-way"), (any_standin.has_hedge_mode, "hedge")):
        any_standin.hedge_mode = hedge_mode
        told = await on_any.position_mode(any_standin.symbol, **ACCOUNT)
        assert told == (mode if any_standin.has_hedge_mode else "one-way")
    assert await on_any.position_mode("NOSUCHUSDT", **ACCOUNT) is None


async def test_an_order_of_the_other_mode_is_refused_as_such(on_any: Any, any_standin: StandIn) -> None:
    code, _ = any_standin.wrong_mode
    any_standin.hedge_mode = any_standin.has_hedge_mode
    bench = bench_of(on_any, any_standin, position_side="both" if any_standin.has_hedge_mode else "long")
    with pytest.raises(ModeRefused, match=str(code)):
        await bench.send(bench.name("e"), "buy")
    bench.position_side = "long" if any_standin.has_hedge_mode else "both"
    with pytest.raises(OrderRefused, match=str(any_standin.reduce_only[0])) as refused:
        await bench.send(bench.name("c"), "sell", reduce_only=True)
    assert not isinstance(refused.value, ModeRefused)


async def test_what_the_lists_cover(on_any: Any, any_standin: StandIn) -> None:
    symbol = any_standin.symbol
    assert await on_any.covers(["GONEUSDT", symbol, "BTCUSD:BTC"], **ACCOUNT) == [symbol]
    ended = {"status": "Closed", "state": "suspend", "symbolStatus": "off", "isDelisted": True}
    any_standin.markets[0] |= {name: value for name, value in ended.items() if name in any_standin.markets[0]}
    async with open_exchanges([any_standin.name], environment=environment_of(any_standin)) as exchanges:
        delisted: Any = exchanges[any_standin.name]
        assert await delisted.covers([symbol], **ACCOUNT) == [symbol]  # the exchange knew it, and says so


async def test_the_open_orders_of_all_symbols_are_listed(on_any: Any, any_standin: StandIn) -> None:
    bench = bench_of(on_any, any_standin)
    entry, stop = bench.name("e"), bench.name("s")
    options = {"trigger": None, "reduce_only": False, "position_side": "both"}
    await on_any.send(
        bench.symbol, "buy", Decimal(1), kind="limit", price=Decimal(3), client_order_id=entry, **options, **ACCOUNT
    )
    await bench.send(stop, "sell", trigger=Decimal(3), reduce_only=True)
    listed = await on_any.all_open_orders(**ACCOUNT)
    assert {(order.symbol, order.client_order_id, order.kind) for order in listed} == {
        (bench.symbol, entry, "limit"),
        (bench.symbol, stop, "stop"),
    }
