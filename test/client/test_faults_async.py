"""Refusals, lost connections, restarts and timeouts."""

import logging
import time
from decimal import Decimal

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from tradelatch import (
    AsyncClient,
    OutcomeUnknown,
    PermissionDenied,
    RetriesExhausted,
    SchemaMismatch,
    SlotBusy,
    StaleFence,
    TradelatchError,
    Unavailable,
)
from tradelatch.core import calling_async
from tradelatch.core.flight import RETRIES
from tradelatch.core.moves_async import receipt_call

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
async def test_deadlock_is_repeated(database, admin, apt, tasks):
    admin(f"alter database {admin.connection.info.dbname} set deadlock_timeout = '500ms'")
    async with AsyncClient(database) as client:
        created = await client.create_position(**apt)
        with psycopg.connect(database) as rival:
            rival.execute("set deadlock_timeout = '10s'")  # so that it is the client's call that is undone
            rival.execute("select from monitoring.positions where id = %s for update", [created.position_id])
            placing = tasks.start(client.place_entry, created.position_id, created.fence, "53190368")
            await tasks.until(admin.is_waiting)  # it holds the slot's lock, and wants the row
            rival.execute(
                "select tradelatch.renew_lease(position_id => %s, fence => %s)", [created.position_id, created.fence]
            )
        placed = await tasks.result(placing)
    assert placed.outcome == "ok"
    counted = "select deadlocks from pg_stat_database where datname = current_database()"
    await tasks.until(lambda: admin(counted) == [1])


@pytest.mark.usefixtures("own_schema")
async def test_serialization_failure_is_repeated(database, admin, apt, tasks):
    admin(f"alter database {admin.connection.info.dbname} set default_transaction_isolation = 'repeatable read'")
    async with AsyncClient(database) as client:
        await client.schema_version()
        with psycopg.connect(database) as rival:
            rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
            creating = tasks.start(client.create_position, **apt)
            await tasks.until(admin.is_waiting)
            rival.execute("select tradelatch.create_position('binance', 'APTUSDT', 'long', 1, 3)")
        receipt = await tasks.result(creating)
    assert (receipt.outcome, receipt.fence, receipt.next_order) == ("existing", None, None)


@pytest.mark.usefixtures("own_schema", "short_pauses")
async def test_retries_end(database, admin):
    async with AsyncClient(database) as client:
        for sqlstate in ("40001", "40P01"):
            admin(REFUSING.format(sqlstate))
            with pytest.raises(RetriesExhausted) as caught:
                await client.renew_lease(1, 1)
            assert caught.value.sqlstate == sqlstate
            assert admin("select last_value from public.tries") == [1 + RETRIES]


@pytest.mark.usefixtures("own_schema")
async def test_other_errors_are_not_repeated(database, admin):
    async with AsyncClient(database) as client:
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
                await client.renew_lease(1, 1)
            assert type(caught.value) is kind
            assert caught.value.sqlstate == sqlstate
            assert caught.value.detail == {"price": Decimal("3.2333")}
            assert admin("select last_value from public.tries") == [1]


async def test_busy_slot(database, admin, apt, tasks):
    async with AsyncClient(database) as client:
        with psycopg.connect(database) as rival:
            rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
            with pytest.raises(SlotBusy):
                await client.create_position(**apt)
        assert (await client.create_position(**apt)).outcome == "created"


async def test_a_lost_answer_is_no_news_of_the_next_call(database, proxy, apt):
    """Two calls of one flight: the slot of the second is busy, and none of its tries can be the reason."""
    async with AsyncClient(proxy.dsn, timeout=10) as client:
        created = await client.create_position(**apt)
        place, renew = (
            receipt_call(name, position_id=created.position_id, fence=created.fence, **arguments)
            for name, arguments in (("place_entry", {"exchange_order_id": "7"}), ("renew_lease", {}))
        )
        proxy.lose("place_entry")

        async def two(flight):
            await client._caller.perform(flight, place)
            with psycopg.connect(database) as rival:
                rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
                await client._caller.perform(flight, renew)

        with pytest.raises(SlotBusy):
            await client._caller.run(two)
        assert not proxy.faults


async def test_terminated_connections_do_not_poison_the_pool(database, admin, apt, tasks):
    async with AsyncConnectionPool(database, kwargs={"autocommit": True}, min_size=12, open=False) as pool:
        await pool.wait()
        client = AsyncClient(pool=pool)
        await client.schema_version()
        admin.terminate()  # more broken connections than there are retries
        assert (await client.create_position(**apt)).outcome == "created"


@pytest.mark.parametrize("name", ["create_position", "claim_stale"])
async def test_terminated_in_flight(database, admin, apt, tasks, name):
    async with AsyncClient(database) as client:
        await client.schema_version()
        with psycopg.connect(database) as rival:
            rival.execute("lock table monitoring.positions in access exclusive mode")
            arguments = apt if name == "create_position" else {}
            calling = tasks.start(getattr(client, name), **arguments)
            await tasks.until(admin.is_waiting)
            admin("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'")
            if name == "claim_stale":
                with pytest.raises(OutcomeUnknown):
                    await tasks.result(calling)
                return
            await tasks.until(admin.is_waiting)
        assert (await tasks.result(calling)).outcome == "created"


async def test_restart(restartable, tasks, caplog):
    dsn = restartable.dsn()
    async with AsyncClient(dsn, timeout=30) as client:
        await client.schema_version()
        restartable.stop()
        try:
            calling = tasks.start(client.normalize_symbol, "aptusdt")
            await tasks.until(
                lambda: caplog.text.count("reconnection attempt") > 2
            )  # the pool gives up, and begins anew
        finally:
            restartable.start()
        assert await tasks.result(calling) == "APTUSDT"


@pytest.mark.usefixtures("short_pauses")
async def test_lost_again_and_again(proxy, apt):
    """Until `timeout`, however often."""
    async with AsyncClient(proxy.dsn, timeout=30) as client:
        created = await client.create_position(**apt)
        proxy.lose("renew_lease", times=2 * RETRIES)
        assert (await client.renew_lease(created.position_id, created.fence)).outcome == "ok"
        assert not proxy.faults
        proxy.lose("renew_lease", times=10000)
        began_at = time.monotonic()
        with hurried(client), pytest.raises(Unavailable, match="the connection was lost"):
            await client.renew_lease(created.position_id, created.fence)
        assert time.monotonic() - began_at > 0.2
        assert await client.schema_version() == "1"


@pytest.mark.usefixtures("own_schema", "short_pauses")
async def test_read_only_servers_are_left(database, admin, apt, tasks):
    """As after a switchover: the connections of a pool lead to what is a standby now. None of them stays."""
    name = admin.connection.info.dbname
    async with AsyncClient(database, timeout=30) as client:
        created = await client.create_position(**apt)
        admin(f"alter database {name} set default_transaction_read_only = on")
        admin.terminate()
        assert (await client.health()).open_positions == 1
        read_only = admin(SESSIONS)
        admin(f"alter database {name} reset default_transaction_read_only")
        assert (await client.renew_lease(created.position_id, created.fence)).outcome == "ok"
        await tasks.until(lambda: not set(read_only) & set(admin(SESSIONS)))


@pytest.mark.usefixtures("own_schema", "short_pauses")
async def test_read_only_until_timeout(database, admin, apt, age_leases):
    async with AsyncClient(database) as client:
        await client.create_position(**{**apt, "symbol": "ETHUSDT"})
        age_leases("2 minutes")
        admin(f"alter database {admin.connection.info.dbname} set default_transaction_read_only = on")
        admin.terminate()
        assert (await client.health()).open_positions == 1  # connected again
        for name, arguments in (("create_position", apt), ("claim_stale", {})):  # never done, so not unknown
            with hurried(client, 2), pytest.raises(Unavailable, match="read-only") as caught:
                await getattr(client, name)(**arguments)
            assert caught.value.sqlstate == "25006"


@pytest.mark.usefixtures("own_schema")
async def test_what_failed_before_is_told(proxy, admin, monkeypatch):
    """Time is up while the call waits for a connection, but the try before it had an answer."""
    admin(REFUSING.format("25006"))

    def cut_off(retry):
        proxy.close()
        return 0.0

    monkeypatch.setattr(calling_async, "pause_before", cut_off)
    async with AsyncConnectionPool(proxy.dsn, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = AsyncClient(pool=pool)
        with hurried(client), pytest.raises(Unavailable) as caught:
            await client.renew_lease(1, 1)
    assert str(caught.value) == "renew_lease: no connection within 0.5 s; the try before: no"
    assert caught.value.sqlstate == "25006"


async def test_nobody_listens(proxy):
    dsn = proxy.dsn
    proxy.close()
    async with AsyncClient(dsn, timeout=0.3) as client:
        with within(0.3), pytest.raises(Unavailable):
            await client.claim_stale()  # never sent, so not unknown


@pytest.mark.parametrize(("name", "kind"), [("schema_version", Unavailable), ("claim_stale", OutcomeUnknown)])
async def test_timeout_bounds_a_silent_server(proxy, name, kind):
    async with AsyncClient(proxy.dsn) as client:
        await client.normalize_symbol("aptusdt")
        proxy.hold(name)
        began_at = time.monotonic()
        with hurried(client), pytest.raises(kind, match=r"no answer within 0\.5 s"):
            await getattr(client, name)()
        assert time.monotonic() - began_at > 0.4
        proxy.silence()
        with hurried(client), pytest.raises(Unavailable):  # a claim is not sent on a connection that does not answer
            await getattr(client, name)()
        proxy.close()


async def test_timeout_bounds_a_call_of_a_task(proxy, tasks):
    async with AsyncClient(proxy.dsn) as client:
        await client.schema_version()
        proxy.hold("normalize_symbol")
        with hurried(client), pytest.raises(Unavailable, match=r"no answer within 0\.5 s"):
            await tasks.result(tasks.start(client.normalize_symbol, "aptusdt"))
        assert await client.normalize_symbol("aptusdt") == "APTUSDT"


async def test_timeout_bounds_a_pool_of_ones_own(database):
    """The server ends what nobody waits for any more, and the pool has its only connection again."""
    async with AsyncConnectionPool(database, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = AsyncClient(pool=pool)
        await client.schema_version()
        with psycopg.connect(database) as rival:
            rival.execute("lock table monitoring.positions in access exclusive mode")
            with hurried(client), pytest.raises(Unavailable):
                await client.health()
            assert await client.normalize_symbol("aptusdt") == "APTUSDT"
        assert (await client.health()).open_positions == 0


async def test_timeout_bounds_the_wait_for_a_connection(database):
    async with AsyncConnectionPool(database, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = AsyncClient(pool=pool)
        async with pool.connection():
            with hurried(client), pytest.raises(Unavailable):
                await client.schema_version()
        assert await client.schema_version() == "1"


@pytest.mark.usefixtures("own_schema")
async def test_timeout_bounds_retries(database, admin, monkeypatch):
    admin(REFUSING.format("40001"))
    monkeypatch.setattr(calling_async, "pause_before", lambda retry: 0.0 if retry == 1 else 60.0)
    async with AsyncClient(database, timeout=30) as client:
        with within(10), pytest.raises(RetriesExhausted):
            await client.renew_lease(1, 1)


async def test_nothing_secret_is_told(proxy, apt, caplog):
    caplog.set_level(logging.INFO)
    secret = "pw-3f9c"
    dsn = proxy.dsn + f" password={secret}"
    texts = []
    async with AsyncClient(dsn) as client:
        created = await client.create_position(**apt)
        proxy.silence()
        with hurried(client), pytest.raises(Unavailable) as caught:
            await client.renew_lease(created.position_id, created.fence)
        proxy.close()
    error = caught.value
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    texts += [repr(client), repr(vars(client)), caplog.text]
    assert not [text for text in texts if secret in text]
    assert not [record for record in caplog.records if record.name == "tradelatch" and "61.8" in record.getMessage()]


@pytest.mark.parametrize("name", ["health", "claim_stale"])
async def test_timeout_bounds_a_frozen_server(emptied, frost, name):
    """Neither the call nor its cancellation is answered; when the server goes on, so does the client."""
    async with AsyncClient(emptied.dsn()) as client:
        await client.schema_version()
        frost.come()
        for _ in range(4):
            with hurried(client), pytest.raises(Unavailable):
                await getattr(client, name)()
        frost.go()
        assert (await client.health()).open_positions == 0


async def test_who_keeps_a_slot_is_named(database, apt):
    async with AsyncClient(database) as client:
        created = await client.create_position(**apt)
        with psycopg.connect(database, application_name="oncall alice") as rival:
            rival.execute("select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))")
            ((pid,),) = rival.execute("select pg_backend_pid()").fetchall()  # not PgBouncer's number
            with pytest.raises(SlotBusy, match=f"process {pid}") as caught:
                await client.renew_lease(created.position_id, created.fence)
            (holder,) = caught.value.detail["holders"]
            (shown,) = await client.lock_holders()
            assert (shown.symbol, shown.pid, shown.is_holder) == ("APTUSDT", pid, True)
        assert (holder["pid"], holder["application_name"]) == (shown.pid, "oncall alice")
        assert holder["user_name"] == shown.user_name
        assert await client.lock_holders() == []
