"""What stands on the screen, at any size."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tradelatch.watching.book import Book, read_book
from tradelatch.watching.figures import age, number
from tradelatch.watching.screen import render

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def book(bot, database: str, age_leases) -> Book:
    bot.activate("APTUSDT")
    unprotected = bot.fill("METUSDT")
    bot.create("ETHUSDT")
    bot.client.record_marks("binance", [{"symbol": "APTUSDT", "price": "3.2011", "unrealized_pnl": "1.99"}])
    age_leases("2 minutes", unprotected.position_id)
    with psycopg.connect(database, autocommit=True) as connection:
        return read_book(connection, FIVE_MINUTES)


def lines(book: Book, width: int, height: int) -> list[str]:
    return [line.plain for line in render(book, width, height)]


def test_what_it_says(book: Book) -> None:
    said = lines(book, 80, 24)
    assert said[0].startswith("3 open  2 unfinished (")
    assert "1 unprotected" in said[0]
    assert said[1].startswith("! no_stop_loss binance METUSDT")
    (heading,) = [number for number, line in enumerate(said) if line.split()[:2] == ["id", "exchange"]]
    listed = said[heading + 1 :][:3]
    assert [line.split()[1:6] for line in listed] == [  # what identifies a position; unfinished ones first
        ["binance", "default", "METUSDT", "short", "61.8"],
        ["binance", "default", "ETHUSDT", "short", "61.8"],
        ["binance", "default", "APTUSDT", "short", "61.8"],
    ]
    met, _, apt = listed
    assert re.search(r" pending_sl +none ", met)
    assert re.search(r" active +3\.29 ", apt)
    wide = lines(book, 160, 24)
    assert wide[heading].split()[-5:] == ["stop", "age", "lease", "mark", "profit"]
    assert re.search(r" none +\d+\.\ds +-1m \d+s$", wide[heading + 1])  # its lease is over
    assert wide[heading + 3].endswith(" 3.2011   1.99")
    assert any("confirm_entry → pending_sl  tradelatch_test_" in line for line in said)


def test_orders_that_are_left(bot: Any, database: str) -> None:
    bot.activate("BTCUSDT")
    closed = bot.activate("APTUSDT")
    bot.client.confirm_close(closed.position_id, "by hand")
    moved = bot.activate("METUSDT")
    due = bot.client.replace_stop_loss(moved.position_id, 4)
    bot.client.activate_position(due.position_id, due.fence, 4, due.next_order.client_order_id)
    expired = bot.activate("ETHUSDT")
    bot.client.confirm_orders(expired.position_id, orders_ended=bot.orders_of(expired))
    replaced = bot.activate("XRPUSDT")
    bot.client.replace_stop_loss(replaced.position_id, 5)
    with psycopg.connect(database, autocommit=True) as connection:
        book = read_book(connection, FIVE_MINUTES)
    said = {line.split()[3]: line for line in lines(book, 100, 40) if line.lstrip()[:1].isdigit() and ":" not in line}
    assert lines(book, 80, 40)[0].startswith("5 open  4 unfinished (")
    assert list(said)[-1] == "BTCUSDT"  # which is finished
    assert " pending_cancels " in said["APTUSDT"]
    assert re.search(r" 1 left ", said["APTUSDT"])
    assert re.search(
        r" active, 1 left +4 +\S+ +(5\ds|1m 0s)$", said["METUSDT"]
    )  # its lease: somebody must cancel the earlier one
    assert re.search(r" pending_sl +none +\S+ +none$", said["ETHUSDT"])  # nobody drives it, and it has no stop-loss
    assert re.search(r" pending_sl +3\.29 | pending_sl +5 ", said["XRPUSDT"])  # one stands while the next is due
    assert max(map(len, lines(book, 80, 40))) <= 80


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 50), (80, 10), (99, 24), (120, 24)])
def test_it_fits(book: Book, width: int, height: int) -> None:
    said = lines(book, width, height)
    assert len(said) <= height
    assert max(map(len, said)) <= width


def test_what_does_not_fit_is_counted(book: Book) -> None:
    many = Book(
        at=book.at,
        health=book.health,
        only={},
        positions=book.positions * 20,
        findings=book.findings * 20,
        events=book.events,
    )
    said = lines(many, 80, 24)
    assert len(said) == 24
    assert sum(line.startswith("… and ") for line in said) == 2
    assert sum("→" in line or "create_position" in line for line in said) >= 5  # events keep their place


def test_nothing_is_open(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        said = lines(read_book(connection, FIVE_MINUTES), 80, 24)
    assert said == ["0 open  0 unfinished  0 unprotected  0 prevented", "", "nothing is open"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0"),
        ("61.80", "61.8"),
        ("67213.123456", "67213.12"),
        ("0.0000112345", "1.123E-5"),
        ("-0.1978", "-0.1978"),
        ("123456789.123", "1.235E+8"),
        ("-12345678901", "-1.2E+10"),
        ("99.99999999", "100.0000"),
    ],
)
def test_numbers_in_eight_columns(value: str, shown: str) -> None:
    assert number(Decimal(value), 8) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0s"),
        (-3.756, "-3.8s"),
        (9.96, "10s"),
        (59.4, "59s"),
        (100, "1m 40s"),
        (5999, "1h 39m"),
        (172800, "2d 0h"),
        (-42, "-42s"),
    ],
)
def test_ages(seconds: int, shown: str) -> None:
    assert age(timedelta(seconds=seconds)) == shown


def test_the_book_is_of_one_instant(book: Book) -> None:
    assert book.at <= datetime.now(UTC)
    assert book.health.open_positions == len(book.positions)
