"""Every exchange of the table does what tradelatch relies on: the suite of tradelatch.testing, on each stand-in."""

from decimal import Decimal
from typing import Any

import pytest
from tradelatch.exchange import ModeRefused, OrderRefused
from tradelatch.testing.conformance import Bench, conform
from tradelatch.venues import open_exchanges

from .conftest import environment_of
from .standin import StandIn
from .test_orders import ACCOUNT, APT

LIVES = [("both", False), ("long", True), ("short", True)]


@pytest.mark.parametrize(("position_side", "hedge_mode"), LIVES, ids=["one-way", "long", "short"])
async def test_it_conforms(on_any: Any, any_standin: StandIn, position_side: str, hedge_mode: bool) -> None:
    any_standin.hedge_mode = hedge_mode
    bench = Bench(on_any, "APTUSDT", Decimal("0.1"), position_side=position_side, patience=0.5, pause=0.02)
    told: list[str] = []
    await conform(bench, told.append)
    assert len(told) == 5
    assert not any(size for size, _ in any_standin.positions.values())
    assert not [order for order in any_standin.orders if order.status == "open"]
    assert {(told.method, told.path) for told in any_standin.told} <= set(any_standin.routes)


async def test_the_mode_is_told(on_any: Any, any_standin: StandIn) -> None:
    for hedge_mode, mode in ((False, "one-way"), (True, "hedge")):
        any_standin.hedge_mode = hedge_mode
        assert await on_any.position_mode(APT, **ACCOUNT) == mode
    assert await on_any.position_mode("NOSUCHUSDT", **ACCOUNT) is None


async def test_an_order_of_the_other_mode_is_refused_as_such(on_any: Any, any_standin: StandIn) -> None:
    bench = Bench(on_any, APT, Decimal("0.1"))
    any_standin.hedge_mode = True
    code, _ = any_standin.wrong_mode
    with pytest.raises(ModeRefused, match=str(code)):
        await bench.send(bench.name("e"), "buy")
    with pytest.raises(OrderRefused, match=str(any_standin.reduce_only[0])) as refused:
        await Bench(on_any, APT, Decimal("0.1"), position_side="long").send(bench.name("c"), "sell", reduce_only=True)
    assert not isinstance(refused.value, ModeRefused)


async def test_what_the_lists_cover(on_any: Any, any_standin: StandIn) -> None:
    assert await on_any.covers(["GONEUSDT", APT, "BTCUSD:BTC"], **ACCOUNT) == [APT]
    ended = {"status": "Closed", "state": "suspend", "symbolStatus": "off"}
    any_standin.markets[0] |= {name: value for name, value in ended.items() if name in any_standin.markets[0]}
    async with open_exchanges([any_standin.name], environment=environment_of(any_standin)) as exchanges:
        delisted: Any = exchanges[any_standin.name]
        assert await delisted.covers([APT], **ACCOUNT) == [APT]  # the exchange knew it, and says so


async def test_the_open_orders_of_all_symbols_are_listed(on_any: Any, any_standin: StandIn) -> None:
    bench = Bench(on_any, APT, Decimal("0.1"))
    entry, stop = bench.name("e"), bench.name("s")
    options = {"trigger": None, "reduce_only": False, "position_side": "both"}
    await on_any.send(
        APT, "buy", Decimal(1), kind="limit", price=Decimal(3), client_order_id=entry, **options, **ACCOUNT
    )
    await bench.send(stop, "sell", trigger=Decimal(3), reduce_only=True)
    listed = await on_any.all_open_orders(**ACCOUNT)
    assert {(order.symbol, order.client_order_id, order.kind) for order in listed} == {
        (APT, entry, "limit"),
        (APT, stop, "stop"),
    }
