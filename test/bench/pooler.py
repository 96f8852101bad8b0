"""Row 7: the client through PgBouncer in transaction mode, against direct connections."""

from __future__ import annotations

import sys
import time
from itertools import count
from pathlib import Path

from databases import settle
from measure import Row, in_turns
from session import typical
from tradelatch import Client

sys.path.insert(0, str(Path(__file__).parents[1]))
from pgbouncer import pgbouncer

SYMBOLS = 20

_numbers = count(1)


def measure(dsn: str, pairs: int, seconds: float) -> list[Row]:
    """Four moves by Client, as users make it: prepared directly, prepare=False through the pooler."""
    settle(dsn)
    with pgbouncer(dsn, ["postgres"]) as pooler:
        return [
            Row(
                number="7",
                what=f"four moves by Client{' with prepare=False' if not prepare else ''}, through PgBouncer",
                baseline=f"directly, prepare={prepare}",
                measured="through PgBouncer, prepare=False",
                unit="ms, p50",
                pairs=in_turns(
                    pairs,
                    lambda prepare=prepare: lifecycle(dsn, seconds, prepare=prepare),
                    lambda: lifecycle(pooler.through(dsn), seconds, prepare=False),
                ),
            )
            for prepare in (True, False)
        ]


def lifecycle(dsn: str, seconds: float, *, prepare: bool) -> float:
    """Milliseconds of create, confirm, activate and close."""
    with Client(dsn, prepare=prepare) as client:

        def one() -> tuple[float]:
            symbol = f"P{next(_numbers) % SYMBOLS}USDT"
            began = time.perf_counter()
            made = client.create_position("binance", symbol, "long", 10, 100)
            entered = client.confirm_entry(
                made.position_id, made.fence, 10, average_price=100, exchange_order_id="53190368"
            )
            stop_loss = entered.next_order.client_order_id
            client.activate_position(made.position_id, made.fence, 98, stop_loss, stop_loss_order_id="53190369")
            client.confirm_close(
                made.position_id, "take_profit", orders_ended=[stop_loss], exit_price=101, realized_pnl=10
            )
            return (1000 * (time.perf_counter() - began),)

        return typical(seconds, one)[0]
