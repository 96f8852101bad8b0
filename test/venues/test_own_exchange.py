"""An exchange that a package of one's own registers: with the suite, and with the commands as processes."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tradelatch import AsyncClient
from tradelatch.testing.conformance import Bench, NotConforming, conform
from tradelatch.venues import NotConfigured, known_exchanges, open_exchanges

PACKAGE = Path(__file__).parent / "own_package"


@pytest.fixture
def mydex(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The package is installed; the book that its exchange keeps."""
    monkeypatch.syspath_prepend(PACKAGE)
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE))
    monkeypatch.setenv("MYDEX_BOOK", str(tmp_path / "book.json"))
    return tmp_path / "book.json"


def read(book: Path) -> Any:
    return json.loads(book.read_text())


def install(folder: Path, entry_points: str) -> None:
    """A package that has nothing but its entry points."""
    information = folder / "broken-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[tradelatch.exchanges]\n{entry_points}")


async def run(dsn: str, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tradelatch", "--dsn", dsn, *arguments),
        env={name: value for name, value in os.environ.items() if not name.startswith("TRADELATCH_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


@pytest.mark.usefixtures("mydex")
async def test_it_is_known_and_conforms() -> None:
    assert known_exchanges() == ["binance", "bitget", "bybit", "gate", "hyperliquid", "mydex", "okx"]
    async with open_exchanges(["mydex"]) as exchanges:
        await conform(Bench(exchanges["mydex"], "APTUSDT", Decimal("0.1"), patience=0.1, pause=0.01))


@pytest.fixture
def held(mydex: Path) -> Path:
    mydex.write_text(json.dumps({"size": "5", "orders": []}))
    return mydex


async def test_a_class_that_does_not_conform_is_told_why(held: Path) -> None:
    async with open_exchanges(["mydex"]) as exchanges:
        with pytest.raises(NotConforming, match="the account holds APTUSDT"):
            await conform(Bench(exchanges["mydex"], "APTUSDT", Decimal("0.1")))
    assert read(held)["size"] == "5"


async def test_what_is_registered_and_fails_is_one_line(
    mydex: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(tmp_path, "broken = no_such_module:open\nmydex = other:open\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NotConfigured, match="no_such_module:open, which fails: ModuleNotFoundError"):
        async with open_exchanges(["broken"]):
            pass
    with pytest.raises(NotConfigured, match="two packages register the exchange mydex"):
        async with open_exchanges(["mydex"]):
            pass


async def test_the_commands_work_with_it(
    mydex: Path, bot_dsn: str, operator_dsn: str, age_leases: Callable[..., None]
) -> None:
    async with AsyncClient(bot_dsn) as client, open_exchanges(["mydex"]) as exchanges:
        opened = await client.create_position("mydex", "APTUSDT", "long", Decimal(10), Decimal(3), stop_loss_percent=2)
        order = opened.next_order
        assert order is not None
        await exchanges["mydex"].send(
            "APTUSDT",
            order.side,
            order.quantity,
            kind="market",
            trigger=None,
            reduce_only=False,
            client_order_id=order.client_order_id,
            account="default",
            position_side="both",
        )
    age_leases("2 minutes")
    status, out = await run(operator_dsn, "recover", "--confirm", "--json")
    (recovered,) = json.loads(out)["recovered"]
    assert (status, recovered["status"]) == (0, "active")
    assert [each["kind"] for each in read(mydex)["orders"]] == ["market", "stop"]
    status, out = await run(operator_dsn, "reconcile", "--exchange", "mydex", "--live", "--json")
    assert (status, json.loads(out)["findings"]) == (0, [])
