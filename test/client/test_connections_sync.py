# Generated from test_connections_async.py by client/async_to_sync.py: change that file, not this one.
"""Hosts that do not answer, servers that refuse, and answers that are not the one that was asked for."""

import socket
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tradelatch import (
    Client,
    OutcomeUnknown,
    PermissionDenied,
    SchemaMismatch,
    TradelatchError,
    Unavailable,
)
from tradelatch.core.settings import LARGEST_POOL

from .conftest import hurried, within

WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
LOCK = "select pg_advisory_xact_lock(monitoring.slot_key('binance', 'default', 'APTUSDT'))"


@contextmanager
def refusing(text):
    """The DSN of a server that says this to whoever connects, and nothing to the rest of them."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(1024)
                    body = b"SFATAL\0" + text.encode() + b"\0\0"
                    connection.sendall(b"E" + (len(body) + 4).to_bytes(4, "big") + body)

        thread = threading.Thread(target=answer)
        thread.start()
        port = listening.getsockname()[1]
        yield f"host=127.0.0.1 port={port} user=nobody password=sesame sslmode=disable gssencmode=disable"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_silent_first_host(direct_database, apt):
    """Its share of `timeout` passes, and the call goes to the second one."""
    parts = conninfo_to_dict(direct_database)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hosts = {"host": f"127.0.0.1,{parts['host']}", "port": f"{silent.getsockname()[1]},{parts['port']}"}
        with Client(make_conninfo(**{**parts, **hosts}), timeout=6) as client:
            assert (client.create_position(**apt)).outcome == "created"


def with_second_host(proxy, dsn):
    """Through the proxy, or past it if that is silent."""
    first, second = conninfo_to_dict(proxy.dsn), conninfo_to_dict(dsn)
    hosts = {"host": f"{first['host']},{second['host']}", "port": f"{first['port']},{second['port']}"}
    return make_conninfo(proxy.dsn, **hosts)


def calls_that_wait(client, admin, count, threads):
    """So many at once, each on a connection of its own."""
    calls = [threads.start(client.health) for _ in range(count)]
    threads.until(lambda: admin(WAITING) == [count])
    return calls


def test_idle_connections_to_a_silent_host(proxy, direct_database, admin, threads):
    """One call finds out; the next ones do not try the others of the pool."""
    with Client(with_second_host(proxy, direct_database), timeout=4) as client:
        client.health()
        with psycopg.connect(direct_database) as rival:
            rival.execute("lock table monitoring.positions in access exclusive mode")
            calls = calls_that_wait(client, admin, 3, threads)
        for call in calls:
            threads.result(call)
        proxy.silence()
        with pytest.raises(Unavailable):
            client.health()
        assert (client.health()).open_positions == 0


def test_every_connection_waits_for_a_silent_host(proxy, direct_database, admin, threads):
    """The pool has all that it may have, and they are lost with the host: it has others beside them."""
    with Client(with_second_host(proxy, direct_database), timeout=4) as client:
        client.health()
        with psycopg.connect(direct_database) as rival:
            rival.execute("lock table monitoring.positions in access exclusive mode")
            calls = calls_that_wait(client, admin, LARGEST_POOL, threads)
            proxy.silence()
        for call in calls:
            with pytest.raises(Unavailable):
                threads.result(call)
        assert (client.health()).open_positions == 0


@pytest.mark.parametrize(
    ("changes", "kind", "sqlstate", "advice"),
    [
        ({"dbname": "no_such_database"}, SchemaMismatch, "3D000", "check the DSN, or create it and deploy"),
        ({"user": "no_such_role"}, PermissionDenied, "28000", "check the user of the DSN"),
        ({"dbname": "template1"}, SchemaMismatch, "3F000", "run `tradelatch deploy`"),
    ],
)
def test_refused_at_once(direct_database, apt, changes, kind, sqlstate, advice):
    with Client(make_conninfo(direct_database, **changes)) as client:
        with within(1), pytest.raises(kind, match=advice) as caught:
            client.create_position(**apt)
        assert caught.value.sqlstate == sqlstate


@pytest.mark.usefixtures("own_schema")
def test_login_without_a_role(direct_database, admin, apt):
    admin("create role tradelatch_stranger login")
    try:
        stranger = make_conninfo(direct_database, user="tradelatch_stranger")
        with Client(stranger) as client, pytest.raises(PermissionDenied) as caught:
            client.create_position(**apt)
        assert "grant tradelatch_bot to tradelatch_stranger" in str(caught.value)
        assert caught.value.sqlstate == "42501"
    finally:
        admin("drop role tradelatch_stranger")


def test_the_pool_logs_no_password(apt, caplog):
    with refusing("C57P03\0Mstarting up for sesame") as dsn, Client(dsn, timeout=3) as client:
        no_server = pytest.raises(Unavailable)
        with no_server:
            client.create_position(**apt)
    logged = [record.getMessage() for record in caplog.records if record.name == "psycopg.pool"]
    assert any("starting up for ***" in line for line in logged)
    assert "sesame" not in caplog.text


def test_wrong_password(apt):
    with refusing("C28P01\0Mpassword authentication failed: sesame") as dsn, Client(dsn) as client:
        advice = "check the user and the password"
        with within(1), pytest.raises(PermissionDenied, match=advice) as caught:
            client.create_position(**apt)
    assert caught.value.sqlstate == "28P01"
    error = caught.value
    while error is not None:
        assert "sesame" not in str(error)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("text", ["C28P01\0MPasswort-Authentifizierung fehlgeschlagen", "C57P03\0Mstarting up"])
def test_refused_until_timeout(apt, text, threads):
    """What may pass, or is said in words that the client does not know."""
    with refusing(text) as dsn, Client(dsn) as client:
        threads.until(lambda: client._caller._trouble)  # the pool has tried once
        began_at = time.monotonic()
        with hurried(client), pytest.raises(Unavailable, match=rf"no connection within 0\.5 s: .*{text[8:]}"):
            client.create_position(**apt)
        assert time.monotonic() - began_at > 0.4


@pytest.mark.parametrize("seconds", [20, 3])
def test_slot_that_an_unanswered_try_may_hold(proxy, apt, seconds, threads):
    """The repetition finds the slot locked: it waits for that, and then knows, or never learns."""
    with psycopg.connect(proxy.dsn) as rival:

        def lock_and_cut(session, answer):
            rival.execute(LOCK)
            session.cut()

        with Client(proxy.dsn, timeout=seconds) as client:
            client.schema_version()
            proxy.faults.append(("create_position", lock_and_cut))
            creating = threads.start(client.create_position, **apt)
            if seconds == 3:
                with pytest.raises(OutcomeUnknown, match="no answer") as caught:
                    threads.result(creating)
                assert caught.value.sqlstate is None
                return
            threads.until(lambda: proxy.times("create_position") == 3)  # the second was told 55P03
            rival.rollback()
            assert (threads.result(creating)).outcome == "replayed"


ANOTHER = """
    create or replace function tradelatch.{}
    returns tradelatch.receipt language sql as $$
        select jsonb_populate_record(null::tradelatch.receipt, '{{
            "outcome": "ok", "position_id": 7, "status": "entry_placed", "fence": 1, "lease_until": "2999-01-01Z",
            "exchange": "binance", "account": "default", "symbol": "ETHUSDT", "position_side": "both",
            "answered_at": "2026-01-01Z"
        }}')
    $$
"""
CREATE = (
    "create_position(exchange text, symbol text, side text, quantity numeric, entry_price numeric,"
    " account text default 'default', position_side text default 'both', request_id text default null,"
    " attempt uuid default null, lease interval default '1 minute', stop_loss_percent numeric default null,"
    " signal_id bigint default null, details jsonb default '{}')"
)
PLACE = "place_entry(position_id bigint, fence bigint, exchange_order_id text, details jsonb default '{}')"


@pytest.mark.usefixtures("own_schema")
@pytest.mark.parametrize("symbol", ["APTUSDT", "APT/USDT:USDT"])
def test_answer_of_another_slot(database, admin, apt, symbol):
    admin(ANOTHER.format(CREATE))
    with Client(database) as client:
        with pytest.raises(TradelatchError, match="internal error: create_position was answered with another slot"):
            client.create_position(**{**apt, "symbol": symbol})
        assert (client.create_position(**{**apt, "symbol": "ETH/USDT"})).position_id == 7
        opening = client.opening(**{**apt, "symbol": symbol})
        with pytest.raises(TradelatchError, match="internal error"), opening:
            pytest.fail("entered")


@pytest.mark.usefixtures("own_schema")
def test_answer_of_another_position(database, admin, apt):
    with Client(database) as client, client.opening(**apt) as position:
        admin(ANOTHER.format(PLACE))
        for call in (position.place_entry, lambda name: client.place_entry(position.position_id, 1, name)):
            with pytest.raises(TradelatchError, match="internal error: place_entry was answered with another position"):
                call("53190368")
        assert position.status == "pending_entry"
        position.cancel("test")
