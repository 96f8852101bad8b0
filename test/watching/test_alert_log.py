"""None is missed, none comes twice."""

import time
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread, Timer
from typing import Any

import psycopg
import pytest
from tradelatch.watching.alerts import MOST_OFTEN, AlertLog, Listener, Pending, Schedule, follow
from tradelatch.watching.place import PlaceFile

HELD = "select tradelatch.create_position('binance', %s, 'short', 61, 3.2)"
NUMBERS = count()


def prevented(connection: psycopg.Connection) -> str:
    """A duplicate that is prevented in the connection's transaction; its symbol."""
    symbol = f"S{next(NUMBERS)}"
    for _ in range(2):
        connection.execute(HELD, [symbol])
    return symbol


@pytest.fixture
def exposed(age_leases: Any) -> Any:
    """`exposed(connection)` is a position that nothing protects and nobody drives; its symbol."""

    def exposed(connection: psycopg.Connection) -> str:
        symbol = f"S{next(NUMBERS)}"
        ((position_id, fence),) = connection.execute(
            "select r.position_id, r.fence from tradelatch.create_position('binance', %s, 'short', 61, 3.2) as r",
            [symbol],
        ).fetchall()
        connection.execute("select tradelatch.confirm_entry(%s, %s, 61)", [position_id, fence])
        age_leases("1 hour", position_id)
        return symbol

    return exposed


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


def following(dsn: str, lost: list[str], file: PlaceFile | None = None, severity: str = "info") -> Any:
    """What `tradelatch watch --alerts` iterates over; the first look is taken."""
    listener = Listener(lambda: psycopg.connect(dsn, autocommit=True))
    log = AlertLog(file=file)
    log.resume(listener.connection())
    told = follow(listener, log, Schedule(), 0.1, (psycopg.OperationalError,), lost.append, lambda _: None, severity)
    return listener, told


def test_what_is_raised_while_the_connection_is_lost(
    connect: Any, exposed: Any, bot_dsn: str, database: str, lost: Any
) -> None:
    bot, admin = connect(), connect(database)
    listener, alerts = following(bot_dsn, lost)
    overdue = exposed(bot)
    assert next(alerts).alert.symbol == overdue  # the first look is over
    before = prevented(bot)
    assert next(alerts).alert.symbol == before
    admin.execute("select pg_terminate_backend(%s, 5000)", [listener.connection().info.backend_pid])
    meanwhile = prevented(bot)
    assert next(alerts).alert.symbol == meanwhile
    assert len(lost) == 1
    after = prevented(bot)
    assert next(alerts).alert.symbol == after
    listener.lose()


def test_what_is_overdue_is_found_by_the_watcher_itself(bot: Any, bot_dsn: str, age_leases: Any, lost: Any) -> None:
    position = bot.fill("AUSDT")
    age_leases("2 minutes")
    listener, alerts = following(bot_dsn, lost)
    alert = next(alerts).alert
    assert (alert.alert, alert.severity, alert.position_id) == ("no_stop_loss", "critical", position.position_id)
    listener.lose()


def test_a_reader_is_told_what_others_raise(connect: Any, exposed: Any, reader_dsn: str, lost: Any) -> None:
    bot = connect()
    standing = exposed(bot)
    bot.execute("select tradelatch.record_findings()")
    listener, alerts = following(reader_dsn, lost)
    assert next(alerts).alert.symbol == standing
    raised = prevented(bot)
    assert next(alerts).alert.symbol == raised
    assert lost == ["not a member of tradelatch_watcher or tradelatch_bot: somebody else must call record_findings"]
    listener.lose()


def test_a_flood_of_notifications_is_no_flood_of_queries(
    connect: Any, bot_dsn: str, lost: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any login may notify; what is raised meanwhile is told at once all the same."""
    looks: list[float] = []
    new = AlertLog.new

    def counted(log: AlertLog, connection: Any) -> Any:
        looks.append(time.monotonic())
        return new(log, connection)

    monkeypatch.setattr(AlertLog, "new", counted)
    stranger, bot = connect(), connect()
    listener, told = following(bot_dsn, lost)
    ended = Event()

    def flood() -> None:
        while not ended.is_set():
            stranger.execute("notify tradelatch_alert")

    raised: list[str] = []
    threads = [Thread(target=flood), Timer(2.0, lambda: raised.append(prevented(bot)))]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        alert = next(told).alert
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        listener.lose()
    took = time.monotonic() - began
    assert [alert.symbol] == raised
    assert 2 < took < 5
    assert len(looks) < 2 * took / MOST_OFTEN + 4


def test_a_schedule_that_cannot_run_says_so_every_time(bot_dsn: str) -> None:
    said: list[str] = []
    with psycopg.connect(bot_dsn) as holder, psycopg.connect(bot_dsn, autocommit=True) as connection:
        holder.execute("select tradelatch.record_findings()")
        process = str(holder.info.backend_pid)
        schedule = Schedule()
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


def test_what_is_due_when_it_starts_is_told_once(
    connect: Any, exposed: Any, bot_dsn: str, lost: Any, tmp_path: Path
) -> None:
    bot, file = connect(), PlaceFile(tmp_path / "place")
    settled = prevented(bot)  # it is over: nothing stands
    standing = exposed(bot)
    bot.execute("select tradelatch.record_findings()")
    unknown = exposed(bot)  # nobody has looked yet
    later = prevented(bot)
    listener, told = following(bot_dsn, lost, file)
    first, second = next(told).alert, next(told).alert
    assert [first.symbol, second.symbol] == [standing, unknown]
    assert settled not in (first.symbol, second.symbol)
    assert later not in (first.symbol, second.symbol)
    third = prevented(bot)
    assert next(told).alert.symbol == third
    listener.lose()


def test_a_restart_loses_nothing_and_repeats_nothing(
    connect: Any, exposed: Any, bot_dsn: str, lost: Any, tmp_path: Path
) -> None:
    bot, file = connect(), PlaceFile(tmp_path / "place")
    standing = exposed(bot)
    listener, told = following(bot_dsn, lost, file)
    assert next(told).alert.symbol == standing
    one, two = prevented(bot), prevented(bot)
    assert next(told).alert.symbol == one  # which counts as told once the next one is asked for
    assert next(told).alert.symbol == two
    listener.lose()
    three = prevented(bot)
    listener, told = following(bot_dsn, lost, file)
    assert [next(told).alert.symbol, next(told).alert.symbol] == [two, three]
    four = prevented(bot)
    assert next(told).alert.symbol == four
    listener.lose()


def test_what_is_not_what_was_told_is_told(connect: Any, exposed: Any, database: str, tmp_path: Path) -> None:
    bot, admin = connect(), connect(database)

    def told() -> list[str]:
        log = AlertLog(file=PlaceFile(tmp_path / "place"))
        log.resume(bot)
        alerts = log.new(bot)
        log.tell(alerts)
        return [alert.symbol for alert in alerts]

    standing = exposed(bot)
    bot.execute("select tradelatch.record_findings()")
    assert told() == [standing]
    assert told() == []
    admin.execute("set session_replication_role = replica")  # the log is never rewritten
    admin.execute("update monitoring.alerts set at = at + interval '1 second'")
    assert told() == [standing]


def test_a_file_that_is_something_else_stays(connect: Any, tmp_path: Path) -> None:
    path = tmp_path / "diary"
    path.write_text('{"dear": "diary"}')
    with pytest.raises(ValueError, match="something else"):
        AlertLog(file=PlaceFile(path)).resume(connect())
    assert path.read_text() == '{"dear": "diary"}'


def test_the_place_is_for_its_user_alone_and_replaces_a_link_itself(connect: Any, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("")
    (tmp_path / "place").symlink_to(tmp_path / "target")
    log = AlertLog(file=PlaceFile(tmp_path / "place"))
    with pytest.raises(ValueError, match="Expecting value"):
        log.resume(connect())
    (tmp_path / "place").unlink()
    log.resume(connect())
    log.new(connect())
    assert (tmp_path / "place").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".place*")) == []


def test_the_most_severe_first_and_the_same_thing_once(connect: Any, exposed: Any) -> None:
    bot = connect()
    log, pending = AlertLog(timedelta(hours=1)), Pending()
    taken = f"S{next(NUMBERS)}"
    bot.execute(HELD, [taken])
    with bot.transaction():
        for _ in range(3):
            bot.execute(HELD, [taken])
            other = prevented(bot)
    critical = exposed(bot)
    bot.execute("select tradelatch.record_findings()")
    assert pending.add(log.new(bot)) == []
    first, second = pending.pop(), pending.pop()
    assert (first.alert.symbol, first.alert.severity, first.count) == (critical, "critical", 1)
    assert (second.alert.symbol, second.count, len(second.all)) == (taken, 3, 1)
    assert other != taken


def test_what_nobody_wants_to_hear_of(connect: Any, exposed: Any, bot_dsn: str, lost: Any, tmp_path: Path) -> None:
    bot = connect()
    listener, told = following(bot_dsn, lost, PlaceFile(tmp_path / "place"), "warning")
    first = exposed(bot)
    assert next(told).alert.symbol == first
    prevented(bot)
    second = exposed(bot)
    assert next(told).alert.symbol == second
    listener.lose()
