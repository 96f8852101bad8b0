"""Prices on a table that was taken over: older modules write them into the row, record_marks beside it."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import psycopg
import pytest

from .conftest import OWNER, WRITER, Live

SHOWN = (
    "select mark_price, unrealized_pnl, marked_at, marked_at between clock_timestamp() - interval '1 minute'"
    " and clock_timestamp() from tradelatch.{} where position_id = %s"
)


@pytest.fixture
def apt(adopted: Live) -> Iterator[tuple["psycopg.Connection[tuple]", int]]:
    """A connection whose changes are undone, and the id of an open position that was taken over without a price."""
    with adopted.connect() as connection, connection.transaction(force_rollback=True):
        ((position,),) = connection.execute(
            "select position_id from tradelatch.open_positions where symbol = 'APTUSDT'"
        ).fetchall()
        connection.execute("alter table monitoring.positions disable trigger positions_priced")
        connection.execute(
            "update monitoring.positions set current_price = null, unrealized_pnl = null, priced_at = null"
            " where id = %s",
            [position],
        )
        connection.execute("alter table monitoring.positions enable trigger positions_priced")
        yield connection, position


def tick(connection: psycopg.Connection, position: int, change: str, user: str = WRITER) -> None:
    connection.execute(f"set local role {user}")
    connection.execute(f"update monitoring.positions set {change} where id = %s", [position])
    connection.execute("reset role")


def mark(connection: psycopg.Connection, price: str, profit: str | None = None) -> None:
    marks = [{"symbol": "APTUSDT", "price": price, "unrealized_pnl": profit}]
    done = connection.execute(
        "select tradelatch.record_marks('binance', %s)", [psycopg.types.json.Jsonb(marks)]
    ).fetchone()
    assert done == (1,)


def shown(connection: psycopg.Connection, position: int) -> tuple:
    """Price, profit, and whether it is of this minute; null where nobody knows when it was."""
    (row,) = connection.execute(SHOWN.format("positions"), [position]).fetchall()
    assert connection.execute(SHOWN.format("open_positions"), [position]).fetchall() == [row]
    price, profit, _, is_now = row
    return price, profit, is_now


def test_neither(apt: tuple) -> None:
    assert shown(*apt) == (None, None, None)


@pytest.mark.parametrize("user", [OWNER, WRITER])
def test_only_the_row(apt: tuple, user: str) -> None:
    connection, position = apt
    tick(connection, position, "current_price = 3.2, unrealized_pnl = 1.5, updated_at = now()", user)
    assert shown(connection, position) == (Decimal("3.2"), Decimal("1.5"), True)


def test_the_newer_of_the_two(apt: tuple) -> None:
    connection, position = apt
    mark(connection, "3.1", "2")
    assert shown(connection, position) == (Decimal("3.1"), 2, True)
    tick(connection, position, "current_price = 3.2, unrealized_pnl = null")
    assert shown(connection, position) == (Decimal("3.2"), None, True)
    mark(connection, "3.3")
    assert shown(connection, position) == (Decimal("3.3"), None, True)
    # said once more, it is newer; and so is a profit alone
    tick(connection, position, "current_price = 3.2")
    assert shown(connection, position) == (Decimal("3.2"), None, True)
    mark(connection, "3.4", "4")
    tick(connection, position, "unrealized_pnl = 5")
    assert shown(connection, position) == (Decimal("3.2"), 5, True)


@pytest.mark.parametrize("price", ["null", "0", "-1", "'NaN'"])
def test_what_is_no_price_never_hides_a_mark(apt: tuple, price: str) -> None:
    connection, position = apt
    tick(connection, position, f"current_price = {price}, unrealized_pnl = 'NaN'")
    assert shown(connection, position)[:2] == (None, None)
    mark(connection, "3.1", "2")
    tick(connection, position, f"current_price = {price}, unrealized_pnl = 'NaN'")
    assert shown(connection, position) == (Decimal("3.1"), 2, True)


def test_a_price_from_before_has_no_time_and_a_mark_wins(apt: tuple) -> None:
    connection, position = apt
    tick(connection, position, "current_price = 3.2")
    connection.execute("update monitoring.positions set priced_at = null where id = %s", [position])
    assert shown(connection, position) == (Decimal("3.2"), None, None)
    mark(connection, "3.1")
    assert shown(connection, position) == (Decimal("3.1"), None, True)


def test_a_move_leaves_the_time_and_the_log_does_not_have_it(apt: tuple) -> None:
    connection, position = apt
    tick(connection, position, "trailing_activated = true, take_profit_price = 4")
    connection.execute("select tradelatch.begin_close(%s, 'test')", [position])
    assert shown(connection, position) == (None, None, None)
    tick(connection, position, "current_price = 3.2, stop_loss_price = stop_loss_price - 0.01")
    assert shown(connection, position) == (Decimal("3.2"), None, True)
    assert connection.execute(
        "select event, array(select jsonb_object_keys(details) order by 1) from monitoring.position_events"
        " where position_id = %s and event <> 'adoption' order by id",
        [position],
    ).fetchall()[-1] == ("plain_update", ["current_price", "stop_loss_price"])


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ("drop current_price", (None, None, False)),
        ("alter current_price type text", (None, None, False)),
        ("drop unrealized_pnl", (None, None, False)),
        (
            "alter current_price type double precision, alter unrealized_pnl type real",
            (Decimal("3.25"), Decimal("1.5"), True),
        ),
    ],
)
def test_a_table_with_other_columns(make_live: Callable[..., Live], columns: str, shown: tuple) -> None:
    live = make_live("evening")
    live.execute(f"alter table monitoring.positions {columns}")
    before = live.schema()
    live.deploy()
    position = live.value("select position_id from tradelatch.open_positions where symbol = 'APTUSDT'")
    written = [
        f"{name} = {price}"
        for name, price in (("current_price", 3.25), ("unrealized_pnl", 1.5))
        if f"drop {name}" not in columns
    ]
    live.execute(f"update monitoring.positions set {', '.join(written)} where id = %s", position, user=WRITER)
    price, profit, at = live.all(
        "select mark_price, unrealized_pnl, marked_at from tradelatch.positions where position_id = %s", position
    )[0]
    assert (price, profit, at is not None) == shown
    live.revert()
    assert live.schema() == before
