"""The evening's book with ten thousand positions that are over, taken over: the rows, the rights, the promises."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tradelatch.programs import ProgramError, libpq_environment
from tradelatch.project import sqitch_project

from .conftest import OWNER, READER, WRITER, Live

TEST = Path(__file__).parents[1]
# All but what lists everything in the schema, and who may do what: there is more here.
FILES = sorted(
    str(path.relative_to(TEST))
    for folder in ("functions", "helpers", "indexes", "tables", "triggers", "types", "views")
    for path in (TEST / folder).glob("*.sql")
)

UNCHANGED = (
    "id, signal_id, quantity, entry_price, current_price, take_profit_price, unrealized_pnl, realized_pnl, fees, "
    "leverage, stop_loss, take_profit, pnl, pnl_percentage, trailing_activated, error_details, retry_count, "
    "has_trailing_stop, has_stop_loss"
)


def test_the_table_was_not_rewritten_and_keeps_what_it_had(adopted: Live) -> None:
    assert adopted.relfilenode() == adopted.value("select number from filenode")
    assert adopted.value("select count(*) from monitoring.positions") == 10042
    assert not adopted.all(f"select {UNCHANGED} from before except select {UNCHANGED} from monitoring.positions")
    assert not adopted.all(
        "select from before as b join monitoring.positions as p using (id)"
        " where b.opened_at at time zone 'UTC' is distinct from p.opened_at"
        " or b.created_at at time zone 'UTC' is distinct from p.created_at"
        " or b.closed_at at time zone 'UTC' <> p.closed_at"
    )


def test_spellings_are_canonical(adopted: Live) -> None:
    assert not adopted.all(
        "select p.symbol from monitoring.positions as p join before as b using (id)"
        " where p.symbol <> tradelatch.normalize_symbol(b.symbol) or p.exchange <> lower(b.exchange)"
        " or p.side <> case when lower(b.side) in ('buy', 'long') then 'long' else 'short' end"
    )
    assert adopted.value("select count(*) from before as b where b.symbol ~ '/' or b.side ~ '[a-z]*[A-Z]|buy'") > 5000


def test_every_row_has_its_place_in_the_book(adopted: Live) -> None:
    assert adopted.all("select status, count(*) from tradelatch.open_positions group by status") == [("active", 34)]
    assert not adopted.all(
        "select from monitoring.positions as p where p.origin <> 'legacy' or p.order_key !~ '^tl[0-9a-f]{22}$'"
        " or (p.closed_at is null) <> (p.status = 'active') or p.signal is distinct from p.signal_id"
        " or p.filled_quantity <> case when p.status in ('canceled', 'failed') then 0 else p.quantity end"
        " or p.open_quantity <> case when p.closed_at is null then p.quantity else 0 end"
        " or p.orders_arrived <> case when p.closed_at is null then '{*}'::text[] else '{}' end"
        " or p.exposure_at <> coalesce(p.closed_at, p.lease_until) or p.orders_at <> p.exposure_at"
    )
    assert adopted.value("select count(distinct (fence, order_key)) from monitoring.positions") == 10042
    assert not adopted.all(
        "select from monitoring.positions as p left join monitoring.position_events as e on e.position_id = p.id"
        " where (e.event, e.from_status, e.to_status, e.fence) is distinct from ('adoption', null, p.status, p.fence)"
    )
    assert adopted.value("select count(*) from tradelatch.positions where signal_id = 5483039") == 1


def test_what_an_old_row_may_have_on_the_exchange_is_left(make_live: Callable[..., Live]) -> None:
    live = make_live()
    live.execute(
        "insert into monitoring.positions (symbol, exchange, side, quantity, entry_price, status, stop_loss_price,"
        " exchange_order_id) values"
        " ('AUSDT', 'binance', 'long', 1, 1, 'pending_entry', null, null),"
        " ('BUSDT', 'binance', 'long', 1, 1, 'pending_entry', null, '71'),"
        " ('CUSDT', 'binance', 'long', 1, 1, 'entry_placed', null, '72'),"
        " ('DUSDT', 'binance', 'long', 1, 1, 'pending_sl', null, '73'),"
        " ('EUSDT', 'binance', 'long', 1, 1, 'active', 0.9, '74'),"
        " ('FUSDT', 'binance', 'long', 1, 1, 'active', null, null),"
        " ('GUSDT', 'binance', 'long', 1, 1, 'closed', 0.9, '75')"
    )
    live.deploy()
    assert live.all(
        "select symbol, status, array_to_string(array_replace(orders_left, order_key || 's1', 's1'), ' ')"
        " from tradelatch.positions order by symbol"
    ) == [
        ("AUSDT", "pending_entry", ""),
        ("BUSDT", "pending_entry", "id:71"),
        ("CUSDT", "entry_placed", "id:72"),
        ("DUSDT", "pending_sl", "* s1"),
        ("EUSDT", "active", "*"),
        ("FUSDT", "pending_sl", "* s1"),
        ("GUSDT", "closed", ""),
    ]
    assert live.value("select count(*) from tradelatch.positions where stop_loss_order is not null") == 0
    # Nobody drives what is unfinished; the stop-loss of an active one is among the orders that nobody noted.
    live.execute("set session_replication_role = replica; update monitoring.positions set lease_until = 'epoch'")
    assert live.all(
        "select symbol, order_kind, array_to_string(order_cancels, ' ') from tradelatch.claim_stale() order by symbol"
    ) == [
        ("AUSDT", "entry", None),
        ("BUSDT", "entry", None),
        ("CUSDT", "entry", None),
        ("DUSDT", "stop_loss", "*"),
        ("FUSDT", "stop_loss", "*"),
    ]


def test_the_lookup_by_position_id_uses_an_index(adopted: Live) -> None:
    plan = adopted.all("explain select * from tradelatch.positions where position_id = 2548")
    assert any("Index Scan using positions_position_id on positions" in line for (line,) in plan), plan


def test_the_other_tables_are_untouched(adopted: Live) -> None:
    assert adopted.value("select count(*) from monitoring.events", user=OWNER) == 34
    adopted.execute("insert into monitoring.events (position_id, event_type) values (1, 'x')", user=WRITER)
    adopted.execute("delete from monitoring.events where event_type = 'x'", user=OWNER)
    assert adopted.value("select count(*) from monitoring.trailing_stop_state", user=READER) == 34
    assert adopted.all(
        "select relname from pg_class where relnamespace = 'monitoring'::regnamespace and relkind = 'r'"
        f" and relowner = '{OWNER}'::regrole order by 1"
    ) == [("events",), ("orders",), ("trades",), ("trailing_stop_state",)]


@pytest.mark.parametrize("user", [OWNER, WRITER])
def test_old_modules_go_on_writing_prices_and_leave_no_trace(adopted: Live, user: str) -> None:
    (position, moved, stop), *_ = adopted.all(
        "select id, updated_at, stop_loss_price from monitoring.positions where status = 'active' order by id"
    )
    events = adopted.value("select count(*) from monitoring.position_events")
    for change in (
        "current_price = 1.25, unrealized_pnl = 3, updated_at = now()",
        "pnl = 1, pnl_percentage = 2, realized_pnl = 0, fees = 0.1, take_profit_price = 9",
        "take_profit = 9, stop_loss = 1",
        "has_trailing_stop = true, trailing_activated = true, has_stop_loss = true",
    ):
        adopted.execute(f"update monitoring.positions set {change} where id = %s", position, user=user)
    assert adopted.all("select current_price, pnl, updated_at from monitoring.positions where id = %s", position) == [
        (pytest.approx(1.25), 1, moved)
    ]
    assert adopted.value("select count(*) from monitoring.position_events") == events
    # Where the stop-loss stands is a move, whoever makes it.
    adopted.execute("update monitoring.positions set stop_loss_price = %s where id = %s", stop + 1, position, user=user)
    assert adopted.all(
        "select event, user_name from monitoring.position_events where position_id = %s order by id desc limit 1",
        position,
    ) == [("plain_update", user)]


@pytest.mark.parametrize("user", [OWNER, WRITER, READER])
@pytest.mark.parametrize(
    "statement",
    [
        "insert into monitoring.positions (symbol, exchange, side, quantity, entry_price)"
        " values ('X', 'y', 'long', 1, 1)",
        "update monitoring.positions set status = 'closed'",
        "update monitoring.positions set status = 'entry_placed', exchange_order_id = '1', current_price = 1",
        "update monitoring.positions set quantity = 2",
        "update monitoring.positions set symbol = 'X'",
        "update monitoring.positions set signal_id = 2",
        "update monitoring.positions set priced_at = now()",
        "update monitoring.positions set closed_at = now(), exit_reason = 'x'",
        "delete from monitoring.positions",
        "truncate monitoring.positions",
        "drop table monitoring.positions",
        "alter table monitoring.positions disable trigger all",
        "insert into monitoring.position_events (position_id, event, to_status) values (1, 'x', 'y')",
        "delete from monitoring.legacy_state",
        "create table monitoring.mine ()",
        "create function monitoring.is_amount(int) returns boolean language sql return true",
        "select tradelatch.take_over(1, 'x')",
    ],
)
def test_the_old_way_is_refused(adopted: Live, user: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        adopted.execute(statement, user=user)


@pytest.mark.parametrize(
    "change", ["stop_loss_price = null", "stop_loss_price = 0", "stop_loss_price = 'NaN'", "fees = 'NaN'"]
)
def test_a_price_that_is_none_is_refused(adopted: Live, change: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        adopted.execute(f"update monitoring.positions set {change} where status = 'active'", user=WRITER)


def test_everybody_reads_as_before(adopted: Live) -> None:
    for user in (OWNER, WRITER, READER):
        assert adopted.value("select count(*) from monitoring.positions", user=user) == 10042
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        adopted.execute("update monitoring.positions set current_price = 1", user=READER)


def test_verify_knows_who_wrote_and_read_before(adopted: Live) -> None:
    adopted.verify()


@pytest.mark.parametrize(
    ("grant", "script", "message"),
    [
        (
            f"execute on function monitoring.is_amount(numeric) to {READER}",
            "helpers/is_amount",
            f"function monitoring.is_amount(numeric): executable by {READER}; expected nobody",
        ),
        (
            f"delete on monitoring.positions to {WRITER}",
            "tables/positions",
            f"monitoring.positions: writable by {WRITER}; expected nobody",
        ),
        ("select on monitoring.positions to public", "tables/positions", "monitoring.positions: readable by PUBLIC"),
        (
            f"create on schema monitoring to {OWNER}",
            "schemas/monitoring",
            f"schema monitoring: open to objects of {OWNER}; expected nobody",
        ),
    ],
)
def test_verify_refuses_what_they_were_not_left(adopted: Live, grant: str, script: str, message: str) -> None:
    adopted.execute(f"grant {grant}")
    try:
        with pytest.raises(ProgramError, match=re.escape(f"ERROR:  {message}\n")):
            adopted.psql(file=sqitch_project() / "verify" / f"{script}.sql")
    finally:
        adopted.execute(f"revoke {grant.replace(' to ', ' from ')}")


def test_the_slot_of_an_old_row_is_taken(adopted: Live) -> None:
    with adopted.connect() as connection:
        connection.execute("begin")
        connection.execute("set local role tradelatch_bot")
        create = (
            "select outcome, status, position_id"
            " from tradelatch.create_position('binance', 'APT/USDT:USDT', 'short', 61.8, 3.2)"
        )
        outcome, status, position = connection.execute(create).fetchone()
        assert (outcome, status) == ("existing", "active")
        # What the old code sent is left until somebody has looked: the slot is free after that.
        confirm = "select outcome, status, order_cancels from tradelatch.confirm_close(%s, 'test', %s)"
        assert connection.execute(confirm, [position, []]).fetchone() == ("ok", "pending_cancels", ["*"])
        assert connection.execute(create).fetchone() == ("existing", "pending_cancels", position)
        assert connection.execute(confirm, [position, ["*"]]).fetchone() == ("replayed", "closed", None)
        outcome, status, other = connection.execute(create).fetchone()
        assert (outcome, status) == ("created", "pending_entry")
        assert other > position
        connection.execute("rollback")


@pytest.fixture(scope="module")
def tap(make_live: Callable[..., Live]) -> dict[str, str]:
    """How pg_prove reaches a database whose old tables were empty: the files bring their own rows."""
    live = make_live(as_of="2026-03-06")
    live.deploy()
    live.execute("create schema tap")
    live.execute("create extension pgtap schema tap")
    return libpq_environment(live.dsn)


@pytest.mark.parametrize("file", FILES)
def test_the_functions_keep_their_promises_on_it(tap: dict[str, str], file: str) -> None:
    done = subprocess.run(
        ["pg_prove", "--ext", ".sql", "--failures", file],
        cwd=TEST,
        env=tap,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        pytest.fail(done.stdout, pytrace=False)
