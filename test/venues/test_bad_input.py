"""What an exchange should not answer, on each of the table: an error of one line, and nothing is taken for true."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import AsyncClient
from tradelatch.exchange import Unreachable
from tradelatch.venues import AccessRefused, open_exchanges
from tradelatch.venues import venue as venues

from .binance_standin import BinanceStandIn
from .conftest import environment_of
from .hyperliquid_standin import HyperliquidStandIn
from .standin import PRICE, Fate, Placed, StandIn
from .test_conformance import bench_of
from .test_orders import ACCOUNT

MANY = 100_000


def questions(exchange: Any, standin: StandIn) -> dict[tuple[str, str], Callable[[], Awaitable[Any]]]:
    """What is asked, by the route that answers it."""
    return {  # on Bybit the last two are one
        standin.find_order: lambda: exchange.find(standin.symbol, "tl0123456789abcdef012345e1", **ACCOUNT),
        standin.list_positions: lambda: exchange.positions(**ACCOUNT),
        standin.list_orders: lambda: exchange.open_orders(standin.symbol, **ACCOUNT),
    }


async def fails(ask: Callable[[], Awaitable[Any]], what: type[Exception] = Unreachable) -> str:
    with pytest.raises(what) as raised:
        await ask()
    said = str(raised.value)
    assert len(said.splitlines()) == 1
    assert len(said) <= 250
    return said


BODIES = {
    "nothing": "",
    "page": "<html><title>502</title></html>",
    "half": '{"data": [{"symbol": "APT',
    "text": '"ok"',
    "number": "7",
    "null": "null",
    "other": '{"unexpected": [1, 2]}',
    "numbers": "[1, 2, 3]",
    "empty rows": "[{}, {}]",
}


@pytest.mark.parametrize("body", BODIES)
async def test_a_wrong_answer_is_no_answer(on_any: Any, any_standin: StandIn, body: str) -> None:
    await on_any.positions(**ACCOUNT)
    for route, ask in questions(on_any, any_standin).items():
        any_standin.next(*route, Fate(200, BODIES[body]))
        assert (await fails(ask)).startswith(f"{any_standin.name}: ")
        any_standin.forget()
    bench = bench_of(on_any, any_standin)
    any_standin.next(*any_standin.entry, Fate(200, BODIES[body]))
    await fails(lambda: bench.send(bench.name("e"), "buy"))
    assert any_standin.orders == []


async def test_half_of_a_right_answer_is_no_answer(on_any: Any, any_standin: StandIn) -> None:
    bench = bench_of(on_any, any_standin)
    await bench.send(bench.name("e"), "buy")
    await bench.send(bench.name("s"), "sell", trigger=Decimal(3), reduce_only=True)
    for method, path in (any_standin.list_positions, any_standin.list_orders):
        answer = any_standin.routes[method, path]
        ask = questions(on_any, any_standin)[method, path]
        halves: list[str] = []

        def halve(params: dict[str, Any], answer: Any = answer, halves: list[str] = halves) -> Any:
            whole = json.dumps(any_standin.answer(answer(params)))
            halves.append(whole[: len(whole) // 2])
            return answer(params)

        any_standin.routes[method, path] = halve
        await ask()
        any_standin.next(method, path, Fate(200, halves[0]))
        await fails(ask)
        assert await ask()


async def test_an_answer_that_does_not_come_is_waited_for_so_long(on_any: Any, any_standin: StandIn) -> None:
    """Ten seconds for each request; a third of one here."""
    await on_any.positions(**ACCOUNT)
    on_any.session("default")._exchange.timeout = 333
    for route, ask in questions(on_any, any_standin).items():
        any_standin.next(*route, Fate(hangs=True))
        began = time.monotonic()
        assert "no answer (RequestTimeout)" in await fails(ask)
        assert time.monotonic() - began < 5
    assert on_any.session("default")._exchange.session is not None
    fresh = {**environment_of(any_standin)}
    async with open_exchanges([any_standin.name], ["default"], environment=fresh) as exchanges:
        opened: Any = exchanges[any_standin.name]
        assert opened.session("default")._exchange.timeout == 10_000


async def test_a_row_that_comes_twice_is_one(on_any: Any, any_standin: StandIn) -> None:
    bench = bench_of(on_any, any_standin)
    await bench.send(bench.name("e"), "buy")
    await bench.send(bench.name("s"), "sell", trigger=Decimal(3), reduce_only=True)
    for route in [route for route in any_standin.routes if route[0] in ("GET", "POST")]:
        any_standin.routes[route] = _twice(any_standin.routes[route])
    assert len(await on_any.positions(**ACCOUNT)) == 1
    assert len(await on_any.open_orders(any_standin.symbol, **ACCOUNT)) == 1
    assert len(await on_any.all_open_orders(**ACCOUNT)) == 1


def _twice(answer: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """The same, with every row of a list of orders or positions twice."""

    def doubled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: doubled(each) for name, each in value.items()}
        if isinstance(value, list) and value and all(isinstance(each, dict) and _is_row(each) for each in value):
            return [each for each in value for _ in range(2)]
        return value

    return lambda params: doubled(answer(params))


def _is_row(row: dict[str, Any]) -> bool:
    return bool(
        {"positionAmt", "size", "pos", "position", "total", "oid", "orderId", "ordId", "algoId", "sz"} & set(row)
    )


RIGHTS = {
    "binance": (400, -2015),
    "bitget": (400, 40014),
    "bybit": (200, 10005),
    "gate": (403, "READ_ONLY"),
    "hyperliquid": (200, "User or API Wallet 0x5b38da6a701c568545dcfcb03fcb875f56beddc4 does not exist."),
    "okx": (401, 50120),
}
ACCOUNTS = {
    "binance": (401, -2008),
    "bitget": (400, 40037),
    "bybit": (401, 10003),
    "gate": (400, "USER_NOT_FOUND"),
    "hyperliquid": (200, "Must deposit before performing actions."),
    "okx": (401, 50119),
}


@pytest.mark.parametrize("told", [RIGHTS, ACCOUNTS], ids=["rights", "account"])
async def test_a_key_without_rights_or_an_account_does_nothing(
    on_any: Any, any_standin: StandIn, told: dict[str, tuple[int, Any]]
) -> None:
    await on_any.positions(**ACCOUNT)
    status, code = told[any_standin.name]
    bench = bench_of(on_any, any_standin)
    any_standin.next(*any_standin.entry, Fate(status, any_standin.error(code, "no, with detail")))
    assert str(code) in await fails(lambda: bench.send(bench.name("e"), "buy"), AccessRefused)
    assert any_standin.orders == []
    if any_standin.name != "hyperliquid":  # where everybody may read; who signs is asked before
        for route, ask in questions(on_any, any_standin).items():
            any_standin.next(*route, Fate(status, any_standin.error(code, "no, with detail")))
            await fails(ask, AccessRefused)


def rest(standin: StandIn, number: int) -> None:
    """So many limit orders in the book."""
    at = {"hyperliquid": "APT", "gate": "APT_USDT", "okx": "APT-USDT-SWAP"}.get(standin.name, "APTUSDT")
    kind = {"binance": "LIMIT", "bybit": "Limit", "gate": "gtc", "hyperliquid": "Gtc"}.get(standin.name, "limit")
    for each in range(number):
        name = f"tl{each:022x}e1"
        told = {"hyperliquid": f"0x{each:022x}6500000001", "gate": f"t-{each:022x}e1"}.get(standin.name, name)
        standin.orders.append(
            Placed(standin.next_id(), told, at, "buy", kind, Decimal("1.5"), False, "both", Decimal(3), None, each)
        )


@pytest.mark.parametrize("kind", [BinanceStandIn, HyperliquidStandIn], ids=["binance", "hyperliquid"])
async def test_a_hundred_thousand_orders_are_read(kind: type[StandIn]) -> None:
    """In one answer. Processor time, of which the stand-in takes a part, was 3 s and 5 s; memory 340 MB."""
    standin = kind()
    await standin.start()
    rest(standin, MANY)
    async with open_exchanges([standin.name], environment=environment_of(standin)) as exchanges:
        exchange: Any = exchanges[standin.name]
        await exchange.positions(**ACCOUNT)
        exchange.session("default")._exchange.timeout = 60_000  # of the stand-in's own time, too
        began = time.process_time()
        listed = await exchange.open_orders(standin.symbol, **ACCOUNT)
        assert time.process_time() - began < 30
    await standin.stop()
    assert len({order.client_order_id for order in listed}) == MANY


async def test_pages_that_do_not_end_are_no_list(
    on_any: Any, any_standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred are asked for; three here."""
    rest(any_standin, 450)
    monkeypatch.setattr(venues, "PAGES", 3)
    ask = questions(on_any, any_standin)[any_standin.list_orders]
    if any_standin.name in ("binance", "hyperliquid"):  # which list all at once
        assert len(await ask()) == 450
    else:
        assert await fails(ask) == f"{any_standin.name}: the pages of the list do not end"


COMMANDS = [
    (["reconcile", "--live", "--apply", "--confirm"], "list_positions"),
    (["recover", "--confirm"], "find_order"),
]
FATES = {
    "half": [Fate(200, BODIES["half"])],
    "other": [Fate(200, BODIES["other"])],
    "page": [Fate(503, BODIES["page"])],
    "rights": [Fate(401, {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."})],
}


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize(("command", "route"), COMMANDS, ids=["reconcile", "recover"])
async def test_a_command_changes_nothing(
    binance: BinanceStandIn, bot_dsn: str, operator_dsn: str, age_leases: Any, command: list[str], route: str, fate: str
) -> None:
    async with AsyncClient(bot_dsn) as client:
        await client.create_position("binance", "APTUSDT", "short", Decimal("61.8"), PRICE, stop_loss_percent=2)
        age_leases("2 minutes")
        binance.next(*getattr(binance, route), *FATES[fate] * 20)
        status, out = await _run(operator_dsn, environment_of(binance), *command, "--exchange", "binance")
        (row,) = await client.open_positions()
    assert status == (2 if command[0] == "reconcile" else 1)
    assert "binance" in out
    assert "Traceback" not in out
    assert len([line for line in out.splitlines() if "binance:" in line]) <= 1
    assert (row.status, binance.orders) == ("pending_entry", [])


async def _run(dsn: str, environment: dict[str, str], *arguments: str) -> tuple[int | None, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRADELATCH_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tradelatch", "--dsn", dsn, *arguments),
        env=kept | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()
