"""The index is gone and a second open row was put in by hand: it is noticed before the position is called active."""

from decimal import Decimal

import psycopg
import pytest

from .conftest import order_of

PLAIN_ROW = """
insert into monitoring.positions
    (exchange, account, symbol, side, position_side, quantity, entry_price, status, stop_loss_price)
values ('binance', %s, 'APTUSDT', %s, %s, 61, 3.2295, 'active', 3)
returning id
"""
STOP_LOSS = {"stop_loss_price": Decimal("3.29"), "stop_loss_order_id": "stop-1"}


@pytest.fixture(scope="module")
def database(server, template):
    name = server.create_database(template)
    with psycopg.connect(server.dsn_of(name)) as connection:
        connection.execute(
            "drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short"
        )
    yield server.dsn_of(name)
    server.drop_database(name)


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


def protected(receipt) -> dict:
    """The arguments with which the stop-loss of an entry that filled at once is confirmed."""
    return driven(receipt) | STOP_LOSS | {"client_order_id": order_of(receipt, "s1")}


def without_order(receipt) -> bool:
    return not any(value for name, value in receipt._asdict().items() if name.startswith("order_"))


@pytest.fixture
def opened(connect):
    """`opened("both")` is a short position that waits for its stop-loss."""

    def opened(position_side: str):
        bot = connect()
        position = bot.create(position_side=position_side)
        bot.call("place_entry", **driven(position), exchange_order_id="53190368")
        bot.call("confirm_entry", **driven(position), filled_quantity=Decimal("61.0"), average_price=Decimal("3.23"))
        return position

    return opened


@pytest.mark.parametrize(
    ("mine", "other"),
    [("both", "both"), ("both", "long"), ("both", "short"), ("short", "both"), ("short", "short")],
)
def test_a_second_row_makes_it_a_duplicate(mine, other, admin, opened, connect) -> None:
    position, bot = opened(mine), connect()
    second = admin.value(PLAIN_ROW, admin.account, "long" if other == "long" else "short", other)
    duplicate = bot.call("activate_position", **protected(position))
    assert (duplicate.outcome, duplicate.status) == ("duplicate", "pending_rollback")
    assert without_order(duplicate)
    row = admin.book(position.position_id)
    assert (row.status, row.activated_at) == ("pending_rollback", None)
    (event,) = admin(
        "select to_status, details::text from tradelatch.position_timeline"
        " where position_id = %s and event = 'activate_position'",
        position.position_id,
    )
    assert event.to_status == "pending_rollback"
    assert str(second) in event.details
    assert admin.book(second).status == "active"


def test_no_later_receipt_has_an_order(admin, opened, connect, age_leases) -> None:
    position, bot = opened("both"), connect()
    admin(PLAIN_ROW, admin.account, "long", "both")
    assert bot.answer("activate_position", **protected(position)) == "duplicate"
    before = admin.events(position.position_id)
    again = bot.call("activate_position", **protected(position))
    assert (again.status, without_order(again)) == ("pending_rollback", True)
    assert admin.events(position.position_id) == before

    renewed = bot.call("renew_lease", **driven(position))
    assert (renewed.outcome, renewed.fence, without_order(renewed)) == ("ok", position.fence, True)
    filled = bot.call("confirm_entry", **driven(position), filled_quantity=Decimal("61.8"))
    assert (filled.outcome, filled.status, without_order(filled)) == ("ok", "pending_rollback", True)
    assert bot.answer("reissue_order", **driven(position), client_order_id="x", reason="x") == "TL002"

    age_leases("2 minutes", position.position_id)
    (claimed,) = bot.calls("claim_stale", account=admin.account)
    assert (claimed.outcome, claimed.position_id) == ("claimed", position.position_id)
    assert claimed.fence > position.fence
    assert without_order(claimed)
    for function, arguments in (("renew_lease", {}), ("confirm_entry", {"filled_quantity": Decimal("62")})):
        later = bot.call(function, **driven(claimed), **arguments)
        assert (later.outcome, later.status, without_order(later)) == ("ok", "pending_rollback", True)

    # It ends as every rollback does.
    flat = bot.call("confirm_flat", **driven(claimed), orders_ended=[order_of(position, "s1")])
    assert (flat.outcome, flat.status, without_order(flat)) == ("ok", "rolled_back", True)


@pytest.mark.parametrize("other", ["another symbol", "another account", "another exchange", "closed", "the other leg"])
def test_a_row_beside_the_slot_is_no_duplicate(other, admin, opened, connect) -> None:
    position = opened("short")
    admin(
        "insert into monitoring.positions"
        " (exchange, account, symbol, side, position_side, quantity, entry_price, status, closed_at)"
        " values (%s, %s, %s, %s, %s, 61, 3.2295, %s, %s)",
        "bybit" if other == "another exchange" else "binance",
        "other" if other == "another account" else admin.account,
        "AVLUSDT" if other == "another symbol" else "APTUSDT",
        *(("long", "long") if other == "the other leg" else ("short", "short")),
        *(("closed", "2026-01-01") if other == "closed" else ("pending_entry", None)),
    )
    assert connect().answer("activate_position", **protected(position)) == "ok"


def test_without_lock_and_indexes_the_races_end_in_two_rows(admin, connect) -> None:
    """What test_isolation.py shows is shown of the lock and the indexes, not of luck."""
    admin(
        "create or replace function monitoring.lock_slot(exchange text, account text, symbol text) returns boolean"
        " language sql return true"
    )
    first, second = connect(), connect()
    for session in (first, second):
        session("begin")
        assert session.create().outcome == "created"
    for session in (first, second):
        session("commit")
    assert len(admin.open_positions()) == 2
