"""One scenario on one flow: its clock, its exchange, and what is counted while the actors play."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal, TypeVar

from ... import LeaseExpired, RetriesExhausted, SlotBusy, StaleFence, Unavailable
from ...testing import Delays, Exchange, ScaledClock
from ..legacy import SETTLEMENT_SECONDS, Signal, Tell
from .flows import Flow, Place

VENUE = "binance"
QUANTITY = Decimal("61.8")
PRICE = Decimal("3.2333")

# What a bot on tradelatch may meet where all is as it should be: the machine is slow, or others are at it.
PASSING = (LeaseExpired, RetriesExhausted, SlotBusy, StaleFence, Unavailable)

Result = TypeVar("Result")
Side = Literal["long", "short"]

# What has taken the time since the step before, for the steps that both flows tell.
STEPS = {
    "row": "create row",
    "answer": "entry order",
    "entry_placed": "note order",
    "found": "settle, find",
    "stop_loss": "confirm fill",
    "active": "stop, activate",
}


@dataclass(frozen=True)
class Settings:
    """What the command's options say; None is the scenario's own."""

    workers: int | None = None
    duration: timedelta = timedelta(seconds=10)
    symbols: int = 3
    seed: int = 1
    scale: float = 0.1


class Stage:
    """What actors are given."""

    def __init__(
        self,
        place: Place,
        flow: Flow,
        exchange: Exchange,
        clock: ScaledClock,
        settings: Settings,
        symbols: Sequence[str],
        signal_ids: Iterator[int],
        delays: Delays,
    ) -> None:
        self.place = place
        self.flow = flow
        self.exchange = exchange
        self.clock = clock
        self.settings = settings
        self.symbols = symbols
        self.dice = random.Random(settings.seed)
        self.steps: defaultdict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()  # that an actor has met
        self.failures: Counter[str] = Counter()  # that have ended one
        self.recovered: Counter[str] = Counter()  # positions, by the status that they came to
        self.turned_away = 0
        self._signal_ids = signal_ids
        self._delays = delays

    def signal(self, symbol: str | None = None, side: Side = "short") -> Signal:
        """A new one: no two have the same id."""
        return Signal(next(self._signal_ids), symbol or self.symbols[0], VENUE, side, QUANTITY, PRICE)

    def settling(self) -> float:
        """Seconds from a signal to a moment when its order has filled, and the position list is not asked yet."""
        return self._delays.answer + self.dice.uniform(1, SETTLEMENT_SECONDS - 1)

    def teller(self, *, timed: bool = True) -> Tell:
        """What an actor calls at each step, from now on."""
        before = time.monotonic()

        def tell(step: str, text: str) -> None:
            nonlocal before
            now = time.monotonic()
            if timed and step in STEPS:
                self.steps[step].append(now - before)
            before = now
            if step == "existing":
                self.turned_away += 1
            elif step == "error":
                self.errors[text.partition(":")[0]] += 1

        return tell

    async def open_position(self, signal: Signal, *, after: float = 0) -> int | None:
        """A signal's whole way, so many seconds from now; what goes wrong on it is counted."""
        await self.clock.sleep(after)
        return await self.counted(self.flow.open_position(signal, self.teller()))

    async def close_position(self, signal: Signal, position_id: int) -> None:
        """An ordinary exit; what goes wrong on it is counted."""
        await self.counted(self.flow.close_position(signal, position_id, self.teller()))

    async def recover(self) -> None:
        """Recovery, where the flow has one; what it finished is counted."""
        self.recovered += await self.flow.recover(self.exchange)

    async def synchronize(self, *, after: float) -> None:
        """One look of the synchronizer, so many seconds from now."""
        await self.clock.sleep(after)
        await self.counted(self.flow.synchronize(self.teller(timed=False)))

    async def counted(self, action: Awaitable[Result]) -> Result | None:
        """The result; None where the action failed, which is counted."""
        try:
            return await action
        except Exception as error:
            self.errors[type(error).__name__] += 1
            if not isinstance(error, PASSING):
                self.failures[f"{type(error).__name__}: {error}"] += 1
            return None
