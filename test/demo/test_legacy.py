"""The legacy flow fails by itself, in its window and not outside it, and costs what is said of it."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tradelatch.incidents.demo.incidents import APTUSDT, AVLUSDT, Incident
from tradelatch.incidents.legacy import (
    ROLLBACK_LOOKUPS,
    LegacyBook,
    LegacyBot,
    LegacySynchronizer,
    Signal,
    connect,
    lock_key,
    stop_loss_price,
)
from tradelatch.testing import Delays, Exchange, Market, SimulatedClock

START = datetime(2025, 10, 22, 21, 50)
SIGNAL = APTUSDT.signal


class Told(list[tuple[str, str]]):
    """What an actor told: name and text of each step."""

    def __call__(self, step: str, text: str) -> None:
        self.append((step, text))

    @property
    def steps(self) -> list[str]:
        return [step for step, _ in self]

    def text(self, step: str) -> str:
        return next(text for name, text in self if name == step)


@pytest.fixture
def database(server: Any) -> Iterator[str]:
    """The DSN of an empty one: the legacy flow needs nothing of tradelatch."""
    name = server.create_database()
    yield server.dsn_of(name)
    server.drop_database(name)


@pytest.fixture
async def book(database: str) -> AsyncIterator[LegacyBook]:
    async with connect(database) as pool:
        book = LegacyBook(pool, schema='the "old" bot')
        await book.create_tables()
        yield book


async def statuses(book: LegacyBook, symbol: str = SIGNAL.symbol) -> list[str]:
    return [row["status"] for row in await book.rows(symbol)]


async def aptusdt(book: LegacyBook, synchronizer_after: float) -> tuple[Told, Exchange]:
    """The APTUSDT minute, with the synchronizer so many seconds after the signal."""
    clock = APTUSDT.clock()
    exchange = APTUSDT.venue(clock)
    told = Told()

    async def synchronize() -> None:
        await clock.sleep(synchronizer_after)
        await LegacySynchronizer(book, exchange, clock, told).run_once()

    await clock.play(LegacyBot(book, exchange, clock, told).open_position(SIGNAL), synchronize())
    return told, exchange


async def test_aptusdt_ends_in_the_violation_and_two_rows(book: LegacyBook) -> None:
    assert APTUSDT.synchronizer_after is not None
    await book.start_ids_at(APTUSDT.first_position_id)
    told, exchange = await aptusdt(book, APTUSDT.synchronizer_after)
    assert told.text("error") == (
        'UniqueViolationError: duplicate key value violates unique constraint "idx_unique_active_position"\n'
        "DETAIL:  Key (symbol, exchange)=(APTUSDT, binance) already exists."
    )
    first, second = await book.rows("APTUSDT")
    assert (first["id"], first["status"], first["side"]) == (2548, "rolled_back", "short")
    assert (first["quantity"], first["entry_price"]) == (Decimal("61.8"), Decimal("3.2333"))
    assert (first["exchange_order_id"], first["signal_id"]) == ("53190368", 5483266)
    assert "idx_unique_active_position" in first["exit_reason"]
    assert (second["id"], second["status"], second["side"]) == (2549, "active", "short")
    assert (second["quantity"], second["entry_price"]) == (Decimal("61.0"), Decimal("3.2295"))
    assert second["stop_loss_price"] == Decimal("3.29")
    assert not exchange.exposure("APTUSDT").size  # closed by the rollback, while row 2549 stands for it


@pytest.mark.parametrize("seconds", [0.7, 2.0, 4.6])
async def test_the_window_is_open_from_order_to_activation(book: LegacyBook, seconds: float) -> None:
    told, _ = await aptusdt(book, seconds)
    assert "UniqueViolationError" in told.text("error")
    assert await statuses(book) == ["rolled_back", "active"]


@pytest.mark.parametrize("seconds", [0.1, 4.7, 30])
async def test_outside_the_window_nothing_goes_wrong(book: LegacyBook, seconds: float) -> None:
    told, exchange = await aptusdt(book, seconds)
    assert "error" not in told.steps
    assert await statuses(book) == ["active"]
    assert exchange.exposure("APTUSDT").size == Decimal("-61.0")


async def test_a_second_signal_is_given_the_first_ones_row_and_trades_on_it(book: LegacyBook) -> None:
    """Scenario A, within the row's first moment: no violation, exposure doubled all the same."""
    clock = APTUSDT.clock()
    exchange = APTUSDT.venue(clock)
    bot = LegacyBot(book, exchange, clock, Told())
    assert await clock.play(bot.open_position(SIGNAL), bot.open_position(SIGNAL)) == [1, 1]
    assert exchange.exposure("APTUSDT").size == Decimal("-122.0")


async def avlusdt(book: LegacyBook, incident: Incident = AVLUSDT) -> tuple[Told, Exchange]:
    clock = incident.clock()
    exchange = incident.venue(clock)
    told = Told()
    await clock.play(LegacyBot(book, exchange, clock, told).open_position(incident.signal))
    return told, exchange


async def test_avlusdt_ends_doubled_and_without_a_row(book: LegacyBook) -> None:
    told, exchange = await avlusdt(book)
    assert told.text("error") == ("PositionMissing: Position not found after order. Order status: closed, filled: 0.0")
    assert [(order.side, order.quantity, order.reduce_only) for order in exchange.orders("AVLUSDT")] == [
        ("buy", Decimal(43), False),
        ("buy", Decimal(43), False),
    ]
    assert exchange.exposure("AVLUSDT").size == Decimal(86)
    assert await statuses(book, "AVLUSDT") == ["rolled_back"]


async def test_where_the_answer_names_the_side_the_rollback_closes(book: LegacyBook) -> None:
    clock = AVLUSDT.clock()
    exchange = Exchange("bybit", clock, {"AVLUSDT": AVLUSDT.market}, delays=AVLUSDT.delays)
    await clock.play(LegacyBot(book, exchange, clock, Told()).open_position(AVLUSDT.signal))
    assert not exchange.exposure("AVLUSDT").size


async def test_a_position_that_never_shows_is_looked_for_twenty_times(book: LegacyBook) -> None:
    clock = SimulatedClock(START)
    delays = Delays(answer=0, positions=0, list_lag=3600)
    exchange = Exchange("bybit", clock, {"AVLUSDT": Market(Decimal("0.1358"))}, delays=delays)
    await clock.play(LegacyBot(book, exchange, clock, Told()).open_position(AVLUSDT.signal))
    assert (clock.now() - START).total_seconds() == 3 + ROLLBACK_LOOKUPS - 1
    assert await statuses(book, "AVLUSDT") == ["rolled_back"]
    assert exchange.exposure("AVLUSDT").size == Decimal(43)  # open, unprotected, and in no book


async def test_a_refused_entry_is_rolled_back_at_once(book: LegacyBook) -> None:
    clock = SimulatedClock(START)
    told = Told()
    exchange = Exchange("bybit", clock, {})
    await clock.play(LegacyBot(book, exchange, clock, told).open_position(AVLUSDT.signal))
    assert told.steps == ["row", "entry", "error", "rolled_back"]
    assert clock.now() == START


async def test_a_lifecycle_takes_nine_round_trips_and_four_commits(database: str) -> None:
    statements: list[str] = []

    async def watch(connection: "asyncpg.Connection[Any]") -> None:
        connection.add_query_logger(lambda query: statements.append(query.query.strip()))

    async with asyncpg.create_pool(database, min_size=1, max_size=1, init=watch) as pool:
        book = LegacyBook(pool)
        await book.create_tables()
        statements.clear()
        position_id = await book.create_position("APTUSDT", "binance", "short", Decimal(1), Decimal(3))
        await book.mark_entry_placed(position_id, "53190368", Decimal(3))
        await book.activate(position_id, Decimal("3.06"))
        await book.close_position("APTUSDT", "binance", "take profit", Decimal(1))
    own = [statement for statement in statements if not statement.startswith("SELECT pg_advisory_unlock_all")]
    assert len(own) == 9
    assert sum(statement.startswith(("COMMIT", "update")) for statement in own) == 4


def test_the_lock_key_is_a_signed_number_of_eight_bytes() -> None:
    keys = {lock_key(symbol, exchange) for symbol in ("APTUSDT", "AVLUSDT") for exchange in ("binance", "bybit")}
    assert len(keys) == 4
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert lock_key("APTUSDT", "binance") == lock_key("APTUSDT", "binance")


def test_a_stop_loss_stands_on_the_losing_side() -> None:
    assert stop_loss_price("short", Decimal("3.2333")) == Decimal("3.29")
    assert stop_loss_price("short", Decimal("3.2295")) == Decimal("3.29")
    assert stop_loss_price("long", Decimal("0.1358")) == Decimal("0.133")


async def test_connect_reads_what_libpq_reads(database: str) -> None:
    parts = conninfo_to_dict(database)
    words = " ".join(f"{name}='{value}'" for name, value in parts.items())
    async with connect(words, connections=1) as pool:
        assert await pool.fetchval("select current_database()") == parts["dbname"]


def test_signals_know_their_order_side() -> None:
    assert SIGNAL.order_side == "sell"
    assert Signal(1, "AVLUSDT", "bybit", "long", Decimal(43), Decimal("0.1358")).order_side == "buy"
