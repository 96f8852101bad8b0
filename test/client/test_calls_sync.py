# Generated from test_calls_async.py by client/async_to_sync.py: change that file, not this one.
"""The client's settings, its pool, the schema it finds, and the calls that need no story."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool
from tradelatch import (
    Client,
    IllegalTransition,
    InvalidArgument,
    PermissionDenied,
    PositionModeConflict,
    PositionNotFound,
    RequestMismatch,
    SchemaMismatch,
    Unavailable,
)

PREPARED = "select count(*) from pg_prepared_statements"


def test_two_hundred_callers(database, apt, threads):
    with ConnectionPool(database, kwargs={"autocommit": True}, min_size=50, open=False) as pool:
        client = Client(pool=pool, timeout=60)
        calls = [threads.start(client.create_position, **apt, request_id="signal:1") for _ in range(200)]
        receipts = [threads.result(call) for call in calls]
    assert sorted(receipt.outcome for receipt in receipts) == ["created"] + ["existing"] * 199
    for receipt in receipts:
        if receipt.outcome == "existing":
            assert (receipt.fence, receipt.lease_until, receipt.next_order, receipt.cancels) == (None, None, None, ())
    assert len({receipt.position_id for receipt in receipts}) == 1


def test_attempts_rise_with_time(database, apt):
    """So that an index of years takes each new one at its end."""
    with Client(database) as client:
        for number in range(20):
            client.create_position(**{**apt, "symbol": f"S{number}USDT"})
            client.adopt_position("binance", f"A{number}USDT", "long", 1, 1, datetime.now(UTC))
    with psycopg.connect(database) as connection:
        rows = connection.execute("select attempt from monitoring.positions order by id").fetchall()
    attempts = [attempt for (attempt,) in rows]
    assert len(attempts) == 40
    assert {attempt.version for attempt in attempts} == {7}
    assert attempts == sorted(set(attempts))


def test_receipt(database, apt):
    with Client(database) as client:
        attempt = uuid4()
        receipt = client.create_position(
            **{**apt, "exchange": " Binance ", "symbol": "APT/USDT:USDT"},
            account="main",
            position_side="short",
            attempt=attempt,
            lease=timedelta(minutes=5),
            details={"why": "breakout", "score": Decimal("0.7")},
        )
        assert (receipt.outcome, receipt.status) == ("created", "pending_entry")
        assert (receipt.exchange, receipt.account, receipt.symbol, receipt.position_side) == (
            "binance",
            "main",
            "APTUSDT",
            "short",
        )
        assert receipt.lease_until.tzinfo is UTC
        order = receipt.next_order
        assert (order.kind, order.side, order.quantity, order.price) == ("entry", "sell", Decimal("61.8"), None)
        assert (order.reduce_only, order.cancels, order.valid_until) == (False, (), receipt.lease_until)
        assert receipt.answered_at.tzinfo is UTC
        assert timedelta(0) <= receipt.lease_until - receipt.answered_at <= timedelta(minutes=5)
        again = client.create_position(**apt, account="main", position_side="short", attempt=attempt)
        assert again == replace(receipt, outcome="replayed", answered_at=again.answered_at)
        assert again.answered_at > receipt.answered_at
        (row,) = client.open_positions()
        assert (row.position_id, row.quantity, row.order_key) == (
            receipt.position_id,
            Decimal("61.8"),
            order.client_order_id[:24],
        )
        assert (row.orders_left, row.is_driven, row.is_in_hand, row.is_unguarded) == (
            [order.client_order_id],
            True,
            True,
            False,
        )
        assert row.details == {"why": "breakout", "score": "0.7"}
        with pytest.raises(AttributeError):
            receipt.fence = 0


def test_close_by_the_exchange(database, apt):
    with Client(database) as client:
        created = client.create_position(**apt)
        own = {"position_id": created.position_id, "fence": created.fence}
        stop = (client.confirm_entry(**own, filled_quantity=apt["quantity"])).next_order
        client.activate_position(**own, stop_loss_price=Decimal("3.29"), client_order_id=stop.client_order_id)
        receipt = client.confirm_close(
            created.position_id, "stop-loss", orders_ended=[stop.client_order_id], exit_price=Decimal("3.29")
        )
        assert (receipt.status, receipt.fence, receipt.next_order) == ("closed", None, None)
        assert receipt.cancels == ()
        timeline = client.position_timeline(created.position_id)
        assert [row.to_status for row in timeline] == ["pending_entry", "pending_sl", "active", "closed"]
        assert timeline[0].since_previous is None
        assert timeline[1].since_previous > timedelta(0)
        assert timeline[1].details["filled_quantity"] == Decimal("61.8")


def test_views(database, apt):
    with Client(database) as client:
        ids = [(client.create_position(**{**apt, "symbol": s})).position_id for s in ("A", "B", "C")]
        client.create_position(**{**apt, "symbol": "A"})
        assert [row.position_id for row in client.open_positions()] == ids
        assert [row.position_id for row in client.positions()] == ids[::-1]
        assert [row.position_id for row in client.positions(limit=1)] == ids[2:]
        assert [row.symbol for row in client.positions(ids[1])] == ["B"]
        assert client.positions(0) == []
        health = client.health()
        assert (health.open_positions, health.open_by_status["pending_entry"]) == (3, 3)
        assert health.duplicates_prevented == 1


def test_refusals_of_the_database(database, apt):
    with Client(database) as client:
        created = client.create_position(**apt, request_id="signal:1")
        with pytest.raises(RequestMismatch) as caught:
            client.create_position(**{**apt, "quantity": 62}, request_id="signal:1")
        assert caught.value.sqlstate == "TL005"
        with pytest.raises(PositionModeConflict):
            client.create_position(**apt, position_side="short")
        with pytest.raises(PositionNotFound):
            client.renew_lease(0, 0)
        with pytest.raises(IllegalTransition, match="Legal moves"):
            client.confirm_flat(created.position_id, created.fence)
        for change in (
            {"quantity": 0},
            {"quantity": 10**30},
            {"quantity": Decimal("1E+999999")},
            {"quantity": None},
            {"side": "up"},
            {"exchange": ""},
            {"symbol": "\n"},
            {"account": "x" * 65},
            {"lease": timedelta(0)},
            {"lease": timedelta.max},
            {"details": {"nul": "\0"}},
            {"details": {"long": "x" * 40000}},
        ):
            with pytest.raises(InvalidArgument) as refused:
                client.create_position(**{**apt, "symbol": "B", **change})
            assert refused.value.sqlstate.startswith("22")


@pytest.mark.parametrize("prepare", [True, False])
def test_prepared_statements(database, apt, prepare):
    with ConnectionPool(database, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = Client(pool=pool, prepare=prepare)
        created = client.create_position(**apt)
        client.renew_lease(created.position_id, created.fence)
        client.renew_lease(created.position_id, created.fence)
        with pool.connection() as connection:
            ((count,),) = (connection.execute(PREPARED)).fetchall()
    assert count == (2 if prepare else 0)


def test_prepared_statements_that_are_gone(database, apt):
    with ConnectionPool(database, kwargs={"autocommit": True}, min_size=1, open=False) as pool:
        client = Client(pool=pool, prepare=True)
        created = client.create_position(**apt)
        client.renew_lease(created.position_id, created.fence)
        with pool.connection() as connection:
            connection.execute("deallocate all")
        assert (client.renew_lease(created.position_id, created.fence)).outcome == "ok"
        with pool.connection() as connection:
            assert (connection.execute(PREPARED)).fetchall() == [(1,)]


@pytest.mark.usefixtures("own_schema")
def test_whatever_a_session_is_set_to(database, admin, apt):
    for setting in ("datestyle = 'German'", "timezone = 'Asia/Kolkata'", "intervalstyle = 'sql_standard'"):
        admin(f"alter database {admin.connection.info.dbname} set {setting}")
    with Client(make_conninfo(database, client_encoding="latin1")) as client:
        before = datetime.now(UTC)
        created = client.create_position(**apt, request_id="café", lease=timedelta(days=1, seconds=1))
        assert created.lease_until.tzinfo is UTC
        assert abs(created.lease_until - before - timedelta(days=1, seconds=1)) < timedelta(minutes=1)
        (row,) = client.open_positions()
        assert (row.request_id, row.lease_until) == ("café", created.lease_until)
        with pytest.raises(InvalidArgument, match="encoding"):
            client.create_position(**apt, request_id="\N{SNOWMAN}")


def test_pool_of_ones_own(database, admin, apt):
    """Its connections have other habits than the client's, and it stays open."""

    def configure(connection):
        connection.row_factory = psycopg.rows.dict_row
        connection.cursor_factory = psycopg.RawCursor

    with ConnectionPool(database, min_size=1, open=False, configure=configure) as pool:
        with Client(pool=pool) as client:
            created = client.create_position(**apt)
            client.renew_lease(created.position_id, created.fence)
        assert admin("select count(*) from tradelatch.open_positions") == [1]  # committed
        with Client(pool=pool) as client:
            assert client.schema_version() == "1"
    with pytest.raises(Unavailable):
        client.schema_version()


def test_pool_excludes_dsn_and_worker(database):
    pool = ConnectionPool(database, open=False)
    for arguments in ({"dsn": database}, {"worker": "w"}):
        with pytest.raises(InvalidArgument):
            Client(pool=pool, **arguments)
    with pytest.raises(Unavailable):
        Client(pool=pool).schema_version()


def test_closed_client(database):
    client = Client(database)
    assert client.schema_version() == "1"  # opened by the first call
    client.close()
    with pytest.raises(Unavailable):
        client.schema_version()


@pytest.mark.parametrize("source", ["argument", "TRADELATCH_DSN", "PG*"])
def test_where_the_dsn_comes_from(database, apt, monkeypatch, source):
    monkeypatch.delenv("TRADELATCH_DSN", raising=False)
    parts = conninfo_to_dict(database)
    monkeypatch.setenv("PGHOST", str(parts["host"]) if source == "PG*" else "nowhere.invalid")
    if source == "PG*":
        monkeypatch.setenv("PGPORT", str(parts["port"]))
        monkeypatch.setenv("PGUSER", str(parts["user"]))
        monkeypatch.setenv("PGDATABASE", str(parts["dbname"]))
    else:
        monkeypatch.setenv("TRADELATCH_DSN", "host=nowhere.invalid" if source == "argument" else database)
    with Client(database if source == "argument" else None) as client:
        created = client.create_position(**apt)
        (row,) = client.position_timeline(created.position_id)
    assert row.application_name == "tradelatch"


def test_worker_is_the_application_name(database, apt):
    with Client(database, worker="bot-7") as client:
        created = client.create_position(**apt)
        (row,) = client.position_timeline(created.position_id)
    assert row.application_name == "bot-7"


def test_roles(bot_dsn, reader_dsn, apt):
    with Client(bot_dsn) as bot, Client(reader_dsn) as reader:
        created = bot.create_position(**apt)
        assert len(reader.open_positions()) == 1
        with pytest.raises(PermissionDenied) as caught:
            reader.cancel_position(created.position_id, created.fence, "test")
        assert caught.value.sqlstate == "42501"


@pytest.mark.usefixtures("own_schema")
def test_next_schema(database, admin, apt):
    """What schema N+1 adds is not in the way, also when it comes while the client is at work."""
    with Client(database) as client:
        created = client.create_position(**apt)
        client.renew_lease(created.position_id, created.fence)
        client.health()
        admin("create or replace function tradelatch.schema_version() returns text language sql return '2'")
        (health,) = admin("select rtrim(pg_get_viewdef('tradelatch.health'::regclass), ';')")
        admin(f"create or replace view tradelatch.health as select *, 1 as added from ({health}) as h")
        admin("alter type tradelatch.receipt add attribute added text")
        admin(
            "create or replace function tradelatch.renew_lease("
            " position_id bigint, fence bigint, lease interval = '1 minute')"
            " returns tradelatch.receipt language sql as"
            " $$ select 'ok', 1, 'active', 1, now(), 'e', 'a', 's', 'both', null, null, null::numeric, null::numeric,"
            " null::boolean, null, null::text[], now(), 'new' $$"
        )
        assert (client.renew_lease(created.position_id, created.fence)).exchange == "e"
        assert (client.health()).open_positions == 1
    with Client(database) as client:
        assert client.schema_version() == "2"


@pytest.mark.usefixtures("own_schema")
def test_other_schema(database, admin, apt):
    with Client(database) as client:
        for version in ("0", "3", "1.1", ""):
            admin(f"create or replace function tradelatch.schema_version() returns text return '{version}'")
            with pytest.raises(SchemaMismatch, match=f"schema 1.*has '{version}'"):
                client.create_position(**apt)
    assert admin("select from monitoring.positions") == []


@pytest.mark.usefixtures("own_schema")
def test_schema_is_compared_again_after_a_lost_connection(database, admin):
    with Client(database) as client:
        assert client.normalize_symbol("aptusdt") == "APTUSDT"
        admin("create or replace function tradelatch.schema_version() returns text language sql return '3'")
        admin.terminate()
        with pytest.raises(SchemaMismatch):
            client.normalize_symbol("aptusdt")


@pytest.mark.usefixtures("own_schema")
def test_no_schema(database, admin, apt):
    admin("drop schema tradelatch cascade")
    with Client(database) as client:
        with pytest.raises(SchemaMismatch, match="tradelatch") as caught:
            client.create_position(**apt)
        assert caught.value.sqlstate == "3F000"
