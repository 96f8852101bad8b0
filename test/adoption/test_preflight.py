"""What stands against taking a table over is said before anything is changed, and can be settled."""

import json
import re
from decimal import Decimal

import pytest
from tradelatch.programs import ProgramError
from tradelatch.project import sqitch_project

from .conftest import OWNER, Live

PREFLIGHT = sqitch_project() / "deploy" / "adoption" / "preflight.sql"
SETTLE = sqitch_project() / "deploy" / "adoption" / "settle.psql"


def insert(live: Live, **row: object) -> int:
    """A good row, with these columns of it changed; returns its id."""
    values = {"symbol": "APTUSDT", "exchange": "binance", "side": "long", "quantity": 1, "entry_price": 2} | row
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    return live.value(f"insert into monitoring.positions ({names}) values ({places}) returning id", *values.values())


def refusal(live: Live) -> list[dict]:
    """The rows of TL007."""
    with pytest.raises(ProgramError) as raised:
        live.deploy()
    assert "TL007" in str(raised.value)
    (detail,) = re.findall(r"DETAIL:  (.*)", str(raised.value))
    return json.loads(detail)


BAD = [
    ("unknown status", {"status": "open"}),
    ("unknown status", {"status": "ACTIVE"}),
    ("unknown side", {"side": "up"}),
    ("bad symbol", {"symbol": "APT USDT"}),
    ("bad symbol", {"symbol": ""}),
    ("bad exchange", {"exchange": " "}),
    ("bad quantity", {"quantity": 0}),
    ("bad quantity", {"quantity": -1}),
    ("bad quantity", {"quantity": Decimal("NaN")}),
    ("bad entry_price", {"entry_price": 0}),
    ("bad entry_price", {"entry_price": Decimal("NaN")}),
    ("bad stop_loss_price", {"stop_loss_price": -1}),
    ("bad stop_loss_price", {"stop_loss_price": Decimal("NaN")}),
    ("bad realized_pnl", {"realized_pnl": Decimal("NaN")}),
    ("bad fees", {"fees": Decimal("NaN")}),
]


def test_every_kind_of_bad_row_is_listed_and_nothing_is_changed(live: Live) -> None:
    ids = [insert(live, **({"symbol": f"S{n}USDT"} | row)) for n, (_, row) in enumerate(BAD)]
    insert(live, symbol="FINEUSDT", stop_loss_price=1)
    insert(live, symbol="NOSTOPUSDT", stop_loss_price=0)
    before = live.schema(), live.rows()
    listed = refusal(live)
    assert [(row["id"], row["problem"]) for row in listed] == [
        (row_id, problem) for row_id, (problem, _) in zip(ids, BAD, strict=True)
    ]
    assert listed[0]["found"] == {"status": "open"}
    assert (live.schema(), live.rows()) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"symbol": "APTUSDT"}, {"symbol": "APT/USDT:USDT"}),
        ({"symbol": "APT/USDT"}, {"symbol": " aptusdt "}),
        ({"symbol": "BTCUSDT_261225"}, {"symbol": "BTC/USDT:USDT-261225"}),
        ({"exchange": "binance"}, {"exchange": "Binance"}),
        ({"exchange": "binance"}, {"exchange": "binanceusdm"}),
        ({"status": "active"}, {"status": "entry_placed"}),
        ({"status": "pending_entry"}, {"status": "pending_sl"}),
        ({"symbol": "APTUSDT", "side": "LONG"}, {"symbol": "aptusdt", "side": "buy"}),
    ],
)
def test_two_open_rows_of_a_slot_are_seen_through_their_spelling(live: Live, first: dict, second: dict) -> None:
    ids = [insert(live, **first), insert(live, **second)]
    insert(live, symbol="APTUSDT", exchange="bybit")
    insert(live, symbol="APTUSDT", status="closed")
    listed = refusal(live)
    assert [(row["id"], row["problem"], row["found"]["others"]) for row in listed] == [
        (ids[0], "duplicate", [ids[1]]),
        (ids[1], "duplicate", [ids[0]]),
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("alter table monitoring.positions alter quantity type double precision", "other type of column"),
        ("alter table monitoring.positions drop exit_reason", "missing column"),
        ("alter table monitoring.positions add account text", "column in the way"),
        ("alter table monitoring.positions drop constraint positions_pkey", "no primary key on id"),
        ("create view monitoring.book as select symbol from monitoring.positions", "view on the table"),
        ("alter table monitoring.positions enable row level security", "row level security"),
        ("create table monitoring.position_events ()", "object in the way"),
        ("create table monitoring.alerts ()", "object in the way"),
        (
            "create function monitoring.touch() returns trigger language plpgsql as 'begin return new; end';"
            " create trigger touch before update on monitoring.positions"
            " for each row execute function monitoring.touch()",
            "trigger on the table",
        ),
        ("alter table monitoring.positions add stop_loss_order bigint", "column in the way"),
        (
            "alter table monitoring.positions add twice numeric generated always as (leverage * 2) stored",
            "generated column",
        ),
        (
            "alter table monitoring.positions rename to parted;"
            " create table monitoring.positions (like monitoring.parted) partition by range (created_at)",
            "not a plain table",
        ),
        (
            "alter table monitoring.positions rename to kept;"
            " create view monitoring.positions as select * from monitoring.kept",
            "not a plain table",
        ),
        ("alter table monitoring.positions set unlogged", "not a plain table"),
        (
            "create type monitoring.typed as (id integer, symbol text);"
            " alter table monitoring.positions rename to kept; create table monitoring.positions of monitoring.typed",
            "not a plain table",
        ),
        (
            "alter table monitoring.positions add exclude using btree (exchange_order_id with =)",
            "constraint on the table",
        ),
        (
            "create table public.signals (id integer primary key);"
            " alter table monitoring.positions add foreign key (signal_id) references public.signals (id)",
            "constraint on the table",
        ),
        (
            "create unique index one_order on monitoring.positions (exchange_order_id);"
            " create table public.fills (order_id varchar(100) references monitoring.positions (exchange_order_id))",
            "foreign key to other columns than id",
        ),
        (
            "create table public.notes (id integer); create policy mine on public.notes"
            " using (exists (select from monitoring.positions))",
            "policy that reads the table",
        ),
        (
            "create table public.notes (id integer); create rule mine as on insert to public.notes"
            " do also select count(symbol) from monitoring.positions",
            "view on the table",
        ),
        (
            "alter default privileges in schema monitoring grant select on tables to public",
            "default privileges in the schema",
        ),
    ],
)
def test_a_table_of_another_shape_is_refused(live: Live, change: str, problem: str) -> None:
    live.execute(change)
    before = live.schema()
    assert problem in [row["problem"] for row in refusal(live)]
    assert live.schema() == before


def test_settling_shows_first_and_then_does_what_it_showed(live: Live) -> None:
    kept = insert(live, symbol="APTUSDT", stop_loss_price=1)
    older = insert(live, symbol="APT/USDT:USDT", status="entry_placed")
    newer = insert(live, symbol="aptusdt", side="BUY")
    bad = [insert(live, **({"symbol": f"S{n}USDT"} | row)) for n, (_, row) in enumerate(BAD)]
    before = live.rows()

    shown = live.psql(file=SETTLE)
    assert "Nothing was changed" in shown
    for row_id in (older, newer, *bad):
        assert re.search(rf"^ *{row_id} \|", shown, re.MULTILINE)
    assert not re.search(rf"^ *{kept} \|", shown, re.MULTILINE)
    assert live.rows() == before
    assert live.value("select to_regclass('monitoring.settled_positions')") is None

    live.psql(f"--username={OWNER}", file=SETTLE, confirm="1")
    settled = dict(live.all("select id, action from monitoring.settled_positions"))
    assert settled[older] == settled[newer] == "roll back"
    assert [settled[row_id] for row_id in bad] == ["close", "set", *["take out"] * 9, *["set"] * 4]
    assert live.rows(f"id = {kept}") == [row for row in before if row[0] == kept]
    after = {
        row[0]: row[1:]
        for row in live.all("select id, status, exit_reason, closed_at is null from monitoring.positions")
    }
    assert after[older] == after[newer] == ("rolled_back", "settled before tradelatch: duplicate", False)
    assert after[bad[0]] == ("closed", "settled before tradelatch: unknown status", False)
    assert after[bad[1]] == ("active", None, True)
    assert set(after) == {row[0] for row in before} - {row_id for row_id in bad if settled[row_id] == "take out"}
    assert (
        live.value("select count(*) from monitoring.settled_positions as s where s.position ->> 'symbol' is null") == 0
    )

    live.deploy()
    assert live.value("select status from tradelatch.positions where position_id = %s", bad[1]) == "pending_sl"


def test_rows_that_a_foreign_key_deletes_with_one_are_shown_and_kept(make_live) -> None:
    live = make_live(as_of="2026-03-06")
    values = "'binance', 'long', 1, 1, 'active'"
    (void, kept) = live.all(
        "insert into monitoring.positions (symbol, exchange, side, quantity, entry_price, status)"
        f" values (' ', {values}), ('APTUSDT', {values}) returning id"
    )
    for position in (void, void, kept):
        live.execute("insert into monitoring.aged_positions (position_id, symbol) values (%s, 'A')", position[0])
    shown = live.psql(file=SETTLE)
    assert re.search(rf"^ *{void[0]} \| monitoring\.aged_positions \| +2$", shown, re.MULTILINE)
    assert live.value("select count(*) from monitoring.aged_positions") == 3
    were = live.value(
        "select jsonb_agg(to_jsonb(a)) from monitoring.aged_positions as a where position_id = %s", void[0]
    )

    live.psql(f"--username={OWNER}", file=SETTLE, confirm="1")
    assert live.all("select position_id from monitoring.aged_positions") == [kept]
    assert live.all("select id, action, deleted_with_it from monitoring.settled_positions") == [
        (*void, "take out", {"monitoring.aged_positions": were})
    ]


def test_the_preflight_spells_as_the_functions_do(live: Live) -> None:
    live.deploy()
    compared = live.psql("--tuples-only", "--no-align", file="spelling.psql")
    total, symbols, different, unknown = map(int, compared.split("|"))
    assert total > 100_000
    assert symbols > 10_000
    assert (different, unknown) == (0, 0)


def test_every_name_that_a_deploy_makes_is_looked_for(live: Live) -> None:
    """By its own name: those of constraints and identity columns PostgreSQL chooses beside what is there."""
    named = (
        "select c.relname from pg_class as c where c.relnamespace = 'monitoring'::regnamespace"
        " and c.relkind in ('r', 'v', 'S', 'i')"
        " and not exists (select from pg_constraint as k where k.conindid = c.oid)"
        " and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid"
        " and d.deptype = 'i')"
    )
    there = set(live.all(named))
    live.deploy()
    made = {name for (name,) in set(live.all(named)) - there}
    (names,) = re.findall(r"'object in the way'.*?c\.relname in \((.*?)\)\n", PREFLIGHT.read_text(), re.DOTALL)
    assert set(re.findall(r"'(\w+)'", names)) == made


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("create table monitoring.alerts ()", "object in the way"),
        ("create view monitoring.evidence as select 1", "object in the way"),
        ("create schema tradelatch", "schema in the way"),
        (
            "alter default privileges in schema monitoring grant select on tables to public",
            "default privileges in the schema",
        ),
    ],
)
def test_without_such_a_table_what_is_in_the_way_is_named_too(legacy_cluster, change: str, problem: str) -> None:
    postgres = Live(legacy_cluster, "postgres")
    live = Live(legacy_cluster, "in_the_way")
    postgres.execute("create database in_the_way")
    try:
        live.execute(f"create schema monitoring; {change}")
        before = live.schema()
        assert [row["problem"] for row in refusal(live)] == [problem]
        assert live.schema() == before
    finally:
        postgres.execute("drop database in_the_way")


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (
            "create table public.fills (position_id integer references monitoring.positions (id))",
            "table with a foreign key to it of another owner",
        ),
        ("create publication feed for table monitoring.positions", "publication of another owner"),
        (
            "create statistics public.pairs on symbol, exchange from monitoring.positions",
            "statistics of another owner",
        ),
    ],
)
def test_what_the_tables_owner_could_not_put_back_is_refused(live: Live, made: str, problem: str) -> None:
    live.execute(f"{made}; alter role {OWNER} createrole")
    try:
        with pytest.raises(ProgramError) as raised:
            live.psql(f"--username={OWNER}", file=PREFLIGHT)
    finally:
        live.execute(f"alter role {OWNER} nocreaterole")
    assert problem in str(raised.value)
    live.psql(file=PREFLIGHT)


def test_what_a_database_sets_for_its_bots_does_not_end_a_deploy(make_live) -> None:
    live = make_live("evening", closed=3000)
    for setting in ("statement_timeout = 250", "lock_timeout = 1", "default_transaction_isolation = serializable"):
        live.execute(f"alter database {live.name} set {setting}")
    live.deploy()
    live.revert()
