"""Many positions are ended or adopted: so many a call, one look for all of them, and none that moved meanwhile."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict

from .conftest import Admin, Session

LIMIT = 1000
BOOK = """
begin;
set local session_replication_role = replica;
insert into monitoring.positions (
    exchange, account, symbol, side, quantity, entry_price, status,
    filled_quantity, open_quantity, average_price, stop_loss_price,
    created_at, updated_at, exposure_at, orders_at, lease_until
)
select
    'binance', %s, 'S' || i || 'USDT', 'long', 10, 100, 'active', 10, 10, 100, 95,
    now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour',
    now() - interval '1 hour'
from generate_series(1, %s) as i;
commit;
"""
CLEANUP = "select * from tradelatch.cleanup(%s, account => %s, older_than => '0', dry_run => %s)"
RECONCILE = (
    "select * from tradelatch.reconcile('binance', %s, clock_timestamp() - %s::interval, account => %s,"
    " complete => %s, adopt => %s, max_closes => 100000)"
)
# Whoever carries out what was found waits first, while somebody holds the gate.
GATE = (
    "create schema behind",
    "grant usage on schema behind to tradelatch_owner",
    "alter function monitoring.carry_out set schema behind",
    """
    create function monitoring.carry_out(
        chosen tradelatch.finding[], move text, reason text, backup_id uuid, stop_loss_percent numeric default null
    )
    returns setof tradelatch.cleanup_action
    language plpgsql
    set lock_timeout = 0
    as $$
    begin
        if pg_catalog.cardinality(chosen) > 0 then
            perform pg_catalog.pg_advisory_xact_lock(42);
        end if;
        return query select * from behind.carry_out(chosen, move, reason, backup_id, stop_loss_percent);
    end
    $$
    """,
)
NO_GATE = (
    "drop function monitoring.carry_out",
    "alter function behind.carry_out set schema monitoring",
    "drop schema behind",
)


@pytest.fixture
def bot(connect: Callable[..., Session]) -> Session:
    return connect()


@pytest.fixture
def operator_dsn(server: Any, database: str, logins: dict[str, dict[str, str]]) -> str:
    return str(server.dsn_of(conninfo_to_dict(database)["dbname"], **logins["operator"]))


@pytest.fixture
def operator(connect: Callable[..., Session], operator_dsn: str) -> Session:
    return connect(operator_dsn)


@pytest.fixture
def gate(admin: Admin) -> Iterator[None]:
    for statement in GATE:
        admin(statement)
    yield
    for statement in NO_GATE:
        admin(statement)


@contextmanager
def waiting_at_the_gate(admin: Admin, session: Session, call: Callable[[], list[Any]]) -> Iterator["Future[list[Any]]"]:
    """While the session has looked, and holds no lock yet; it goes on when this ends."""
    with ThreadPoolExecutor(1) as thread:
        admin("select pg_advisory_lock(42)")
        try:
            running = thread.submit(call)
            admin.until_waiting(session)
            yield running
        finally:
            admin("select pg_advisory_unlock(42)")


def snapshot(*symbols: str) -> str:
    return json.dumps([{"symbol": symbol, "side": "long", "quantity": 5, "average_price": 100} for symbol in symbols])


def show(
    session: Session, listed: str, ago: str = "0 seconds", complete: bool = True, adopt: bool = False
) -> list[Any]:
    return session(RECONCILE, listed, ago, session.account, complete, adopt)


def fill(admin: Admin, positions: int) -> None:
    for statement in BOOK.split(";\n")[:-1]:
        admin(statement, *((admin.account, positions) if "%s" in statement else ()))


def gone(admin: Admin, bot: Session, positions: int) -> None:
    """So many positions that two snapshots did not list."""
    fill(admin, positions)
    show(bot, "[]", "1 minute")
    show(bot, "[]", "30 seconds")


def locks(admin: Admin, session: Session) -> int:
    return int(admin.value("select count(*) from pg_locks where locktype = 'advisory' and pid = %s", session.pid))


def looks(session: Session) -> int:
    """How often this session looked through the book, for comparing: within a transaction it only rises."""
    return int(
        session.value(
            "select coalesce(sum(calls), 0) from pg_stat_xact_user_functions"
            " where schemaname = 'monitoring' and funcname = 'findings'"
        )
    )


def test_a_thousand_are_ended_in_one_call_and_the_others_in_the_next(
    admin: Admin, bot: Session, operator: Session
) -> None:
    gone(admin, bot, LIMIT + 100)
    told = operator(CLEANUP, "all", admin.account, True)
    assert Counter(row.action for row in told) == {"end": LIMIT, "needs another call": 100}

    operator("begin")
    done = operator(CLEANUP, "all", admin.account, False)
    assert [row.action for row in done] == [row.action for row in told]
    assert [row.position_id for row in done] == [row.position_id for row in told]
    assert {(row.backup_id, row.to_status) for row in done if row.action != "end"} == {(None, None)}
    assert locks(admin, operator) == LIMIT
    operator("commit")
    assert len(admin.open_positions()) == 100

    rest = operator(CLEANUP, "all", admin.account, False)
    assert Counter(row.action for row in rest) == {"end": 100}
    assert admin.open_positions() == []
    assert operator(CLEANUP, "all", admin.account, False) == []


def test_a_thousand_are_adopted_in_one_call_and_the_others_are_findings(admin: Admin, bot: Session) -> None:
    listed = snapshot(*(f"X{number}USDT" for number in range(LIMIT + 100)))
    show(bot, listed, "1 minute")
    bot("begin")
    done = show(bot, listed, "30 seconds", adopt=True)
    actions = Counter((row.check_name, row.action) for row in done)
    assert actions == {
        ("orphaned_exchange", "adopted"): LIMIT,
        ("orphaned_exchange", "cleanup orphaned_exchange"): 100,
    }
    assert len({row.symbol for row in done}) == LIMIT + 100
    assert locks(admin, bot) == LIMIT
    bot("commit")
    assert len(admin.open_positions()) == LIMIT
    assert {row.action for row in show(bot, listed, "20 seconds", adopt=True)} == {"adopted"}
    assert len(admin.open_positions()) == LIMIT + 100


@pytest.mark.parametrize("positions", [1, 40])
def test_the_book_is_looked_through_so_often_however_many_there_are(admin: Admin, bot: Session, positions: int) -> None:
    """A look takes as long as the book is big: one for each position would be its square."""
    gone(admin, bot, positions)
    listed = snapshot(*(f"X{number}USDT" for number in range(positions)))
    admin("set track_functions = 'all'")
    for ago in ("20 seconds", "10 seconds"):
        show(bot, listed, ago)
    for call, calls in (
        # what was found, what is still so, and what is left; with nothing to do the first one says it all
        (lambda: show(admin, listed, "5 seconds", adopt=True), 3),
        (lambda: show(admin, listed, "4 seconds", adopt=True), 1),
        (lambda: admin(CLEANUP, "all", admin.account, True), 1),
        # what was found, and what is still so; in the last mode once more what was found
        (lambda: admin(CLEANUP, "all", admin.account, False), 3),
        (lambda: admin(CLEANUP, "all", admin.account, False), 1),
    ):
        admin("begin")
        before = looks(admin)
        call()
        assert looks(admin) - before == calls
        admin("commit")
    assert len(admin.open_positions()) == positions


def test_what_moves_between_the_look_and_the_lock_is_left_alone(
    admin: Admin, bot: Session, operator: Session, connect: Callable[..., Session], gate: None
) -> None:
    gone(admin, bot, 6)
    ids = {row.symbol: row.id for row in admin.open_positions()}
    driver = connect()
    with waiting_at_the_gate(admin, operator, lambda: operator(CLEANUP, "all", admin.account, False)) as cleanup:
        # the exchange closed one, somebody is to close another one, a third one is seen after all
        assert bot.answer("confirm_close", position_id=ids["S1USDT"], reason="stop-loss") == "ok"
        assert bot.answer("begin_close", position_id=ids["S2USDT"], reason="x", attempt=uuid4()) == "ok"
        show(bot, snapshot("S3USDT"), complete=False)
        # and somebody is about to move a fourth one
        driver("begin")
        assert driver.answer("resize_position", position_id=ids["S4USDT"], quantity=5, reason="x") == "ok"
    done = cleanup.result()
    assert {row.detail["symbol"]: row.action for row in done} == {
        "S1USDT": "busy",
        "S2USDT": "busy",
        "S3USDT": "busy",
        "S4USDT": "busy",
        "S5USDT": "end",
        "S6USDT": "end",
    }
    driver("rollback")
    assert {row.symbol: row.status for row in admin.open_positions()} == {
        "S2USDT": "pending_close",
        "S3USDT": "active",
        "S4USDT": "active",
    }
    (again,) = (row for row in operator(CLEANUP, "all", admin.account, False) if row.action == "end")
    assert again.detail["symbol"] == "S4USDT"


def test_what_is_opened_between_the_look_and_the_lock_is_not_adopted(
    admin: Admin, bot: Session, connect: Callable[..., Session], gate: None
) -> None:
    listed = snapshot("X1USDT", "X2USDT", "X3USDT")
    for ago in ("20 seconds", "10 seconds"):
        show(bot, listed, ago)
    other, slow = connect(), connect()
    with waiting_at_the_gate(admin, bot, lambda: show(bot, listed, "5 seconds", adopt=True)) as adopting:
        opened = other.create(symbol="X1USDT")
        slow("begin")
        slow.create(symbol="X2USDT")
    done = adopting.result()
    slow("rollback")
    # the slot that was locked is a finding still; the one that was opened is none, because it moved just now
    assert {row.symbol: row.action for row in done} == {"X2USDT": "cleanup orphaned_exchange", "X3USDT": "adopted"}
    assert {row.id for row in admin.open_positions() if row.symbol == "X1USDT"} == {opened.position_id}


def test_a_plain_update_in_flight_is_waited_for_and_stays(
    admin: Admin, bot: Session, operator: Session, database: str, connect: Callable[..., Session]
) -> None:
    """It takes no lock of the slot, but the row's."""
    gone(admin, bot, 2)
    ids = {row.symbol: row.id for row in admin.open_positions()}
    writer = connect(database)
    writer("begin")
    writer("update monitoring.positions set status = 'closed', open_quantity = 0 where id = %s", ids["S1USDT"])
    with ThreadPoolExecutor(1) as thread:
        cleanup = thread.submit(operator, CLEANUP, "all", admin.account, False)
        admin.until_waiting(operator)
        writer("commit")
        done = cleanup.result()
    assert {row.detail["symbol"]: row.action for row in done} == {"S1USDT": "busy", "S2USDT": "end"}
    assert admin.events(ids["S1USDT"]) == ["plain_update"]
