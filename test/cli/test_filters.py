"""A filter that names what nobody knows is no all-clear: exit status 2, and what there is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .desk import Desk

COMMANDS = {
    "diagnose": [],
    "cleanup": ["all"],
    "backups": [],
    "recover": [],
    "timeline": [],
}
WITH_SYMBOL = ["diagnose", "cleanup", "backups"]


@pytest.fixture
def book(desk: Desk) -> Desk:
    """METUSDT at binance, and of the account sub-1 APTUSDT, which is over."""
    desk.open("METUSDT", status="pending_sl")
    receipt = desk.open("APTUSDT", status="pending_entry", account="sub-1")
    desk.client.cancel_position(receipt.position_id, receipt.fence, "too late")
    desk.age()
    return desk


def refusal(desk: Desk, *arguments: object) -> str:
    printed = desk.run(*arguments)
    assert (printed.status, printed.out) == (2, "")
    (line,) = printed.err.splitlines()
    return str(line)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_mistyped_exchange(book: Desk, command: str) -> None:
    said = refusal(book, command, *COMMANDS[command], "--exchange", "binanse")
    assert said.startswith("tradelatch: --exchange: nobody knows an exchange binanse; did you mean binance?")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_mistyped_account(book: Desk, command: str) -> None:
    said = refusal(book, command, *COMMANDS[command], "--account", "sub1")
    assert said == (
        "tradelatch: --account: the book has nothing of an account sub1; did you mean sub-1? It has default, sub-1"
    )


@pytest.mark.parametrize("command", WITH_SYMBOL)
def test_a_mistyped_symbol(book: Desk, command: str) -> None:
    said = refusal(book, command, *COMMANDS[command], "--symbol", "met")
    assert said == (
        "tradelatch: --symbol: the book has nothing of a symbol MET; did you mean METUSDT? It has APTUSDT, METUSDT"
    )


def test_a_timeline_of_a_mistyped_symbol(book: Desk) -> None:
    assert "did you mean METUSDT?" in refusal(book, "timeline", "met")


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_known_is_none_of_its_business(book: Desk, command: str) -> None:
    """An exchange that tradelatch knows but the book does not, an alias, an account of what is over."""
    for filters in (["--exchange", "bybit"], ["--exchange", "BinanceUSDM"], ["--account", "sub-1"]):
        assert book.run(command, *COMMANDS[command], *filters).err == ""


def test_what_was_seen_on_an_exchange_is_known(book: Desk) -> None:
    seen = [{"symbol": "ZENUSDT", "side": "long", "quantity": 1, "average_price": 1}]
    looked_at = datetime.now(UTC) - timedelta(minutes=2)
    for seconds in (0, 10):
        book.client.reconcile("kraken", seen, looked_at + timedelta(seconds=seconds), account="sub-2")
    for filters in (["--exchange", "kraken"], ["--account", "sub-2"], ["--symbol", "ZENUSDT"]):
        assert [each["symbol"] for each in book.json("diagnose", *filters)["findings"]] == ["ZENUSDT"]


def test_reconcile_records_nothing_for_a_name_that_nobody_knows(book: Desk, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text("[]")
    observed = ["--snapshot", file, "--observed-at", datetime.now(UTC).isoformat(), "--complete"]
    before = book.rows()
    assert "did you mean binance?" in refusal(book, "reconcile", "--exchange", "binanse", *observed)
    assert "did you mean sub-1?" in refusal(book, "reconcile", "--exchange", "binance", "--account", "sub1", *observed)
    assert "did you mean METUSDT?" in refusal(book, "reconcile", "--exchange", "binance", "--symbol", "met", *observed)
    assert book.rows() == before


def test_many_names_are_not_all_listed(desk: Desk) -> None:
    for number in range(20):
        desk.open(f"T{number:02}USDT", status="pending_entry")
    said = refusal(desk, "diagnose", "--symbol", "QQQQ")
    assert said.endswith("T00USDT, T01USDT, T02USDT, T03USDT, T04USDT, T05USDT, T06USDT, T07USDT and 12 more")


def test_an_empty_book_has_the_default_account(desk: Desk) -> None:
    assert desk.run("diagnose", "--account", "default").out == "Nothing found.\n"
    assert refusal(desk, "diagnose", "--symbol", "APTUSDT").endswith("It has none yet")


def test_what_a_snapshot_or_the_exchange_shows_is_known_to_reconcile(book: Desk, tmp_path: Path) -> None:
    book.trade("buy", 5, symbol="ZBCNUSDT")
    file = tmp_path / "snapshot.json"
    file.write_text('[{"symbol": "ZEN/USDT", "side": "long", "quantity": "1", "average_price": "1"}]')
    observed = ["--snapshot", file, "--observed-at", datetime.now(UTC).isoformat()]
    asked = ["reconcile", "--exchange", "binance", "--json", "--symbol"]
    for check_name, options in (
        ("orphaned_exchange", ["ZENUSDT", *observed]),
        ("symbol_mismatch", ["zbcn/usdt", "--live"]),  # it may be what the book has under another name
    ):
        (found,) = json.loads(book.run(*asked, *options).out)["findings"]
        assert found["check_name"] == check_name
    assert "did you mean METUSDT?" in refusal(book, "reconcile", "--exchange", "binance", "--symbol", "met", "--live")


def test_a_first_position_of_an_exchange_that_is_nearly_another_is_a_warning(desk: Desk) -> None:
    asked = [
        "adopt",
        "--exchange",
        "binanse",
        "--side",
        "long",
        "--quantity",
        "5",
        "--average-price",
        "100",
        "--symbol",
    ]
    warning = "warning: exchange binanse was never in the book: did you mean binance?\n"
    assert desk.run(*asked, "METUSDT").err == warning
    assert desk.run(*asked, "METUSDT", "--confirm").err == warning
    assert desk.run(*asked, "AVLUSDT", "--confirm").err == ""
