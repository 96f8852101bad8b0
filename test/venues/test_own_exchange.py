"""An exchange that a package of one's own registers: with the suite, and with the commands as processes."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tradelatch import AsyncClient
from tradelatch.testing.conformance import Bench, NotConforming, conform
from tradelatch.venues import NotConfigured, checked, known_exchanges, open_exchanges, registered

PACKAGE = Path(__file__).parent / "own_package"


@pytest.fixture
def mydex(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The package is installed; the book that its exchange keeps."""
    monkeypatch.syspath_prepend(PACKAGE)
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE))
    monkeypatch.setenv("MYDEX_BOOK", str(tmp_path / "book.json"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "book.json"


def read(book: Path) -> Any:
    return json.loads(book.read_text())


def write(book: Path, size: str) -> None:
    book.write_text(json.dumps({"size": size, "orders": []}))


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
    async with open_exchanges(["mydex"], unchecked=True) as exchanges:
        await conform(Bench(exchanges["mydex"], "APTUSDT", Decimal("0.1"), patience=0.1, pause=0.01))


@pytest.fixture
def held(mydex: Path) -> Path:
    write(mydex, "5")
    return mydex


async def test_a_class_that_does_not_conform_is_told_why(held: Path) -> None:
    async with open_exchanges(["mydex"], unchecked=True) as exchanges:
        with pytest.raises(NotConforming, match="the account holds APTUSDT"):
            await conform(Bench(exchanges["mydex"], "APTUSDT", Decimal("0.1")))
    assert read(held)["size"] == "5"


async def test_what_is_registered_and_fails_is_one_line(
    mydex: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(tmp_path, "broken = no_such_module:open\nmydex = other:open\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(NotConfigured, match="no_such_module:open, which fails: ModuleNotFoundError"):
        async with open_exchanges(["broken"], unchecked=True):
            pass
    with pytest.raises(NotConfigured, match="two packages register the exchange mydex"):
        async with open_exchanges(["mydex"]):
            pass


CHECK = ["exchange-check", "mydex", "--symbol", "APTUSDT", "--quantity", "0.1"]
REFUSED = (
    "exchange mydex of own-exchange {} is in no table, and nobody has checked it here: "
    "run tradelatch exchange-check mydex --confirm, with --testnet if it has a sandbox"
)


async def left_by_a_worker(bot_dsn: str, age_leases: Callable[..., None]) -> None:
    """An entry that is filled on the exchange; its worker is dead."""
    async with AsyncClient(bot_dsn) as client, open_exchanges(["mydex"], unchecked=True) as exchanges:
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


def noted(mydex: Path) -> list[Path]:
    return sorted((mydex.parent / "state/tradelatch/exchanges").glob("*"))


async def test_it_is_refused_until_somebody_has_run_it(
    mydex: Path, bot_dsn: str, operator_dsn: str, age_leases: Callable[..., None]
) -> None:
    await left_by_a_worker(bot_dsn, age_leases)
    before = read(mydex)
    status, out = await run(operator_dsn, "recover", "--confirm", "--json")
    (left,) = json.loads(out)["recovered"]
    assert (status, left["outcome"], left["reason"]) == (1, "left", REFUSED.format("1.0"))
    for command in (["reconcile", "--live"], ["adopt", "--live", "--symbol", "APTUSDT", "--side", "long"]):
        status, out = await run(operator_dsn, *command, "--exchange", "mydex")
        assert (status, len(out.splitlines())) == (2, 1)
    status, out = await run(operator_dsn, "reconcile", "--exchange", "mydex", "--live")
    assert out == f"tradelatch: {REFUSED.format('1.0')}\n"
    with pytest.raises(NotConfigured, match="nobody has checked it here"):
        async with open_exchanges(["mydex"]):
            raise AssertionError("opened")
    assert (read(mydex), noted(mydex)) == (before, [])


async def test_a_check_is_noted(mydex: Path, operator_dsn: str) -> None:
    status, out = await run(operator_dsn, *CHECK)
    assert (status, noted(mydex)) == (0, []), "without an order nothing is known"
    status, out = await run(operator_dsn, *CHECK, "--confirm", "--json")
    (path,) = noted(mydex)
    assert (status, json.loads(out)["noted"]) == (0, str(path))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    told = json.loads(path.read_text())
    assert (told["exchange"], told["package"], told["version"]) == ("mydex", "own-exchange", "1.0")
    assert set(told) - {"exchange", "package", "version"} == {
        *("tradelatch", "ccxt", "checked_at", "testnet", "position_side")
    }
    async with open_exchanges(["mydex"]):
        pass
    status, _ = await run(operator_dsn, *CHECK, "--confirm")
    assert (status, noted(mydex)) == (0, [path]), "it may be run again"


async def test_a_newer_version_is_another_one(mydex: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    point = registered("mydex")
    checked.note(point, is_testnet=False, position_side="both")
    assert checked.is_noted(point)
    newer = tmp_path / "newer"
    shutil.copytree(PACKAGE, newer)
    (newer / "own_exchange-1.0.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: own-exchange\nVersion: 1.1\n"
    )
    monkeypatch.syspath_prepend(newer)
    with pytest.raises(NotConfigured, match=r"own-exchange 1\.1 is in no table"):
        async with open_exchanges(["mydex"]):
            raise AssertionError("opened")


async def test_one_that_does_not_conform_is_not_noted(held: Path, operator_dsn: str) -> None:
    status, out = await run(operator_dsn, *CHECK, "--confirm")
    assert (status, noted(held)) == (1, [])
    assert "the account holds APTUSDT" in out


@pytest.mark.parametrize("what", ["link", "text", "other", "folder"])
async def test_a_note_that_is_none_is_not_believed(mydex: Path, what: str) -> None:
    point = registered("mydex")
    path = checked.note(point, is_testnet=True, position_side="both")
    if what == "link":
        path.rename(mydex)
        path.symlink_to(mydex)
    elif what == "text":
        path.write_text("yes")
    elif what == "other":
        path.write_text(path.read_text().replace("own-exchange", "another"))
    else:
        path.unlink()
        path.mkdir()
    assert not checked.is_noted(point)
    with pytest.raises(OSError, match="exists"):
        checked.note(point, is_testnet=True, position_side="both")


async def test_where_nothing_can_be_written_it_is_one_line(
    mydex: Path, operator_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mydex.with_name("file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(mydex.with_name("file")))
    status, out = await run(operator_dsn, *CHECK, "--confirm")
    assert (status, len(out.splitlines())) == (2, 1)
    assert "mydex conforms, but that cannot be noted" in out


async def test_the_commands_work_with_it(
    mydex: Path, bot_dsn: str, operator_dsn: str, age_leases: Callable[..., None]
) -> None:
    status, out = await run(operator_dsn, *CHECK, "--confirm")
    assert (status, out.splitlines()[-1]) == (0, "It conforms.")
    assert read(mydex)["size"] == "0.0"
    write(mydex, "0")
    await left_by_a_worker(bot_dsn, age_leases)
    status, out = await run(operator_dsn, "recover", "--confirm", "--json")
    (recovered,) = json.loads(out)["recovered"]
    assert (status, recovered["status"]) == (0, "active")
    assert [each["kind"] for each in read(mydex)["orders"]] == ["market", "stop"]
    status, out = await run(operator_dsn, "reconcile", "--exchange", "mydex", "--live", "--json")
    assert (status, json.loads(out)["findings"]) == (0, [])
