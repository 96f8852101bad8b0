"""What somebody adds to a deployed database: `sqitch verify` names it. A script of the plan's last change looks."""

import re
import subprocess
from typing import Any

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


# Of what the plan made, the verify script of the object says who has more rights than were granted.
MORE_RIGHTS = {
    "functions/take_over": "grant execute on function tradelatch.take_over to tradelatch_bot",
    "helpers/grace": "grant execute on function monitoring.grace to public",
    "tables/alerts": "grant insert on monitoring.alerts to tradelatch_watcher",
    "tables/marks": "grant trigger on monitoring.marks to public",
    "views/backups": "grant select on tradelatch.backups to tradelatch_bot",
    "schemas/monitoring": "grant usage on schema monitoring to tradelatch_feed",
    "types/amount": "grant usage on type monitoring.amount to tradelatch_bot",
}


def verify(dsn: str, script: str = SCRIPT) -> str:
    """What the script complains of."""
    done = subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", script],
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


@pytest.mark.parametrize("change", MORE_RIGHTS)
def test_more_rights_than_were_granted_are_named(database: str, change: str) -> None:
    script = f"verify/{change}.sql"
    assert verify(database, script) == ""
    (grantee,) = re.findall(r"to (\w+)$", MORE_RIGHTS[change])
    with psycopg.connect(database) as connection:
        connection.execute(MORE_RIGHTS[change])
    assert grantee.lower() in verify(database, script).lower()


def test_a_member_of_the_owner_is_named(server: Any, database: str) -> None:
    """Of the owner's role itself, and of one that is made its member: roles belong to the whole cluster."""
    script, friend = "verify/roles/all.sql", f"{server.prefix}friend"
    assert verify(database, script) == ""
    for role, told in (("tradelatch_owner", friend), ("tradelatch_operator", "tradelatch_feed")):
        member = friend if role == "tradelatch_owner" else "tradelatch_feed"
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"create role {friend}")
            try:
                connection.execute(f"grant {role} to {member}")
                assert told in verify(database, script)
            finally:
                connection.execute(f"revoke {role} from {member}")
                connection.execute(f"drop role {friend}")
    assert verify(database, script) == ""


def test_all_of_it_at_once_is_a_line_each(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("grant select on sequence monitoring.alerts_id_seq to public")
        connection.execute("create rule mine as on insert to monitoring.alerts do instead nothing")
    assert [line.strip() for line in verify(database).splitlines() if "mine" in line or "sequence" in line][1:] == [
        "sequence monitoring.alerts_id_seq: SELECT granted to PUBLIC"
    ]
