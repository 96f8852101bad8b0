"""A deploy that dies half-way is run again, and a writer that is in its way is waited for."""

import os
import signal
import subprocess
import threading

import pytest
from tradelatch.deployment import changes, sqitch
from tradelatch.programs import ProgramError, libpq_environment
from tradelatch.project import sqitch_project

from .conftest import OWNER, WRITER, Live


def killed_in(live: Live, query: str) -> None:
    """Kills `sqitch deploy` and its psql, by SIGKILL, as soon as a session of theirs runs what the query finds."""
    deploying = subprocess.Popen(
        ["sqitch", "--chdir", str(sqitch_project()), "deploy", "--target", f"db:pg:{live.name}"],
        env=libpq_environment(live.dsn) | {"TZ": "UTC"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with live.connect() as connection:
            while not connection.execute(query).fetchone()[0]:
                assert deploying.poll() is None, "the deploy ended before it could be killed"
    finally:
        os.killpg(deploying.pid, signal.SIGKILL)
        deploying.wait()
    live.all(
        "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
        " where datname = current_database() and application_name ~ 'psql|sqitch'"
    )


def test_no_index_is_built_while_the_table_is_locked(make_live) -> None:
    live = make_live("evening", closed=100)
    live.execute("create index positions_symbol on monitoring.positions (symbol, quantity)")
    live.execute("create index positions_leverage on monitoring.positions (leverage)")
    indexes = (
        "select i.indexrelid::regclass::text, pg_relation_filenode(i.indexrelid) from pg_index as i"
        " where i.indrelid = 'monitoring.positions'::regclass and i.indisvalid"
    )
    before = dict(live.all(indexes))
    sqitch(live.dsn, "deploy", "--to", "tables/positions")
    kept = dict(live.all(indexes))
    assert kept.items() <= before.items()
    assert "monitoring.positions_leverage" in kept
    sqitch(live.dsn, "deploy", "--verify")
    assert "monitoring.positions_symbol" in dict(live.all(indexes))


def test_killed_among_the_rows_it_goes_on_from_there(make_live) -> None:
    live = make_live("evening", closed=30000)
    before = live.rows()
    killed_in(live, "select to_regclass('monitoring.legacy_rows') is not null")
    with live.connect() as connection:
        connection.execute("set statement_timeout = '30s'")
        counts = connection.execute(
            "select count(*) filter (where order_key = ''), count(*) from monitoring.positions"
        ).fetchone()
    assert counts[0] > 0
    sqitch(live.dsn, "deploy", "--verify")
    assert live.value("select count(*) from monitoring.position_events") == 30042
    assert live.value("select count(distinct position_id) from monitoring.position_events") == 30042
    sqitch(live.dsn, "revert", "-y")
    assert live.rows() == before


def test_killed_in_an_index_it_builds_it_again(make_live) -> None:
    live = make_live("evening", closed=100)
    sqitch(live.dsn, "deploy", "--to", "tables/sightings")
    held = live.connect()
    held.execute("begin transaction isolation level repeatable read; select from monitoring.positions limit 1")
    killed_in(
        live,
        "select exists (select from pg_index where indexrelid = to_regclass('monitoring.idx_unique_active_position')"
        " and not indisvalid)",
    )
    held.close()
    assert live.all(
        "select indisvalid from pg_index where indexrelid = 'monitoring.idx_unique_active_position'::regclass"
    ) == [(False,)]
    sqitch(live.dsn, "deploy", "--verify")
    assert live.all(
        "select indisvalid from pg_index where indexrelid = 'monitoring.idx_unique_active_position'::regclass"
    ) == [(True,)]


def test_killed_while_it_waits_for_the_table_nothing_is_half_done(make_live) -> None:
    live = make_live("evening", closed=100)
    before = live.rows()
    sqitch(live.dsn, "deploy", "--to", "helpers/is_coherent")
    held = live.connect(OWNER)
    held.execute("begin; update monitoring.positions set current_price = 1 where false")
    held.execute("lock table monitoring.positions in row exclusive mode")
    killed_in(
        live,
        "select exists (select from pg_locks where relation = 'monitoring.positions'::regclass"
        " and mode = 'AccessExclusiveLock' and not granted)",
    )
    held.close()
    assert live.rows() == before
    sqitch(live.dsn, "deploy", "--verify")


def test_a_row_that_somebody_writes_to_is_waited_for_without_holding_others(make_live) -> None:
    live = make_live("evening", closed=3000)
    sqitch(live.dsn, "deploy", "--to", "tables/position_events")
    held = live.connect(WRITER)
    held.execute("begin; update monitoring.positions set current_price = 7 where id = 1")
    deploying = threading.Thread(target=sqitch, args=(live.dsn, "deploy", "--verify"))
    deploying.start()
    try:
        while live.value("select count(*) from monitoring.positions where order_key = ''") > 1:
            assert deploying.is_alive()
        held.execute("update monitoring.positions set current_price = 8 where id = 2")
        held.execute("commit")
    finally:
        held.close()
        deploying.join()
    assert live.value("select count(*) from monitoring.positions where order_key = ''") == 0
    assert live.all("select current_price from monitoring.positions where id in (1, 2) order by id") == [(7,), (8,)]


def test_a_row_that_comes_between_is_refused_and_can_be_settled(make_live) -> None:
    live = make_live("evening", closed=10)
    sqitch(live.dsn, "deploy", "--to", "tables/position_events")
    live.execute(  # only a superuser can, by then
        "insert into monitoring.positions (symbol, exchange, side, quantity, entry_price, status, order_key)"
        " values ('apt/usdt', 'Binance', 'buy', 1, 1, 'entry_placed', '')"
    )
    with pytest.raises(ProgramError, match="TL007"):
        sqitch(live.dsn, "deploy", "--verify")
    live.psql(file=sqitch_project() / "deploy" / "adoption" / "settle.psql", confirm="1")
    sqitch(live.dsn, "deploy", "--verify")
    assert live.value("select count(*) from tradelatch.open_positions where symbol = 'APTUSDT'") == 1


def test_half_deployed_it_can_be_given_back(make_live) -> None:
    live = make_live("evening", closed=10)
    before = live.schema(), live.rows()
    for change in ("roles/all", "schemas/monitoring", "tables/positions", "constraints/coherence", "triggers/guard"):
        sqitch(live.dsn, "deploy", "--to", change)
        sqitch(live.dsn, "revert", "-y")
        assert (live.schema(), live.rows()) == before, change


def to_give_back(make_live, closed: int) -> tuple[Live, list[str], dict[int, str]]:
    """A table whose revert has come to tables/positions; its schema and its rows before the deploy."""
    live = make_live("real_rows", as_of="2025-10-28", closed=closed)
    schema, rows = live.schema(), dict(live.rows())
    live.deploy()
    order = list(reversed(changes()))
    scripts = [f"--file=revert/{change}.sql" for change in order[: order.index("tables/positions")]]
    live.psql(*(part for script in scripts for part in (script, "--command=discard all")), cwd=sqitch_project())
    return live, schema, rows


PIECES = ["adoption/as_found.psql", "adoption/give_back_rows.psql", "adoption/give_back_table.psql"]
PRICE = "--command=update monitoring.positions set current_price = {price}, updated_at = now() where id = {id}"


def test_a_price_that_is_written_during_the_revert_is_kept(make_live) -> None:
    live, _, rows = to_give_back(make_live, 3000)
    written = [PRICE.format(id=row, price=row) for row in (11, 2500, 2999)]
    parts = [part for piece, price in zip(PIECES, written, strict=True) for part in (f"--file=revert/{piece}", price)]
    live.psql(
        "--file=deploy/settings.psql", *parts, "--file=revert/adoption/check_references.psql", cwd=sqitch_project()
    )
    assert live.all("select id, current_price from monitoring.positions where id = current_price order by id") == [
        (11, 11),
        (2500, 2500),
        (2999, 2999),
    ]
    after = dict(live.rows())
    assert {row for row in rows if after[row] != rows[row]} == {11, 2500, 2999}
    assert len(after) == len(rows)


@pytest.mark.parametrize("done", [1, 2, 3])
def test_a_revert_that_was_interrupted_is_run_again(make_live, done: int) -> None:
    live, schema, rows = to_give_back(make_live, 3000)
    pieces = [f"--file=revert/{piece}" for piece in PIECES[:done]]
    live.psql("--file=deploy/settings.psql", *pieces, cwd=sqitch_project())
    live.execute("update monitoring.positions set current_price = 42 where id = 7", user=WRITER)
    order = list(reversed(changes()))
    scripts = [f"--file=revert/{change}.sql" for change in order[order.index("tables/positions") :]]
    live.psql(*(part for script in scripts for part in (script, "--command=discard all")), cwd=sqitch_project())
    after = dict(live.rows())
    assert live.value("select current_price from monitoring.positions where id = 7") == 42
    assert {row for row in rows if after.get(row) != rows[row]} == {7}
    assert live.schema() == schema


def test_whoever_reads_what_is_to_be_moved_is_waited_for(make_live) -> None:
    """As a vacuum of the new table would be."""
    live, _, rows = to_give_back(make_live, 10)
    pieces = [f"--file=revert/{piece}" for piece in PIECES[:2]]
    live.psql("--file=deploy/settings.psql", *pieces, cwd=sqitch_project())
    assert live.value("select reloptions::text from pg_class where oid = 'tradelatch_revert.positions'::regclass") == (
        "{autovacuum_enabled=off}"
    )
    held = live.connect()
    held.execute("begin; select from tradelatch_revert.positions")
    holding = threading.Timer(1.5, held.close)
    holding.start()
    functions = "create function pg_temp.{0}(statement text) returns text language sql return statement"
    live.psql(
        "--file=deploy/settings.psql",
        *(f"--command={functions.format(name)}" for name in ("of_new_table", "spelt_as_found")),
        f"--file=revert/{PIECES[2]}",
        cwd=sqitch_project(),
    )
    holding.join()
    assert dict(live.rows()) == rows
    assert live.value("select reloptions from pg_class where oid = 'monitoring.positions'::regclass") is None


def test_a_strangers_schema_is_not_dropped_by_a_revert(make_live) -> None:
    live, _, rows = to_give_back(make_live, 10)
    live.execute(f"create schema tradelatch_revert authorization {OWNER}")
    with pytest.raises(ProgramError, match="TL008: a schema tradelatch_revert is there, and belongs to legacy_bot"):
        live.psql("--file=revert/tables/positions.sql", cwd=sqitch_project())
    live.execute("drop schema tradelatch_revert")
    live.psql("--file=revert/tables/positions.sql", cwd=sqitch_project())
    assert dict(live.rows()) == rows


def test_the_owner_of_the_old_table_can_deploy_and_revert(make_live) -> None:
    live = make_live("evening", closed=10)
    before = live.schema()
    live.execute(f"alter role {OWNER} createrole")
    live.execute(f"grant create on database {live.name} to {OWNER}")
    try:
        dsn = live.cluster.dsn(live.name, user=OWNER)
        sqitch(dsn, "deploy", "--verify")
        sqitch(dsn, "revert", "-y")
    finally:
        live.execute(f"alter role {OWNER} nocreaterole")
        live.execute(f"revoke create on database {live.name} from {OWNER}")
        # Roles that another database of the cluster uses stay.
        assert not live.all(
            "select from pg_auth_members where roleid = to_regrole('tradelatch_owner') and member = %s::regrole", OWNER
        )
    assert live.schema() == before
