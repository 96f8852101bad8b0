"""D: a crash and a restart."""

from ..stage import Stage
from ..victim import open_and_die
from .scenario import Scenario


async def play(stage: Stage) -> None:
    """The bot's process is killed between its order and its stop-loss; the next one gets a new signal."""
    await stage.counted(open_and_die(stage, stage.signal()))
    await stage.open_position(stage.signal(), after=stage.dice.uniform(1, 2))


CRASH = Scenario(
    name="d",
    title="D: a crash and a restart",
    story="The bot's process is killed with SIGKILL between entry order and stop-loss. It is started again, and gets "
    "a new signal.",
    stem="MET",
    play=play,
)
