"""A: parallel signals."""

import asyncio

from ..stage import Stage
from .scenario import Scenario

SIGNALS = 2


async def play(stage: Stage) -> None:
    """The others come while the first one's order settles."""
    later = [stage.settling() for _ in range((stage.settings.workers or SIGNALS) - 1)]
    await asyncio.gather(*(stage.open_position(stage.signal(), after=seconds) for seconds in (0.0, *later)))


PARALLEL = Scenario(
    name="a",
    title="A: parallel signals",
    story="A second signal for the symbol comes while the order of the first one settles.",
    stem="APT",
    play=play,
)
