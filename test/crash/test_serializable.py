"""Under SERIALIZABLE the database refuses moves at COMMIT, after their row was sent: no receipt is given for them."""

import random
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from tradelatch import Client, Receipt, RetriesExhausted, SlotBusy

THREADS = 10
SYMBOLS = [f"S{number}USDT" for number in range(6)]
SECONDS = 30
STRICT = "-c default_transaction_isolation=serializable"
LOGGED = "select from monitoring.position_events where position_id = %s and event = %s and to_status = %s"


class Desk:
    """What the threads share: the client, and how many of its receipts are in the log."""

    def __init__(self, dsn: str) -> None:
        self.client = Client(make_conninfo(dsn, options=STRICT), timeout=30)
        self.dsn = dsn
        self.acknowledged = 0
        self.missing: list[str] = []
        self.failures: list[BaseException] = []
        self._lock = threading.Lock()

    def trade(self, number: int, until: float) -> None:
        """Open and close, one position after the other."""
        dice = random.Random(number)
        try:
            with psycopg.connect(self.dsn, autocommit=True) as reader:
                while time.monotonic() < until:
                    self._live(reader, dice.choice(SYMBOLS))
        except BaseException as error:
            self.failures.append(error)

    def _live(self, reader: psycopg.Connection[Any], symbol: str) -> None:
        client = self.client

        def noted(event: str, *arguments: Any, **options: Any) -> Receipt:
            return self._noted(reader, event, partial(getattr(client, event), *arguments, **options))

        opened = noted("create_position", "binance", symbol, "long", 10, 100)
        if opened.fence is not None:
            driven = opened.position_id, opened.fence
            stop_loss = noted("confirm_entry", *driven, 10, average_price=Decimal(100)).next_order
            assert stop_loss is not None
            noted("activate_position", *driven, Decimal(95), stop_loss.client_order_id)
            noted("confirm_close", opened.position_id, "exit", orders_ended=[stop_loss.client_order_id])

    def _noted(self, reader: psycopg.Connection[Any], event: str, call: Callable[[], Receipt]) -> Receipt:
        """The receipt of a call, looked up at once on another connection."""
        while True:
            try:
                receipt = call()
                break
            except (RetriesExhausted, SlotBusy):  # nothing was done
                continue
        if receipt.outcome in ("created", "ok"):
            is_logged = reader.execute(LOGGED, [receipt.position_id, event, receipt.status]).fetchone() is not None
            with self._lock:
                self.acknowledged += 1
                if not is_logged:
                    self.missing.append(f"{event} of {receipt.position_id}")
        return receipt


def test_every_acknowledged_move_is_in_the_log(database: str) -> None:
    desk = Desk(database)
    until = time.monotonic() + SECONDS
    with desk.client:
        threads = [threading.Thread(target=desk.trade, args=(number, until)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not desk.failures, desk.failures[0]
    assert desk.acknowledged > 50
    assert not desk.missing
