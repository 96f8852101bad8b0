"""What every worker shares: the clock, the dice, the decisions, and the two doors through which faults come.

Only one worker is ever awake: whoever sleeps wakes alone. So the order of all calls, and of all dice, is that of the
clock, and two runs of a seed are the same. Times are multiples of half a second, and leases end a quarter later, so
that the milliseconds which the database itself takes decide nothing.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from tradelatch import AsyncClient, OutcomeUnknown, Receipt, Unavailable
from tradelatch.exchange import Order
from tradelatch.testing import Exchange, SimulatedClock

START = datetime(2025, 10, 28, tzinfo=UTC)
LEASE = timedelta(seconds=30.25)
GRACE = timedelta(seconds=5)
VENUE = "binance"
ACCOUNT = "main"


# A lease that nobody has stays where it is.
AGE = """
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
    from (select %(passed)s * interval '1 second' as time) as passed
"""


READS = ("positions", "open_positions", "orders", "find_order")


class Death(BaseException):
    """The worker's process ends here."""


@dataclass(frozen=True)
class Hazards:
    """Chances of what befalls a worker at each of its calls."""

    lost: float = 0.02  # the connection is lost, the call never arrived
    unanswered: float = 0.03  # it arrived, and its answer is lost
    cut_before: float = 0.02  # every connection is cut; the client finds a new one
    cut_during: float = 0.02  # the session is ended while it waits for the row; the client repeats the call
    death_before: float = 0.015
    death_after: float = 0.02
    stall: float = 0.02  # past the lease


CALM = Hazards(0, 0, 0, 0, 0, 0, 0)


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
    _ordinals: dict[int, int] = field(default_factory=dict)
    _seen: tuple[datetime, float] | None = None

    def decide(self, actor: str, text: str) -> None:
        """Goes into the log that two runs of a seed must have in common."""
        self.decisions.append(f"{(self.clock.now() - START).total_seconds():7.1f} {actor}: {text}")

    def ordinal(self, position_id: int) -> str:
        """The same name for a position in every run."""
        return f"#{self._ordinals.setdefault(position_id, len(self._ordinals) + 1)}"

    async def database_time(self, at: datetime) -> datetime:
        """What the database's clock said when it was that time here."""
        await self.pass_time()
        ((now,),) = await (await self.admin.execute("select clock_timestamp()")).fetchall()
        return now - (self.clock.now() - at)

    def happens(self, chance: float) -> bool:
        return chance > 0 and self.random.random() < chance

    def seconds(self, least: float, most: float) -> float:
        return self.random.randint(round(least * 2), round(most * 2)) / 2

    async def pass_time(self) -> None:
        """Everything in the database becomes as much older as time has passed here, and not on the wall."""
        now, wall = self.clock.now(), time.monotonic()
        if self._seen is not None:
            if now == self._seen[0]:
                return
            passed = (now - self._seen[0]).total_seconds() - (wall - self._seen[1])
            await self.admin.execute(AGE, {"passed": passed})
        self._seen = now, wall


class Worker:
    """The two doors of one process, the database's client and the exchange, with what befalls it there."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.book = Book(self)
        self.exchange = Access(self)

    def decide(self, text: str) -> None:
        self.world.decide(self.name, text)

    async def hazard(self, what: str, *, may_stall: bool = True) -> None:
        """Before a call."""
        if self.world.happens(self.world.hazards.death_before):
            self.die(f"before {what}")
        if may_stall and self.world.happens(self.world.hazards.stall):
            seconds = self.world.seconds(20, 50)
            self.decide(f"stalls {seconds} s before {what}")
            await self.world.clock.sleep(seconds)

    def aftermath(self, what: str) -> None:
        """After a call, before its answer was looked at."""
        if self.world.happens(self.world.hazards.death_after):
            self.die(f"after {what}")

    def die(self, when: str) -> None:
        self.decide(f"dies {when}")
        raise Death(when)


class Book:
    """The client of one worker."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._world = worker.world

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        function = getattr(self._world.client, name)

        async def call(*args: Any, **options: Any) -> Any:
            await self._worker.hazard(name)
            await self._world.pass_time()
            self._world.calls[name] += 1
            if name in READS:
                return await function(*args, **options)
            if self._world.happens(self._world.hazards.lost):
                self._worker.decide(f"{name} is lost")
                raise Unavailable(f"{name}: the connection was lost")
            result = await self._perform(name, function, args, options)
            self._worker.aftermath(name)
            if self._world.happens(self._world.hazards.unanswered):
                self._worker.decide(f"{name} is not answered")
                raise (OutcomeUnknown if name == "claim_stale" else Unavailable)(f"{name}: no answer")
            for receipt in result if isinstance(result, list) else [result]:
                self._acknowledge(name, receipt)
            return result

        return call

    async def _perform(self, name: str, function: Callable[..., Any], args: Any, options: Any) -> Any:
        world = self._world
        if world.happens(world.hazards.cut_before):
            self._worker.decide(f"every connection is cut before {name}")
            await self._cut("true")
        position_id = args[0] if args and isinstance(args[0], int) else options.get("position_id")
        if position_id is not None and world.happens(world.hazards.cut_during):
            self._worker.decide(f"the connection is cut during {name}")
            async with world.admin.transaction():
                await world.admin.execute("select from monitoring.positions where id = %s for update", [position_id])
                task = asyncio.ensure_future(function(*args, **options))
                while not await self._cut("wait_event_type = 'Lock'"):
                    if task.done():
                        break
                    await asyncio.sleep(0.002)
            result = await task
        else:
            result = await function(*args, **options)
        if name == "create_position" and result.outcome == "created":
            world.entry_leases[result.next_order.client_order_id] = world.clock.now() + LEASE
        if name == "activate_position" and result.status == "active":
            orders = world.exchange.orders(result.symbol, account=ACCOUNT)
            if not any((each.kind, each.order_id) == ("stop", options["stop_loss_order_id"]) for each in orders):
                world.problems.append(f"{world.ordinal(result.position_id)} became active without a stop-loss")
        return result

    async def _cut(self, condition: str) -> bool:
        """End such sessions, and wait until they are gone: the client must find its connection dead, or alive."""
        await self._world.admin.execute("select pg_stat_clear_snapshot()")  # else a transaction looks only once
        cursor = await self._world.admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database()"
            f" and pid <> pg_backend_pid() and backend_type = 'client backend' and {condition}"
        )
        return bool(await cursor.fetchall())

    def _acknowledge(self, name: str, receipt: Receipt) -> None:
        if name != "renew_lease" and receipt.outcome in ("ok", "created", "claimed"):
            self._world.acknowledged[receipt.position_id, name, receipt.status] += 1
        self._worker.decide(f"{name} {self._world.ordinal(receipt.position_id)}: {receipt.outcome}, {receipt.status}")


class Access:
    """The exchange as one worker reaches it."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._world = worker.world

    async def positions(self, *, account: str) -> Any:
        await self._worker.hazard("positions")
        return await self._world.exchange.positions(account=account)

    async def find(self, symbol: str, name: str, *, account: str) -> Order | None:
        await self._worker.hazard("find")
        return await self._world.exchange.find(symbol, name, account=account)

    async def open_orders(self, symbol: str, *, account: str) -> Any:
        await self._worker.hazard("open_orders")
        return await self._world.exchange.open_orders(symbol, account=account)

    async def send(self, symbol: str, side: str, quantity: Decimal, **options: Any) -> Order:
        kind = self._kind(options)
        # Whoever is suspended between the last look at the clock and the send cannot be helped by anybody here.
        await self._worker.hazard(f"send {kind}", may_stall=False)
        if kind == "entry":
            self._world.entries_sent.append((options["client_order_id"], self._world.clock.now()))
        self._worker.decide(f"sends {kind} {side} {quantity.normalize():f}")
        try:
            order = await self._world.exchange.send(symbol, side, quantity, **options)
        except Exception as error:
            self._worker.decide(f"{kind}: {type(error).__name__} {error}")
            raise
        self._worker.aftermath(f"send {kind}")
        return order

    async def cancel(self, symbol: str, name: str, *, account: str) -> bool:
        await self._worker.hazard("cancel")
        canceled = await self._world.exchange.cancel(symbol, name, account=account)
        self._worker.aftermath("cancel")
        return canceled

    @staticmethod
    def _kind(options: dict[str, Any]) -> str:
        named = re.fullmatch("tl[0-9a-f]{22}([esc])[0-9]+", options["client_order_id"])
        return {"e": "entry", "s": "stop_loss", "c": "close"}[named[1]] if named else "order"
