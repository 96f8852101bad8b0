"""What every measurement here is made of: two things timed in turns, and the ratio of each pair."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of the table: how `measured` compares with `baseline`.

    `pairs` are (baseline, measured) in `unit`, in the order of the turns. `goal` is a bound on the median ratio
    measured / baseline: "<= 2.0" or ">= 2.5"; None where nothing was promised. Where a row is no pair (bytes of WAL),
    `note` says what it is.
    """

    number: str
    what: str
    baseline: str
    measured: str
    unit: str
    pairs: list[tuple[float, float]]
    goal: str | None = None
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        return [measured / baseline for baseline, measured in self.pairs]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def holds(self) -> bool | None:
        """Whether the goal holds; None where there is none."""
        if self.goal is None:
            return None
        comparison, bound = self.goal.split()
        return self.ratio <= float(bound) if comparison == "<=" else self.ratio >= float(bound)


def in_turns(
    pairs: int, baseline: Callable[[], float], measured: Callable[[], float], *, warm_up: bool = False
) -> list[tuple[float, float]]:
    """Measures A B A B …: as many pairs of (baseline, measured) as asked for, after one that does not count."""
    if warm_up:
        baseline()
        measured()
    return [(baseline(), measured()) for _ in range(pairs)]
