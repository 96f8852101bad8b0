"""What a caller waits for, how long, and what is left when somebody goes away."""

import json
import time
from datetime import UTC, datetime
from itertools import cycle

import psycopg
import pytest

from .conftest import order_of


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


def test_the_holder_of_the_lock_goes_away(admin, connect) -> None:
    holder, waiter = connect(), connect()
    holder("begin")
    gone = holder.create()
    running = waiter.start_create()
    admin.until_waiting(waiter)
    admin.terminate(holder)
    assert running.answer() == "created"
    assert [row.id for row in admin.open_positions()] == [running.receipt().position_id]
    assert admin.events(gone.position_id) == []


def test_the_holder_goes_away_between_its_move_and_the_commit(admin, connect) -> None:
    holder, waiter = connect(), connect()
    position = holder.create()
    holder("begin")
    assert holder.call("confirm_entry", **driven(position), filled_quantity=30).outcome == "ok"
    running = waiter.start("rollback_position", **driven(position), reason="lost")
    admin.until_waiting(waiter)
    admin.terminate(holder)
    assert running.answer() == "ok"
    assert running.receipt().order_quantity == admin.book(position.position_id).quantity
    assert admin.events(position.position_id) == ["create_position", "rollback_position"]


def test_a_longer_transaction_keeps_others_waiting_two_seconds(database, admin, connect) -> None:
    """Whatever a session sets: it waits about 2 s, gets 55P03, and nothing is half done."""
    long_one = connect()
    position, other = long_one.create(), long_one.create(symbol="AVLUSDT")
    assert long_one.call("confirm_entry", **driven(position), filled_quantity=61).outcome == "ok"
    before = admin.book(position.position_id), admin.events(position.position_id)
    long_one("begin")
    assert long_one.call("renew_lease", **driven(position), lease="10 minutes").outcome == "ok"
    # A row lock alone, as somebody's plain SELECT … FOR UPDATE takes it, is no other wait.
    by_hand = connect(database)
    by_hand("begin")
    by_hand("select from monitoring.positions where id = %s for update", other.position_id)

    calls = [
        ("create_position", long_one.opening()),
        ("create_position", long_one.opening(side="long", position_side="long")),
        ("adopt_position", {"exchange": "binance", "account": admin.account, "symbol": "APTUSDT", "side": "short",
                            "quantity": 1, "average_price": 1, "observed_at": datetime.now(UTC)}),
        ("place_entry", {**driven(position), "exchange_order_id": "53190368"}),
        ("confirm_entry", {**driven(position), "filled_quantity": 62}),
        ("activate_position", {**driven(position), "stop_loss_price": 4, "client_order_id": order_of(position, "s1")}),
        ("rollback_position", {**driven(position), "reason": "x"}),
        ("begin_close", {**driven(position), "reason": "x"}),
        ("begin_close", {"position_id": position.position_id, "reason": "x"}),
        ("confirm_close", {"position_id": position.position_id, "reason": "x"}),
        ("update_stop_loss", {"position_id": position.position_id, "stop_loss_price": 4}),
        ("confirm_orders", {"position_id": position.position_id, "orders_ended": [order_of(position, "s1")]}),
        ("replace_stop_loss", {"position_id": position.position_id, "stop_loss_price": 4}),
        ("renew_lease", driven(position)),
        ("cancel_position", {**driven(other), "reason": "x"}),
        ("resize_position", {"position_id": position.position_id, "quantity": 4, "reason": "x"}),
        ("settle_position", {"position_id": position.position_id, "fees": 1}),
        ("take_over", {"position_id": position.position_id, "reason": "x"}),
        ("release_position", {"position_id": position.position_id, "reason": "x"}),
    ]  # fmt: skip
    operators = ("take_over", "release_position")
    sessions = [connect(database if function in operators else None) for function, _ in calls]
    for session, limit in zip(sessions, cycle(["0", "10ms", "1min"]), strict=False):
        session("select set_config('lock_timeout', %s, false)", limit)
    started = time.monotonic()
    running = [
        session.start(function, **arguments) for session, (function, arguments) in zip(sessions, calls, strict=True)
    ]
    answers = [(function, each.answer()) for (function, _), each in zip(calls, running, strict=True)]
    assert answers == [(function, "55P03") for function, _ in calls]
    assert 1.9 < time.monotonic() - started < 8
    assert (admin.book(position.position_id), admin.events(position.position_id)) == before
    assert len(admin.open_positions()) == 2

    # It goes on where it was, and the others can too.
    long_one("commit")
    by_hand("rollback")
    assert admin.book(position.position_id).lease_until > before[0].lease_until
    assert sessions[0].answer_create() == "existing"
    assert sessions[0].answer("cancel_position", **driven(other), reason="x") == "ok"


def test_claim_stale_waits_for_nobody(admin, connect, age_leases) -> None:
    long_one, claimer = connect(), connect()
    busy, free = long_one.create(), long_one.create(symbol="AVLUSDT")
    age_leases("2 minutes", busy.position_id)
    age_leases("2 minutes", free.position_id)
    long_one("begin")
    assert long_one.call("renew_lease", **driven(busy)).outcome == "ok"
    started = time.monotonic()
    assert [receipt.position_id for receipt in claimer.calls("claim_stale", account=admin.account)] == [
        free.position_id
    ]
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("level", ["read committed", "repeatable read"])
def test_opposite_orders_of_two_slots_end_in_a_deadlock_for_one(level, admin, connect) -> None:
    one, two = connect(), connect()
    for session in (one, two):
        session(f"begin isolation level {level}")
    assert one.create(symbol="APTUSDT").outcome == "created"
    assert two.create(symbol="AVLUSDT").outcome == "created"
    first = one.start_create(symbol="AVLUSDT")
    admin.until_waiting(one)
    second = two.start_create(symbol="APTUSDT")
    answers = {first.answer(), second.answer()}
    assert answers == {"40P01", "created"}
    for session in (one, two):
        session("commit")
    assert sorted(row.symbol for row in admin.open_positions()) == ["APTUSDT", "AVLUSDT"]
    assert (
        admin.value(
            "select count(*) from monitoring.position_events e join monitoring.positions p on p.id = e.position_id"
            " where p.account = %s",
            admin.account,
        )
        == 2
    )


LOCKS = {
    "for update": ("select from monitoring.positions where id = %s for update", 1),
    "a plain update": ("update monitoring.positions set fees = 3 where id = %s", 1),
    "two that refer to it": ("select from monitoring.positions where id = %s for key share", 2),
    "in a savepoint": ("savepoint s; select from monitoring.positions where id = {} for update", 1),
}


@pytest.mark.parametrize("lock", LOCKS)
def test_who_has_a_row_locked_is_named(lock: str, database, admin, connect) -> None:
    statement, number = LOCKS[lock]
    caller = connect()
    position = caller.create()
    holders = [connect(database) for _ in range(number)]
    for holder in holders:
        holder("set application_name = 'trailing'")
        holder("begin")
        holder(statement.format(position.position_id), *[position.position_id] * statement.count("%s"))
    with pytest.raises(psycopg.errors.LockNotAvailable, match="was not free in time: user postgres") as raised:
        caller.call("renew_lease", **driven(position))
    detail = json.loads(raised.value.diag.message_detail)
    assert {holder["pid"] for holder in detail["holders"]} == {holder.pid for holder in holders}
    assert {holder["application_name"] for holder in detail["holders"]} == {"trailing"}
    assert (detail["position_id"], detail["symbol"]) == (position.position_id, "APTUSDT")
    for holder in holders:
        holder("rollback")
    assert caller.call("renew_lease", **driven(position)).outcome == "ok"


def test_a_row_that_gets_free_in_time_is_as_its_holder_left_it(database, admin, connect) -> None:
    caller, holder = connect(), connect(database)
    position = caller.create()
    holder("begin")
    holder("update monitoring.positions set fees = 3 where id = %s", position.position_id)
    running = caller.start("renew_lease", **driven(position))
    admin.until_waiting(caller)
    holder("commit")
    assert running.answer() == "ok"
    assert admin.book(position.position_id).fees == 3
