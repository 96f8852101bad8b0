"""What ticks cost: 40 symbols ten times a second for a minute, and what they leave in the table of marks.

    python -m tradelatch.sandbox run -- python test/bench/marks.py

runs it on a private cluster with default durability; `--seconds` makes it shorter. A tick is one call of record_marks
for all the symbols.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from decimal import Decimal

import psycopg
from tradelatch import Client

SYMBOLS = 40
PER_SECOND = 10
BOOK = "select n_tup_upd from pg_stat_user_tables where relid = 'monitoring.positions'::regclass"
TABLE = """
select n_tup_upd, n_tup_hot_upd, n_dead_tup, pg_relation_size(relid), pg_indexes_size(relid)
from pg_stat_user_tables
where relid = 'monitoring.marks'::regclass
"""


def open_positions(client: Client) -> list[str]:
    """As many positions as there are symbols, each active."""
    symbols = [f"M{number}USDT" for number in range(SYMBOLS)]
    for symbol in symbols:
        made = client.create_position("binance", symbol, "long", 1, 100)
        stop_loss = client.confirm_entry(made.position_id, made.fence, 1, average_price=100).next_order
        client.activate_position(made.position_id, made.fence, 95, stop_loss.client_order_id)
    return symbols


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="for how long")
    options = parser.parse_args()
    ticks = options.seconds * PER_SECOND
    took = []
    with Client() as client:
        symbols = open_positions(client)
    with psycopg.connect(os.environ["TRADELATCH_DSN"], autocommit=True) as admin, Client() as client:
        (before,) = admin.execute(BOOK).fetchone()
        client.record_marks("binance", [{"symbol": symbol, "price": 100} for symbol in symbols])
        _, _, _, heap_at_first, keys_at_first = admin.execute(TABLE).fetchone()
        began = time.perf_counter()
        for tick in range(ticks):
            time.sleep(max(0.0, began + tick / PER_SECOND - time.perf_counter()))
            price = Decimal(100) + Decimal(tick % 100) / 7
            marks = [{"symbol": symbol, "price": price, "unrealized_pnl": price - 100} for symbol in symbols]
            started = time.perf_counter()
            assert client.record_marks("binance", marks) == SYMBOLS
            took.append(1000 * (time.perf_counter() - started))
        seconds = time.perf_counter() - began
    with psycopg.connect(os.environ["TRADELATCH_DSN"], autocommit=True) as admin:  # the client's session has ended
        updated, hot, dead, heap, keys = admin.execute(TABLE).fetchone()
        (after,) = admin.execute(BOOK).fetchone()
    print(f"{ticks} ticks of {SYMBOLS} symbols in {seconds:.0f} s")
    print(
        f"a tick takes {statistics.median(took):.2f} ms (median), {statistics.quantiles(took, n=100)[98]:.2f} ms (99th)"
    )
    print(f"the server works {sum(took) / 10 / seconds:.1f}% of the time on them")
    print(f"{updated} updates, {hot} of them heap-only ({100 * hot / updated:.2f}%), {dead} dead rows left")
    print(f"table {heap_at_first} bytes after the first tick, {heap} after the last; its key {keys_at_first}, {keys}")
    print(f"updates of monitoring.positions meanwhile: {after - before}")


if __name__ == "__main__":
    main()
