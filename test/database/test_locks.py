"""Any login can hold any advisory lock: whoever stops others with one is named, and stops no schedule."""

import json

import psycopg
import pytest

KEY = "hashtextextended(%s, hashtextextended(%s, hashtextextended('binance', 0)))"
HOLDERS = "select * from tradelatch.lock_holders() where account = %s and symbol = %s order by is_holder desc"


@pytest.fixture
def stranger(server, database, connect):
    """A login that was granted nothing."""
    name = f"{server.prefix}stranger"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"create role {name} login")
        try:
            yield connect(server.dsn_of(connection.info.dbname, user=name, application_name="oncall alice"))
        finally:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s", [name]
            )
            connection.execute(f"drop role {name}")


def detail_of(session, function: str, **arguments) -> dict:
    with pytest.raises(psycopg.errors.LockNotAvailable) as caught:
        session.call(function, **arguments)
    return json.loads(caught.value.diag.message_detail)


def test_the_schedule_is_not_stopped_by_a_lock_that_any_login_can_take(admin, stranger) -> None:
    stranger("select pg_advisory_lock(hashtextextended('tradelatch.record_findings', 0))")
    assert admin.state_of("select tradelatch.record_findings()") == ""


def test_a_schedule_that_waits_for_another_one_is_told_for_whom(admin, connect) -> None:
    holder = connect()
    holder("begin")
    holder("select tradelatch.record_findings()")
    for _ in range(2):
        with pytest.raises(psycopg.errors.LockNotAvailable, match="record_findings") as caught:
            admin("select tradelatch.record_findings()")
        (named,) = json.loads(caught.value.diag.message_detail)["holders"]
        assert named["pid"] == holder.pid
    holder("rollback")
    assert admin.state_of("select tradelatch.record_findings()") == ""


def test_who_holds_a_slot_is_named_in_the_refusal(admin, connect, stranger) -> None:
    position = connect().create()
    stranger(f"select pg_advisory_lock({KEY})", "APTUSDT", admin.account)
    mine = {"pid": stranger.pid, "user_name": stranger.connection.info.user, "application_name": "oncall alice"}
    for function, arguments in (
        ("create_position", connect().opening()),
        ("renew_lease", {"position_id": position.position_id, "fence": position.fence}),
        ("confirm_entry", {"position_id": position.position_id, "fence": position.fence, "filled_quantity": 61}),
    ):
        detail = detail_of(connect(), function, **arguments)
        assert detail["holders"] == [mine], function
        assert detail["symbol"] == "APTUSDT"
    # Neither does a slot that the book has never seen hide him.
    stranger(f"select pg_advisory_lock({KEY})", "NEWUSDT", admin.account)
    assert detail_of(connect(), "create_position", **connect().opening(symbol="NEWUSDT"))["holders"] == [mine]


def test_lock_holders_shows_who_holds_and_who_waits(admin, connect, stranger) -> None:
    connect().create()
    stranger(f"select pg_advisory_lock({KEY})", "APTUSDT", admin.account)
    waiter = connect()
    waiter("set lock_timeout = 0")
    running = waiter.start_create()
    admin.until_waiting(waiter)
    rows = [row._asdict() for row in admin(HOLDERS, admin.account, "APTUSDT")]
    assert [(row["pid"], row["is_holder"]) for row in rows] == [(stranger.pid, True), (waiter.pid, False)]
    assert rows[0]["user_name"] == stranger.connection.info.user
    assert rows[0]["application_name"] == "oncall alice"
    assert rows[1]["since"] is not None
    assert {(row["exchange"], row["symbol"]) for row in rows} == {("binance", "APTUSDT")}
    assert running.answer() == "55P03"
    assert [row.pid for row in admin(HOLDERS, admin.account, "APTUSDT")] == [stranger.pid]
    assert stranger.state_of("select * from tradelatch.lock_holders()") == "42501"


def test_a_slot_that_is_free_again_is_known_by_what_was_there(admin, connect, stranger) -> None:
    """Nothing is open in it, and the book's history is not read for it."""
    bot = connect()
    for symbol in ("ONEUSDT", "TWOUSDT", "TWOUSDT"):
        over = bot.create(symbol=symbol)
        assert bot.answer("cancel_position", position_id=over.position_id, fence=over.fence, reason="over") == "ok"
    stranger(f"select pg_advisory_lock_shared({KEY})", "TWOUSDT", admin.account)
    assert [row.pid for row in admin(HOLDERS, admin.account, "TWOUSDT")] == [stranger.pid]


def test_a_lock_that_stays_is_a_finding_and_an_alert(admin, connect, stranger) -> None:
    found = "select * from tradelatch.diagnose(account => %s, stale_after => '1 hour') where check_name = 'slot_locked'"
    connect().create()
    stranger(f"select pg_advisory_lock({KEY})", "APTUSDT", admin.account)
    admin("select tradelatch.record_findings()")
    assert admin(found, admin.account) == [], "seen once, it may be a move"
    admin("update monitoring.lock_sightings set first_seen_at = first_seen_at - interval '6 seconds'")
    (finding,) = admin(found, admin.account)
    assert (finding.severity, finding.symbol, finding.position_id) == ("critical", "APTUSDT", None)
    assert finding.age.total_seconds() > 5
    (holder,) = finding.detail["holders"]
    assert (holder["pid"], holder["user_name"]) == (stranger.pid, stranger.connection.info.user)
    assert str(stranger.pid) in finding.action

    admin("select tradelatch.record_findings()")
    alerts = admin("select * from tradelatch.alerts where account = %s", admin.account)
    assert [(row.alert, row.severity) for row in alerts] == [("slot_locked", "critical")]
    detail = detail_of(connect(), "create_position", **connect().opening())
    assert detail["holders"][0]["since"] is not None, "since when he was seen"

    stranger("select pg_advisory_unlock_all()")
    assert admin(found, admin.account) == []
    admin("select tradelatch.record_findings()")
    assert admin("select from monitoring.lock_sightings where account = %s", admin.account) == []


def test_one_transaction_after_the_other_is_no_lock_that_stays(admin, connect) -> None:
    found = "select from tradelatch.diagnose(account => %s) where check_name = 'slot_locked'"
    bot = connect()
    position = bot.create()
    for _ in range(2):
        bot("begin")
        assert bot.answer("renew_lease", position_id=position.position_id, fence=position.fence) == "ok"
        admin("select tradelatch.record_findings()")
        assert admin(found, admin.account) == []
        bot("commit")
        admin("update monitoring.lock_sightings set first_seen_at = first_seen_at - interval '6 seconds'")


def test_who_waits_for_long_is_a_finding_at_once(admin, connect, stranger) -> None:
    """Whatever waits without a limit, before anybody looked."""
    found = "select * from tradelatch.diagnose(account => %s) where check_name = 'slot_locked'"
    connect().create()
    stranger(f"select pg_advisory_lock({KEY})", "APTUSDT", admin.account)
    waiter = connect()
    waiter("set lock_timeout = 0")
    running = waiter._thread.submit(waiter, f"select pg_advisory_lock({KEY})", "APTUSDT", admin.account)
    admin.until_waiting(waiter)
    assert admin(found, admin.account) == []
    admin.until(lambda: admin(found, admin.account))
    (finding,) = admin(found, admin.account)
    assert finding.detail["waiting"] == 1
    stranger("select pg_advisory_unlock_all()")
    running.result(20)
