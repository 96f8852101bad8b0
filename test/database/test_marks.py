"""Ticks leave nothing behind, and callers do not get in each other's way."""

from decimal import Decimal

from psycopg.types.json import Jsonb

SYMBOLS = 40
TICKS = 200
OTHERS = """
select count(*)
from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> all(%s)
"""
STATISTICS = """
select n_tup_upd, n_tup_hot_upd, pg_relation_size(relid), pg_indexes_size(relid)
from pg_stat_user_tables
where relid = 'monitoring.marks'::regclass
"""


def marks(symbols, price=1):
    return Jsonb([{"symbol": symbol, "price": str(price), "unrealized_pnl": "-1.5"} for symbol in symbols])


def record(session, symbols, price=1):
    return {"exchange": "binance", "account": session.account, "marks": marks(symbols, price)}


def test_ticks_stay_heap_only_and_the_table_small(connect, admin) -> None:
    bot = connect()
    symbols = [f"S{number}" for number in range(SYMBOLS)]
    for symbol in symbols:
        bot.create(symbol=symbol)
    bot.call("record_marks", **record(bot, symbols))
    admin.until(lambda: admin.value(OTHERS, [admin.pid, bot.pid]) == 0)  # what they did is counted when they are gone
    bot("select pg_stat_force_next_flush()")
    updated, hot, heap, keys = admin(STATISTICS)[0]
    (before,) = admin("select pg_current_wal_insert_lsn() as lsn, max(updated_at) as moved from monitoring.positions")
    for tick in range(TICKS):
        assert bot.call("record_marks", **record(bot, symbols, Decimal(100) + tick)).record_marks == SYMBOLS
    bot("select pg_stat_force_next_flush()")
    updated_after, hot_after, heap_after, keys_after = admin(STATISTICS)[0]
    assert (updated_after - updated, hot_after - hot) == (SYMBOLS * TICKS, SYMBOLS * TICKS)
    assert (heap_after, keys_after) == (heap, keys)
    assert admin.value("select max(updated_at) from monitoring.positions") == before.moved


def test_callers_in_opposite_orders_wait_for_one_another(connect, admin) -> None:
    first, second = connect(), connect()
    for symbol in ("AUSDT", "BUSDT"):
        first.create(symbol=symbol)
    first.call("record_marks", **record(first, ["AUSDT", "BUSDT"]))
    with first.connection.transaction():
        first.call("record_marks", **record(first, ["BUSDT", "AUSDT"], 2))
        running = second.start("record_marks", **record(second, ["AUSDT", "BUSDT"], 3))
        admin.until_waiting(second)
    assert running.receipt().record_marks == 2
    prices = admin("select price::text from monitoring.marks where account = %s", admin.account)
    assert [row.price for row in prices] == ["3", "3"]


def test_the_first_marks_of_a_slot_at_once(connect, admin) -> None:
    """Nobody sees 23505."""
    first, second = connect(), connect()
    first.create(symbol="AUSDT")
    with first.connection.transaction():
        first.call("record_marks", **record(first, ["AUSDT"]))
        running = second.start("record_marks", **record(second, ["AUSDT"], 2))
        admin.until_waiting(second)
    assert running.receipt().record_marks == 1
    assert admin.value("select count(*) from monitoring.marks where account = %s", admin.account) == 1


def test_a_move_does_not_wait_for_marks(connect) -> None:
    first, second = connect(), connect()
    position = first.create(symbol="AUSDT")
    with first.connection.transaction():
        first.call("record_marks", **record(first, ["AUSDT"]))
        answer = second.answer("cancel_position", position_id=position.position_id, fence=position.fence, reason="x")
        assert answer == "ok"
