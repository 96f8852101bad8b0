"""Databases to measure in: new ones with the plan deployed, and some with years of history."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Composable, Identifier
from tradelatch import Client

SYMBOLS = 300
EVENTS_EACH = 5
TABLES = ("positions", "position_events")


def new_database(template: str, name: str) -> str:
    """The DSN of a copy of the database of this DSN, to which nobody may be connected."""
    with psycopg.connect(template, dbname="postgres", autocommit=True) as connection:
        connection.execute(
            SQL("create database {} template {}").format(
                Identifier(name), Identifier(str(conninfo_to_dict(template)["dbname"]))
            )
        )
    return make_conninfo(template, dbname=name)


def drop_database(dsn: str) -> None:
    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(
            SQL("drop database {} with (force)").format(Identifier(str(conninfo_to_dict(dsn)["dbname"])))
        )


def settle(dsn: str) -> None:
    """Leaves nothing to be done in the middle of a measurement, where autovacuum is off."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def size(dsn: str) -> int:
    """Bytes of the database."""
    with psycopg.connect(dsn) as connection:
        ((octets,),) = connection.execute("select pg_database_size(current_database())").fetchall()
    return int(octets)


def database_with_history(template: str, name: str, closed: int) -> str:
    """A new database in which so many positions were opened and closed, each with its five events.

    They are copies of one position that the functions made, so that they are as wide as real ones; each has a request,
    an attempt, an order key and times of its own. The last was closed two days ago.
    """
    dsn = new_database(template, name)
    if closed:
        began = time.perf_counter()
        _fill(dsn, closed)
        print(
            f"{closed:,} closed positions and their events: {size(dsn) / 1e9:.1f} GB "
            f"in {time.perf_counter() - began:.0f} s",
            file=sys.stderr,
        )
    settle(dsn)
    return dsn


def _fill(dsn: str, closed: int) -> None:
    sample = _make_sample(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        indexes = connection.execute(
            """
            select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
            from pg_index as i
            where i.indrelid = any(%s::regclass[])
                and not exists (select from pg_constraint as c where c.conindid = i.indexrelid)
            """,
            ([f"monitoring.{table}" for table in TABLES],),
        ).fetchall()
        for index, _ in indexes:
            connection.execute(f"drop index {index}")
        copy_positions = _copy(connection, "positions", _POSITION)
        copy_events = _copy(connection, "position_events", _EVENT)

    # One connection for each table, in the order of the ids: two that extend a table at once leave pages half empty,
    # and what comes later would lie among what is old.
    given = {"sample": sample, "count": closed}
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda copy: _execute(dsn, [(copy, given)]), (copy_positions, copy_events)))
        list(workers.map(lambda index: _execute(dsn, [(index[1], None)]), indexes))
        list(workers.map(lambda table: _execute(dsn, [(f"vacuum analyze monitoring.{table}", None)]), TABLES))
    sequences = ["select setval('monitoring.position_fence', max(fence) >> 20) from monitoring.positions"] + [
        f"select setval(pg_get_serial_sequence('monitoring.{table}', 'id'), max(id)) from monitoring.{table}"
        for table in TABLES
    ]
    _execute(dsn, [(statement, None) for statement in sequences])


def _make_sample(dsn: str) -> int:
    """One position, from intent to close, in five moves; it becomes the history's oldest."""
    with Client(dsn) as client:
        made = client.create_position(
            "binance", "S0USDT", "long", 10, 100, request_id="signal:1000000", signal_id=1000000
        )
        drive = (made.position_id, made.fence)
        client.place_entry(*drive, exchange_order_id="8389765591234567")
        entered = client.confirm_entry(
            *drive, filled_quantity=10, average_price=100, exchange_order_id="8389765591234567"
        )
        stop_loss = entered.next_order.client_order_id
        client.activate_position(*drive, 98, stop_loss, stop_loss_order_id="8389765591234568")
        client.confirm_close(made.position_id, "take_profit", orders_ended=[stop_loss], exit_price=101, realized_pnl=10)
    return made.position_id


_POSITION = {
    "id": "sample.id + n.i",
    "symbol": f"'S' || n.i %% {SYMBOLS} || 'USDT'",
    "signal": "sample.signal + n.i",
    "request_id": "n.request_id",
    "attempt": "n.attempt",
    "drive_attempt": "n.attempt",
    "order_key": "n.order_key",
    "fence": "sample.fence + n.i",
}
_EVENT = {
    "id": f"sample.id + {EVENTS_EACH}::bigint * n.i",
    "position_id": "sample.position_id + n.i",
    "fence": "sample.fence + n.i",
    "details": "case when sample.details ? 'attempt' then sample.details"
    " || jsonb_build_object('attempt', n.attempt, 'request_id', n.request_id) else sample.details end",
}


def _copy(connection: psycopg.Connection, table: str, differs: Mapping[str, str]) -> Composable:
    """INSERT … SELECT of the sample's rows for each number up to a count; what is a time is moved into the past."""
    columns = connection.execute(
        """
        select attname, atttypid = 'timestamptz'::regtype
        from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
        order by attnum
        """,
        (f"monitoring.{table}",),
    ).fetchall()
    values = [
        SQL(differs[name])
        if name in differs
        else SQL("sample.{}" + (" - n.ago" if is_time else "")).format(Identifier(name))
        for name, is_time in columns
    ]
    return SQL(
        """
        insert into {table} ({names}) overriding system value
        select {values}
        from (
            select
                i,
                'signal:' || 1000000 + i as request_id,
                ago.ago,
                -- of version 7, as the client makes them: the milliseconds since 1970, then chance
                overlay(
                    md5('attempt' || i)
                    placing lpad(to_hex((1000 * extract(epoch from now() - ago.ago))::bigint), 12, '0') || '7'
                    from 1 for 13
                )::uuid as attempt,
                -- as create_position makes it
                'tl' || lpad(to_hex((1000 * extract(epoch from now() - ago.ago))::bigint), 12, '0')
                || substr(md5('order' || i), 1, 10) as order_key
            from generate_series(1, %(count)s::bigint) as i
            cross join lateral (
                select interval '2 days' + interval '300 days' * ((%(count)s - i)::float8 / %(count)s) as ago
            ) as ago
        ) as n
        cross join lateral (
            select * from {table} where {key} = %(sample)s and n.i > 0 order by id
        ) as sample
        """
    ).format(
        table=Identifier("monitoring", table),
        names=SQL(", ").join(Identifier(name) for name, _ in columns),
        values=SQL(", ").join(values),
        key=Identifier("id" if table == "positions" else "position_id"),
    )


def _execute(dsn: str, statements: Sequence[tuple[Composable | str, object]]) -> None:
    """On a connection of its own: as the bulk load of a superuser, without triggers."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set synchronous_commit = off")
        connection.execute("set maintenance_work_mem = '1GB'")
        for statement, parameters in statements:
            connection.execute(statement, parameters)
