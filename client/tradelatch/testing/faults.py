"""What goes wrong on a simulated exchange, and when: all of it drawn from one `random.Random`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Fate = Literal["answered", "refused", "lost", "unanswered"]


@dataclass(frozen=True)
class Odds:
    """Chances from 0 to 1, and the longest times in seconds."""

    refused: float = 0.0  # an order is not taken, for no reason of ours
    lost: float = 0.0  # a call never arrives; its caller waits for nothing
    unanswered: float = 0.0  # a call arrives and does its work; its caller is not told
    cancel_lost: float = 0.0  # a cancel never arrives, beside what befalls every call
    late: float = 0.0  # an order that nobody was told of arrives later, by up to `arrival` seconds
    in_parts: float = 0.0  # an order fills in two or three parts
    hidden_fill: float = 0.0  # a filled order reads filled 0 for up to `lie` seconds
    arrival: float = 2.0
    lie: float = 3.0
    list_lag: float = 0.0  # the position list is behind by so much more, at most
    stream_lag: float = 0.0  # and so is the stream
    step: float = 0.1  # the times that are drawn are multiples of it
    slower: float = 0.0  # a call takes so much longer, at most


CALM = Odds()


class Faults:
    """Draws what happens next. Two of the same seed draw the same."""

    def __init__(self, odds: Odds = CALM, *, seed: int | random.Random = 0) -> None:
        self.odds = odds
        self.random = seed if isinstance(seed, random.Random) else random.Random(seed)

    def happens(self, chance: float) -> bool:
        """Draws only where there is something to draw."""
        return chance > 0 and self.random.random() < chance

    def fate(self, *, may_be_refused: bool) -> Fate:
        """What becomes of a call."""
        if may_be_refused and self.happens(self.odds.refused):
            return "refused"
        if self.happens(self.odds.lost):
            return "lost"
        return "unanswered" if self.happens(self.odds.unanswered) else "answered"

    def seconds(self, longest: float) -> float:
        """A time, in whole steps."""
        return self.random.randint(0, round(longest / self.odds.step)) * self.odds.step if longest > 0 else 0.0

    def parts(self) -> int:
        """In how many parts an order fills."""
        return self.random.randint(2, 3) if self.happens(self.odds.in_parts) else 1
