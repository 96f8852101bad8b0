"""The tables that production databases really have: taken over, verified, used and given back."""

import json
import re
from typing import Any

import psycopg
import pytest
from tradelatch.programs import ProgramError

from .conftest import OWNER, READER, WRITER, Live

REAL = ["2025-10-17", "2025-10-28", "2026-03-06", "migrated"]
STAMP = "update_positions_updated_at"


def taken_over(live: Live) -> None:
    """Deployed and verified: no trigger but those of tradelatch, and every time has its zone."""
    live.deploy()
    live.verify()
    assert not live.all(
        "select tgname from pg_trigger where tgrelid = 'monitoring.positions'::regclass and tgname = %s", STAMP
    )
    assert live.all(
        "select distinct format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = 'monitoring.positions'::regclass and attname in ('opened_at', 'closed_at', 'last_error_at')"
    ) == [("timestamp with time zone",)]


@pytest.mark.parametrize("as_of", REAL)
def test_without_a_row_it_comes_back_as_it_was(make_live, as_of: str) -> None:
    live = make_live(as_of=as_of)
    before = live.schema()
    taken_over(live)
    live.revert()
    assert live.schema() == before


@pytest.mark.parametrize("as_of", REAL)
def test_with_its_rows_it_comes_back_as_it_was(make_live, as_of: str) -> None:
    closed = 10000 if as_of == "2025-10-28" else 500
    live = make_live("real_rows", as_of=as_of, closed=closed)
    before = live.schema(), live.rows()
    at = live.value("select max(updated_at)::timestamptz from monitoring.positions where status = 'active'")
    filenode = live.relfilenode()
    taken_over(live)
    assert live.relfilenode() == filenode
    assert live.all("select status, count(*), max(updated_at) from tradelatch.open_positions group by 1") == [
        ("active", 26, at)
    ]
    # What is written without a function, by whom the table belonged to and by whom it did not.
    for user in (OWNER, WRITER):
        live.execute(
            "update monitoring.positions set trailing_activated = trailing_activated, leverage = leverage,"
            " retry_count = retry_count, error_details = error_details, exit_reason = exit_reason, updated_at = now()"
            " where status = 'active'",
            user=user,
        )
    assert live.value("select count(*) from monitoring.positions", user=READER) == closed + 26
    live.revert()
    assert (live.schema(), live.rows()) == before
    # And its trigger works.
    assert live.value(
        "with one as (update monitoring.positions set leverage = 2 where id = 1 returning updated_at)"
        " select one.updated_at = now()::timestamp or one.updated_at = now() from one"
    )


@pytest.mark.parametrize("as_of", REAL)
def test_with_rows_that_came_since_it_comes_back(make_live, as_of: str) -> None:
    live = make_live("real_rows", as_of=as_of, closed=50)
    schema, rows = live.schema(), dict(live.rows())
    live.deploy()
    with live.connect() as connection:
        connection.execute("set role tradelatch_bot")
        (opened, fence) = connection.execute(
            "select position_id, fence from tradelatch.create_position('binance', 'NEWUSDT', 'long', 10, 2,"
            " stop_loss_percent => 2, signal_id => 77, request_id => 'signal:77')"
        ).fetchone()
        connection.execute("select tradelatch.confirm_entry(%s, %s, 10, 2.01)", [opened, fence])
        connection.execute(
            "select tradelatch.activate_position(%s, %s, 1.96,"
            " (select order_key || 's1' from tradelatch.positions where position_id = %s))",
            [opened, fence, opened],
        )
        closed = connection.execute(
            "select position_id from tradelatch.open_positions where symbol = 'O5USDT'"
        ).fetchone()[0]
        connection.execute(
            "select tradelatch.confirm_close(%s, 'take profit', '{*}', exit_price => 2.1, realized_pnl => 1.5)",
            [closed],
        )
    live.revert()
    after = dict(live.rows())
    assert {row_id for row_id in after if after[row_id] != rows.get(row_id)} == {opened, closed}
    assert live.all(
        "select symbol, status, signal_id::text, entry_price::text, stop_loss_price::text, realized_pnl::text,"
        " exit_reason, closed_at is null from monitoring.positions where id in (%s, %s) order by symbol",
        opened,
        closed,
    ) == [
        ("NEWUSDT", "active", "77", "2.00000000", "1.96000000", None, None, True),
        ("O5USDT", "closed", "5400005", "2.00000000", "1.96000000", "1.50000000", "take profit", False),
    ]
    live.execute("drop schema monitoring_archive cascade")
    assert live.schema() == schema


def test_the_oldest_one_is_refused_with_everything_that_it_lacks(make_live) -> None:
    live = make_live(as_of="2025-10-09")
    before = live.schema()
    found = refusal(live, "deploy", "TL007")
    assert {row["found"]["column"] for row in found if row["problem"] == "missing column"} == {
        "signal_id",
        "realized_pnl",
        "fees",
        "exchange_order_id",
    }
    assert [row["found"]["column"] for row in found if row["problem"] == "other type of column"] == ["id"]
    assert [row["found"]["name"] for row in found if row["problem"] == "view on the table"] == [
        f"monitoring.v_{name}"
        for name in ("current_positions", "daily_pnl", "hourly_performance", "symbol_performance")
    ]
    assert live.schema() == before


def refusal(live: Live, folder: str, sqlstate: str) -> list[dict]:
    """What DETAIL lists."""
    with pytest.raises(ProgramError) as raised:
        live.run_plan(folder)
    assert sqlstate in str(raised.value)
    (detail,) = re.findall(r"DETAIL:  (.*)", str(raised.value))
    return json.loads(detail)


FOREIGN = [
    (
        "create trigger watch after update on monitoring.positions for each row execute function public.noticed()",
        "drop trigger watch on monitoring.positions",
        "trigger on the table",
        "CREATE TRIGGER watch AFTER UPDATE ON monitoring.positions FOR EACH ROW EXECUTE FUNCTION public.noticed()",
    ),
    (
        f"create trigger {STAMP} before update on monitoring.positions for each row"
        " when (old.status <> new.status) execute function public.update_updated_at_column()",
        f"drop trigger {STAMP} on monitoring.positions",
        "trigger on the table",
        f"CREATE TRIGGER {STAMP} BEFORE UPDATE ON monitoring.positions",
    ),
    (
        "create rule watch as on delete to monitoring.positions do instead nothing",
        "drop rule watch on monitoring.positions",
        "rule on the table",
        "CREATE RULE watch AS",
    ),
    (
        "create view public.book as select p.symbol from monitoring.positions as p",
        "drop view public.book",
        "view on the table",
        "SELECT ",
    ),
    (
        "create policy mine on monitoring.positions using (symbol <> 'x')",
        "drop policy mine on monitoring.positions",
        "policy on the table",
        "",
    ),
    (
        "alter table monitoring.positions enable row level security",
        "alter table monitoring.positions disable row level security",
        "row level security",
        "",
    ),
    (
        "create table monitoring.more () inherits (monitoring.positions)",
        "drop table monitoring.more",
        "inheritance",
        "",
    ),
    (
        "create function public.reads() returns bigint"
        " begin atomic select count(symbol) from monitoring.positions; end",
        "drop function public.reads()",
        "function that reads its columns",
        "",
    ),
    (
        "create table public.copies (old monitoring.positions)",
        "drop table public.copies",
        "column of its row type",
        "",
    ),
]


@pytest.fixture(scope="module")
def surrounded(make_live) -> Live:
    """The table of October 2025, whose trigger is not that of the tests."""
    live = make_live(as_of="2025-10-28")
    live.execute(f"drop trigger {STAMP} on monitoring.positions")
    live.execute("create function public.noticed() returns trigger language plpgsql as 'begin return null; end'")
    return live


@pytest.mark.parametrize(("put", "drop", "problem", "definition"), FOREIGN, ids=[case[2] for case in FOREIGN])
def test_what_stands_on_the_table_is_refused_with_its_definition(
    surrounded: Live, put: str, drop: str, problem: str, definition: str
) -> None:
    surrounded.execute(put)
    try:
        refused = refusal(surrounded, "deploy", "TL007")
    finally:
        surrounded.execute(drop)
    assert told(refused, problem, definition)


BEHIND = "function of another owner behind a table"


def told(refused: list[dict[str, Any]], problem: str, definition: str) -> bool:
    """Whether that is the problem, with its definition; a trigger's function may be another one."""
    (found,) = (other for other in refused if other["problem"] == problem)
    others = {other["problem"] for other in refused if other is not found}
    return others <= {BEHIND} and found["found"].get("definition", "").strip().startswith(definition)


@pytest.fixture(scope="module")
def surrounded_later(make_live) -> Live:
    live = make_live(as_of="2025-10-28")
    live.execute("create function public.noticed() returns trigger language plpgsql as 'begin return null; end'")
    live.deploy()
    return live


# That nothing inherits from the table, PostgreSQL sees to: its CHECK has the whole row. Of a trigger by the name that
# the deploy takes off, with a condition, the function is looked at first.
LATER = [
    *(
        (put, drop, BEHIND, "") if put.startswith(f"create trigger {STAMP}") else (put, drop, problem, definition)
        for put, drop, problem, definition in FOREIGN
        if problem != "inheritance"
    ),
    (
        f"create trigger {STAMP} before update on monitoring.positions for each row"
        " execute function public.update_updated_at_column()",
        f"drop trigger {STAMP} on monitoring.positions",
        "trigger on the table",
        f"CREATE TRIGGER {STAMP} ",
    ),
]


@pytest.mark.parametrize(("put", "drop", "problem", "definition"), LATER, ids=[case[2] for case in LATER])
def test_and_stays_refused(surrounded_later: Live, put: str, drop: str, problem: str, definition: str) -> None:
    live = surrounded_later
    live.execute(put)
    try:
        with pytest.raises(ProgramError, match=f'monitoring.positions: {problem}|"table": "monitoring.positions"'):
            live.verify()
        refused = refusal(live, "revert", "TL008")
        assert live.value("select tradelatch.schema_version()")
    finally:
        live.execute(drop)
    assert told(refused, problem, definition)


def test_nothing_inherits_from_it(surrounded_later: Live) -> None:
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="whole-row"):
        surrounded_later.execute("create table monitoring.more () inherits (monitoring.positions)")


def test_a_function_that_is_gone_cannot_be_called_by_a_trigger_again(make_live) -> None:
    live = make_live(as_of="2026-03-06")
    live.deploy()
    live.execute("drop function monitoring.update_updated_at_column() cascade")
    assert refusal(live, "revert", "TL008") == [
        {"problem": "the function of a trigger is gone", "found": "monitoring.update_updated_at_column()"}
    ]


def test_a_column_that_nobody_fills_is_refused(make_live) -> None:
    live = make_live(as_of="2025-10-17")
    live.execute("alter table monitoring.positions add shard integer not null")
    assert refusal(live, "deploy", "TL007") == [{"problem": "column without a default", "found": "shard"}]


def test_its_columns_hold_what_those_of_a_fresh_table_hold(make_live) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.deploy()
    unchecked = live.all(
        "select t.typname from pg_type as t where t.typnamespace = 'monitoring'::regnamespace and t.typtype = 'd'"
        " and not exists (select from pg_constraint as c where c.contypid = t.oid)"
    )
    assert not unchecked
    # What each INSERT and UPDATE prepares is one CHECK, as on a fresh table.
    assert live.all(
        "select conname, pg_get_constraintdef(oid), convalidated from pg_constraint"
        " where conrelid = 'monitoring.positions'::regclass and contype = 'c'"
    ) == [("positions_coherent_check", "CHECK (monitoring.is_coherent(positions.*))", True)]
    for change in ("quantity = 0", "symbol = 'apt/usdt'", "exchange = 'Binance'", "stop_loss_percent = 100"):
        with pytest.raises(psycopg.errors.CheckViolation):
            live.execute(f"set session_replication_role = replica; update monitoring.positions set {change}")


def test_what_their_selects_read_holds_in_new_rows(make_live) -> None:
    live = make_live("real_rows", as_of="2026-03-06", closed=10)
    live.deploy()
    with live.connect() as connection:

        def row(position: int) -> tuple:
            return connection.execute(
                "select signal_id, signal_stop_loss_percent, has_stop_loss, pnl, pnl_percentage, exit_reason"
                " from monitoring.positions where id = %s",
                [position],
            ).fetchone()

        (position, fence, key) = connection.execute(
            "select position_id, fence, left(order_client_order_id, 24) from tradelatch.create_position('binance',"
            " 'NEWUSDT', 'short', 10, 2, stop_loss_percent => 2.5, signal_id => 77)"
        ).fetchone()
        assert row(position) == (77, 2.5, False, None, None, None)
        connection.execute("select tradelatch.confirm_entry(%s::bigint, %s::bigint, 10, 2)", [position, fence])
        connection.execute("select tradelatch.activate_position(%s, %s, 2.05, %s)", [position, fence, f"{key}s1"])
        assert row(position) == (77, 2.5, True, None, None, None)
        close = (
            "select tradelatch.confirm_close(%s::bigint, 'stop-loss', %s::text[], exit_price => %s::numeric,"
            " realized_pnl => %s::numeric)"
        )
        connection.execute(close, [position, [f"{key}s1"], None, -1])
        assert row(position) == (77, 2.5, True, -1, -5, "stop-loss")
        connection.execute("select tradelatch.settle_position(%s, realized_pnl => -1.5)", [position])
        assert row(position) == (77, 2.5, True, -1.5, -7.5, "stop-loss")
        # Without the exchange's word on the profit it is what the prices say, before fees.
        old = connection.execute("select id from monitoring.positions where symbol = 'O20USDT'").fetchone()[0]
        connection.execute(close, [old, ["*"], 2.1, None])
        assert row(old)[3:] == (3, 5, "stop-loss")
        # What they have no room for is null, and never in the way.
        (huge, fence) = connection.execute(
            "select position_id, fence from tradelatch.create_position('binance', 'HUGEUSDT', 'long', 1e20, 1,"
            " signal_id => 9000000000)"
        ).fetchone()
        connection.execute("select tradelatch.confirm_entry(%s, %s, 1e20, 1)", [huge, fence])
        connection.execute(close, [huge, [], 9e12, None])
        assert row(huge)[:1] + row(huge)[3:5] == (None, None, None)


def test_a_stop_loss_is_found_where_it_was_noted_and_the_rest_is_listed(make_live) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.deploy()
    noted = live.all(
        "select position_id, stop_loss_order, orders_left from tradelatch.open_positions"
        " where stop_loss_order is not null order by position_id"
    )
    assert [order for _, order, _ in noted] == [
        *(f"id:ts-{position}" for position, _, _ in noted[:7]),
        *(f"id:so-{position}" for position, _, _ in noted[7:]),
    ]
    assert len(noted) == 10
    assert all(left == ["*", order] for _, order, left in noted)
    listed = live.all("select check_name, severity, position_id from tradelatch.diagnose()")
    assert {(name, severity) for name, severity, _ in listed} == {("no_stop_loss", "warning")}
    assert {position for _, _, position in listed} == {
        position
        for (position,) in live.all("select position_id from tradelatch.open_positions where stop_loss_order is null")
    }
    # Nobody has to drive what is protected.
    assert not live.all("select from tradelatch.claim_stale()")


def test_a_stop_loss_that_somebody_moves_by_himself_leaves_one_that_nobody_can_name(make_live) -> None:
    live = make_live(as_of="2025-10-28")
    live.deploy()
    (position, fence, key) = live.all(
        "select position_id, fence, left(order_client_order_id, 24)"
        " from tradelatch.create_position('binance', 'NEWUSDT', 'long', 10, 2)"
    )[0]
    live.all(f"select tradelatch.confirm_entry({position}, {fence}, 10, 2)")
    live.all(f"select tradelatch.activate_position({position}, {fence}, 1.9, '{key}s1')")
    left = "select orders_left from tradelatch.positions where position_id = %s"
    live.execute("update monitoring.positions set current_price = 2.1, stop_loss_price = 1.9", user=WRITER)
    assert live.value(left, position) == [f"{key}s1"]
    live.execute("update monitoring.positions set stop_loss_price = 1.95", user=WRITER)
    assert live.value(left, position) == ["*", f"{key}s1"]
    live.execute("update monitoring.positions set stop_loss_price = 1.96", user=OWNER)
    assert live.value(left, position) == ["*", f"{key}s1"]
    assert live.all("select status, order_kind, order_cancels from tradelatch.begin_close(%s, 'x')", position) == [
        ("pending_close", "close", None)
    ]


def test_columns_that_nobody_knows_are_named_with_the_grants_that_open_them(make_live) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.execute(
        'alter table monitoring.positions add "Lucky number" integer, add note text, add score numeric(6,2) default 0'
    )
    printed = live.run_plan("deploy")
    grants = re.findall(r"whoever is to: (grant update \(.*\) on monitoring\.positions to) …", printed)
    assert grants == [
        f"grant update ({column}) on monitoring.positions to" for column in ('"Lucky number"', "note", "score")
    ]
    change = "update monitoring.positions set \"Lucky number\" = 7, note = 'x', score = 1 where id = 1"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        live.execute(change, user=WRITER)
    for grant in grants:
        live.execute(f"{grant} {WRITER}")
    live.execute(change, user=WRITER)
    live.verify()
    assert live.all('select "Lucky number", note, score from monitoring.positions where id = 1') == [(7, "x", 1)]


def test_odd_names_come_back(make_live) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.execute(
        'create role "a to b"; grant usage, create on schema monitoring to "a to b" with grant option;'
        ' grant select, update on monitoring.positions to "a to b" with grant option;'
        " create index \"Odd \"\"Index\" on monitoring.positions (symbol) where status in ('closed', 'failed');"
        ' comment on index monitoring."Odd ""Index" is \'odd\';'
        ' alter table monitoring.positions add constraint "Odd check"'
        " check (status in ('active', 'closed')) not valid"
    )
    before = live.schema(), live.rows()
    live.deploy()
    live.verify()
    assert not live.value("select has_schema_privilege('a to b', 'monitoring', 'create')")
    assert live.value('select indisvalid from pg_index where indexrelid = \'monitoring."Odd ""Index"\'::regclass')
    live.revert()
    assert (live.schema(), live.rows()) == before


def test_a_database_of_another_encoding_is_refused_in_one_line(legacy_cluster) -> None:
    live = Live(legacy_cluster, "ascii")
    Live(legacy_cluster, "postgres").execute("create database ascii encoding sql_ascii template template0 locale 'C'")
    with pytest.raises(ProgramError, match=r"TL007: the database is in SQL_ASCII: tradelatch needs one in UTF8\n$"):
        live.deploy()
