"""None is missed, none comes twice."""

from datetime import timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from tradelatch.watching.alerts import AlertLog, Listener, Schedule, follow

HELD = "select tradelatch.create_position('binance', %s, 'short', 61, 3.2)"
NUMBERS = count()


def prevented(connection: psycopg.Connection) -> str:
    """A duplicate that is prevented in the connection's transaction; its symbol."""
    symbol = f"S{next(NUMBERS)}"
    for _ in range(2):
        connection.execute(HELD, [symbol])
    return symbol


def symbols(log: AlertLog, connection: psycopg.Connection) -> list[str]:
    return [alert.symbol for alert in log.new(connection)]


def test_what_was_there_before_is_not_new(connect: Any) -> None:
    bot = connect()
    prevented(bot)
    log = AlertLog()
    assert symbols(log, bot) == []
    assert symbols(log, bot) == []
    later = [prevented(bot), prevented(bot)]
    assert symbols(log, bot) == later
    assert symbols(log, bot) == []


def test_the_first_alert_of_all_is_not_missed(connect: Any) -> None:
    bot = connect()
    log = AlertLog()
    assert symbols(log, bot) == []
    first = prevented(bot)
    assert symbols(log, bot) == [first]


def test_since_begins_earlier(connect: Any, database: str) -> None:
    bot, admin = connect(), connect(database)
    old, young = prevented(bot), prevented(bot)
    admin.execute("set session_replication_role = replica")  # the log is never rewritten
    admin.execute("update monitoring.alerts set at = at - interval '2 hours' where symbol = %s", [old])
    log = AlertLog(timedelta(hours=1))
    assert symbols(log, bot) == [young]
    assert symbols(log, bot) == []


def test_transactions_that_commit_in_another_order(connect: Any) -> None:
    reader, slow, quick = connect(), connect(autocommit=False), connect()
    log = AlertLog()
    assert symbols(log, reader) == []
    first = prevented(slow)
    second = prevented(quick)
    assert symbols(log, reader) == [second]
    third = prevented(quick)
    assert symbols(log, reader) == [third]
    slow.commit()
    assert symbols(log, reader) == [first]
    assert symbols(log, reader) == []


def test_one_that_was_open_when_reading_began(connect: Any) -> None:
    reader, slow, quick = connect(), connect(autocommit=False), connect()
    first = prevented(slow)
    prevented(quick)
    log = AlertLog()
    assert symbols(log, reader) == []
    slow.commit()
    assert symbols(log, reader) == [first]


def test_one_that_is_undone_holds_up_nothing(connect: Any) -> None:
    reader, slow, quick = connect(), connect(autocommit=False), connect()
    log = AlertLog()
    symbols(log, reader)
    prevented(slow)
    second = prevented(quick)
    slow.rollback()
    assert symbols(log, reader) == [second]
    assert symbols(log, reader) == []


def test_ids_that_a_crashed_server_gives_again(connect: Any, database: str) -> None:
    """It had given ids that nothing durable has: what comes next may have an id below what a reader saw as over."""
    reader, bot, admin = connect(), connect(), connect(database)
    log = AlertLog()
    newest = prevented(bot)
    symbols(log, reader)
    for _ in range(5):
        admin.execute("select pg_current_xact_id()")  # ids that leave nothing behind
    symbols(log, reader)
    again = prevented(bot)
    admin.execute("set session_replication_role = replica")  # the log is never rewritten
    admin.execute(
        "update monitoring.alerts as a set xid = (n.xid::text::bigint + 1)::text::xid8"
        " from monitoring.alerts as n where a.symbol = %s and n.symbol = %s",
        [again, newest],
    )
    assert symbols(log, reader) == [again]


@pytest.fixture
def lost() -> list[str]:
    return []


def following(dsn: str, lost: list[str], stale_after: timedelta = timedelta(minutes=5)) -> Any:
    """What `tradelatch watch --alerts` iterates over; the first look is taken."""
    listener = Listener(lambda: psycopg.connect(dsn, autocommit=True))
    log = AlertLog()
    log.new(listener.connection())
    alerts = follow(listener, log, Schedule(stale_after), 0.1, (psycopg.OperationalError,), lost.append, lambda _: None)
    return listener, alerts


def test_what_is_raised_while_the_connection_is_lost(connect: Any, bot_dsn: str, database: str, lost: Any) -> None:
    bot, admin = connect(), connect(database)
    listener, alerts = following(bot_dsn, lost)
    before = prevented(bot)
    assert next(alerts).symbol == before
    admin.execute("select pg_terminate_backend(%s, 5000)", [listener.connection().info.backend_pid])
    meanwhile = prevented(bot)
    assert next(alerts).symbol == meanwhile
    assert len(lost) == 1
    after = prevented(bot)
    assert next(alerts).symbol == after
    listener.lose()


def test_what_is_overdue_is_found_by_the_watcher_itself(bot: Any, bot_dsn: str, age_leases: Any, lost: Any) -> None:
    position = bot.fill("AUSDT")
    listener, alerts = following(bot_dsn, lost)
    age_leases("2 minutes")
    alert = next(alerts)
    assert (alert.alert, alert.severity, alert.position_id) == ("no_stop_loss", "critical", position.position_id)
    listener.lose()


def test_a_reader_is_told_what_others_raise(connect: Any, reader_dsn: str, lost: Any) -> None:
    listener, alerts = following(reader_dsn, lost)
    raised = prevented(connect())
    assert next(alerts).symbol == raised
    assert lost == ["not a member of tradelatch_bot: somebody else must call record_findings"]
    listener.lose()


def test_a_schedule_that_cannot_run_says_so_every_time(bot_dsn: str) -> None:
    said: list[str] = []
    with psycopg.connect(bot_dsn) as holder, psycopg.connect(bot_dsn, autocommit=True) as connection:
        holder.execute("select tradelatch.record_findings()")
        process = str(holder.info.backend_pid)
        schedule = Schedule(timedelta(minutes=5))
        for _ in range(2):
            schedule.run(connection, said.append)
        holder.rollback()
        schedule.run(connection, said.append)
    assert len(said) == 2
    assert all("no alert is raised" in text and process in text for text in said)


def test_another_history_with_smaller_transaction_ids(connect: Any) -> None:
    """As after a failover that lost commits, or a restore: ids and transaction ids of before say nothing."""
    bot = connect()
    log = AlertLog()
    symbols(log, bot)
    earlier = [prevented(bot), prevented(bot)]
    assert symbols(log, bot) == earlier
    log._low, log._history = "99999999999", "another"
    assert symbols(log, bot) == []
    log._low, log._history = "99999999999", "another"
    later = prevented(bot)
    assert symbols(log, bot) == [later]
    assert symbols(log, bot) == []
    assert symbols(log, bot) == []
    last = prevented(bot)
    assert symbols(log, bot) == [last]
