"""A book of 10,000 positions and a snapshot of as many, in one call that locks only the slots that it changes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Admin, Session

POSITIONS = 10_000
BOOK = """
begin;
set local session_replication_role = replica;
insert into monitoring.positions (
    exchange, account, symbol, side, quantity, entry_price, status,
    filled_quantity, open_quantity, average_price, stop_loss_price,
    created_at, updated_at, exposure_at, orders_at, lease_until
)
select
    'binance', '{account}', 'S' || i || 'USDT', 'long', 10, 100, 'active', 10, 10, 100, 95,
    now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour',
    now() - interval '1 hour'
from generate_series(1, {positions}) as i;
commit;
analyze monitoring.positions;
"""
GONE = {"S1USDT", "S5000USDT", f"S{POSITIONS}USDT"}
FOUND = {"X1USDT", "X2USDT"}


@pytest.fixture
def book(admin: Admin) -> Admin:
    admin(BOOK.format(account=admin.account, positions=POSITIONS))
    return admin


def reconcile(bot: Session, ago: str, **switches: bool) -> list[Any]:
    """The whole book but for three, and two that nobody knows."""
    symbols = [f"S{number}USDT" for number in range(1, POSITIONS + 1)] + sorted(FOUND)
    listed = [
        {"symbol": symbol, "side": "long", "quantity": "11" if symbol in FOUND else "10", "average_price": "100"}
        | {"stop_loss_price": "95"}
        for symbol in symbols
        if symbol not in GONE
    ]
    return bot(
        "select * from tradelatch.reconcile('binance', %s, clock_timestamp() - %s::interval, account => %s,"
        " complete => true, apply => %s, adopt => %s)",
        json.dumps(listed),
        ago,
        bot.account,
        switches.get("apply", False),
        switches.get("adopt", False),
    )


def test_only_what_it_changes_is_locked(book: Admin, connect: Callable[..., Session]) -> None:
    bot = connect()

    def locks() -> int:
        return int(book.value("select count(*) from pg_locks where locktype = 'advisory' and pid = %s", bot.pid))

    bot("begin")
    unproven = reconcile(bot, "1 minute", apply=True, adopt=True)
    assert {(row.check_name, row.severity, row.symbol) for row in unproven} == {
        *(("orphaned_db", "info", symbol) for symbol in GONE),
        *(("orphaned_exchange", "info", symbol) for symbol in FOUND),
    }
    assert locks() == 0
    bot("commit")

    bot("begin")
    done = reconcile(bot, "30 seconds", apply=True, adopt=True)
    assert {(row.symbol, row.action) for row in done} == {
        *((symbol, "closed") for symbol in GONE),
        *((symbol, "adopted") for symbol in FOUND),
    }
    assert locks() == len(GONE | FOUND)
    bot("commit")
    assert locks() == 0
    assert len(book.open_positions()) == POSITIONS - len(GONE) + len(FOUND)
    touched = book.value(
        "select count(distinct e.position_id) from monitoring.position_events as e"
        " join monitoring.positions as p on p.id = e.position_id and p.account = %s",
        book.account,
    )
    assert touched == len(GONE | FOUND)
