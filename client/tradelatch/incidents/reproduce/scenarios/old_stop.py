"""E: an old stop-loss, and the next position."""

from decimal import Decimal

from ....testing import Market, Odds
from ..stage import Stage
from .scenario import Scenario

HIGHER = Decimal("3.27")  # where the second position opens: its stop-loss is at 3.33
BETWEEN = Decimal("3.30")  # above the first one's stop-loss, at 3.29, and below the second one's
SETTLED = 3.0  # seconds after which whatever the price has triggered has filled


async def play(stage: Stage) -> None:
    """A short position is closed, and its stop-loss stays; the next one is open when the price comes to it."""
    first = stage.signal()
    position_id = await stage.open_position(first)
    if position_id is None:
        return
    stage.exchange.faults.odds = Odds(cancel_lost=1)
    await stage.close_position(first, position_id)
    stage.exchange.faults.odds = Odds()

    stage.exchange.set_market(stage.symbols[0], Market(HIGHER))
    if await stage.open_position(stage.signal(), after=1) is None:  # the slot is held: its old order is left
        await stage.recover()
        await stage.open_position(stage.signal())
    stage.exchange.set_market(stage.symbols[0], Market(BETWEEN))
    await stage.clock.sleep(SETTLED)


OLD_STOP = Scenario(
    name="e",
    title="E: an old stop-loss, and the next position",
    story="A short position is closed, and nobody takes its stop-loss away: the request to cancel it is lost. The next "
    "one opens at a higher price, with a stop-loss of its own; then the price comes to the old one.",
    stem="DOOD",
    play=play,
)
