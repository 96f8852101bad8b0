"""What stands on the screen, at any size."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tradelatch.watching.book import Book, read_book
from tradelatch.watching.figures import brief, number
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
    assert said[1].startswith("! no_stop_loss METUSDT")
    listed = said[said.index(next(line for line in said if line.startswith("   id"))) + 1 :][:3]
    assert [line.split()[1] for line in listed] == ["METUSDT", "ETHUSDT", "APTUSDT"]  # unfinished ones first
    (met,) = [line for line in said if "pending_sl " in line and "none" in line]
    (apt,) = [line for line in said if " active " in line and "3.29" in line]
    assert met.split()[5].startswith("-")  # its lease is over
    assert apt.endswith("    3.29   3.2011     1.99")
    assert any("confirm_entry → pending_sl  scanner" in line for line in said)


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
    said = {line.split()[1]: line for line in lines(book, 80, 40) if line.lstrip()[:1].isdigit() and ":" not in line}
    assert lines(book, 80, 40)[0].startswith("5 open  4 unfinished (")
    assert list(said)[-1] == "BTCUSDT"  # which is finished
    assert " pending_cancels " in said["APTUSDT"]
    assert said["APTUSDT"].endswith("  1 left")
    assert " active, 1 left " in said["METUSDT"]
    assert said["METUSDT"].split()[7:] == ["59s", "4"]  # its lease, because somebody must cancel the earlier stop-loss
    assert " pending_sl " in said["ETHUSDT"]
    assert said["ETHUSDT"].split()[5:] == ["none", "none"]  # nobody drives it, and it has no stop-loss
    assert said["XRPUSDT"].endswith("        5")  # one stands while the next is due
    assert max(map(len, lines(book, 80, 40))) <= 80


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 50), (80, 10), (143, 24), (144, 24)])
def test_it_fits(book: Book, width: int, height: int) -> None:
    said = lines(book, width, height)
    assert len(said) <= height
    assert max(map(len, said)) <= width


def test_what_does_not_fit_is_counted(book: Book) -> None:
    many = Book(
        at=book.at,
        health=book.health,
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
        (9.96, "9s"),
        (99, "99s"),
        (100, "1m"),
        (5999, "99m"),
        (6000, "1h"),
        (172800, "2d"),
        (-42, "-42s"),
    ],
)
def test_ages(seconds: int, shown: str) -> None:
    assert brief(timedelta(seconds=seconds)) == shown


def test_the_book_is_of_one_instant(book: Book) -> None:
    assert book.at <= datetime.now(UTC)
    assert book.health.open_positions == len(book.positions)
