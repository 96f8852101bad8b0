"""C: a retry after a rollback."""

import random
from dataclasses import replace

from ....testing import Delays, Faults
from ....testing.faults import Fate
from ..stage import Stage
from .scenario import Scenario, usual_delays

TIMEOUT = 3.0


class FirstAnswerLost(Faults):
    """The exchange takes the first order, and its sender is not told."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__(seed=dice)
        self._is_first = True

    def fate(self, *, may_be_refused: bool) -> Fate:
        if may_be_refused and self._is_first:
            self._is_first = False
            return "unanswered"
        return super().fate(may_be_refused=may_be_refused)


def slow_fills(dice: random.Random) -> Delays:
    """An order may fill when its sender has given up."""
    fill = TIMEOUT + dice.uniform(2, 3)
    return replace(usual_delays(dice), fill=fill, answer=fill + 0.05, timeout=TIMEOUT)


async def play(stage: Stage) -> None:
    """The strategy tries again a second after the opening has failed."""
    await stage.open_position(stage.signal())
    await stage.open_position(stage.signal(), after=stage.dice.uniform(1, 1.5))


RETRY = Scenario(
    name="c",
    title="C: a retry after a rollback",
    story="The answer to an entry order is lost. The opening is rolled back while the order may still fill, and the "
    "strategy tries again.",
    stem="AVL",
    play=play,
    delays=slow_fills,
    faults=FirstAnswerLost,
)
