"""Until when orders may be sent, told by two clocks that cannot both be wrong in the same way."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .receipt import Receipt


@dataclass(frozen=True)
class Clock:
    """The database's clock, as seen from here: this machine's plus `ahead`."""

    ahead: timedelta = timedelta(0)

    @classmethod
    def compared(cls, asked_at: datetime, told: datetime) -> Clock:
        """From its answer to a question asked at `asked_at`, by this machine's clock; never behind the true one."""
        return cls(told - asked_at)

    def now(self) -> datetime:
        """The time by the database's clock."""
        return datetime.now(UTC) + self.ahead


class Term(NamedTuple):
    """Until when an order may be sent, by two clocks, and both must allow it.

    The monotonic one bounds it from the moment the call that was granted the lease began: no clock that is set can
    lengthen it. The database's `lease_until` bounds it too: a suspended machine cannot lengthen that.
    """

    until: datetime  # by the database's clock
    clock: Clock
    ends_at: float  # monotonic

    @classmethod
    def answered(cls, until: datetime, answered_at: datetime, clock: Clock, began_at: float) -> Term:
        """From an answer, given at `answered_at` by the database's clock to a call begun at `began_at` (monotonic)."""
        return cls(until, clock, began_at + (until - answered_at).total_seconds())

    def left(self) -> float:
        """Seconds; 0 when it is too late."""
        return max(0.0, min(self.ends_at - time.monotonic(), (self.until - self.clock.now()).total_seconds()))


class Lease:
    """The drive that a handle holds: its fence, and until when it lasts.

    The handle and its renewal both write here; what is known never falls.
    """

    def __init__(self) -> None:
        self.fence: int | None = None
        self.until: datetime | None = None
        self.is_lost = False
        self._ends_at = 0.0  # monotonic
        self._lock = threading.Lock()

    def learn(self, receipt: Receipt, began_at: float) -> None:
        """Take over what a receipt says, which answered a call begun at `began_at` (monotonic)."""
        if receipt.fence is None or receipt.lease_until is None:
            return
        with self._lock:
            if self.fence is None or receipt.fence > self.fence:
                self.fence, self.is_lost, self._ends_at = receipt.fence, False, 0.0
            elif receipt.fence < self.fence or (self.until and receipt.lease_until <= self.until):
                return
            self.until = receipt.lease_until
            length = receipt.lease_until - receipt.answered_at
            self._ends_at = max(self._ends_at, began_at + length.total_seconds())

    def lose(self, fence: int | None) -> None:
        """The database says that this fence is not the current one any more."""
        with self._lock:
            self.is_lost = self.is_lost or fence == self.fence

    def left(self, clock: Clock) -> float:
        """Seconds for which an order may still be sent; 0 when it is too late."""
        with self._lock:
            if self.is_lost or self.until is None:
                return 0.0
            return Term(self.until, clock, self._ends_at).left()

    def lasts(self, clock: Clock) -> bool:
        """Whether an order may be sent now."""
        return self.left(clock) > 0
