"""What somebody adds to a deployed database: `sqitch verify` names it. A script of the plan's last change looks."""

import subprocess

import psycopg
import pytest
from tradelatch.programs import libpq_environment
from tradelatch.project import sqitch_project

SCRIPT = "verify/functions/schema_version.sql"
OTHERS = "create schema others; create function others.f() returns trigger language plpgsql as 'begin return new; end';"
ADDED = {
    "grant usage on sequence monitoring.positions_id_seq to tradelatch_bot": (
        "sequence monitoring.positions_id_seq: USAGE granted to tradelatch_bot"
    ),
    "grant select on sequence monitoring.alerts_id_seq to public": (
        "sequence monitoring.alerts_id_seq: SELECT granted to PUBLIC"
    ),
    "grant update (detail) on monitoring.alerts to tradelatch_reader": (
        "column monitoring.alerts.detail: UPDATE granted to tradelatch_reader"
    ),
    "grant update (status) on monitoring.positions to tradelatch_bot": (
        "column monitoring.positions.status: UPDATE granted to tradelatch_bot"
    ),
    "alter default privileges for role tradelatch_owner grant select on tables to tradelatch_reader": (
        "default privileges of tradelatch_owner: SELECT granted to tradelatch_reader"
    ),
    "alter default privileges for role tradelatch_owner in schema monitoring grant insert on tables to public": (
        "default privileges of tradelatch_owner in schema monitoring: INSERT granted to PUBLIC"
    ),
    "create function monitoring.mine() returns int language sql return 1": "function monitoring.mine(): it belongs to ",
    "create function tradelatch.mine() returns int language sql return 1": "function tradelatch.mine(): it belongs to ",
    "create function tradelatch.schema_version(of text) returns text language sql return '2';"
    "alter function tradelatch.schema_version(text) owner to tradelatch_owner": (
        "function tradelatch.schema_version(text): it has the name of another one"
    ),
    "create table monitoring.mine (id int)": "relation monitoring.mine: it belongs to ",
    "create view tradelatch.mine as select 1 as one": "relation tradelatch.mine: it belongs to ",
    OTHERS + "create trigger mine before insert on monitoring.alerts for each row execute function others.f()": (
        "trigger mine on monitoring.alerts: it calls others.f()"
    ),
    "create trigger mine before update on monitoring.account_grants for each row"
    " execute function suppress_redundant_updates_trigger()": (
        "trigger mine on monitoring.account_grants: it calls suppress_redundant_updates_trigger()"
    ),
    "create rule mine as on insert to monitoring.alerts do instead nothing": "rule mine on monitoring.alerts",
    "create rule mine as on update to tradelatch.health do instead nothing": "rule mine on tradelatch.health",
    "alter table monitoring.marks enable row level security": "row security of monitoring.marks",
    "create policy mine on monitoring.snapshots": "row security of monitoring.snapshots",
}


def verify(dsn: str) -> str:
    """What the script complains of."""
    done = subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", SCRIPT],
        cwd=sqitch_project(),
        env=libpq_environment(dsn),
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr


def test_what_the_plan_made_is_no_drift(database: str) -> None:
    assert verify(database) == ""


@pytest.mark.parametrize("statements", ADDED)
def test_what_somebody_added_is_named(database: str, statements: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(statements)
    assert ADDED[statements] in verify(database)


def test_all_of_it_at_once_is_a_line_each(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("grant select on sequence monitoring.alerts_id_seq to public")
        connection.execute("create rule mine as on insert to monitoring.alerts do instead nothing")
    assert [line.strip() for line in verify(database).splitlines() if "mine" in line or "sequence" in line][1:] == [
        "sequence monitoring.alerts_id_seq: SELECT granted to PUBLIC"
    ]
