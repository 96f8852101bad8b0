"""What somebody can do who has one of the roles, and nothing else."""

import secrets

import pytest
from psycopg.sql import SQL, Identifier, Literal

TABLES = [
    "positions",
    "position_events",
    "position_statuses",
    "position_transitions",
    "exchange_aliases",
    "symbol_aliases",
    "position_backups",
    "refusals",
    "sightings",
    "snapshots",
    "order_sightings",
    "order_snapshots",
    "marks",
    "alerts",
    "health_findings",
    "event_archives",
    "histories",
]
VIEWS = [
    "aliases",
    "positions",
    "open_positions",
    "orders",
    "position_timeline",
    "health",
    "alerts",
    "events",
    "findings",
]
READERS_FUNCTIONS = [
    "diagnose",
    "find_order",
    "lock_holders",
    "normalize_exchange",
    "normalize_symbol",
    "schema_version",
]
OPERATORS_FUNCTIONS = {
    "take_over": "1, 'mine'",
    "release_position": "1, 'mine'",
    "cleanup": "'all'",
    "restore_backup": "gen_random_uuid()",
    "after_restore": "'restored'",
    "archive_events": "",
    "archive_alerts": "",
    "archive_findings": "",
    "record_aliases": "'binance', '{}'",
    "set_stale_after": "'1 hour'",
}
TABLE_STATEMENTS = [
    "select from {}",
    "select from {} for update",
    "insert into {} default values",
    "delete from {}",
    "truncate {}",
    "lock table {} in share mode",
    "copy {} to stdout",
    "alter table {} disable trigger all",
    "alter table {} add column mine int",
    "create trigger mine after delete on {} execute function pg_catalog.suppress_redundant_updates_trigger()",
    "create index on {} ((1))",
    "drop table {}",
]
REFUSED_TO_ALL = [
    *(statement.format(f"monitoring.{table}") for table in TABLES for statement in TABLE_STATEMENTS),
    *(f"drop view tradelatch.{view}" for view in [*VIEWS, "backups"]),
    "select * from monitoring.evidence",
    "select * from monitoring.priced_positions",
    "update tradelatch.backups set restored_at = null",
    "update monitoring.positions set realized_pnl = 1",
    "update monitoring.position_events set event = 'mine'",
    "create rule mine as on update to tradelatch.positions do instead nothing",
    "select nextval('monitoring.position_fence')",
    "select monitoring.next_fence()",
    "select setval('monitoring.position_fence', 1)",
    "select last_value from monitoring.position_fence",
    "drop index monitoring.idx_unique_active_position",
    "reindex index monitoring.idx_unique_active_position",
    "select monitoring.grace()",
    "select monitoring.lock_slot('binance', 'default', 'APTUSDT')",
    "select monitoring.slot_key('binance', 'default', 'APTUSDT')",
    "select 1::monitoring.amount",
    "create function monitoring.mine() returns int language sql return 1",
    "create function tradelatch.mine() returns int language sql return 1",
    "create or replace function tradelatch.schema_version() returns text language sql return '2'",
    "alter function tradelatch.schema_version() security definer",
    "drop function tradelatch.schema_version()",
    "drop type tradelatch.receipt cascade",
    "create table tradelatch.mine (id int)",
    "drop schema monitoring cascade",
    "set role tradelatch_owner",
    "set session authorization tradelatch_owner",
    "grant tradelatch_owner to current_user",
    "alter role tradelatch_owner login",
    "set session_replication_role = replica",
    "alter default privileges for role tradelatch_owner grant select on tables to public",
    "comment on schema tradelatch is 'mine'",
]


def not_refused(session, statements: list[str]) -> list[tuple[str, str]]:
    """Those of the statements that did not end in 42501, and how they ended. Nothing of them stays."""
    others = []
    for statement in statements:
        with session.connection.transaction(force_rollback=True):
            if (state := session.state_of(statement)) != "42501":
                others.append((state, statement))
    return others


@pytest.mark.parametrize("role", ["reader", "bot", "operator"])
def test_nobody_reaches_past_the_api(role, connect, as_role) -> None:
    assert not_refused(connect(as_role(role)), REFUSED_TO_ALL) == []


@pytest.mark.parametrize("role", ["reader", "bot", "operator"])
def test_the_schema_is_not_the_only_wall(role, connect, as_role, admin) -> None:
    """Neither where somebody lets the roles into the schema of the book."""
    admin("grant usage on schema monitoring to tradelatch_reader")
    try:
        assert not_refused(connect(as_role(role)), REFUSED_TO_ALL) == []
    finally:
        admin("revoke usage on schema monitoring from tradelatch_reader")


@pytest.mark.parametrize("role", ["bot", "operator"])
def test_a_member_takes_nothing_from_the_others(role, connect, as_role) -> None:
    """Members of a role may say that; what the owner granted it stays."""
    session = connect(as_role(role))
    for statement in (
        f"drop owned by tradelatch_{role} cascade",
        f"reassign owned by tradelatch_{role} to current_user",
        f"revoke all on all functions in schema tradelatch from tradelatch_{role}",
    ):
        assert session.state_of(statement) in ("", "42501"), statement
    assert session.answer_create(symbol=f"{role.upper()}USDT") == "created"
    assert session.value("select count(*) from tradelatch.open_positions") > 0


def test_nobody_writes_through_a_view(connect, operator_dsn) -> None:
    """The book's views are joins: not even their owner can."""
    session = connect(operator_dsn)
    for statement in (
        "update tradelatch.positions set status = 'closed'",
        "insert into tradelatch.positions default values",
        "delete from tradelatch.positions",
    ):
        assert session.state_of(statement) == "55000", statement


@pytest.mark.parametrize("role", ["reader", "bot"])
def test_nobody_rises(role, connect, as_role) -> None:
    above = ["tradelatch_operator", *(["tradelatch_bot"] if role == "reader" else [])]
    assert not_refused(connect(as_role(role)), [f"set role {name}" for name in above]) == []


@pytest.mark.parametrize("role", ["reader", "bot"])
def test_operators_functions_are_for_operators(role, connect, as_role) -> None:
    session = connect(as_role(role))
    for function, arguments in OPERATORS_FUNCTIONS.items():
        assert session.state_of(f"select * from tradelatch.{function}({arguments})") == "42501", function
    assert session.state_of("select * from tradelatch.backups") == "42501"


def test_an_operator_reads_the_backups(connect, as_role) -> None:
    assert connect(as_role("operator")).state_of("select * from tradelatch.backups") == ""


@pytest.mark.parametrize("role", ["reader", "bot", "operator"])
def test_everybody_reads_the_views(role, connect, as_role) -> None:
    connect().create()
    session = connect(as_role(role))
    for view in VIEWS:
        assert session.state_of(f"select * from tradelatch.{view}") == "", view
    assert session.value("select entry_client_order_id from tradelatch.open_positions limit 1").endswith("e1")


@pytest.mark.parametrize("role", ["reader", "bot", "operator"])
def test_everybody_calls_what_changes_nothing(role, connect, as_role) -> None:
    session = connect(as_role(role))
    assert session.value("select tradelatch.normalize_symbol('APT/USDT:USDT')") == "APTUSDT"
    assert session.state_of("select tradelatch.normalize_symbol('')") == "22023"
    assert session.value("select tradelatch.normalize_exchange('binanceusdm')") == "binance"
    assert session.value("select tradelatch.schema_version()") == "1"


def test_a_reader_calls_nothing_else(connect, reader_dsn, admin) -> None:
    functions = admin(
        "select oid::regproc::text as name, pronargs as arguments from pg_proc"
        " where pronamespace = 'tradelatch'::regnamespace and proname <> all(%s)",
        READERS_FUNCTIONS,
    )
    assert len(functions) >= 15
    calls = [f"select {function.name}({', '.join(['null'] * function.arguments)})" for function in functions]
    assert not_refused(connect(reader_dsn), calls) == []


def test_whoever_has_no_role_has_nothing(connect, admin, server) -> None:
    name, password = f"{server.prefix}nobody", secrets.token_hex(16)
    admin(SQL("create role {} login password {}").format(Identifier(name), Literal(password)))
    nobody = connect(server.dsn_of(admin.connection.info.dbname, user=name, password=password))
    statements = [
        *REFUSED_TO_ALL,
        *(f"select * from tradelatch.{view}" for view in VIEWS),
        "select tradelatch.schema_version()",
        "select tradelatch.normalize_symbol('a')",
        "select tradelatch.create_position('binance', 'APTUSDT', 'long', 1, 1)",
        "select null::tradelatch.receipt",
        "set role tradelatch_reader",
    ]
    try:
        assert not_refused(nobody, statements) == []
    finally:
        admin(SQL("drop role {}").format(Identifier(name)))
