"""One seed, from its first signal to the verdict."""

import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from tradelatch import AsyncClient
from tradelatch.testing import Delays, Exchange, Faults, Market, Odds, SimulatedClock

from .bots import Signal, trade
from .doors import Worker
from .keeping import keep, keep_once, reconcile, synchronize, synchronize_once, trade_by_hand
from .market import move_prices
from .moving import move_something
from .operators import mend_sizes, operate
from .promises import broken_promises, is_quiet
from .recovering import keep_alive, recover, recover_again_and_again
from .stream import Stream, carry_out, listen, report_all
from .world import BY_HAND, CALM, GRACE, START, SYMBOLS, TABLES, TRADED, VENUE, Hazards, World

MINUTES = 4
ROUNDS = 14  # of recovery, until everything must be finished
ODDS = Odds(
    refused=0.04,
    lost=0.006,
    unanswered=0.012,
    late=0.3,
    in_parts=0.3,
    hidden_fill=0.2,
    arrival=2.0,
    lie=3.0,
    cancel_lost=0.05,
    list_lag=4.0,
    stream_lag=4.0,
    step=0.5,
    slower=1.0,
)


@dataclass(frozen=True)
class Verdict:
    seed: int
    broken: list[str]
    decisions: list[str]
    calls: Counter[str]

    def __str__(self) -> str:
        lines = [f"seed {self.seed} broke a promise:", *self.broken]
        return "\n  ".join(lines) + f"\nagain: make simulate SEEDS=1 FIRST={self.seed}"


async def simulate(
    dsn: str,
    seed: int,
    *,
    hazards: Hazards | None = None,
    change: Callable[[World], None] | None = None,
    rounds: int = ROUNDS,
) -> Verdict:
    """Run a seed on a database that has the plan and nothing else to do; it is emptied first."""
    dice = random.Random(seed)
    clock = SimulatedClock(START)
    exchange = Exchange(
        VENUE,
        clock,
        {symbol: Market(Decimal(100)) for symbol in SYMBOLS},
        delays=Delays(fill=0.5, answer=0.5, stop=0.5, cancel=0.5, find=0.5, positions=0.5, stream=0.5),
        faults=Faults(ODDS, seed=dice),
        hedge_mode=dice.random() < 0.25,
    )
    admin = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
    # Compiling a plan takes longer than a run of it ever could.
    async with admin, AsyncClient(make_conninfo(dsn, options="-c jit=off")) as client:
        await admin.execute("set session_replication_role = replica")  # the guard lets no lease fall
        await admin.execute("truncate " + ", ".join(f"monitoring.{table}" for table in TABLES))
        world = World(seed, clock, exchange, client, admin, dice, hazards or Hazards())
        if change:
            change(world)
        await clock.play(*_day(world))
        await clock.play(_evening(world, rounds))
        return Verdict(seed, await broken_promises(world), world.decisions, world.calls)


def _day(world: World) -> list[Coroutine[Any, Any, Any]]:
    dice = world.random
    is_hedged = world.exchange.hedge_mode
    sides = ["long", "short"]
    outage = world.seconds(30, 180) if dice.random() < 0.1 else None
    until = START + timedelta(minutes=MINUTES, hours=1 if outage else 0)
    signals = []
    for number in range(1, 40):
        side = dice.choice(sides)
        quantity = Decimal(dice.randint(1, 6))
        position_side = side if is_hedged else "both"
        signals.append(Signal(number, dice.choice(TRADED), side, quantity, Decimal(100), position_side))
    stream = Stream(world)
    alive = partial(keep_alive, world, until=until)

    def by_hand(worker: Worker) -> Coroutine[Any, Any, None]:
        return trade_by_hand(worker, BY_HAND, "long" if is_hedged else "both")

    def trading(worker: Worker) -> Coroutine[Any, Any, None]:
        return trade(worker, signals)

    actors = [
        alive("bot 1", trading),
        alive("bot 2", trading),
        alive("recovery 1", recover_again_and_again),
        alive("recovery 2", recover_again_and_again),
        alive("keeper", keep),
        alive("synchronizer", synchronize),
        alive("reconciler", reconcile),
        alive("by hand", by_hand),
        alive("stream", partial(listen, stream=stream)),
        alive("errands", carry_out),
        alive("mover", move_something),
        alive("operator", operate),
        move_prices(world, SYMBOLS, until),
    ]
    if outage:
        actors.append(_go_down(world, outage))
    return actors


async def _go_down(world: World, after: float) -> None:
    await world.clock.sleep(after)
    world.decide("exchange", "is down for an hour")
    world.exchange.go_down(3600)


async def _evening(world: World, rounds: int) -> None:
    """No more faults: whatever was left must come to its end now."""
    world.hazards = CALM
    world.exchange.faults.odds = Odds(step=0.5)
    for symbol in SYMBOLS:
        world.exchange.set_market(symbol, Market(world.exchange.market(symbol).price))
    worker = Worker(world, "evening")
    for _ in range(rounds):
        await world.clock.sleep(40 + GRACE.total_seconds())
        await report_all(worker)
        await recover(worker)
        await keep_once(worker)
        await synchronize_once(worker)
        await mend_sizes(worker)
        if await is_quiet(world):
            return
