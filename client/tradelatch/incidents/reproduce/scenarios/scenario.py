"""A scenario: who does what when, on which exchange."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ....testing import Delays, Faults
from ..stage import Settings, Stage


def usual_delays(dice: random.Random) -> Delays:
    """As they were measured: a fill takes 0.3 to 2 s, a look-up 0.1 to 0.5 s, a stop-loss 0.5 to 2 s."""
    fill = dice.uniform(0.3, 2)
    return Delays(fill=fill, answer=fill + 0.05, positions=dice.uniform(0.1, 0.5), stop=dice.uniform(0.5, 2))


def no_faults(dice: random.Random) -> Faults:
    """The exchange does all that is asked of it."""
    return Faults(seed=dice)


def one_symbol(settings: Settings) -> int:
    """All that happens, happens to one."""
    return 1


@dataclass(frozen=True)
class Scenario:
    """`stem`: how its symbols begin, and no other scenario's. The exchange's delays and faults come from the seed."""

    name: str
    title: str
    story: str
    stem: str
    play: Callable[[Stage], Awaitable[None]]
    delays: Callable[[random.Random], Delays] = usual_delays
    faults: Callable[[random.Random], Faults] = no_faults
    symbols: Callable[[Settings], int] = one_symbol
