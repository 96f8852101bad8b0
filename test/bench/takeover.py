"""Row 9: the four moves on a table that was taken over, beside one that tradelatch made, by pgbench."""

from __future__ import annotations

from pathlib import Path

import psycopg
from databases import database_with_history, new_database, settle
from measure import Row, in_turns
from moves import milliseconds
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier
from tradelatch.deployment import deploy_with_psql
from tradelatch.programs import libpq_environment, run_program

TABLES = Path(__file__).parents[1] / "adoption"
LOGINS = {"owner": "legacy_bot", "writer": "trailing_bot", "reader": "dashboard"}
CLIENTS = (1, 8)
GOAL = "<= 1.05"


def measure(template: str, pairs: int, seconds: float, closed: int) -> list[Row]:
    """The table of March 2026 with so many closed positions, with and without the indexes that it came with."""
    fresh = database_with_history(template, "made", closed)
    tables = (
        ("without its own indexes", taken_over(template, "bare", closed, drops_indexes=True), GOAL),
        ("with its five indexes", taken_over(template, "taken_over", closed, drops_indexes=False), None),
    )
    return [
        Row(
            number="9",
            what=f"four moves on a table that was taken over, {what}, {clients} client{'s' if clients > 1 else ''}",
            baseline="on one that tradelatch made",
            measured="on that of March 2026",
            unit="ms",
            pairs=in_turns(
                pairs,
                lambda clients=clients: milliseconds(fresh, "four_moves.sql", clients, seconds),
                lambda clients=clients, dsn=dsn: milliseconds(dsn, "four_moves.sql", clients, seconds),
                warm_up=True,
            ),
            goal=goal,
        )
        for what, dsn, goal in tables
        for clients in CLIENTS
    ]


def taken_over(template: str, name: str, closed: int, *, drops_indexes: bool) -> str:
    """A database with that table, taken over."""
    dsn = new_database(make_conninfo(template, dbname="template1"), name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for login in LOGINS.values():
            if not connection.execute("select 1 from pg_roles where rolname = %s", [login]).fetchone():
                connection.execute(SQL("create role {} login").format(Identifier(login)))
        _psql(dsn, "real.psql", as_of="2026-03-06", **LOGINS)
        _psql(dsn, "real_rows.psql", closed=str(closed))
        if drops_indexes:
            for (index,) in connection.execute(
                "select i.indexrelid::regclass::text from pg_index as i"
                " where i.indrelid = 'monitoring.positions'::regclass and not i.indisprimary and not i.indisunique"
            ).fetchall():
                connection.execute(f"drop index {index}")
    deploy_with_psql(dsn)
    settle(dsn)
    return dsn


def _psql(dsn: str, file: str, **variables: str) -> None:
    given = [f"--set={name}={value}" for name, value in variables.items()]
    run_program(
        ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", *given, f"--file={TABLES / file}"],
        environment=libpq_environment(dsn),
    )
