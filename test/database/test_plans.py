"""What is open is found by an index, however many positions are over: the plans of each statement in the functions."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from .conftest import order_of

HISTORY = """
insert into monitoring.positions
    (exchange, account, symbol, side, quantity, entry_price, status, request_id, attempt, exchange_order_id, closed_at)
select 'binance', 'default', 'S' || i % 50, 'long', 1, 1, 'closed', 'old:' || i, gen_random_uuid(), 'old-' || i, now()
from generate_series(1, 20000) as i
"""
HISTORY_EVENTS = """
insert into monitoring.position_events (position_id, event, to_status, at)
select p.id, 'confirm_close', 'closed', now() - interval '1 year' + p.id * interval '1 second'
from monitoring.positions as p
"""
RELATIONS = {"positions", "position_events"}


class Plans:
    """The plans of what a session did since the last look."""

    def __init__(self, session) -> None:
        self._messages: list[str] = []
        session.connection.add_notice_handler(lambda notice: self._messages.append(notice.message_primary))
        session("load 'auto_explain'")
        for setting, value in (
            ("auto_explain.log_min_duration", "0"),
            ("auto_explain.log_nested_statements", "on"),
            ("auto_explain.log_format", "json"),
            ("auto_explain.log_level", "notice"),
            ("client_min_messages", "notice"),
        ):
            session("select set_config(%s, %s, false)", setting, value)

    def take(self) -> list[dict]:
        plans = [json.loads(message.partition("plan:\n")[2]) for message in self._messages if "plan:\n" in message]
        self._messages.clear()
        return plans


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def joins(plans: list[dict]) -> Iterator[dict]:
    for plan in plans:
        for node in nodes(plan["Plan"]):
            if "Join" in node["Node Type"] or node["Node Type"] == "Nested Loop":
                yield node


def scans(plans: list[dict]) -> Iterator[tuple[dict, str]]:
    """How the two big tables are read, whether only so many rows, and the statement that does it."""
    for plan in plans:
        for node in nodes(plan["Plan"]):
            for scan in node.get("Plans", [node] if node is plan["Plan"] else []):
                if scan.get("Relation Name") in RELATIONS and scan["Node Type"] != "ModifyTable":
                    yield scan | {"Is Limited": node["Node Type"] == "Limit"}, plan["Query Text"]


def assert_indexed(plans: list[dict]) -> None:
    found = list(scans(plans))
    assert found
    for scan, query in found:
        assert scan["Node Type"] in ("Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Tid Scan"), (scan, query)
        if scan["Node Type"] != "Bitmap Heap Scan":
            # Reading an index from end to end is no better.
            is_of_open_rows = scan["Index Name"].startswith("idx_unique_active_position")
            assert "Index Cond" in scan or scan["Is Limited"] or is_of_open_rows, (scan, query)


@pytest.fixture(scope="module")
def database(server, template):
    name = server.create_database(template)
    with psycopg.connect(server.dsn_of(name), autocommit=True) as connection:
        fill(connection.execute)
        connection.execute("vacuum analyze monitoring.positions, monitoring.position_events")
    yield server.dsn_of(name)
    server.drop_database(name)


def fill(execute) -> None:
    execute("set session_replication_role = replica")
    execute(HISTORY)
    execute(HISTORY_EVENTS)
    execute("reset session_replication_role")


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


def lifecycles(session, symbol: str) -> None:
    """Every function, and every answer of create_position."""
    attempt = uuid4()
    opening = {"symbol": symbol, "request_id": f"new:{symbol}", "attempt": attempt}
    position = session.create(**opening)
    assert session.answer_create(**opening) == "replayed"
    assert session.answer_create(**opening | {"attempt": uuid4()}) == "existing"
    assert session.answer_create(symbol=symbol) == "existing"
    assert session.answer_create(symbol=symbol, position_side="short") == "TL006"
    by_id = {"position_id": position.position_id}
    first, second, third = (order_of(position, name) for name in ("s1", "s2", "s3"))
    for function, arguments in (
        ("renew_lease", driven(position)),
        ("place_entry", {**driven(position), "exchange_order_id": f"new-{symbol}"}),
        ("confirm_entry", {**driven(position), "filled_quantity": 30, "exchange_order_id": f"new-{symbol}"}),
        ("confirm_entry", {**driven(position), "filled_quantity": Decimal("61.8"), "orders_ended": [first]}),
        ("activate_position", {**driven(position), "stop_loss_price": 4, "client_order_id": second}),
        ("update_stop_loss", {**by_id, "stop_loss_price": 5, "attempt": uuid4()}),
        ("replace_stop_loss", {**driven(position), "stop_loss_price": 6, "attempt": uuid4()}),
        ("confirm_orders", {**driven(position), "orders_placed": [third, "target"]}),
        ("resize_position", {**driven(position), "quantity": 60, "reason": "x", "orders_ended": [third]}),
        ("begin_close", {**by_id, "fence": position.fence, "reason": "x", "attempt": uuid4()}),
        ("confirm_close", {**driven(position), "reason": "x", "orders_ended": ["target"]}),
        ("confirm_orders", {**by_id, "orders_ended": [second]}),
        ("confirm_orders", {**driven(position), "orders_ended": [order_of(position, "s4")]}),
    ):
        assert session.answer(function, **arguments) == "ok", function
    assert session.answer("confirm_close", **by_id, reason="x") == "replayed"
    other = session.create(symbol=symbol)
    for function, arguments in (
        ("rollback_position", {**driven(other), "reason": "x"}),
        ("confirm_flat", driven(other)),
    ):
        assert session.answer(function, **arguments) == "ok", function
    third = session.create(symbol=symbol, position_side="short")
    assert session.answer("cancel_position", **driven(third), reason="x") == "ok"
    adoption = {"exchange": "binance", "account": session.account, "symbol": f"{symbol}2", "side": "long"}
    assert (
        session.answer("adopt_position", **adoption, quantity=1, average_price=1, observed_at=datetime.now(UTC))
        == "created"
    )
    session.calls("claim_stale", account=session.account)
    session.calls("claim_stale")
    session.calls("find_order", name=second)


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan", "auto"])
def test_no_function_reads_the_history(mode, database, connect) -> None:
    session = connect(database)
    session("select set_config('plan_cache_mode', %s, false)", mode)
    plans = Plans(session)
    for turn in range(7 if mode == "auto" else 2):
        lifecycles(session, f"{mode.upper()}{turn}")
        assert_indexed(plans.take())


def test_plans_from_when_the_book_was_empty(server, template, connect) -> None:
    """A session keeps its plans while the history grows, and nobody runs ANALYZE."""
    name = server.create_database(template)
    try:
        session, other = connect(server.dsn_of(name)), connect(server.dsn_of(name))
        for turn in range(7):
            lifecycles(session, f"EMPTY{turn}")
        fill(other)
        plans = Plans(session)
        lifecycles(session, "FULL")
        assert_indexed(plans.take())
    finally:
        server.drop_database(name)


def test_positions_are_not_compared_with_one_another(server, template, connect) -> None:
    """Also where the statistics say that nothing is open, as they do of 200 positions among ten million."""
    name, positions = server.create_database(template), 200
    try:
        session = connect(server.dsn_of(name))
        over = session.create(symbol="OVER")
        assert session.answer("cancel_position", **driven(over), reason="x") == "ok"
        session("vacuum analyze")
        for number in range(positions):
            session.create(symbol=f"OPEN{number}")
        snapshot = [{"symbol": f"OPEN{number}", "side": "short", "quantity": 1} for number in range(positions)]
        reconcile = "select count(*) from tradelatch.reconcile('binance', %s, clock_timestamp(), %s, complete => true)"
        session(reconcile, Jsonb(snapshot), session.account)
        session("vacuum analyze monitoring.sightings, monitoring.snapshots")
        plans = Plans(session)
        session("set auto_explain.log_analyze = on")
        for query, parameters in (
            (reconcile, (Jsonb(snapshot), session.account)),
            ("select count(*) from tradelatch.diagnose()", ()),
        ):
            plans.take()
            session(query, *parameters)
            found = list(joins(plans.take()))
            assert max(join["Actual Rows"] for join in found) == positions
            assert sum(join.get("Rows Removed by Join Filter", 0) for join in found) < 10 * positions
    finally:
        server.drop_database(name)


RECONCILE_ORDERS = (
    "select count(*) from tradelatch.reconcile_orders('binance', %s, clock_timestamp(), %s, complete => true)"
)


def test_orders_are_not_compared_with_one_another(server, template, connect) -> None:
    """Also where the statistics say that nothing is open; a list of what is there, and one of what should not be."""
    name, positions = server.create_database(template), 200
    try:
        session = connect(server.dsn_of(name))
        over = session.create(symbol="OVER")
        assert session.answer("cancel_position", **driven(over), reason="x") == "ok"
        session("vacuum analyze")
        opened = [session.create(symbol=f"OPEN{number}") for number in range(positions)]
        plans = Plans(session)
        session("set auto_explain.log_analyze = on")
        for names in (("e1",), ("s7", "c7"), ()):
            orders = [
                {"symbol": position.symbol, "client_order_id": order_of(position, name), "side": "sell"}
                for position in opened
                for name in names
            ]
            plans.take()
            session(RECONCILE_ORDERS, Jsonb(orders), session.account)
            found = list(joins(plans.take()))
            assert found
            assert sum(join.get("Rows Removed by Join Filter", 0) for join in found) < 10 * positions
    finally:
        server.drop_database(name)


def test_a_list_of_orders_reads_no_history(database, connect) -> None:
    session = connect(database)
    position = session.create(symbol="LISTED")
    orders = [
        {"symbol": "LISTED", "client_order_id": order_of(position, name), "side": "sell"} for name in ("e1", "s7")
    ]
    for listed in (orders, []):
        plans = Plans(session)
        session(RECONCILE_ORDERS, Jsonb(listed), session.account)
        assert_indexed(plans.take())
    plans = Plans(session)
    session("select count(*) from tradelatch.diagnose()")
    assert_indexed(plans.take())


def test_what_ended_is_not_read_once_for_each_slot(server, template, connect) -> None:
    """Two hundred positions ended within the last minute, and of each slot it is asked what ended in it."""
    name, positions = server.create_database(template), 200
    try:
        session = connect(server.dsn_of(name))
        for number in range(positions):
            position = session.create(symbol=f"OPEN{number}")
            assert session.answer("cancel_position", **driven(position), reason="x") == "ok"
        session("vacuum analyze")
        snapshot = [{"symbol": f"OPEN{number}", "side": "short", "quantity": 1} for number in range(positions)]
        reconcile = "select count(*) from tradelatch.reconcile('binance', %s, clock_timestamp(), %s)"
        session(reconcile, Jsonb(snapshot), session.account)
        plans = Plans(session)
        session("set auto_explain.log_analyze = on")
        for query, parameters in (
            (reconcile, (Jsonb(snapshot), session.account)),
            ("select count(*) from tradelatch.diagnose()", ()),
        ):
            plans.take()
            session(query, *parameters)
            ended = [scan for scan, _ in scans(plans.take()) if scan.get("Index Name") == "positions_closed_at"]
            # the mean of a loop, which is as many rows as ended in one slot
            assert ended
            assert max(scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) for scan in ended) <= 1
    finally:
        server.drop_database(name)


@pytest.mark.parametrize(
    "query",
    [
        "select * from tradelatch.open_positions",
        "select * from tradelatch.open_positions where symbol = 'S1'",
        "select * from tradelatch.positions where position_id = 7",
        "select * from tradelatch.position_timeline where position_id = 7",
    ],
)
def test_no_view_reads_the_history(query, database, connect) -> None:
    session = connect(database)
    plans = Plans(session)
    session(query)
    assert_indexed(plans.take())


def test_a_scan_of_the_history_is_seen(database, connect) -> None:
    session = connect(database)
    plans = Plans(session)
    session("select count(*) from monitoring.positions where closed_at is null or symbol = 'S1'")
    with pytest.raises(AssertionError, match="Seq Scan"):
        assert_indexed(plans.take())
