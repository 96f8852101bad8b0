"""B: a signal and the synchronizer."""

import asyncio

from ..stage import Stage
from .scenario import Scenario


async def play(stage: Stage) -> None:
    """The order has filled by then, and its stop-loss is still to come."""
    await asyncio.gather(stage.open_position(stage.signal()), stage.synchronize(after=stage.settling()))


SYNCHRONIZER = Scenario(
    name="b",
    title="B: a signal and the synchronizer",
    story="The synchronizer meets a position on the exchange whose order still settles, and looks whether the book "
    "knows it.",
    stem="PERP",
    play=play,
)
