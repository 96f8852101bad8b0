"""A session with objects of its own, named as ours and PostgreSQL's, and with settings of its own: nothing changes."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

import pytest
from psycopg.sql import SQL, Identifier

from .conftest import order_of

# Whoever runs one of these gets XX999.
TRAP = "language plpgsql as $$ begin raise 'a function of the bot' using errcode = 'XX999'; end $$"
FUNCTIONS = [
    "array_remove(text[], text) returns text[]",
    "btrim(text) returns text",
    "btrim(text, text) returns text",
    "clock_timestamp() returns timestamptz",
    "create_position(text, text, text, numeric, numeric) returns int",
    "current_setting(text) returns text",
    "format(text, bigint) returns text",
    "format(text, text) returns text",
    "gen_random_uuid() returns uuid",
    "guard_position() returns trigger",
    "hashtextextended(text, bigint) returns bigint",
    "jsonb_typeof(jsonb) returns text",
    "left(text, int) returns text",
    "length(text) returns int",
    "lock_slot(text, text, text) returns boolean",
    "lower(text) returns text",
    "nextval(regclass) returns bigint",
    "normalize_symbol(text) returns text",
    "now() returns timestamptz",
    "pg_advisory_xact_lock(bigint) returns void",
    "pg_column_size(jsonb) returns int",
    "pg_try_advisory_xact_lock(bigint) returns boolean",
    "regexp_match(text, text) returns text[]",
    "regexp_replace(text, text, text) returns text",
    "replace(text, text, text) returns text",
    "right(text, int) returns text",
    "set_config(text, text, boolean) returns text",
    "substr(text, int, int) returns text",
    "trim_scale(numeric) returns numeric",
    "upper(text) returns text",
]
COMPARED = ["text", "bigint", "int", "numeric", "uuid", "timestamptz", "interval", "boolean", "text[]"]
OPERATORS = [
    *((symbol, type_, type_, "boolean") for symbol, type_ in product(["=", "<>", "<", ">", "<=", ">="], COMPARED)),
    *((symbol, "text", "text", "boolean") for symbol in ("~", "!~")),
    *(("||", type_, type_, type_) for type_ in ("text", "jsonb", "text[]")),
    *((symbol, type_, type_, type_) for symbol, type_ in product("+-*", ["int", "bigint", "numeric"])),
    ("||", "text[]", "text", "text[]"),
    ("||", "text", "text[]", "text[]"),
    ("@>", "jsonb", "jsonb", "boolean"),
    ("->", "jsonb", "text", "jsonb"),
    ("->>", "jsonb", "text", "text"),
    ("-", "jsonb", "text", "jsonb"),
    ("+", "timestamptz", "interval", "timestamptz"),
]
TABLES = [
    "positions (id bigint, fence bigint, exchange text, account text, symbol text, position_side text, status text,"
    " closed_at timestamptz, exchange_order_id text)",
    "position_events (id bigint, position_id bigint, event text, details jsonb)",
    "position_statuses (status text, is_open boolean)",
    "position_transitions (move text, from_status text, to_status text)",
    "exchange_aliases (alias text, exchange text)",
]


@pytest.fixture
def bot(admin, connect):
    """A bot with a schema of its own, full of traps, and temporary tables."""
    bot = connect()
    admin(SQL("create schema shadows authorization {}").format(Identifier(bot.connection.info.user)))
    for function in FUNCTIONS:
        bot(f"create function shadows.{function} {TRAP}")
    for number, (symbol, left, right, result) in enumerate(OPERATORS):
        bot(f"create function shadows.operator_{number}({left}, {right}) returns {result} {TRAP}")
        arguments = f"leftarg = {left}, rightarg = {right}, function = shadows.operator_{number}"
        bot(f"create operator shadows.{symbol} ({arguments})")
    for schema, table in product(["shadows", "pg_temp"], TABLES):
        bot(f"create table {schema}.{table}")
    for schema in ("shadows", "pg_temp"):
        bot(f"insert into {schema}.exchange_aliases values ('binance', 'elsewhere')")
    for schema, type_ in product(["shadows", "pg_temp"], ["text", "jsonb", "uuid", "timestamptz", "amount", "receipt"]):
        bot(f"create domain {schema}.{type_} as pg_catalog.int4")
    # Whoever may not use a thing does not even find it: the owner may.
    bot("grant usage on schema shadows to public")
    bot("grant all on all tables in schema shadows to public")
    for table in TABLES:
        bot(f"grant all on pg_temp.{table.partition(' ')[0]} to public")
    yield bot
    admin("drop schema shadows cascade")


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


@pytest.mark.parametrize(
    "search_path",
    [
        "shadows, pg_catalog",
        "pg_temp, shadows, tradelatch, pg_catalog",
        "monitoring, shadows, pg_temp, pg_catalog",
    ],
)
def test_nothing_of_ones_own_stands_in_for_ours(search_path, bot, admin, age_leases) -> None:
    bot(f"set search_path = {search_path}")
    for trap in ("select 'a'::pg_catalog.text = 'b'::pg_catalog.text", "select lower('A')"):
        assert bot.state_of(trap) == "XX999"

    position = bot.create(exchange=" BinanceUSDM ", symbol="APT/USDT:USDT", request_id="signal:1", stop_loss_percent=2)
    assert (position.outcome, position.exchange, position.symbol) == ("created", "binance", "APTUSDT")
    assert bot.answer_create() == "existing"
    by_id = {"position_id": position.position_id}
    s1 = order_of(position, "s1")
    protected = {"stop_loss_price": Decimal("3.29"), "client_order_id": s1, "stop_loss_order_id": "1"}
    steps = [
        bot.call("place_entry", **driven(position), exchange_order_id="53190368"),
        bot.call("confirm_entry", **driven(position), filled_quantity=Decimal("61.8"), average_price=Decimal("3.2333")),
        bot.call("activate_position", **driven(position), **protected),
        bot.call("update_stop_loss", **by_id, stop_loss_price=Decimal("3.25")),
        closing := bot.call("begin_close", **by_id, reason="take profit"),
        bot.call(
            "confirm_close", **driven(closing), reason="take profit", exit_price=Decimal("3.1"), orders_ended=[s1]
        ),
    ]
    assert [(step.outcome, step.status) for step in steps] == [
        ("ok", status) for status in ("entry_placed", "pending_sl", "active", "active", "pending_close", "closed")
    ]
    assert (steps[4].order_side, steps[4].order_quantity) == ("buy", Decimal("61.8"))
    assert bot.answer("confirm_close", **by_id, reason="take profit", exit_price=Decimal("3.1")) == "replayed"
    assert bot.answer("begin_close", **by_id, reason="again") == "TL002"
    assert bot.answer("renew_lease", **driven(position)) == "TL003"
    assert bot.answer_create(quantity=Decimal("NaN")) == "22023"
    assert bot.answer_create(symbol="AVLUSDT", request_id="signal:1") == "TL005"

    other = bot.create(symbol="AVLUSDT")
    assert bot.answer("confirm_entry", **driven(other), filled_quantity=43) == "ok"
    age_leases("1 hour", other.position_id)
    (claimed,) = bot.calls("claim_stale", account=admin.account)
    stop_loss = {"client_order_id": claimed.order_client_order_id, "reason": "refused"}
    assert bot.answer("reissue_order", **driven(claimed), **stop_loss) == "ok"
    assert bot.answer("rollback_position", **driven(claimed), reason="no stop-loss") == "ok"
    flat = bot.call("confirm_flat", **driven(claimed))
    assert flat.status == "pending_cancels"
    ended = {"position_id": other.position_id, "fence": claimed.fence, "orders_ended": flat.order_cancels}
    assert bot.call("confirm_orders", **ended).status == "rolled_back"
    adoption = {"exchange": "binance", "account": admin.account, "symbol": "METUSDT", "side": "long"}
    assert (
        bot.answer("adopt_position", **adoption, quantity=43, average_price=1, observed_at=datetime.now(UTC))
        == "created"
    )

    assert bot.value("select tradelatch.normalize_symbol(' aptusdt ')") == "APTUSDT"
    for view in ("positions", "open_positions", "orders", "position_timeline", "health"):
        assert bot.state_of(f"select * from tradelatch.{view}") == "", view
    for schema, table in product(["shadows", "pg_temp"], ["positions", "position_events"]):
        assert bot(f"select * from {schema}.{table}") == []


@pytest.mark.parametrize(
    "setting",
    [
        "array_nulls = off",
        "check_function_bodies = off",
        "client_min_messages = error",
        "datestyle = 'ISO, DMY'",
        "default_transaction_isolation = serializable",
        "enable_indexscan = off",
        "extra_float_digits = -15",
        "intervalstyle = iso_8601",
        "lock_timeout = '1ms'",
        "plan_cache_mode = force_generic_plan",
        "quote_all_identifiers = on",
        "row_security = off",
        "search_path = ''",
        "standard_conforming_strings = off",
        "timezone = 'Pacific/Kiritimati'",
        "transform_null_equals = on",
    ],
)
def test_settings_of_the_session_change_nothing(setting, connect, admin) -> None:
    plain, bot = connect(), connect()
    bot(f"set {setting}")
    position = bot.create(symbol="BTCUSDT_261225", request_id="signal:1")
    assert (position.outcome, position.symbol) == ("created", "BTCUSDT-261225")
    assert plain.answer_create(symbol="BTC/USDT:USDT-261225") == "existing"
    for symbol in ("", "\x01", "x" * 65):
        assert bot.answer_create(symbol=symbol) == plain.answer_create(symbol=symbol) == "22023"
    s1 = order_of(position, "s1")
    steps = [
        bot.call("confirm_entry", **driven(position), filled_quantity=Decimal("61.8")),
        bot.call("activate_position", **driven(position), stop_loss_price=Decimal("3.29"), client_order_id=s1),
        closing := bot.call("begin_close", position_id=position.position_id, reason="take profit"),
        bot.call("confirm_close", **driven(closing), reason="take profit", orders_ended=[s1]),
    ]
    assert [step.outcome for step in steps] == ["ok"] * 4
    assert steps[-1].status == "closed"
    assert admin.events(position.position_id)[-1] == "confirm_close"


# A better match goes before the order of the search_path: PostgreSQL takes these before its own, which take any type.
BETTER_MATCHES = [
    "format(text, bigint) returns text",
    "format(text, text) returns text",
    "format(text, text, text) returns text",
    "format(text, bigint, text, text) returns text",
    "json_build_object(text, bigint, text, json) returns json",
    "json_build_object(text, bigint, text, text, text, text) returns json",
    "json_build_object(text, text, text, text) returns json",
    "jsonb_build_array(jsonb, jsonb) returns jsonb",
    f"jsonb_build_object(text, text, {'text, numeric, ' * 4}text, text, text, uuid, text, bigint) returns jsonb",
]


def test_a_superusers_statements_run_nothing_of_a_bots(admin, connect, database) -> None:
    """Where a bot may create functions in public, as in databases that are older than PostgreSQL 15."""
    bot, superuser = connect(), connect(database)
    user = Identifier(bot.connection.info.user)
    position = bot.create()
    admin(SQL("grant create on schema public to {}").format(user))
    try:
        for function in BETTER_MATCHES:
            bot(f"create function public.{function} {TRAP}")
        assert superuser.state_of("select format('%s'::text, 1::bigint)") == "XX999"
        row = f"where id = {position.position_id}"
        states = {
            f"update monitoring.positions set status = 'active' {row}": "TL002",
            f"update monitoring.positions set side = 'long' {row}": "TL002",
            f"update monitoring.positions set status = 'canceled' {row}": "TL002",
            f"""update monitoring.positions set details = '{{"note": 1}}' {row}""": "",
            f"delete from monitoring.positions {row}": "TL002",
            "truncate monitoring.positions": "TL002",
            "update monitoring.position_events set event = 'x'": "TL002",
            "insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status)"
            " values ('binance', 'AVLUSDT', 'long', 1, 1, 'pending_entry')": "",
        }
        assert {statement: superuser.state_of(statement) for statement in states} == states
    finally:
        for function in BETTER_MATCHES:
            admin(f"drop function if exists public.{function.partition(' returns')[0]}")
        admin(SQL("revoke create on schema public from {}").format(user))


def test_a_read_only_session_is_told_so(connect) -> None:
    bot = connect()
    bot("set default_transaction_read_only = on")
    assert bot.answer_create() == "25006"
