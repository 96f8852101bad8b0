"""The rule taken out of a database on purpose: neither indexes nor lock, and nobody looks at the slot first."""

import psycopg


def unguard(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short"
        )
        connection.execute(
            "create or replace function monitoring.lock_slot(exchange text, account text, symbol text)"
            " returns boolean language sql return true"
        )
        for function in ("tradelatch.create_position", "monitoring.adopt"):
            ((source,),) = connection.execute("select pg_get_functiondef(%s::regproc)", [function]).fetchall()
            assert "'read committed'" in source
            connection.execute(source.replace("'read committed'", "'never'"))
