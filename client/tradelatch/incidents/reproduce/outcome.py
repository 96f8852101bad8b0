"""What became of a scenario on a flow, and what is wrong with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from ...exchange import Order
from ...testing import Exchange
from .aftermath import Aftermath, Row, entry_orders
from .flows import FlowName


@dataclass(frozen=True)
class Slot:
    """A symbol: what is left of it, the most that was ever held, the orders that opened or could have."""

    after: Aftermath
    largest: Decimal
    entries: Sequence[Order]

    @classmethod
    def read(cls, exchange: Exchange, symbol: str, rows: Sequence[Row]) -> "Slot":
        """From the book's rows, and from what the exchange has seen."""
        entries = entry_orders(exchange, symbol)
        sizes = [abs(fill.after.size) for fill in exchange.fills() if fill.order.symbol == symbol]
        after = Aftermath(rows, exchange.orders(symbol), len(entries), exchange.exposure(symbol))
        return cls(after, max(sizes, default=Decimal(0)), entries)


@dataclass(frozen=True)
class Outcome:
    """`asked`: the quantity of every signal. Times are real seconds."""

    scenario: str
    flow: FlowName
    asked: Decimal
    slots: Mapping[str, Slot]
    turned_away: int
    recovered: Counter[str]
    errors: Counter[str]
    failures: Counter[str]
    lock_waits: Sequence[float]
    steps: Mapping[str, Sequence[float]]

    @property
    def rows(self) -> int:
        return sum(len(slot.after.rows) for slot in self.slots.values())

    @property
    def open_at_once(self) -> int:
        """In one slot, at the most."""
        return max(slot.after.open_at_once for slot in self.slots.values())

    @property
    def entries(self) -> int:
        return sum(len(slot.entries) for slot in self.slots.values())

    @property
    def largest(self) -> Decimal:
        return max(slot.largest for slot in self.slots.values())

    @property
    def faults(self) -> list[str]:
        """What is not as it should be, a line each: the same questions to both flows."""
        if not self.rows:
            return ["nothing was opened, so nothing was shown"]
        faults = [line for symbol, slot in self.slots.items() for line in self._faults(symbol, slot)]
        if self.flow == "tradelatch":  # the legacy flow's are those of the incidents
            faults += [f"{times} times an actor was ended by {error}" for error, times in self.failures.items()]
        return faults

    def _faults(self, symbol: str, slot: Slot) -> list[str]:
        after, faults = slot.after, []
        if after.open_at_once > 1:
            faults.append(f"{symbol}: {after.open_at_once} rows were open at once")
        if slot.largest > self.asked:
            faults.append(f"{symbol}: the exchange held {slot.largest}, asked for was {self.asked}")
        if not after.agrees:
            faults.append(f"{symbol}: the exchange is {after.position}, the book says {after.book}")
        if sum(stop.quantity for stop in after.stops) < after.position.quantity:
            faults.append(f"{symbol}: {after.position} is not protected by a stop-loss")
        if len(after.stops) > bool(after.position.size):
            faults.append(f"{symbol}: {len(after.stops)} stop-losses stand, and the position is {after.position}")
        faults += [
            f"{symbol}: row {row.position_id} is {row.status} still"
            for row in after.rows
            if row.ended is None and row.status != "active"
        ]
        if self.flow == "tradelatch":
            given = {row.entry_order for row in after.rows}
            sent = Counter(order.client_order_id for order in slot.entries)
            faults += [f"{symbol}: {name} is no entry of the book" for name in sent if name not in given]
            faults += [f"{symbol}: {name} was sent {times} times" for name, times in sent.items() if times > 1]
        return faults

    def document(self) -> dict[str, Any]:
        """As `--json` has it."""
        return {
            "scenario": self.scenario,
            "flow": self.flow,
            "rows_opened": self.rows,
            "open_at_once": self.open_at_once,
            "entry_orders": self.entries,
            "turned_away": self.turned_away,
            "recovered": self.recovered,
            "quantity": self.asked,
            "largest_exposure": self.largest,
            "exposure": [
                {"symbol": symbol, "on_exchange": slot.after.position.size, "in_book": slot.after.book.size}
                for symbol, slot in self.slots.items()
            ],
            "errors": self.errors,
            "lock_waits": len(self.lock_waits),
            "longest_lock_wait": max(self.lock_waits, default=0.0),
            "steps": {
                step: {"count": len(times), "median": median(times), "longest": max(times)}
                for step, times in self.steps.items()
            },
            "faults": self.faults,
        }
