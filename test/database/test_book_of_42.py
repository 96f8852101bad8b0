"""The book of 2025-10-22, with one of each fault: diagnosed exactly, cleaned up, restored; an hour of empty answers."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from .conftest import Admin, Session, order_of

# What happened to it is not in the book: fence, lease and times, and the call that drives it.
OWN = {"fence", "lease_until", "drive_attempt", "updated_at", "exposure_at", "orders_at"}
ACTIVE = 34
SPAN = "1 hour"

LATER = """
begin;
set local session_replication_role = replica;
update monitoring.positions
set
    lease_until = lease_until - interval '{0}',
    created_at = created_at - interval '{0}',
    opened_at = opened_at - interval '{0}',
    activated_at = activated_at - interval '{0}',
    updated_at = updated_at - interval '{0}',
    exposure_at = exposure_at - interval '{0}',
    orders_at = orders_at - interval '{0}',
    closed_at = closed_at - interval '{0}';
update monitoring.position_events set at = at - interval '{0}';
update monitoring.snapshots set observed_at = observed_at - interval '{0}';
update monitoring.sightings
set
    no_stop_loss_since = no_stop_loss_since - interval '{0}',
    no_stop_loss_until = no_stop_loss_until - interval '{0}',
    first_seen_at = first_seen_at - interval '{0}',
    last_seen_at = last_seen_at - interval '{0}';
commit;
"""


class Evening:
    """The bot of that evening, the exchange's list beside it, and somebody who lets time pass."""

    def __init__(self, admin: Admin, bot: Session, operator: Session) -> None:
        self.admin, self.bot, self.operator = admin, bot, operator
        self.shown: dict[str, dict[str, Any]] = {}

    def later(self, span: str) -> None:
        self.admin(LATER.format(span))

    def open(self, symbol: str, side: str = "long", exchange: str = "binance", quantity: str = "61.8") -> Any:
        return self.bot.call(
            "create_position",
            exchange=exchange,
            symbol=symbol,
            side=side,
            quantity=Decimal(quantity),
            entry_price=Decimal("3.2333"),
        )

    def fill(self, position: Any, quantity: str = "61.8") -> Any:
        """The entry is filled, and the exchange lists it."""
        driven = {"position_id": position.position_id, "fence": position.fence}
        self.bot.call("place_entry", **driven, exchange_order_id=f"entry-{position.position_id}")
        self.show(position.symbol, "long", quantity, position.exchange)
        return self.bot.call("confirm_entry", **driven, filled_quantity=Decimal(quantity))

    def activate(self, symbol: str, exchange: str = "binance") -> Any:
        position = self.open(symbol, exchange=exchange)
        self.fill(position)
        self.shown[exchange, symbol]["stop_loss_price"] = "3.1"
        self.bot.call(
            "activate_position",
            position_id=position.position_id,
            fence=position.fence,
            stop_loss_price=Decimal("3.1"),
            client_order_id=order_of(position, "s1"),
            stop_loss_order_id=f"stop-{position.position_id}",
        )
        return position

    def show(self, symbol: str, side: str, quantity: str, exchange: str = "binance", **more: Any) -> None:
        entry = {"symbol": symbol, "side": side, "quantity": quantity, "average_price": "3.2333"}
        self.shown[exchange, symbol] = entry | more

    def look(self, ago: str, **changes: Any) -> list[Any]:
        """A complete snapshot of each exchange that began so long ago."""
        found = []
        for exchange in ("binance", "bybit"):
            listed = [entry for (venue, _), entry in self.shown.items() if venue == exchange]
            found += self.bot(
                "select * from tradelatch.reconcile(%s, %s, clock_timestamp() - %s::interval, complete => true,"
                " apply => %s, max_closes => %s)",
                exchange,
                json.dumps(changes.get("listed", listed)),
                ago,
                changes.get("apply", False),
                changes.get("max_closes", 3),
            )
        return found

    def diagnosed(self) -> list[tuple[str, ...]]:
        """Check, severity, symbol and action of each finding."""
        findings = self.operator("select * from tradelatch.diagnose()")
        return sorted((row.check_name, row.severity, row.symbol, row.action) for row in findings)

    def book(self) -> dict[int, dict[str, Any]]:
        rows = self.admin("select id, to_jsonb(p) as whole from monitoring.positions as p")
        return {row.id: row.whole for row in rows}

    def statuses(self) -> dict[str, int]:
        return {
            row.status: row.number
            for row in self.admin("select status, count(*) as number from monitoring.positions group by status")
        }


@pytest.fixture
def database(server: Any, template: str) -> Iterator[str]:
    """One for each test: the book is whole."""
    name = server.create_database(template)
    yield server.dsn_of(name)
    server.drop_database(name)


@pytest.fixture
def bot_dsn(server: Any, database: str, logins: dict[str, dict[str, str]]) -> str:
    return str(server.dsn_of(conninfo_to_dict(database)["dbname"], **logins["bot"]))


@pytest.fixture
def evening(
    server: Any, database: str, logins: dict[str, dict[str, str]], admin: Admin, connect: Callable[..., Session]
) -> Evening:
    """34 active with a stop-loss, 4 rolled back, 3 closed, 1 canceled."""
    operator = connect(server.dsn_of(conninfo_to_dict(database)["dbname"], **logins["operator"]))
    evening = Evening(admin, connect(), operator)
    for number in range(ACTIVE):
        evening.activate(f"A{number:02}USDT", "bybit" if number % 3 == 0 else "binance")
    for symbol, exchange, reason in (
        ("APTUSDT", "binance", "duplicate key value violates unique constraint"),
        ("ZBCNUSDT", "bybit", "Price higher than maximum buying price"),
        ("ZEUSUSDT", "bybit", "Position not found after order - order may have failed"),
        ("METUSDT", "binance", "Exceeded the maximum allowable position at current leverage"),
    ):
        position = evening.open(symbol, exchange=exchange)
        driven = {"position_id": position.position_id, "fence": position.fence}
        evening.bot.call("rollback_position", **driven, reason=reason)
        evening.bot.call("confirm_flat", **driven)
    for number in range(3):
        position = evening.activate(f"C{number}USDT")
        ended = [order_of(position, "s1")]
        evening.bot.call("confirm_close", position_id=position.position_id, reason="take profit", orders_ended=ended)
        del evening.shown["binance", f"C{number}USDT"]
    position = evening.open("CANCELUSDT")
    evening.bot.call("cancel_position", position_id=position.position_id, fence=position.fence, reason="x")
    assert evening.statuses() == {"active": ACTIVE, "rolled_back": 4, "closed": 3, "canceled": 1}
    evening.later("2 hours")
    return evening


def test_a_sound_book_has_no_findings(evening: Evening) -> None:
    before = evening.book()
    for ago in ("40 minutes", "39 minutes", "38 minutes"):
        assert evening.look(ago, apply=True) == []
    assert evening.diagnosed() == []
    assert evening.book() == before


def make_faults(evening: Evening) -> None:
    """One of each, in the book of the evening: none of the 34 is another one's."""
    evening.admin("drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short")
    # the duplicate: the synchronizer's row beside the signal's, as on 2025-10-22
    evening.admin(
        "insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, status, filled_quantity,"
        " open_quantity, stop_loss_price) values ('binance', 'A01USDT', 'long', 61, 3.2295, 'active', 61, 61, 3.1)"
    )
    del evening.shown["binance", "A02USDT"]  # in the book, not on the exchange
    evening.show("ORPHANUSDT", "long", "86", "bybit", stop_loss_price=None)  # on the exchange, not in the book
    evening.shown["binance", "A04USDT"]["stop_loss_price"] = None  # unprotected
    evening.open("UNFINISHEDUSDT")  # the bot died after it
    evening.shown["binance", "A05USDT"]["quantity"] = "123.6"  # exposure doubled
    evening.shown["binance", "A07USDT"]["side"] = "short"  # the rollback that turned it round
    evening.later("2 hours")


FAULTS = [
    ("duplicate", "critical", "A01USDT", "cleanup duplicates"),
    ("incomplete", "warning", "UNFINISHEDUSDT", "recover"),
    ("no_stop_loss", "critical", "A04USDT", "update_stop_loss with a null price, then recover"),
    ("orphaned_db", "warning", "A02USDT", "cleanup orphaned_db"),
    ("orphaned_exchange", "critical", "ORPHANUSDT", "cleanup orphaned_exchange"),
    ("quantity_mismatch", "warning", "A05USDT", "look at its fills, then resize_position"),
    ("side_mismatch", "critical", "A07USDT", "look at the exchange: it holds the other side"),
]
WAIT = "wait for another snapshot"


def comes_back(row: dict[str, Any]) -> dict[str, Any]:
    """The row of a position that is restored: nobody looked after its stop-loss meanwhile."""
    if row["status"] != "active":
        return row
    return row | {
        "status": "pending_sl",
        "stop_loss_attempt": row["stop_loss_attempt"] + 1,
        "stop_loss_order": None,
        "stop_loss_order_id": None,
        "orders_arrived": [*row["orders_arrived"], "*"],
    }


@pytest.fixture
def faulty(evening: Evening) -> Evening:
    make_faults(evening)
    return evening


def test_every_fault_is_found_and_nothing_else(faulty: Evening) -> None:
    without_evidence = {
        ("duplicate", "critical", "A01USDT", "cleanup duplicates"),
        ("incomplete", "warning", "UNFINISHEDUSDT", "recover"),
    }
    assert set(faulty.diagnosed()) == without_evidence
    faulty.look("90 minutes")
    of_the_book = ("duplicate", "incomplete")
    unproven = {(check, "info", symbol, WAIT) for check, _, symbol, _ in FAULTS if check not in of_the_book}
    assert set(faulty.diagnosed()) == without_evidence | unproven
    faulty.look("80 minutes")
    assert faulty.diagnosed() == FAULTS


def test_clean_up_and_restore(faulty: Evening) -> None:
    before = faulty.book()
    faulty.look("90 minutes")
    faulty.look("80 minutes")
    told = faulty.operator("select * from tradelatch.cleanup('all')")
    assert faulty.book() == before
    done = faulty.operator("select * from tradelatch.cleanup('all', dry_run => false)")
    assert [(row.action, row.from_status, row.to_status) for row in done] == [
        ("end", "active", "closed"),  # the duplicate
        ("end", "active", "pending_cancels"),  # in the book alone: its stop-loss is left
        ("needs recover", "pending_entry", None),  # never sent, for all that anybody knows
        ("adopt", None, "pending_sl"),  # on the exchange alone
    ]
    assert [(row.action, row.from_status, row.to_status) for row in told] == [
        (row.action, row.from_status, row.to_status) for row in done
    ]
    (backup_id,) = {row.backup_id for row in done if row.action != "needs recover"}
    changed = {row.position_id for row in done if row.action != "needs recover"}
    cleaned = faulty.book()
    assert {number for number in cleaned if cleaned[number] != before.get(number)} == changed
    assert faulty.admin.conflicts() == 0
    left = {
        fault for fault in FAULTS if fault[0] in ("incomplete", "no_stop_loss", "quantity_mismatch", "side_mismatch")
    }
    assert set(faulty.diagnosed()) == left | {
        ("no_stop_loss", "critical", "ORPHANUSDT", "give it a stop-loss at a price of your choice, or close it"),
        ("pending_cancels", "warning", "A02USDT", "recover"),
    }

    # What was a duplicate is one still: giving it back would open the slot twice.
    duplicate, _, _, adopted = (row.position_id for row in done)
    restored = faulty.operator("select * from tradelatch.restore_backup(%s, dry_run => false)", backup_id)
    assert {row.position_id: row.action for row in restored} == {
        number: "refused" if number == duplicate else "restore" for number in changed
    }
    (refused,) = (row for row in restored if row.action == "refused")
    assert refused.detail["problem"].endswith("holds the slot now")
    after = faulty.book()
    assert after[duplicate] == cleaned[duplicate]
    assert after[adopted]["status"] == "closed"
    for number, row in before.items():
        if number not in (duplicate, adopted):
            own = OWN if number in changed else set()
            expected = comes_back(row) if number in changed else row
            assert {key: expected[key] for key in row.keys() - own} == {
                key: after[number][key] for key in row.keys() - own
            }
    untouched = before.keys() - changed
    assert {number: after[number] for number in untouched} == {number: before[number] for number in untouched}
    fences = [row["fence"] for row in after.values()]
    assert len(set(fences)) == len(fences)
    assert all(after[number]["fence"] > before[number]["fence"] for number in changed - {duplicate, adopted})


def test_the_duplicate_comes_back_when_its_slot_is_free(faulty: Evening) -> None:
    before = faulty.book()
    (done,) = faulty.operator("select * from tradelatch.cleanup('duplicates', dry_run => false)")
    (holder,) = (row for row in before.values() if row["symbol"] == "A01USDT" and row["id"] != done.position_id)
    faulty.operator("select tradelatch.release_position(%s, 'it was the other one')", holder["id"])
    (restored,) = faulty.operator("select * from tradelatch.restore_backup(%s, dry_run => false)", done.backup_id)
    assert restored.action == "restore"
    row = comes_back(before[done.position_id])
    after = faulty.book()[done.position_id]
    assert {key: row[key] for key in row.keys() - OWN} == {key: after[key] for key in row.keys() - OWN}


@pytest.mark.parametrize("apply", [False, True])
def test_an_hour_of_empty_answers_closes_nothing(evening: Evening, apply: bool) -> None:
    before = evening.book()
    for minute in range(60):
        findings = evening.look(f"{90 - minute} minutes", listed=[], apply=apply)
        assert {(row.check_name, row.exchange) for row in findings} == {
            ("snapshot_suspect", "binance"),
            ("snapshot_suspect", "bybit"),
        }
    assert [row[:2] for row in evening.diagnosed()] == [("snapshot_suspect", "critical")] * 2
    assert evening.operator("select * from tradelatch.cleanup('all', older_than => '0', dry_run => false)") == []
    assert evening.book() == before
    # the exchange is back: nothing is left of it
    assert evening.look("20 minutes", apply=apply) == []
    assert evening.diagnosed() == []


def test_three_positions_and_an_hour_of_empty_answers(evening: Evening) -> None:
    """As many as may be closed at once: one empty answer closes none of them, none at all one that is driven."""
    evening.admin(
        "select tradelatch.release_position(id, 'x') from monitoring.positions"
        " where symbol > 'A02USDT' and status = 'active'"
    )
    evening.later("1 hour")
    (driven,) = evening.admin("select id from monitoring.positions where symbol = 'A01USDT'")
    evening.bot("select tradelatch.replace_stop_loss(%s, 3.2, lease => '1 hour')", driven.id)
    evening.look("30 minutes", listed=[], apply=True)
    assert evening.statuses()["active"] == 2
    for minute in range(29, 0, -1):
        evening.look(f"{minute} minutes", listed=[], apply=True)
    assert {
        row.symbol: row.status for row in evening.admin("select symbol, status from tradelatch.open_positions")
    } == {"A00USDT": "pending_cancels", "A01USDT": "pending_sl", "A02USDT": "pending_cancels"}


def test_a_slot_that_is_locked_is_busy(faulty: Evening, connect: Callable[..., Session]) -> None:
    """Whoever holds it is about to change it: cleanup waits for nobody, and does the others."""
    faulty.look("90 minutes")
    faulty.look("80 minutes")
    other = connect()
    other("begin")
    other("select outcome from tradelatch.create_position('binance', 'A02USDT', 'long', 1, 1)")
    done = faulty.operator("select * from tradelatch.cleanup('all', dry_run => false)")
    assert [row.action for row in done] == ["end", "busy", "needs recover", "adopt"]
    assert (done[1].backup_id, done[1].to_status) == (None, None)
    other("rollback")
    (again,) = faulty.operator("select * from tradelatch.cleanup('orphaned_db', dry_run => false)")
    assert again.action == "end"


def test_reconcile_leaves_a_locked_slot_alone(faulty: Evening, connect: Callable[..., Session]) -> None:
    faulty.look("90 minutes")
    other = connect()
    other("begin")
    other("select outcome from tradelatch.create_position('binance', 'A02USDT', 'long', 1, 1)")
    (missing,) = (row for row in faulty.look("80 minutes", apply=True) if row.check_name == "orphaned_db")
    assert (missing.status, missing.action) == ("active", "cleanup orphaned_db")
    other("rollback")
    (missing,) = (row for row in faulty.look("70 minutes", apply=True) if row.check_name == "orphaned_db")
    assert (missing.status, missing.action) == ("pending_cancels", "closed")


def test_a_restore_waits_for_no_more_than_two_seconds(faulty: Evening, connect: Callable[..., Session]) -> None:
    (done,) = faulty.operator("select * from tradelatch.cleanup('duplicates', dry_run => false)")
    other = connect()
    other("begin")
    other("select outcome from tradelatch.create_position('binance', 'A01USDT', 'long', 1, 1)")
    assert faulty.operator.state_of("select tradelatch.restore_backup(%s)", done.backup_id) == "55P03"
    other("rollback")


def test_its_moves_are_legal_in_its_transaction_alone(faulty: Evening) -> None:
    (done,) = faulty.operator("select * from tradelatch.cleanup('duplicates', dry_run => false)")
    faulty.operator("select tradelatch.restore_backup(%s, dry_run => false)", done.backup_id)
    with psycopg.connect(faulty.admin.connection.info.dsn) as connection, pytest.raises(psycopg.Error) as error:
        connection.execute(
            "update monitoring.positions set status = 'active', closed_at = null, move = 'restore_backup'"
            " where id = %s",
            (done.position_id,),
        )
    assert error.value.sqlstate == "TL002"
