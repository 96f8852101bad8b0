"""Plays scenarios in a scratch database, one after the other, on one flow after the other."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from ...deployment import deploy_with_psql
from ...testing import Exchange, Market, ScaledClock
from .flows import FlowName, Place
from .lock_waits import watched_lock_waits
from .outcome import Outcome, Slot
from .scenarios import Scenario
from .scratch import scratch_database
from .stage import PRICE, QUANTITY, VENUE, Settings, Stage

FIRST_SIGNAL = 5483266
LATE_SECONDS = 6  # within which the last order has filled

Progress = Callable[[str], AbstractContextManager[None]]
Report = Callable[[Scenario, Sequence[Outcome]], None]


def reproduce(
    dsn: str,
    scenarios: Sequence[Scenario],
    flows: Sequence[FlowName],
    settings: Settings,
    *,
    progress: Progress,
    report: Report,
) -> None:
    """Play them on the server of `dsn`, and report each scenario when it has ended."""
    signal_ids = itertools.count(FIRST_SIGNAL)
    with scratch_database(dsn, "reproduce") as scratch:
        if "tradelatch" in flows:
            with progress("psql deploys tradelatch"):
                deploy_with_psql(scratch)
        for scenario in scenarios:
            outcomes = []
            for flow in flows:
                with progress(f"{scenario.title}, on {'the legacy flow' if flow == 'legacy' else flow}"):
                    place = Place(flow, scratch, f"legacy_{scenario.name}", settings.scale)
                    outcomes.append(asyncio.run(play(scenario, place, settings, signal_ids)))
            report(scenario, outcomes)


async def play(scenario: Scenario, place: Place, settings: Settings, signal_ids: Iterator[int]) -> Outcome:
    """One scenario on one flow."""
    dice = random.Random(settings.seed)
    clock = ScaledClock(datetime.now(UTC), settings.scale)
    symbols = [f"{scenario.stem}{number or ''}USDT" for number in range(scenario.symbols(settings))]
    delays = scenario.delays(dice)
    exchange = Exchange(
        VENUE,
        clock,
        {symbol: Market(PRICE) for symbol in symbols},
        delays=delays,
        faults=scenario.faults(dice),
    )
    async with place.enter(exchange, clock) as flow:
        await flow.prepare()
        stage = Stage(place, flow, exchange, clock, settings, symbols, signal_ids, delays)
        async with watched_lock_waits(place.dsn) as lock_waits:
            await scenario.play(stage)
            await clock.sleep(LATE_SECONDS)
            await stage.recover()
        slots = {symbol: Slot.read(exchange, symbol, await flow.rows(symbol, like=QUANTITY)) for symbol in symbols}
    return Outcome(
        scenario=scenario.name,
        flow=place.flow,
        asked=QUANTITY,
        slots=slots,
        turned_away=stage.turned_away,
        recovered=stage.recovered,
        errors=stage.errors,
        failures=stage.failures,
        lock_waits=lock_waits,
        steps=stage.steps,
    )
