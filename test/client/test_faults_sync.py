# Generated from test_faults_async.py by client/async_to_sync.py: change that file, not this one.
"""Refusals, lost connections, restarts and timeouts."""

import logging
import time
from decimal import Decimal

import psycopg
import pytest
from psycopg_pool import ConnectionPool
from tradelatch import (
    Client,
    OutcomeUnknown,
    PermissionDenied,
    RetriesExhausted,
    SchemaMismatch,
    SlotBusy,
    StaleFence,
    TradelatchError,
    Unavailable,
)
from tradelatch.core import calling_sync
from tradelatch.core.flight import RETRIES
from tradelatch.core.moves_sync import receipt_call

from .conftest import hurried, within

SESSIONS = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
REFUSING = """
    drop sequence if exists public.tries;
    create sequence public.tries;
    create or replace function tradelatch.renew_lease(position_id bigint, fence bigint, lease interval = '1 minute')
    returns tradelatch.receipt language plpgsql as $$
    begin
        perform nextval('public.tries');
        raise exception 'no' using errcode = '{}', detail = '{{"price": 3.2333}}';
    end $$
"""


@pytest.mark.usefixtures("own_schema")
def test_deadlock_is_repeated(database, admin, apt, threads):
    admin(f"alter database {admin.connection.info.dbname} set deadlock_timeout = '500ms'")
    with Client(database) as client:
        created = client.create_position(**apt)
        with psycopg.connect(database) as rival:
            rival.execute("set deadlock_timeout = '10s'")  # so that it is the client's call that is undone
            rival.execute("select from monitoring.positions where id = %s for update", [created.position_id])
            placing = threads.start(client.place_entry, created.position_id, created.fence, "53190368")
            threads.until(admin.is_waiting)  # it holds the slot's lock, and wants the row
            rival.execute(
                "select tradelatch.renew_lease(position_id => %s, fence => %s)", [created.position_id, created.fence]
            )
        placed = threads.result(placing)
    assert placed.outcome == "ok"
    counted = "select deadlocks from pg_stat_database where datname = current_database()"
    threads.until(lambda: admin(counted) == [1])


@pytest.mark.usefixtures("own_schema")
def test_serialization_failure_is_repeated(database, admin, apt, threads):
    admin(f"alter database {admin.connection.info.dbname} set default_transaction_isolation = 'repeatable read'")
    with Client(database) as client:
        client.schema_version()
        with psycopg.connect(database) as rival:
            rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
            creating = threads.start(client.create_position, **apt)
            threads.until(admin.is_waiting)
            rival.execute("select tradelatch.create_position('binance', 'APTUSDT', 'long', 1, 3)")
        receipt = threads.result(creating)
    assert (receipt.outcome, receipt.fence, receipt.next_order) == ("existing", None, None)


@pytest.mark.usefixtures("own_schema", "short_pauses")
def test_retries_end(database, admin):
    with Client(database) as client:
        for sqlstate in ("40001", "40P01"):
            admin(REFUSING.format(sqlstate))
            with pytest.raises(RetriesExhausted) as caught:
                client.renew_lease(1, 1)
            assert caught.value.sqlstate == sqlstate
            assert admin("select last_value from public.tries") == [1 + RETRIES]


@pytest.mark.usefixtures("own_schema")
def test_other_errors_are_not_repeated(database, admin):
    with Client(database) as client:
        for sqlstate, kind in (
            ("53300", Unavailable),
            ("53100", Unavailable),
            ("57014", Unavailable),
            ("55P03", SlotBusy),
            ("TL003", StaleFence),
            ("42501", PermissionDenied),
            ("42883", SchemaMismatch),
            ("XX000", TradelatchError),
            ("23505", TradelatchError),
        ):
            admin(REFUSING.format(sqlstate))
            with pytest.raises(TradelatchError) as caught:
                client.renew_lease(1, 1)
            assert type(caught.value) is kind
            assert caught.value.sqlstate == sqlstate
            assert caught.value.detail == {"price": Decimal("3.2333")}
            assert admin("select last_value from public.tries") == [1]


def test_busy_slot(database, admin, apt, threads):
    with Client(database) as client:
        with psycopg.connect(database) as rival:
            rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
            with pytest.raises(SlotBusy):
                client.create_position(**apt)
        assert (client.create_position(**apt)).outcome == "created"


def test_a_lost_answer_is_no_news_of_the_next_call(database, proxy, apt):
    """Two calls of one flight: the slot of the second is busy, and none of its tries can be the reason."""
    with Client(proxy.dsn, timeout=10) as client:
        created = client.create_position(**apt)
        place, renew = (
            receipt_call(name, position_id=created.position_id, fence=created.fence, **arguments)
            for name, arguments in (("place_entry", {"exchange_order_id": "7"}), ("renew_lease", {}))
        )
        proxy.lose("place_entry")

        def two(flight):
            client._caller.perform(flight, place)
            with psycopg.connect(database) as rival:
                rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
                client._caller.perform(flight, renew)

        with pytest.raises(SlotBusy):
            client._caller.run(two)
        assert not proxy.faults


def test_terminated_connections_do_not_poison_the_pool(database, admin, apt, threads):
    with ConnectionPool(database, kwargs={"autocommit": True}, min_size=12, open=False) as pool:
        pool.wait()
        client = Client(pool=pool)
        client.schema_version()
        admin.terminate()  # more broken connections than there are retries
        assert (client.create_position(**apt)).outcome == "created"


@pytest.mark.parametrize("name", ["create_position", "claim_stale"])
def test_terminated_in_flight(database, admin, apt, threads, name):
    with Client(database) as client:
        client.schema_version()
        with psycopg.connect(database) as rival:
            rival.execute("lock table monitoring.positions in access exclusive mode")
            arguments = apt if name == "create_position" else {}
            calling = threads.start(getattr(client, name), **arguments)
            threads.until(admin.is_waiting)
            admin("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'")
            if name == "claim_stale":
                with pytest.raises(OutcomeUnknown):
                    threads.result(calling)
                return
            threads.until(admin.is_waiting)
        assert (threads.result(calling)).outcome == "created"


def test_restart(restartable, threads, caplog):
    dsn = restartable.dsn()
    with Client(dsn, timeout=30) as client:
        client.schema_version()
        restartable.stop()
        try:
            calling = threads.start(client.normalize_symbol, "aptusdt")
            threads.until(lambda: caplog.text.count("reconnection attempt") > 2)  # the pool gives up, and begins anew
        finally:
            restartable.start()
        assert threads.result(calling) == "APTUSDT"


@pytest.mark.usefixtures("short_pauses")
def test_lost_again_and_again(proxy, apt):
    """Until `timeout`, however often."""
    with Client(proxy.dsn, timeout=30) as client:
        created = client.create_position(**apt)
        proxy.lose("renew_lease", times=2 * RETRIES)
        assert (client.renew_lease(created.position_id, created.fence)).outcome == "ok"
        assert not proxy.faults
        proxy.lose("renew_lease", times=10000)
        began_at = time.monotonic()
        with hurried(client), pytest.raises(Unavailable, match="the connection was lost"):
            client.renew_lease(created.position_id, created.fence)
        assert time.monotonic() - began_at > 0.2
        assert client.schema_version() == "1"


@pytest.mark.usefixtures("own_schema", "short_pauses")
def test_read_only_servers_are_left(database, admin, apt, threads):
    """As after a switchover: the connections of a pool lead to what is a standby now. None of them stays."""
    name = admin.connection.info.dbname
    with Client(database, timeout=30) as client:
        created = client.create_position(**apt)
        admin(f"alter database {name} set default_transaction_read_only = on")
        admin.terminate()
        assert (client.health()).open_positions == 1
        read_only = admin(SESSIONS)
        admin(f"alter database {name} reset default_transaction_read_only")
        assert (client.renew_lease(created.position_id, created.fence)).outcome == "ok"
        threads.until(lambda: not set(read_only) & set(admin(SESSIONS)))


@pytest.mark.usefixtures("own_schema", "short_pauses")
def test_read_only_until_timeout(database, admin, apt, age_leases):
    with Client(database) as client:
        client.create_position(**{**apt, "symbol": "ETHUSDT"})
        age_leases("2 minutes")
        admin(f"alter database {admin.connection.info.dbname} set default_transaction_read_only = on")
        admin.terminate()
        assert (client.health()).open_positions == 1  # connected again
        for name, arguments in (("create_position", apt), ("claim_stale", {})):  # never done, so not unknown
            with hurried(client, 2), pytest.raises(Unavailable, match="read-only") as caught:
                getattr(client, name)(**arguments)
            assert caught.value.sqlstate == "25006"


@pytest.mark.usefixtures("own_schema")
def test_what_failed_before_is_told(proxy, admin, monkeypatch):
    """Time is up while the call waits for a connection, but the try before it had an answer."""
    admin(REFUSING.format("25006"))

    def cut_off(retry):
        proxy.close()
        return 0.0

    monkeypatch.setattr(calling_sync, "pause_before", cut_off)
    with ConnectionPool(proxy.dsn, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = Client(pool=pool)
        with hurried(client), pytest.raises(Unavailable) as caught:
            client.renew_lease(1, 1)
    assert str(caught.value) == "renew_lease: no connection within 0.5 s; the try before: no"
    assert caught.value.sqlstate == "25006"


def test_nobody_listens(proxy):
    dsn = proxy.dsn
    proxy.close()
    with Client(dsn, timeout=0.3) as client, within(0.3), pytest.raises(Unavailable):
        client.claim_stale()  # never sent, so not unknown


@pytest.mark.parametrize(("name", "kind"), [("schema_version", Unavailable), ("claim_stale", OutcomeUnknown)])
def test_timeout_bounds_a_silent_server(proxy, name, kind):
    with Client(proxy.dsn) as client:
        client.normalize_symbol("aptusdt")
        proxy.hold(name)
        began_at = time.monotonic()
        with hurried(client), pytest.raises(kind, match=r"no answer within 0\.5 s"):
            getattr(client, name)()
        assert time.monotonic() - began_at > 0.4
        proxy.silence()
        with hurried(client), pytest.raises(Unavailable):  # a claim is not sent on a connection that does not answer
            getattr(client, name)()
        proxy.close()


def test_timeout_bounds_a_call_of_a_task(proxy, threads):
    with Client(proxy.dsn) as client:
        client.schema_version()
        proxy.hold("normalize_symbol")
        with hurried(client), pytest.raises(Unavailable, match=r"no answer within 0\.5 s"):
            threads.result(threads.start(client.normalize_symbol, "aptusdt"))
        assert client.normalize_symbol("aptusdt") == "APTUSDT"


def test_timeout_bounds_a_pool_of_ones_own(database):
    """The server ends what nobody waits for any more, and the pool has its only connection again."""
    with ConnectionPool(database, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = Client(pool=pool)
        client.schema_version()
        with psycopg.connect(database) as rival:
            rival.execute("lock table monitoring.positions in access exclusive mode")
            with hurried(client), pytest.raises(Unavailable):
                client.health()
            assert client.normalize_symbol("aptusdt") == "APTUSDT"
        assert (client.health()).open_positions == 0


def test_timeout_bounds_the_wait_for_a_connection(database):
    with ConnectionPool(database, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = Client(pool=pool)
        with pool.connection(), hurried(client), pytest.raises(Unavailable):
            client.schema_version()
        assert client.schema_version() == "1"


@pytest.mark.usefixtures("own_schema")
def test_timeout_bounds_retries(database, admin, monkeypatch):
    admin(REFUSING.format("40001"))
    monkeypatch.setattr(calling_sync, "pause_before", lambda retry: 0.0 if retry == 1 else 60.0)
    with Client(database, timeout=30) as client, within(10), pytest.raises(RetriesExhausted):
        client.renew_lease(1, 1)


def test_nothing_secret_is_told(proxy, apt, caplog):
    caplog.set_level(logging.INFO)
    secret = "pw-3f9c"
    dsn = proxy.dsn + f" password={secret}"
    texts = []
    with Client(dsn) as client:
        created = client.create_position(**apt)
        proxy.silence()
        with hurried(client), pytest.raises(Unavailable) as caught:
            client.renew_lease(created.position_id, created.fence)
        proxy.close()
    error = caught.value
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    texts += [repr(client), repr(vars(client)), caplog.text]
    assert not [text for text in texts if secret in text]
    assert not [record for record in caplog.records if record.name == "tradelatch" and "61.8" in record.getMessage()]


@pytest.mark.parametrize("name", ["health", "claim_stale"])
def test_timeout_bounds_a_frozen_server(emptied, frost, name):
    """Neither the call nor its cancellation is answered; when the server goes on, so does the client."""
    with Client(emptied.dsn()) as client:
        client.schema_version()
        frost.come()
        for _ in range(4):
            with hurried(client), pytest.raises(Unavailable):
                getattr(client, name)()
        frost.go()
        assert (client.health()).open_positions == 0


def test_who_keeps_a_slot_is_named(database, apt):
    with Client(database) as client:
        created = client.create_position(**apt)
        with psycopg.connect(database, application_name="oncall alice") as rival:
            rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
            ((pid,),) = rival.execute("select pg_backend_pid()").fetchall()  # not PgBouncer's number
            with pytest.raises(SlotBusy, match=f"process {pid}") as caught:
                client.renew_lease(created.position_id, created.fence)
            (holder,) = caught.value.detail["holders"]
            (shown,) = client.lock_holders()
            assert (shown.symbol, shown.pid, shown.is_holder) == ("APTUSDT", pid, True)
        assert (holder["pid"], holder["application_name"]) == (shown.pid, "oncall alice")
        assert holder["user_name"] == shown.user_name
        assert client.lock_holders() == []
