"""What every worker shares: the clock, the dice, the decisions, and what is looked at after every step.

Only one worker is ever awake: whoever sleeps wakes alone. So the order of all calls, and of all dice, is that of the
clock, and two runs of a seed are the same. Times are multiples of half a second, and leases end a quarter later, so
that the milliseconds which the database itself takes decide nothing.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from tradelatch import AsyncClient, Receipt
from tradelatch.testing import Exchange, Market, SimulatedClock

from .latch import Latch

START = datetime(2025, 10, 28, tzinfo=UTC)
LEASE = timedelta(seconds=30.25)
GRACE = timedelta(seconds=5)
VENUE = "binance"
ACCOUNT = "main"
TRADED = ["APTUSDT", "AVLUSDT", "HNTUSDT"]
BY_HAND = "PERPUSDT"
SYMBOLS = [*TRADED, BY_HAND]


# A lease that nobody has stays where it is.
AGE = """
    with passed as (select %(passed)s::interval as time),
    seen as (
        update monitoring.sightings as s
        set
            no_stop_loss_since = s.no_stop_loss_since - passed.time,
            no_stop_loss_until = s.no_stop_loss_until - passed.time,
            first_seen_at = s.first_seen_at - passed.time,
            last_seen_at = s.last_seen_at - passed.time
        from passed
    ),
    orders_seen as (
        update monitoring.order_sightings as s
        set
            moved_at = s.moved_at - passed.time,
            first_seen_at = s.first_seen_at - passed.time,
            last_seen_at = s.last_seen_at - passed.time
        from passed
    ),
    looked as (update monitoring.snapshots as s set observed_at = s.observed_at - passed.time from passed),
    orders_looked as (update monitoring.order_snapshots as s set observed_at = s.observed_at - passed.time from passed)
    update monitoring.positions as p
    set
        lease_until = case when lease_until = 'epoch' then lease_until else lease_until - passed.time end,
        closed_at = closed_at - passed.time,
        exposure_at = exposure_at - passed.time,
        orders_at = orders_at - passed.time,
        orders_in_hand = (
            select jsonb_object_agg(
                h.name,
                case
                    when h.hand ? 'until'
                        then h.hand || jsonb_build_object('until', (h.hand ->> 'until')::timestamptz - passed.time)
                    else h.hand
                end
            )
            from jsonb_each(p.orders_in_hand) as h (name, hand)
        )
    from passed
"""
TABLES = (
    "positions",
    "position_events",
    "sightings",
    "snapshots",
    "order_sightings",
    "order_snapshots",
    "health_findings",
    "alerts",
)


@dataclass(frozen=True)
class Hazards:
    """Chances of what befalls a worker at each of its calls."""

    lost: float = 0.02  # the connection is lost, the call never arrived
    unanswered: float = 0.03  # it arrived, and its answer is lost
    cut_before: float = 0.02  # every connection is cut; the client finds a new one
    cut_during: float = 0.02  # the session is ended while it waits for the row; the client repeats the call
    death_before: float = 0.008
    death_after: float = 0.01
    stall: float = 0.012  # past the lease
    strike: float = 0.02  # just now the price comes to a stop-loss
    cancel_late: float = 0.04  # a cancel arrives when its caller has given up
    cancel_twice: float = 0.04  # and once more, seconds later


CALM = Hazards(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@dataclass
class World:
    """One run."""

    seed: int
    clock: SimulatedClock
    exchange: Exchange
    client: AsyncClient
    admin: psycopg.AsyncConnection[Any]  # a superuser's, who moves the database's clock along
    random: random.Random
    hazards: Hazards = field(default_factory=Hazards)
    decisions: list[str] = field(default_factory=list)
    acknowledged: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    entry_leases: dict[str, datetime] = field(default_factory=dict)  # by client order id
    entries_sent: list[tuple[str, datetime]] = field(default_factory=list)
    is_heedless: bool = False  # bots send entries after their lease: a fault that must be noticed
    problems: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    given: list[Receipt] = field(default_factory=list)  # drives that the stream handler was given
    aged: timedelta = timedelta()  # by how much times in the database were moved back
    _own_orders: int = 0
    _ordinals: dict[int, int] = field(default_factory=dict)
    _seen: tuple[datetime, float] | None = None

    def __post_init__(self) -> None:
        self.latch = Latch(self.exchange, ACCOUNT, SYMBOLS, self.ordinal)

    def decide(self, actor: str, text: str) -> None:
        """Goes into the log that two runs of a seed must have in common."""
        self.decisions.append(f"{(self.clock.now() - START).total_seconds():7.1f} {actor}: {text}")

    def ordinal(self, position_id: int) -> str:
        """The same name for a position in every run."""
        return f"#{self._ordinals.setdefault(position_id, len(self._ordinals) + 1)}"

    def own_name(self, *, adds: bool) -> str:
        """For an order that the bot sends on its own account."""
        self._own_orders += 1
        return f"own{'adds' if adds else 'takes'}{self._own_orders}"

    async def database_time(self, at: datetime) -> datetime:
        """What the database's clock said when it was that time here, where no more time passes until it is told."""
        await self.pass_time()
        ((now,),) = await (await self.admin.execute("select clock_timestamp()")).fetchall()
        return now - (self.clock.now() - at)

    def happens(self, chance: float) -> bool:
        return chance > 0 and self.random.random() < chance

    def strike(self) -> None:
        """The price comes to a stop-loss, wherever its position is on its way; now and then too little is on offer."""
        stops = [
            order
            for symbol in SYMBOLS
            for order in self.exchange.orders(symbol, account=ACCOUNT)
            if (order.kind, order.status) == ("stop", "open")
        ]
        if not stops:
            return
        stop = self.random.choice(stops)
        depth = Decimal(self.random.randint(1, 3)) if self.happens(0.4) else None
        self.decide("market", f"comes to a stop-loss of {stop.symbol}, {depth or 'all'} on offer")
        self.exchange.set_market(stop.symbol, Market(stop.trigger or Decimal(0), depth))

    def held(self, symbol: str, position_side: str) -> Decimal:
        """What the exchange holds at this moment: the truth, for those who report facts."""
        return self.exchange.exposure(symbol, account=ACCOUNT, position_side=position_side).quantity

    def seconds(self, least: float, most: float) -> float:
        return self.random.randint(round(least * 2), round(most * 2)) / 2

    async def pass_time(self) -> None:
        """Everything in the database becomes as much older as time has passed here, and not on the wall."""
        now, wall = self.clock.now(), time.monotonic()
        if self._seen is not None:
            if now == self._seen[0]:
                return
            passed = now - self._seen[0] - timedelta(seconds=wall - self._seen[1])
            await self.admin.execute(AGE, {"passed": passed})
            self.aged += passed
        self._seen = now, wall
