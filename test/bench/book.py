"""An open book, made by the functions, and the exchange's snapshot of it."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

BATCH = 500  # positions in a transaction: it holds a lock for each slot

OPEN = """
select count(activated)
from generate_series(%(first)s::int, %(last)s::int) as i
cross join lateral tradelatch.create_position(
    exchange => 'binance', symbol => 'B' || i || 'USDT', side => 'long', quantity => 10, entry_price => 100,
    request_id => 'book:' || i, attempt => gen_random_uuid()
) as created
cross join lateral tradelatch.confirm_entry(created.position_id, created.fence, 10, average_price => 100) as confirmed
cross join lateral tradelatch.activate_position(
    confirmed.position_id, confirmed.fence, 95, confirmed.order_client_order_id
) as activated
"""
RECONCILE = "select count(*) from tradelatch.reconcile('binance', %s, clock_timestamp(), complete => true)"


def symbol_of(number: int) -> str:
    return f"B{number}USDT"


def open_book(dsn: str, positions: int) -> None:
    """So many active positions, B1USDT and so on, and one snapshot that agrees with them."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for first in range(1, positions + 1, BATCH):
            connection.execute(OPEN, {"first": first, "last": min(first + BATCH - 1, positions)})
        connection.execute(RECONCILE, (Jsonb(snapshot(positions)),))


def snapshot(positions: int) -> list[dict[str, str]]:
    """What the exchange shows of that book."""
    return [
        {
            "symbol": symbol_of(number),
            "side": "long",
            "quantity": "10",
            "average_price": "100",
            "stop_loss_price": "95",
        }
        for number in range(1, positions + 1)
    ]
