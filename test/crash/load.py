"""A bot without an exchange: opens, drives and ends positions as fast as it can, and says what it was answered.

    python load.py DSN NAME SEED

prints one line of JSON before each call and one after its answer, until it is killed or its standard input ends.
Every call carries a marker of its own, which the event log must show once the call was answered. A call that got no
answer is repeated with the same arguments until it gets one.
"""

import json
import logging
import os
import random
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tradelatch import Client, OutcomeUnknown, Receipt, RetriesExhausted, SlotBusy, Unavailable

SYMBOLS = ["APTUSDT", "BTCUSDT", "ETHUSDT", "SOLUSDT"]
LIVES = [
    ["cancel_position"],
    ["place_entry", "cancel_position"],
    ["rollback_position", "confirm_flat"],
    ["place_entry", "confirm_entry", "rollback_position", "confirm_flat"],
    ["confirm_entry", "activate_position", "confirm_close"],
    ["place_entry", "confirm_entry", "activate_position", "begin_close", "confirm_close"],
    ["confirm_entry", "activate_position", "update_stop_loss", "activate_position", "begin_close", "confirm_close"],
]
FACTS: dict[str, dict[str, Any]] = {
    "confirm_entry": {"filled_quantity": 10, "average_price": 100},
    "activate_position": {"stop_loss_price": 90},
    "update_stop_loss": {"stop_loss_price": None},
}
WITH_REASON = {"cancel_position", "rollback_position", "begin_close", "confirm_close"}
WITHOUT_FENCE = {"begin_close", "update_stop_loss"}  # they give one
NAMES_WHAT_ENDED = {"update_stop_loss", "confirm_close", "confirm_flat"}


def call(client: Client, function: str, arguments: dict[str, Any]) -> Receipt:
    """Repeats a call until it is answered."""
    attempt = {"attempt": UUID(arguments["attempt"])} if "attempt" in arguments else {}
    method: Callable[..., Receipt] = getattr(client, function)
    while True:
        try:
            return method(**arguments | attempt)
        except (Unavailable, OutcomeUnknown, RetriesExhausted, SlotBusy):
            continue


class Bot:
    def __init__(self, client: Client, name: str, seed: str) -> None:
        self.client, self.name = client, name
        self.random = random.Random(seed)
        self.calls = 0

    def run(self) -> None:
        while True:
            self.live()

    def live(self) -> None:
        """One position, from its opening to its end."""
        opening = {"exchange": "binance", "symbol": self.random.choice(SYMBOLS), "side": "long", "quantity": 10}
        receipt = self.say("create_position", opening | {"entry_price": 100, "request_id": self.marker()})
        if receipt.outcome == "existing":
            return
        given: list[str] = []
        for function in self.random.choice(LIVES):
            arguments = {"position_id": receipt.position_id} | FACTS.get(function, {})
            if function not in WITHOUT_FENCE:
                arguments["fence"] = receipt.fence
            if receipt.next_order is not None:
                given.append(receipt.next_order.client_order_id)
            if function == "activate_position":
                arguments["client_order_id"] = given[-1]
            elif function in NAMES_WHAT_ENDED:
                arguments["orders_ended"] = given[:]
            receipt = self.say(function, arguments)

    def marker(self) -> str:
        return f"{self.name}:{self.calls + 1}"

    def say(self, function: str, arguments: dict[str, Any]) -> Receipt:
        marker = self.marker()
        self.calls += 1
        if function in WITHOUT_FENCE or function == "create_position":
            arguments["attempt"] = str(UUID(int=self.random.getrandbits(128)))
        if function == "place_entry":
            arguments["exchange_order_id"] = marker
        elif function == "update_stop_loss":
            marker = arguments["attempt"]
        elif function in WITH_REASON:
            arguments["reason"] = marker
        else:
            arguments["details"] = {"marker": marker}
        tell({"call": marker, "function": function, "arguments": arguments})
        receipt = call(self.client, function, arguments)
        tell(
            {
                "answer": marker,
                "outcome": receipt.outcome,
                "position_id": receipt.position_id,
                "status": receipt.status,
                "fence": receipt.fence,
            }
        )
        return receipt


def tell(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


def in_background(run: Callable[[], None]) -> None:
    """In a thread. If it fails the process ends, so that whoever waits for more answers hears of it."""

    def run_or_exit() -> None:
        try:
            run()
        except Exception:
            traceback.print_exc()
            os._exit(1)

    threading.Thread(target=run_or_exit, daemon=True).start()


def main() -> None:
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # it says that the server is away
    dsn, name, seed = sys.argv[1:]
    with Client(dsn, worker=name, timeout=5) as client:
        in_background(Bot(client, name, seed).run)
        sys.stdin.read()


if __name__ == "__main__":
    main()
