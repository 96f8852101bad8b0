"""`tradelatch aliases`: an exchange's own ids of its markets, from its own list, by real ccxt."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import AsyncClient, Client, PermissionDenied, RequestMismatch

from .bybit_standin import BybitStandIn
from .conftest import Run, commands
from .standin import StandIn
from .test_orders import ACCOUNT


@pytest.fixture
def run(bybit: BybitStandIn, operator_dsn: str) -> Run:
    return commands(bybit, operator_dsn)


async def told(run: Run, *arguments: str) -> tuple[int | None, dict[str, tuple[str, str]]]:
    ended = await run("aliases", *arguments, "--json")
    assert ended.err == ""
    found = json.loads(ended.out)["aliases"]
    return ended.status, {each["alias"]: (each["symbol"], each["state"]) for each in found}


async def test_ids_are_recorded_from_the_list(run: Run, bot_dsn: str) -> None:
    live = ["--exchange", "bybit", "--live"]
    wanted = {"BTCPERP": "BTCUSDC", "BTCUSDT-25DEC26": "BTCUSDT-261225"}
    assert await told(run, *live) == (0, {alias: (symbol, "new") for alias, symbol in wanted.items()})
    async with AsyncClient(bot_dsn) as client:
        assert await client.aliases() == []  # a dry run
        assert await told(run, *live, "--confirm") == (0, {a: (s, "recorded now") for a, s in wanted.items()})
        assert await told(run, *live, "--confirm") == (0, {a: (s, "recorded") for a, s in wanted.items()})
        assert {each.alias: each.symbol for each in await client.aliases()} == wanted
        for alias, symbol in wanted.items():
            first = await client.create_position("bybit", alias.lower(), "long", 1, 100)
            second = await client.create_position("bybit", symbol, "long", 1, 100)
            assert (first.symbol, first.outcome, second.outcome) == (symbol, "created", "existing")


async def test_binance_needs_none(binance: StandIn, operator_dsn: str) -> None:
    ended = await commands(binance, operator_dsn)("aliases", "--exchange", "binanceusdm", "--live")
    assert (ended.status, ended.out) == (0, "Every id of binance that is known leads to its symbol by itself.\n")


async def test_what_is_open_under_an_id_is_refused_and_the_rest_recorded(
    run: Run,
    bybit: BybitStandIn,
    bot_dsn: str,
) -> None:
    async with AsyncClient(bot_dsn) as client:
        one = await client.create_position("bybit", "BTCPERP", "long", 1, 100)
        two = await client.create_position("bybit", "BTCUSDC", "long", 1, 100)
    status, states = await told(run, "--exchange", "bybit", "--live", "--confirm")
    why = f"refused: position {one.position_id} is open under the id, and {two.position_id} under the symbol"
    assert (status, states) == (
        1,
        {"BTCPERP": ("BTCUSDC", why), "BTCUSDT-25DEC26": ("BTCUSDT-261225", "recorded now")},
    )


async def test_what_was_recorded_by_mistake_is_told_and_taken_away(
    run: Run,
    bybit: BybitStandIn,
    operator_dsn: str,
) -> None:
    with Client(operator_dsn) as client:
        client.record_aliases("bybit", {"BTCPERP": "BTC/USDT:USDT"})
        with pytest.raises(RequestMismatch):
            client.record_aliases("bybit", {"BTCPERP": "BTC/USDC:USDC"})
    live = ["--exchange", "bybit", "--live"]
    status, states = await told(run, *live, "--confirm")
    said = "differs: the exchange says BTCUSDC; take it away first if it is wrong"
    assert (status, states["BTCPERP"]) == (1, ("BTCUSDT", said))
    away = ["--exchange", "bybit", "--take-away", "btcperp"]
    assert (await told(run, *away))[1]["BTCPERP"] == ("BTCUSDT", "to be taken away")
    assert (await told(run, *away, "--confirm"))[1]["BTCPERP"] == ("BTCUSDT", "taken away")
    assert (await told(run, *live, "--confirm"))[1]["BTCPERP"] == ("BTCUSDC", "recorded now")
    ended = await run("aliases", *away[:3], "NOPERP", "--confirm")
    assert (ended.status, ended.err) == (2, "tradelatch: bybit has no id NOPERP that was recorded\n")


async def test_an_id_that_is_another_markets_symbol_is_told(run: Run, bybit: BybitStandIn) -> None:
    perpetual = next(market for market in bybit.markets if market["symbol"] == "BTCPERP")
    bybit.markets.append(perpetual | {"symbol": "BTCUSDC", "baseCoin": "DOGE"})
    status, states = await told(run, "--exchange", "bybit", "--live")
    assert (status, states["BTCUSDC"]) == (0, ("DOGEUSDC", "ambiguous: it is another market's symbol or id, too"))


async def test_a_bot_records_none(bot_dsn: str) -> None:
    with Client(bot_dsn) as client, pytest.raises(PermissionDenied):
        client.record_aliases("bybit", {"BTCPERP": "BTCUSDC"})


async def test_what_people_read(run: Run, bybit: BybitStandIn) -> None:
    ended = await run("aliases", "--exchange", "bybit", "--live")
    assert "2 would be recorded or taken away. Nothing was done: add --confirm to do it." in ended.out


async def test_a_client_that_knew_the_id_as_a_symbol_of_its_own(bot_dsn: str, operator_dsn: str) -> None:
    with Client(bot_dsn) as client, Client(operator_dsn) as operator:
        for symbol in ["xbtperp", "xbtperp"]:
            made = client.create_position("bybit", symbol, "long", Decimal(1), Decimal(100))
            client.cancel_position(made.position_id, made.fence, "enough")
        assert made.symbol == "XBTPERP"
        operator.record_aliases("bybit", {"XBTPERP": "BTC/USDC:USDC"})
        made = client.create_position("bybit", "xbtperp", "long", Decimal(1), Decimal(100))
        assert (made.outcome, made.symbol) == ("created", "BTCUSDC")
        client.cancel_position(made.position_id, made.fence, "enough")
        operator.record_aliases("bybit", {"XBTPERP": None})
        assert client.create_position("bybit", "xbtperp", "long", Decimal(1), Decimal(100)).symbol == "XBTPERP"


async def test_ids_lead_both_ways(on_bybit: Any, bybit: BybitStandIn) -> None:
    ids = await on_bybit.market_ids(**ACCOUNT)
    assert ids["BTCPERP"] == "BTC/USDC:USDC"
    bybit.positions["BTCPERP", "both"] = (Decimal(7), Decimal(100))
    assert [held.symbol for held in await on_bybit.positions(**ACCOUNT)] == ["BTCUSDC"]


async def test_filters_take_an_id(run: Run, bot_dsn: str, operator_dsn: str) -> None:
    with Client(bot_dsn) as client, Client(operator_dsn) as operator:
        made = client.create_position("bybit", "BTCUSDC", "long", 1, 100)
        operator.record_aliases("bybit", {"BTCPERP": "BTC/USDC:USDC"})
    for arguments in (["timeline", "btcperp", "--exchange", "bybit"], ["timeline", "BTCPERP"]):
        ended = await run(*arguments, "--json")
        assert [each["position_id"] for each in json.loads(ended.out)["positions"]] == [made.position_id]
