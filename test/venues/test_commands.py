"""Commands that ask an exchange, as processes of their own: real ccxt, reached by TRADELATCH_<EXCHANGE>_URL."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import AsyncClient

from .conftest import Run, commands
from .standin import PRICE, Fate, StandIn
from .test_orders import ACCOUNT


@pytest.fixture
def run(standin: StandIn, operator_dsn: str) -> Run:
    return commands(standin, operator_dsn)


@pytest.fixture
async def left(standin: StandIn, exchange: Any, bot_dsn: str, age_leases: Callable[..., None]) -> None:
    """A dead worker's entry, filled on the exchange."""
    async with AsyncClient(bot_dsn) as client:
        opened = await client.create_position(
            standin.name, "APTUSDT", "short", Decimal("61.8"), PRICE, stop_loss_percent=2
        )
    order = opened.next_order
    await exchange.send(
        "APTUSDT", order.side, order.quantity, kind="market", client_order_id=order.client_order_id, **ACCOUNT
    )
    age_leases("2 minutes")


@pytest.mark.usefixtures("left")
async def test_recover_protects_what_a_dead_worker_left(run: Run, standin: StandIn) -> None:
    shown = await run("recover", "--live")
    assert (shown.status, shown.err) == (0, "")
    assert "the exchange: short 61.8 at 3.2333" in shown.out
    assert len(standin.orders) == 1
    ended = await run("recover", "--confirm", "--json")
    assert (ended.status, ended.err) == (0, "")
    (recovered,) = json.loads(ended.out)["recovered"]
    assert (recovered["outcome"], recovered["status"]) == ("finished", "active")
    assert [(order.side, order.reduce_only) for order in standin.orders] == [("sell", False), ("buy", True)]


@pytest.mark.usefixtures("left")
async def test_reconcile_records_what_the_exchange_lists(run: Run, standin: StandIn) -> None:
    ended = await run("reconcile", "--exchange", standin.name, "--live", "--json")
    assert (ended.status, ended.err, json.loads(ended.out)) == (0, "", {"dry_run": True, "findings": []})
    standin.positions["APTUSDT", "both"] = (Decimal(50), PRICE)
    ended = await run("reconcile", "--exchange", standin.name, "--live", "--json")
    (found,) = json.loads(ended.out)["findings"]
    assert (found["check_name"], found["detail"]["seen"]["quantity"]) == ("side_mismatch", "50")


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("command", [["reconcile", "--live"], ["recover", "--confirm"]], ids=["reconcile", "recover"])
async def test_without_keys_nothing_is_asked_or_claimed(
    run: Run, standin: StandIn, bot_dsn: str, command: list[str]
) -> None:
    missing = f"TRADELATCH_{standin.name.upper()}_KEY"
    asked = len(standin.told)
    ended = await run(*command, "--exchange", standin.name, **{missing: ""})
    assert ended.status == (1 if command[0] == "recover" else 2)
    assert missing in ended.out + ended.err
    assert len(standin.told) == asked
    async with AsyncClient(bot_dsn) as client:
        (row,) = await client.open_positions()
        events = await client.position_timeline(row.position_id)
    assert [event.event for event in events] == ["create_position"]


async def test_an_exchange_that_is_down_is_one_line(run: Run, standin: StandIn) -> None:
    time = {"binance": "/fapi/v1/time", "bybit": "/v5/market/time"}[standin.name]
    standin.next("GET", time, *[Fate(503, "<html>")] * 20)
    ended = await run("reconcile", "--exchange", standin.name, "--live")
    assert (ended.status, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert "the exchange does not answer" in ended.err
