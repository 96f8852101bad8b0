"""Access is opened from the environment: keys by venue and account, and one clear line for what is missing."""

import subprocess
import sys
from typing import Any

import pytest
from tradelatch import TradelatchError
from tradelatch.exchange import Holding
from tradelatch.venues import VENUES, AccessRefused, NotConfigured, open_exchanges

from .binance_standin import BinanceStandIn
from .conftest import environment_of
from .standin import KEY, SECRET, StandIn
from .test_orders import ACCOUNT, send


async def refusal(*names: str, accounts: tuple[str, ...] = ("default",), **environment: str) -> str:
    with pytest.raises(NotConfigured) as refused:
        async with open_exchanges(names, accounts, environment=environment):
            raise AssertionError("opened")
    assert isinstance(refused.value, TradelatchError)
    return str(refused.value)


async def test_the_venues_have_the_names_of_the_book() -> None:
    assert sorted(VENUES) == ["binance", "bitget", "bybit", "gate", "hyperliquid", "okx"]
    assert (
        await refusal("kraken")
        == "no access to exchange kraken: there is one to binance, bitget, bybit, gate, hyperliquid and okx"
    )


async def test_keys_that_are_missing_are_named() -> None:
    said = "binance: account default needs TRADELATCH_BINANCE_KEY and TRADELATCH_BINANCE_SECRET"
    assert await refusal("binance") == said
    assert await refusal("binance", TRADELATCH_BINANCE_KEY=KEY) == said
    said = "bybit: account sub-1 needs TRADELATCH_BYBIT_SUB_1_KEY and TRADELATCH_BYBIT_SUB_1_SECRET"
    assert await refusal("bybit", accounts=("sub-1",), TRADELATCH_BYBIT_KEY=KEY, TRADELATCH_BYBIT_SECRET=SECRET) == said


@pytest.mark.parametrize("key", ["naïve-key", "key\twith a gap"])
async def test_a_key_that_cannot_be_one_is_not_shown(key: str) -> None:
    said = await refusal("bybit", TRADELATCH_BYBIT_KEY=key, TRADELATCH_BYBIT_SECRET=SECRET)
    assert said == "TRADELATCH_BYBIT_KEY has characters that no key has"


async def test_an_address_is_checked() -> None:
    said = await refusal("bybit", TRADELATCH_BYBIT_URL="api.bybit.com")
    assert said == "TRADELATCH_BYBIT_URL must begin with https:// or http://"


async def test_two_accounts_never_share_a_key() -> None:
    keys = {"TRADELATCH_BYBIT_SUB_1_KEY": KEY, "TRADELATCH_BYBIT_SUB_1_SECRET": SECRET}
    said = await refusal("bybit", accounts=("sub-1", "sub_1"), **keys)
    assert said == "accounts sub_1 and sub-1 would share TRADELATCH_BYBIT_SUB_1_KEY"


async def test_each_account_is_used_with_its_own_key(binance: BinanceStandIn) -> None:
    environment = environment_of(binance, TRADELATCH_BINANCE_SUB_KEY="other", TRADELATCH_BINANCE_SUB_SECRET="other")
    async with open_exchanges(["binance"], environment=environment) as exchanges:
        exchange: Any = exchanges["binance"]
        await send(exchange, "en1")
        assert [held.account for held in await exchange.positions(account="default")] == ["default"]
        with pytest.raises(AccessRefused, match="-2015"):
            await exchange.positions(account="sub")
        with pytest.raises(NotConfigured, match="TRADELATCH_BINANCE_THIRD_KEY"):
            await exchange.positions(account="third")


async def test_the_default_account_may_be_named(binance: BinanceStandIn) -> None:
    environment = {
        "TRADELATCH_BINANCE_DEFAULT_KEY": f" {KEY}\n",
        "TRADELATCH_BINANCE_DEFAULT_SECRET": SECRET,
        "TRADELATCH_BINANCE_KEY": "not this one",
        "TRADELATCH_BINANCE_SECRET": "not this one",
        "TRADELATCH_BINANCE_URL": f"{binance.url}/",
    }
    async with open_exchanges(["binance"], ["default"], environment=environment) as exchanges:
        assert await exchanges["binance"].positions(**ACCOUNT) == []


async def test_the_environment_is_the_processs_own(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in environment_of(standin).items():
        monkeypatch.setenv(variable, value)
    standin.positions["APTUSDT", "both"] = (standin.price, standin.price)
    async with open_exchanges([standin.name]) as exchanges:
        held = await exchanges[standin.name].positions(**ACCOUNT)
    assert held == [Holding("default", "APTUSDT", standin.price, standin.price)]


async def test_nothing_is_sent_before_the_first_call(standin: StandIn) -> None:
    async with open_exchanges([standin.name], ["default"], environment=environment_of(standin)):
        pass
    assert standin.told == []


async def test_sessions_are_closed_also_after_an_error(standin: StandIn) -> None:
    made: list[Any] = []

    async def fail() -> None:
        async with open_exchanges([standin.name], environment=environment_of(standin)) as exchanges:
            await exchanges[standin.name].positions(**ACCOUNT)
            made.append(exchanges[standin.name].session("default")._exchange)
            assert made[0].session is not None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert made[0].session is None


async def test_every_request_goes_through_the_rate_limiter(
    exchange: Any, standin: StandIn, paced: list[object]
) -> None:
    await send(exchange, "en1")
    await exchange.find("APTUSDT", "en1", **ACCOUNT)
    await exchange.positions(**ACCOUNT)
    assert len(paced) == len(standin.told) > 5


async def test_only_what_is_needed_is_asked(exchange: Any, standin: StandIn) -> None:
    """No endpoint that a key for trading alone may not use."""
    await send(exchange, "en1")
    await exchange.find("APTUSDT", "en1", **ACCOUNT)
    await exchange.cancel("APTUSDT", "en1", **ACCOUNT)
    await exchange.positions(**ACCOUNT)
    assert {(told.method, told.path) for told in standin.told} <= set(standin.routes)


def test_ccxt_is_imported_when_it_is_used() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, tradelatch.venues; print('ccxt' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "False\n"


async def test_without_the_extra_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccxt.async_support", None)
    assert await refusal("binance") == "exchange access needs ccxt: pip install 'tradelatch[exchange]'"
