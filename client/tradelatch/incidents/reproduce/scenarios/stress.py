"""Many workers, few symbols."""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime

from ....testing import Faults, Odds
from ..stage import Side, Stage
from .scenario import Scenario

WORKERS = 8
SLOWER_SECONDS = 1.0  # a call may take so much longer


async def play(stage: Stage) -> None:
    """Workers open and close until the time is over, with the synchronizer beside them.

    Those of a symbol agree on its side: two mistakes in opposite directions would hide each other.
    """
    sides: dict[str, Side] = {symbol: stage.dice.choice(["long", "short"]) for symbol in stage.symbols}
    until = stage.clock.now() + stage.settings.duration / stage.settings.scale
    synchronizer = asyncio.create_task(keep_synchronizing(stage))
    try:
        await asyncio.gather(*(work(stage, sides, until) for _ in range(stage.settings.workers or WORKERS)))
    finally:
        synchronizer.cancel()
        await asyncio.gather(synchronizer, return_exceptions=True)


async def work(stage: Stage, sides: Mapping[str, Side], until: datetime) -> None:
    """One worker: a signal, the position that comes of it, and its end."""
    while stage.clock.now() < until:
        symbol = stage.dice.choice(stage.symbols)
        signal = stage.signal(symbol, sides[symbol])
        position_id = await stage.open_position(signal, after=stage.dice.uniform(0, 2))
        if position_id is not None:
            await stage.clock.sleep(stage.dice.uniform(1, 4))
            await stage.close_position(signal, position_id)


async def keep_synchronizing(stage: Stage) -> None:
    """It is started again when it fails."""
    while True:
        await stage.counted(stage.flow.keep_synchronizing(stage.teller(timed=False)))
        await stage.clock.sleep(1)


def uneven(dice: random.Random) -> Faults:
    """Every call takes another time."""
    return Faults(Odds(slower=SLOWER_SECONDS), seed=dice)


STRESS = Scenario(
    name="stress",
    title="Stress: many workers, few symbols",
    story="Workers open and close positions on few symbols, and the synchronizer runs beside them.",
    stem="COIN",
    play=play,
    faults=uneven,
    symbols=lambda settings: settings.symbols,
)
