"""Symbols as the book has them, and the venue's own; a market that the venue does not list, or no longer."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tradelatch.exchange import NotListed, OrderRefused, Unreachable
from tradelatch.venues import session as sessions
from tradelatch.venues.session import canonical

from .standin import Fate, StandIn
from .test_orders import ACCOUNT, send

IDS = {
    "binance": {"APTUSDT": "APTUSDT", "BTCUSDC": "BTCUSDC", "BTCUSDT-261225": "BTCUSDT_261225", "ETHBTC": "ETHBTC"},
    "bybit": {"APTUSDT": "APTUSDT", "BTCUSDC": "BTCPERP", "BTCUSDT-261225": "BTCUSDT-25DEC26"},
}


def test_a_symbol_is_spelt_as_the_database_spells_it(database: str) -> None:
    unified = ["APT/USDT:USDT", "BTC/USDT:USDT-261225", "BTC/USD:BTC", "BTC/USD:BTC-261225", "1000pepe/usdt:usdt"]
    with psycopg.connect(database) as connection:
        for symbol in unified:
            row = connection.execute("select tradelatch.normalize_symbol(%s)", [symbol]).fetchone()
            assert row == (canonical(symbol),)
            again = connection.execute("select tradelatch.normalize_symbol(%s)", [canonical(symbol)]).fetchone()
            assert again == row


async def test_every_linear_market_goes_by_its_canonical_symbol(exchange: Any, standin: StandIn) -> None:
    ids = IDS[standin.name]
    standin.listed = list(ids.values())
    for number, (symbol, market_id) in enumerate(ids.items(), 1):
        options = {"kind": "market", "trigger": None, "reduce_only": False, "position_side": "both"}
        await exchange.send(symbol, "buy", Decimal(number), client_order_id=f"en-{number}", **options, **ACCOUNT)
        assert standin.orders[-1].symbol == market_id
        assert (await exchange.find(symbol, f"en-{number}", **ACCOUNT)).symbol == symbol
    held = {holding.symbol: holding.size for holding in await exchange.positions(**ACCOUNT)}
    assert held == {symbol: number for number, symbol in enumerate(ids, 1)}


@pytest.mark.parametrize("symbol", ["GONEUSDT", "BTCUSD:BTC"])
async def test_a_symbol_without_a_linear_market(exchange: Any, standin: StandIn, symbol: str) -> None:
    said = f"{standin.name} lists no linear swap or future {symbol}"
    with pytest.raises(OrderRefused, match=said):
        await exchange.send(
            symbol,
            "buy",
            Decimal(1),
            kind="market",
            trigger=None,
            reduce_only=False,
            client_order_id="en1",
            position_side="both",
            **ACCOUNT,
        )
    with pytest.raises(NotListed, match=said):  # not None, which would prove that it was never sent
        await exchange.find(symbol, "en1", **ACCOUNT)
    assert await exchange.cancel(symbol, "en1", **ACCOUNT) is False


async def test_a_symbol_that_was_listed_since_is_found(
    exchange: Any, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = standin.markets.pop(0)
    await exchange.positions(**ACCOUNT)
    standin.markets.append(newest)
    assert await exchange.cancel("APTUSDT", "en1", **ACCOUNT) is False
    with pytest.raises(OrderRefused):
        await send(exchange, "en1")
    monkeypatch.setattr(sessions, "UNKNOWN_AFTER", 0.0)
    await send(exchange, "en1")
    assert standin.held() == Decimal("61.8")


async def test_a_list_of_markets_is_read_once_while_it_is_fresh(exchange: Any, standin: StandIn) -> None:
    for _ in range(3):
        await exchange.positions(**ACCOUNT)
        await exchange.find("APTUSDT", "en1", **ACCOUNT)
        await exchange.cancel("GONEUSDT", "en1", **ACCOUNT)
    lists = standin.asked(*standin.list_markets)
    assert len(lists) == {"binance": 1, "bybit": 2}[standin.name]


async def test_an_old_list_of_markets_is_better_than_none(
    exchange: Any, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await exchange.positions(**ACCOUNT)
    monkeypatch.setattr(sessions, "STALE_AFTER", 0.0)
    for fate in (Fate(503, "<html>"), Fate(200, "garbage"), Fate(answers=False)):
        standin.next(*standin.list_markets, fate, fate)
        await exchange.positions(**ACCOUNT)


async def test_an_empty_list_of_markets_is_no_list(exchange: Any, standin: StandIn) -> None:
    standin.markets.clear()
    with pytest.raises(Unreachable, match="empty list of markets"):
        await exchange.find("APTUSDT", "en1", **ACCOUNT)


async def test_a_position_of_a_market_in_no_list_is_told(exchange: Any, standin: StandIn) -> None:
    standin.positions["NEWUSDT", "both"] = (Decimal(7), Decimal(1))
    standin.positions["newusdt_261225", "both"] = (Decimal(8), Decimal(1))
    held = {holding.symbol: holding.size for holding in await exchange.positions(**ACCOUNT)}
    assert held == {"NEWUSDT": 7, "NEWUSDT-261225": 8}


async def test_a_symbol_of_two_markets_is_the_one_that_is_traded(exchange: Any, standin: StandIn) -> None:
    standin.markets.append(standin.markets[0] | {"symbol": "APTUSDT2", "status": "Closed"})
    await send(exchange, "en1")
    assert standin.held() == Decimal("61.8")


async def test_a_markets_numbers_keep_every_digit(exchange: Any, standin: StandIn) -> None:
    least = "12345678901234567.1"
    filters = [{"filterType": "PRICE_FILTER", "tickSize": "0.0001"}]
    filters += [{"filterType": "LOT_SIZE", "stepSize": "0.1", "minQty": least}]
    standin.markets[0] |= {"filters": filters, "lotSizeFilter": {"qtyStep": "0.1", "minOrderQty": least}}
    with pytest.raises(OrderRefused, match=rf"less than can be traded, {least}"):
        await send(exchange, "en1", quantity="12345678901234567.0")


async def test_a_market_without_a_step_is_not_traded(exchange: Any, standin: StandIn) -> None:
    filters = {"filters": [], "quantityPrecision": None, "lotSizeFilter": {}}
    standin.markets.append(standin.markets.pop(0) | filters)
    with pytest.raises(OrderRefused, match="lists no linear swap or future APTUSDT"):
        await send(exchange, "en1")
    standin.positions["APTUSDT", "both"] = (Decimal(7), Decimal(1))
    assert [held.symbol for held in await exchange.positions(**ACCOUNT)] == ["APTUSDT"]


async def test_a_symbol_of_two_markets_that_are_traded_is_nobodys(exchange: Any, standin: StandIn) -> None:
    standin.markets.append(standin.markets[0] | {"symbol": "APTUSDT2"})
    with pytest.raises(OrderRefused, match="lists no linear swap or future APTUSDT"):
        await send(exchange, "en1")


async def test_a_market_that_is_not_traded_any_more_refuses_by_itself(exchange: Any, standin: StandIn) -> None:
    standin.markets[0]["status"] = "Closed"
    await exchange.positions(**ACCOUNT)
    standin.next(*standin.entry, Fate(standin.error_status, standin.error(-4140, "Invalid symbol status for opening.")))
    with pytest.raises(OrderRefused, match="-4140"):
        await send(exchange, "en1")
    assert await exchange.find("APTUSDT", "en1", **ACCOUNT) is None
