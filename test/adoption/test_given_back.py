"""Reverted: the table as it was found with the rows that came since, or a refusal. Deployed again: nothing is lost."""

import json
import re
from difflib import unified_diff

import psycopg
import pytest
from tradelatch.programs import ProgramError

from .conftest import OWNER, WRITER, Live


def call(live: Live, function: str) -> tuple:
    (row,) = live.all(f"select * from tradelatch.{function}")
    return row


def create(live: Live, symbol: str, **more: object) -> tuple[int, int]:
    """A position of the new kind: its id and fence."""
    given = {"exchange": "binance", "symbol": symbol, "side": "long", "quantity": 1, "entry_price": 2} | more
    names = ", ".join(f"{name} => %s" for name in given)
    ((position, fence),) = live.all(
        f"select position_id, fence from tradelatch.create_position({names})", *given.values()
    )
    return position, fence


def activate(live: Live, position: int, fence: int) -> None:
    call(live, f"confirm_entry({position}, {fence}, 1, 2)")
    key = live.value("select order_key from tradelatch.positions where position_id = %s", position)
    call(live, f"activate_position({position}, {fence}, 1.5, '{key}s1')")


def refusal(live: Live) -> list[dict]:
    with pytest.raises(ProgramError) as raised:
        live.revert()
    assert "TL008" in str(raised.value)
    (detail,) = re.findall(r"DETAIL:  (.*)", str(raised.value))
    assert live.value("select tradelatch.schema_version()")
    return json.loads(detail)


def test_untouched_it_comes_back_to_the_byte(make_live) -> None:
    live = make_live("evening", closed=1000)
    live.execute("comment on index monitoring.idx_unique_active_position is 'one active'")
    live.execute("create index positions_opened on monitoring.positions (opened_at) where status <> 'active'")
    live.execute("create index positions_status on monitoring.positions (status)")
    live.execute("create index positions_symbol on monitoring.positions (symbol, created_at)")
    live.execute('alter table monitoring.positions alter exit_reason type text collate "POSIX"')
    live.execute("alter table monitoring.positions add constraint leverage_check check (leverage > 0)")
    live.execute("grant update (current_price) on monitoring.positions to dashboard")
    live.execute("grant select on monitoring.positions to public")
    live.execute("grant usage on schema monitoring to public")
    live.execute("grant usage, create on schema monitoring to trailing_bot with grant option")
    before = live.schema(), live.rows()
    live.deploy()
    assert live.value("select indisvalid from pg_index where indexrelid = 'monitoring.positions_opened'::regclass")
    assert not live.value("select has_schema_privilege('trailing_bot', 'monitoring', 'create')")
    assert live.value("select has_schema_privilege('trailing_bot', 'monitoring', 'usage')")
    live.revert()
    assert (live.schema(), live.rows()) == before
    live.deploy()
    live.revert()
    assert (live.schema(), live.rows()) == before


def test_a_table_of_a_superuser_or_a_role_with_an_odd_name_comes_back(make_live) -> None:
    for owner in ("postgres", '"Odd ""bot"""'):
        live = make_live()
        if owner != "postgres":
            live.execute(f"create role {owner}")
        live.execute(f"alter schema monitoring owner to {owner}")
        live.execute(f"alter table monitoring.positions owner to {owner}")
        before = live.schema()
        live.deploy()
        live.revert()
        assert live.schema() == before


# What hangs on a table, and is lost, or in the way, where its columns change their types and it is made anew.
HANGS = {
    "publication, statistics and storage": """
        create publication feed for table monitoring.positions (id, symbol, status, opened_at) where (id > 0);
        create publication all_of_it for table monitoring.positions;
        create statistics monitoring.pairs on symbol, exchange, lower(side) from monitoring.positions;
        alter statistics monitoring.pairs owner to dashboard;
        alter statistics monitoring.pairs set statistics 300;
        comment on statistics monitoring.pairs is 'together';
        alter table monitoring.positions
            alter exit_reason set storage main, alter exit_reason set compression pglz,
            alter error_details set storage external,
            alter symbol set statistics 500, alter leverage set statistics 0, alter pnl set (n_distinct = 7),
            set (fillfactor = 80, autovacuum_enabled = true, autovacuum_vacuum_scale_factor = 0.05),
            set (toast.autovacuum_enabled = false);
        """,
    "indexes and keys": """
        alter index monitoring.idx_positions_status set (fillfactor = 60);
        create index odd on monitoring.positions ((leverage * 2));
        alter index monitoring.odd alter column 1 set statistics 44;
        create unique index moved on monitoring.positions (id, symbol);
        alter table monitoring.positions
            cluster on idx_positions_opened_at, replica identity using index moved,
            add constraint one_order unique (exchange, exchange_order_id) deferrable initially deferred;
        comment on constraint one_order on monitoring.positions is 'one';
        comment on constraint positions_pkey on monitoring.positions is 'key';
        comment on index monitoring.idx_positions_symbol is 'kept';
        comment on index monitoring.idx_positions_exit_reason is 'made anew';
        create table monitoring.notes (position_id integer, at date) partition by range (at);
        create table monitoring.notes_of_all partition of monitoring.notes default;
        alter table monitoring.notes add constraint of_position
            foreign key (position_id) references monitoring.positions (id) on delete cascade deferrable;
        comment on constraint of_position on monitoring.notes is 'whose';
        create table public.strategies (id integer primary key);
        alter table monitoring.positions add strategy integer references public.strategies (id);
        """,
    "a sequence of another column, and grants": """
        alter table monitoring.positions add ticket bigserial, replica identity full;
        grant usage on sequence monitoring.positions_ticket_seq to trailing_bot;
        comment on sequence monitoring.positions_ticket_seq is 'tickets';
        grant select (symbol, status), update (leverage) on monitoring.positions to dashboard with grant option;
        grant select on monitoring.positions to dashboard with grant option;
        set role dashboard;
        grant select on monitoring.positions to trailing_bot;
        grant select (symbol) on monitoring.positions to trailing_bot;
        reset role;
        """,
    "an identity, and nothing but a column's grant": """
        alter table monitoring.positions alter id drop default;
        drop sequence monitoring.positions_id_seq;
        alter table monitoring.positions
            alter id add generated by default as identity
            (sequence name monitoring.numbers start with 5000 increment by 5);
        select setval('monitoring.numbers', 7000, false);
        grant usage on sequence monitoring.numbers to trailing_bot;
        comment on sequence monitoring.numbers is 'numbers';
        revoke all on monitoring.positions from legacy_bot, trailing_bot, dashboard;
        set allow_system_table_mods = on;
        update pg_class set relacl = null where oid = 'monitoring.positions'::regclass;
        grant select (symbol) on monitoring.positions to dashboard;
        """,
}


@pytest.mark.parametrize("hangs", HANGS)
def test_what_hangs_on_the_table_comes_back(make_live, hangs: str) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=20)
    live.psql(f"--command={HANGS[hangs]}")
    schema, rows, given = live.schema(), live.rows(), ids_given(live)
    live.deploy()
    live.verify()
    live.revert()
    assert [*unified_diff(schema, live.schema(), lineterm="", n=0)] == []
    assert (live.rows(), ids_given(live)) == (rows, given)


def ids_given(live: Live) -> dict[str, tuple[int, bool]]:
    """Where each sequence stands."""
    names = live.all("select oid::regclass::text from pg_class where relkind = 'S' order by 1")
    return {name: live.all(f"select last_value, is_called from {name}")[0] for (name,) in names}


def test_what_happened_since_comes_back_in_the_old_columns(make_live) -> None:
    live = make_live("evening", closed=200)
    no_stop = live.value(
        "update monitoring.positions set stop_loss_price = 0 where symbol = 'E1/USDT:USDT' returning id"
    )
    before = dict(live.rows())
    schema = live.schema()
    live.deploy()
    assert live.value("select status from tradelatch.positions where position_id = %s", no_stop) == "pending_sl"
    assert (
        live.value("select details ->> 'reason' from monitoring.position_events where position_id = %s", no_stop)
        == "it was active, and no stop-loss is known"
    )

    opened, fence = create(live, "NEWUSDT", signal_id=77, request_id="signal:77")
    activate(live, opened, fence)
    closing, fence = create(live, "CLOSINGUSDT")
    activate(live, closing, fence)
    call(live, f"begin_close({closing}, 'test')")
    rolling, fence = create(live, "ROLLINGUSDT")
    call(live, f"rollback_position({rolling}, {fence}, 'test')")
    old = live.value("select position_id from tradelatch.open_positions where symbol = 'APTUSDT'")
    call(live, f"confirm_close({old}, 'take profit', '{{*}}')")
    cancelling = live.value("select position_id from tradelatch.open_positions where symbol = 'E2USDT'")
    call(live, f"confirm_close({cancelling}, 'gone')")
    live.execute("update monitoring.positions set current_price = 7 where id = %s", old, user=WRITER)

    printed = live.revert()
    for changed in (
        rf"position {closing}, binance CLOSINGUSDT: pending_close becomes active, open are 1 of 1, "
        r"orders left: tl\w{22}s1, tl\w{22}c1\n",
        rf"position {rolling}, binance ROLLINGUSDT: pending_rollback becomes entry_placed, open are 0 of 1, "
        r"orders left: tl\w{22}e1, tl\w{22}c1\n",
        rf"position {cancelling}, binance E2USDT: pending_cancels becomes closed, open are 0 of 12(\.0+)?, "
        r"orders left: none that is known\n",
    ):
        assert re.search(changed, printed), printed
    assert f"position {opened}," not in printed
    after = dict(live.rows())
    assert {key for key in before if after.get(key) != before[key]} == {old, cancelling}
    assert set(after) - set(before) == {opened, closing, rolling}
    assert live.all(
        "select symbol, side, quantity::text, status, signal_id, stop_loss_price::text, exit_reason"
        " from monitoring.positions where id in (%s, %s, %s, %s) order by id",
        old,
        opened,
        closing,
        rolling,
    ) == [
        ("APTUSDT", "short", "61.00000000", "closed", 5483039, "3.29409000", "take profit"),
        ("NEWUSDT", "long", "1.00000000", "active", 77, "1.50000000", None),
        ("CLOSINGUSDT", "long", "1.00000000", "active", None, "1.50000000", "test"),
        ("ROLLINGUSDT", "long", "1.00000000", "entry_placed", None, None, "test"),
    ]
    # The log of what happened, and what the old columns have no place for, stay in a schema of their own.
    kept = live.all("select relname from pg_class where relnamespace = 'monitoring_archive'::regnamespace order by 1")
    assert [re.sub(r"\d", "9", name) for (name,) in kept] == [
        "position_events_99999999_999999_999999",
        "positions_99999999_999999_999999",
    ]
    assert live.value(f"select count(*) from monitoring_archive.{kept[0][0]}") > 8
    live.execute("drop schema monitoring_archive cascade")
    assert live.schema() == schema
    # the old code goes on
    insert = (
        "insert into monitoring.positions (symbol, exchange, side, quantity, entry_price)"
        " values ('X', 'y', 'long', 1, 1)"
    )
    live.execute(insert, user=OWNER)
    with pytest.raises(psycopg.errors.UniqueViolation, match="idx_unique_active_position"):
        live.execute(insert, user=WRITER)


def test_deployed_again_it_goes_on_where_it_was(make_live) -> None:
    live = make_live("evening", closed=200)
    live.deploy()
    position, fence = create(live, "NEWUSDT", request_id="signal:1", account="second")
    call(live, f"cancel_position({position}, {fence}, 'test')")
    # what was there before has been given no order yet, so that its key may be another one; nothing shows the fence
    what = (
        "select to_jsonb(p) - 'lease_until'::text"
        " - case when p.origin = 'legacy' then '{order_key}'::text[] else '{}' end"
        " - case when p.closed_at is null then '{exposure_at,orders_at}'::text[] else '{}' end"
        " from tradelatch.positions as p order by p.position_id"
    )
    rows = live.all(what)
    live.revert()
    live.deploy()
    assert live.all(what) == rows
    assert live.value("select min(fence) >> 20 from monitoring.positions") > fence >> 20
    assert create(live, "NEWUSDT", request_id="signal:1", account="second") == (position, None)


def test_deployed_again_the_orders_of_what_is_open_are_left(make_live) -> None:
    live = make_live("evening", closed=20)
    live.deploy()
    positions = {}
    for symbol in ("ENTRYUSDT", "PLACEDUSDT", "STOPUSDT", "ACTIVEUSDT", "PARTUSDT", "OWNUSDT", "CLOSINGUSDT"):
        positions[symbol] = create(live, symbol, request_id=symbol, stop_loss_percent=2)
    call(live, "place_entry({}, {}, '88')".format(*positions["PLACEDUSDT"]))
    call(live, "confirm_entry({}, {}, 1, 2)".format(*positions["STOPUSDT"]))
    for symbol in ("ACTIVEUSDT", "OWNUSDT", "CLOSINGUSDT"):
        activate(live, *positions[symbol])
    call(live, "confirm_entry({}, {}, 0.5, 2)".format(*positions["PARTUSDT"]))
    call(live, "confirm_orders({}, '{{}}', '{{dca-1}}')".format(*positions["OWNUSDT"]))
    call(live, "begin_close({}, 'test')".format(*positions["CLOSINGUSDT"]))
    what = "select symbol, order_key, request_id from tradelatch.positions where origin = 'created' order by symbol"
    before = live.all(what)
    live.revert()
    live.deploy()
    assert live.all(what) == before
    assert live.all(
        "select symbol, status, replace(array_to_string(orders_left, ' '), order_key, '')"
        " from tradelatch.positions where origin = 'created' order by symbol"
    ) == [
        ("ACTIVEUSDT", "active", "*"),
        ("CLOSINGUSDT", "active", "*"),
        ("ENTRYUSDT", "pending_entry", "e1"),
        ("OWNUSDT", "active", "* dca-1"),
        ("PARTUSDT", "pending_sl", "* e1 s2"),
        ("PLACEDUSDT", "entry_placed", "e1"),
        ("STOPUSDT", "pending_sl", "* s2"),
    ]
    # an id that was given is not given again
    position, _ = positions["CLOSINGUSDT"]
    order = live.value(
        "select replace(order_client_order_id, %s, '') from tradelatch.begin_close(%s, 'again')",
        next(key for symbol, key, _ in before if symbol == "CLOSINGUSDT"),
        position,
    )
    assert order == "c2"


def test_a_table_of_our_own_goes_into_the_archive_and_comes_back(legacy_cluster) -> None:
    live = Live(legacy_cluster, "ours")
    Live(legacy_cluster, "postgres").execute("create database ours")
    live.deploy()
    position, fence = create(live, "APTUSDT", request_id="signal:1")
    assert [row["position_id"] for row in refusal(live)] == [position]
    call(live, f"cancel_position({position}, {fence}, 'test')")
    rows = live.all("select * from tradelatch.positions")
    events = live.all("select * from monitoring.position_events order by id")
    for _ in range(2):
        live.revert()
        assert live.value("select to_regnamespace('monitoring')") is None
        live.deploy()
        assert live.all("select * from tradelatch.positions") == rows
        assert live.all("select * from monitoring.position_events order by id") == events
    assert create(live, "APTUSDT", request_id="signal:1") == (position, None)
    other, later = create(live, "APTUSDT", request_id="signal:2")
    assert other > position
    assert later >> 20 > fence >> 20


@pytest.mark.parametrize(
    ("given", "problem", "found"),
    [
        (
            {"symbol": "AVERYLONGNAMEUSDT-261225"},
            "does not fit character varying(20)",
            {"symbol": "AVERYLONGNAMEUSDT-261225"},
        ),
        ({"quantity": "0.000000001"}, "does not fit numeric(20,8)", {"quantity": 1e-9}),
        ({"entry_price": "1000000000000"}, "does not fit numeric(20,8)", {"entry_price": 1000000000000}),
        ({"signal_id": 2**31}, "does not fit integer", {"signal_id": 2**31}),
        ({"account": "second"}, "the old table has no accounts", {"account": "second"}),
        ({"position_side": "long"}, "the old table has no hedge mode", {"position_side": "long"}),
    ],
)
def test_what_the_old_columns_cannot_hold_is_refused(
    adopted_once: Live, given: dict, problem: str, found: dict
) -> None:
    schema, rows = adopted_once.schema(), adopted_once.rows()
    position, fence = create(adopted_once, **({"symbol": "FITSUSDT"} | given))
    if "account" in found or "position_side" in found:
        assert refusal(adopted_once) == [{"position_id": position, "problem": problem, "found": found}]
        call(adopted_once, f"cancel_position({position}, {fence}, 'test')")
    else:
        call(adopted_once, f"cancel_position({position}, {fence}, 'test')")
        assert refusal(adopted_once) == [{"position_id": position, "problem": problem, "found": found}]
        adopted_once.execute(
            "set session_replication_role = replica; delete from monitoring.positions where id = " + str(position)
        )
    assert (adopted_once.schema(), adopted_once.rows(f"id <> {position}")) == (schema, rows)


def test_what_the_old_index_cannot_hold_is_refused(adopted_once: Live) -> None:
    positions = []
    for account in ("default", "second"):
        position, fence = create(adopted_once, "TWICEUSDT", account=account)
        activate(adopted_once, position, fence)
        positions.append(position)
    assert [(row["position_id"], row["problem"]) for row in refusal(adopted_once)] == [
        (positions[0], "the old unique index has room for one"),
        (positions[1], "the old table has no accounts"),
        (positions[1], "the old unique index has room for one"),
    ]
    for position in positions:
        call(
            adopted_once,
            f"confirm_close({position}, 'test', (select p.orders_left from tradelatch.positions as p"
            f" where p.position_id = {position}))",
        )
    adopted_once.revert()


def test_whatever_was_unique_is_looked_at(make_live) -> None:
    live = make_live()
    live.execute("create unique index one_order on monitoring.positions (exchange_order_id) where status <> 'failed'")
    live.deploy()
    positions = []
    for exchange in ("binance", "bybit"):
        position, fence = create(live, "TWICEUSDT", exchange=exchange)
        call(live, f"place_entry({position}, {fence}, '7')")
        positions.append(position)
    assert refusal(live) == [
        {
            "position_id": position,
            "problem": "the old unique index has room for one",
            "found": {"exchange_order_id": "7"},
        }
        for position in positions
    ]


@pytest.fixture(scope="module")
def adopted_once(make_live) -> Live:
    live = make_live("evening", closed=10)
    live.deploy()
    return live
