"""What exchanges answer: refusals that say what to do, the largest order, who is let in, and where requests may go."""

from decimal import Decimal
from typing import Any

import pytest
from tradelatch import AsyncClient
from tradelatch.exchange import DuplicateRefused, OrderRefused, TriggerPassed, Unreachable
from tradelatch.recovery import Recovery
from tradelatch.venues import AccessRefused, NotConfigured, open_exchanges

from .conftest import environment_of
from .standin import PRICE, Fate, StandIn
from .test_conformance import bench_of
from .test_errors import GARBAGE
from .test_orders import ACCOUNT, APT
from .test_recovery import Stage as Stage
from .test_recovery import stage as stage

LARGEST = Decimal(20000)


async def test_a_second_order_of_an_id_is_refused_as_such(on_any: Any, any_standin: StandIn) -> None:
    bench = bench_of(on_any, any_standin)
    name = bench.name("s")
    await bench.send(name, "sell", trigger=Decimal(3), reduce_only=True)
    told = {"okx": 51065}.get(any_standin.name, any_standin.duplicate[0])  # of an algo order
    with pytest.raises(DuplicateRefused, match=str(told)):
        await bench.send(name, "sell", trigger=Decimal(3), reduce_only=True)


@pytest.mark.parametrize(("side", "trigger"), [("sell", "3.3"), ("buy", "3.1")])
async def test_a_stop_that_the_market_has_passed_is_refused_as_such(
    on_any: Any, any_standin: StandIn, side: str, trigger: str
) -> None:
    bench = bench_of(on_any, any_standin)
    with pytest.raises(TriggerPassed):
        await bench.send(bench.name("s"), side, trigger=Decimal(trigger), reduce_only=True)


async def test_a_close_is_as_large_as_the_market_allows(on_any: Any, any_standin: StandIn) -> None:
    bench = bench_of(on_any, any_standin)
    bench.quantity = LARGEST + 5
    await bench.send(bench.name("e"), "buy")  # the exchange refuses that by itself; the stand-in does not
    close = bench.name("c")
    sent = await bench.send(close, "sell", reduce_only=True)
    left = 0 if any_standin.name == "hyperliquid" else 5  # which publishes no largest order
    assert (sent.quantity, (await bench.held()).size) == (LARGEST + 5 - left, left)


async def test_recovery_closes_in_parts_what_is_larger(stage: Stage) -> None:
    quantity = 12 * LARGEST + 7
    receipt = await stage.client.create_position(stage.standin.name, stage.standin.symbol, "long", quantity, PRICE)
    await stage.send(receipt)
    assert receipt.fence is not None
    await stage.client.rollback_position(receipt.position_id, receipt.fence, "gave up")
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "rolled_back")
    assert stage.standin.held() == 0
    parts = (
        [quantity] if stage.standin.name == "hyperliquid" else [LARGEST] * 12 + [7]
    )  # which publishes no largest order
    assert [order.quantity for order in stage.standin.orders if order.side == "sell"] == parts


async def test_an_order_that_exists_already_is_the_one_that_was_sent(stage: Stage, monkeypatch: Any) -> None:
    """The look-up misses it, as a list that lags does; the refusal leads to it."""
    opened = await stage.open()
    await stage.send(opened)
    assert opened.fence is not None
    filled = await stage.client.confirm_entry(opened.position_id, opened.fence, Decimal("61.8"), average_price=PRICE)
    await stage.send(filled)
    find, missed = stage.exchange.find, []

    async def lagging(symbol: str, name: str, **options: Any) -> Any:
        if name.partition("s")[2] and not missed:
            missed.append(name)
            return None
        return await find(symbol, name, **options)

    monkeypatch.setattr(stage.exchange, "find", lagging)
    stage.age_leases("2 minutes")
    (done,) = await Recovery(stage.client, {stage.standin.name: stage.exchange}).run_once()
    assert (done.status, len(missed)) == ("active", 1)
    assert [order.status for order in stage.standin.orders if order.trigger] == ["open"]


@pytest.mark.parametrize("status", [401, 403, 451])
async def test_who_is_not_let_in_is_told_so(on_any: Any, any_standin: StandIn, status: int) -> None:
    await on_any.positions(**ACCOUNT)
    any_standin.next(*any_standin.list_positions, Fate(status, GARBAGE))
    with pytest.raises(AccessRefused, match=f"{any_standin.name}: HTTP {status}"):
        await on_any.positions(**ACCOUNT)


@pytest.mark.parametrize("body", ["", " ", "[]", "{}", "null"])
async def test_an_answer_with_nothing_in_it_is_no_answer(on_any: Any, any_standin: StandIn, body: str) -> None:
    bench = bench_of(on_any, any_standin)
    any_standin.next(*any_standin.entry, Fate(200, body, arrives=True))
    with pytest.raises(Unreachable):
        await bench.send(bench.name("e"), "buy")
    if body != "[]" or any_standin.name not in ("binance", "gate"):  # whose lists have only what is held
        any_standin.next(*any_standin.list_positions, Fate(200, body))
        with pytest.raises(Unreachable):
            await on_any.positions(**ACCOUNT)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_to_another_host_is_followed(on_any: Any, any_standin: StandIn, status: int) -> None:
    await on_any.positions(**ACCOUNT)
    bench = bench_of(on_any, any_standin)
    elsewhere = type(any_standin)()
    await elsewhere.start()
    for route in (any_standin.entry, any_standin.list_positions):
        path = route[1].partition(" ")[0]
        any_standin.next(*route, Fate(status, "", location=f"{elsewhere.url}{path}"))
    with pytest.raises(Unreachable, match="RedirectRefused"):
        await bench.send(bench.name("e"), "buy")
    with pytest.raises(Unreachable, match="RedirectRefused"):
        await on_any.positions(**ACCOUNT)
    assert elsewhere.told == []
    await elsewhere.stop()


@pytest.mark.parametrize("url", ["http://api.example.com", "http://10.0.0.1:8080", "http://127.0.0.1.example.com"])
async def test_plain_http_is_for_this_machine_alone(any_standin: StandIn, url: str) -> None:
    prefix = f"TRADELATCH_{any_standin.name.upper()}"
    environment = environment_of(any_standin, **{f"{prefix}_URL": url})
    with pytest.raises(NotConfigured, match=f"{prefix}_URL: http:// is for this machine alone"):
        async with open_exchanges([any_standin.name], environment=environment):
            raise AssertionError("opened")


TRIGGERS = {
    "binance": ("workingType", None, "MARK_PRICE"),
    "bitget": ("triggerType", "fill_price", "mark_price"),
    "bybit": ("triggerBy", "LastPrice", "MarkPrice"),
    "gate": ("price_type", 0, 1),
    "hyperliquid": ("triggerPxType", None, None),
    "okx": ("slTriggerPxType", "last", "mark"),
}


@pytest.mark.parametrize("by", ["last", "mark"])
async def test_stops_wait_for_the_last_price_or_for_the_mark_price(any_standin: StandIn, by: str) -> None:
    variable = f"TRADELATCH_{any_standin.name.upper()}_TRIGGER"
    environment = environment_of(any_standin, **{variable: by})
    name, *values = TRIGGERS[any_standin.name]
    known = "mark" if any_standin.name == "hyperliquid" else "last or mark"  # all of its stops wait for that
    if by not in known:
        with pytest.raises(NotConfigured, match=f"{variable} must be {known}, got {by}"):
            async with open_exchanges([any_standin.name], environment=environment):
                raise AssertionError("opened")
        return
    async with open_exchanges([any_standin.name], environment=environment) as exchanges:
        bench = bench_of(exchanges[any_standin.name], any_standin)
        await bench.send(bench.name("s"), "sell", trigger=Decimal(3), reduce_only=True)
    (sent,) = [told.params for told in any_standin.told if (told.method, told.path) == any_standin.stop_order]
    told = sent["trigger"] if any_standin.name == "gate" else sent
    assert told.get(name) == values[by == "mark"]
    with pytest.raises(NotConfigured, match=f"{variable} must be {known}, got index"):
        async with open_exchanges([any_standin.name], environment=environment | {variable: "index"}):
            raise AssertionError("opened")


async def test_a_contract_of_a_share_keeps_its_symbol(on_binance: Any, binance: Any) -> None:
    binance.markets.append(binance.markets[0] | {"symbol": "TSLAUSDT", "pair": "TSLAUSDT", "baseAsset": "TSLA"})
    binance.markets[-1]["contractType"] = "TRADIFI_PERPETUAL"
    binance.positions["TSLAUSDT", "both"] = (Decimal(3), Decimal(400))
    assert [held.symbol for held in await on_binance.positions(**ACCOUNT)] == ["TSLAUSDT"]
    assert await on_binance.find("TSLAUSDT", "en1", **ACCOUNT) is None


async def test_a_refusal_of_a_close_is_still_one(on_any: Any, any_standin: StandIn) -> None:
    bench = bench_of(on_any, any_standin)
    with pytest.raises(OrderRefused) as refused:
        await bench.send(bench.name("c"), "sell", reduce_only=True)
    assert not isinstance(refused.value, DuplicateRefused | TriggerPassed)


async def test_a_flat_entry_without_a_side_is_flat(bot_dsn: str) -> None:
    async with AsyncClient(bot_dsn) as client:
        (now,) = [(await client.create_position("bybit", APT, "long", 1, PRICE)).answered_at]
        listed = [{"symbol": APT, "side": "", "quantity": "0", "average_price": "0"}]
        assert await client.reconcile("bybit", listed, now) == []
