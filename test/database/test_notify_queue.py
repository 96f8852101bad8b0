"""Two sessions fill the queue of NOTIFY, or hold its lock: moves that raise an alert go on."""

import os
import signal
from collections.abc import Iterator

import pytest
from tradelatch.cluster import DATABASE, Cluster
from tradelatch.programs import release_of, server_programs

from ..postgres import programs_of
from ..standby import Standby
from ..template import deployed_cluster
from .conftest import PATIENCE, Admin, Session

SMALL = {"max_notify_queue_pages": "64"}  # 512 kB, from PostgreSQL 17 on; before that a queue always has 8 GB


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of a release that may have a small queue."""
    if release_of(server_programs()) >= 17:
        with deployed_cluster(settings=SMALL) as cluster:
            yield cluster
        return
    before = os.environ["PATH"]
    with programs_of("18") as programs, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{programs}{os.pathsep}{before}")
        server_programs.cache_clear()
        with deployed_cluster(settings=SMALL) as cluster:
            yield cluster
    server_programs.cache_clear()


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> str:
    return cluster.dsn(DATABASE)


@pytest.fixture(scope="module")
def bot_dsn(database: str) -> str:
    return database


@pytest.fixture
def full_queue(connect, database: str) -> Iterator[Session]:
    """A stranger's two sessions: one listens and reads nothing, the other notifies until nothing more has room."""
    idle, noisy = connect(database), connect(database)
    with idle.connection.transaction():
        idle("listen anything")
    idle("begin")
    idle("select pg_current_xact_id()")
    large = "select pg_notify('anything', repeat(n::text, 7000 / length(n::text))) from generate_series(1, 40) as n"
    for statement in (large, "notify anything"):  # as much as fits, then as little as can be
        while not noisy.state_of(statement):
            pass
        assert noisy.state_of(statement) == "54000"
    assert noisy.value("select pg_notification_queue_usage()") > 0.9
    yield noisy
    idle("rollback")
    idle("unlisten *")
    assert noisy.value("select pg_notification_queue_usage()") < 0.5  # which makes room


def test_every_move_that_raises_an_alert_goes_on(connect, full_queue: Session, age_leases) -> None:
    bot = connect()
    exposed, released, taken, overdue = (bot.create(symbol=symbol) for symbol in ("AUSDT", "BUSDT", "CUSDT", "DUSDT"))
    for position in (exposed, overdue):
        bot.call("confirm_entry", position_id=position.position_id, fence=position.fence, filled_quantity=61)
    age_leases("1 hour", overdue.position_id)
    assert bot.answer("rollback_position", position_id=exposed.position_id, fence=exposed.fence, reason="x") == "ok"
    assert bot.answer("release_position", position_id=released.position_id, reason="x") == "ok"
    assert bot.answer_create(symbol="CUSDT") == "existing"
    assert taken.outcome == "created"
    assert bot.value("select tradelatch.record_findings()") == 1
    alerts = bot("select alert from tradelatch.alerts where account = %s order by alert_id", bot.account)
    assert [alert for (alert,) in alerts] == [
        "rollback_with_exposure", "position_released", "duplicate_prevented", "no_stop_loss",
    ]  # fmt: skip


@pytest.fixture
def held_lock(admin: Admin, connect, database: str) -> Iterator[None]:
    """A stranger's commit that notified stands still. What a slow standby can do to it is done by a signal here."""
    standby, stranger = Standby(database), connect(database)
    try:
        standby.go()
        stranger.start_statement("select pg_notify('anything', ''), pg_logical_emit_message(true, 'anything', '')")
        admin.until(lambda: stranger.pid in standby.waiting())
        os.kill(stranger.pid, signal.SIGSTOP)
    finally:
        standby.come_back()
    yield
    os.kill(stranger.pid, signal.SIGCONT)


def test_nobody_waits_for_a_commit_that_notifies(connect, held_lock: None) -> None:
    bot = connect()
    bot("set lock_timeout = '3s'")
    bot.create(symbol="AUSDT")
    assert bot.answer_create(symbol="AUSDT") == "existing"
    assert bot("select alert from tradelatch.alerts where account = %s", bot.account) == [("duplicate_prevented",)]


def test_it_notifies_again_when_there_is_room(connect, database: str) -> None:
    listener, bot = connect(database), connect()
    listener("listen tradelatch_alert")
    bot.create(symbol="AUSDT")
    assert bot.answer_create(symbol="AUSDT") == "existing"
    (note,) = listener.connection.notifies(timeout=PATIENCE, stop_after=1)
    assert (note.channel, note.payload) == ("tradelatch_alert", "")
