"""`tradelatch exchange-check`, as a process of its own, against the stand-ins."""

import asyncio
import json
import os
import sys
from typing import Any

import pytest
from tradelatch.venues import open_exchanges

from .conftest import SECRETS, environment_of
from .standin import PRICE, StandIn

APT = ["--symbol", "APTUSDT"]
SANDBOXES = {
    "binance": ("fapiPrivate", "https://demo-fapi.binance.com/fapi/v1"),
    "bybit": ("private", "https://api-testnet.{hostname}"),
}


async def check(standin: StandIn, *arguments: str, **variables: str) -> tuple[int | None, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADELATCH_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tradelatch", "exchange-check", standin.name, *arguments),
        env=environment | environment_of(standin) | variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert not [secret for secret in SECRETS if secret in out.decode()]
    return process.returncode, " ".join(out.decode().split(" "))


async def test_an_exchange_that_conforms_is_left_as_it_was(any_standin: StandIn) -> None:
    status, out = await check(any_standin, "--symbol", any_standin.symbol, "--confirm")
    assert (status, out.splitlines()[-1]) == (0, "It conforms.")
    assert len(any_standin.orders) >= 3
    assert not any(size for size, _ in any_standin.positions.values())
    assert not [order for order in any_standin.orders if order.status == "open"]


async def test_without_confirm_no_order_is_sent(standin: StandIn) -> None:
    status, out = await check(standin, *APT, "--json")
    document: dict[str, Any] = json.loads(out)
    assert (status, standin.orders) == (0, [])
    assert (document["dry_run"], document["problem"], len(document["checked"])) == (True, None, 4)


async def test_an_account_that_holds_something_is_not_used(standin: StandIn) -> None:
    standin.positions["APTUSDT", "both"] = (PRICE, PRICE)
    status, out = await check(standin, *APT, "--confirm")
    assert (status, standin.orders) == (1, [])
    assert "the account holds APTUSDT: use one that does not" in " ".join(out.split())


async def test_hedge_mode_needs_a_side(standin: StandIn) -> None:
    standin.hedge_mode = True
    status, out = await check(standin, *APT, "--confirm")
    assert (status, standin.orders) == (1, [])
    assert "the account is in hedge mode" in " ".join(out.split())
    status, _ = await check(standin, *APT, "--position-side", "long", "--confirm")
    assert status == 0


async def test_an_exchange_that_does_something_else_is_told(standin: StandIn) -> None:
    listed = standin.routes[standin.list_orders]

    def without_stops(params: dict[str, Any]) -> Any:
        """A list that lacks the conditional orders."""
        if {"orderId", "orderLinkId"} & set(params):
            return listed(params)
        return [] if standin.name == "binance" else {"list": [], "nextPageCursor": ""}

    standin.routes[standin.list_orders] = without_stops
    standin.routes["GET", "/fapi/v1/openAlgoOrders"] = lambda _: []
    status, out = await check(standin, *APT, "--confirm")
    assert status == 1
    assert "It does not conform: a stop-loss stands 0 times among the open orders" in " ".join(out.split())
    assert standin.held() == 0
    assert not [order for order in standin.orders if order.status == "open"]


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (["--symbol", "NOSUCHUSDT"], {}, "how much can be traded of NOSUCHUSDT is not known"),
        (["--testnet"], {}, "_URL or its sandbox, and not both"),
        (["--quantity", "-1"], {}, "no number above 0"),
        ([], {"KEY": ""}, "_KEY"),
    ],
)
async def test_wrong_usage_is_one_line(
    standin: StandIn, arguments: list[str], variables: dict[str, str], told: str
) -> None:
    prefix = f"TRADELATCH_{standin.name.upper()}_"
    status, out = await check(standin, *arguments, **{prefix + name: value for name, value in variables.items()})
    assert (status, len(out.splitlines()), standin.orders) == (2, 1, [])
    assert told in out


async def test_the_sandbox_is_where_ccxt_knows_it(standin: StandIn) -> None:
    prefix = f"TRADELATCH_{standin.name.upper()}_"
    environment = environment_of(standin, **{f"{prefix}TESTNET": "1", f"{prefix}URL": ""})
    async with open_exchanges([standin.name], ["default"], environment=environment) as exchanges:
        opened: Any = exchanges[standin.name]
        part, url = SANDBOXES[standin.name]
        assert opened.session("default")._exchange.urls["api"][part] == url
