"""The two doors of one process, the database's client and the exchange, and what befalls it there."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tradelatch import OutcomeUnknown, PositionRow, Receipt, TradelatchError, Unavailable
from tradelatch.exchange import Order, Unreachable

from .world import ACCOUNT, LEASE, World

READS = ("positions", "open_positions", "orders", "find_order")
MEASURES = ("resize_position", "confirm_close")  # by what a row said of its exposure
LATE = timedelta(seconds=0.5)  # before the end of a lease, when a slow worker sends
GIVES = (
    "begin_close",
    "replace_stop_loss",
    "resize_position",
    "update_stop_loss",
)  # a drive; confirm_close has a short way without it
BETWEEN = timedelta(seconds=0.25)  # two steps of the clock
GIVE_UP = 3.0  # seconds that a caller waits for the answer to a cancel


class Death(BaseException):
    """The worker's process ends here."""


class Outdated(Exception):
    """What was to be reported is not so any more: it is looked at again, and not said."""


class Worker:
    """One process."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.book = Book(self)
        self.exchange = Access(self)

    def decide(self, text: str) -> None:
        self.world.decide(self.name, text)

    async def hazard(self, what: str, *, may_stall: bool = True) -> None:
        """Before a call."""
        if self.world.happens(self.world.hazards.strike):
            self.world.strike()
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

    def __init__(self, worker: Worker, is_so: Callable[[], bool] | None = None) -> None:
        self._worker = worker
        self._world = worker.world
        self._is_so = is_so

    def while_true(self, is_so: Callable[[], bool]) -> "Book":
        """For calls that report a fact: Outdated where it is none when the call begins."""
        return Book(self._worker, is_so)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        function = getattr(self._world.client, name)

        async def call(*args: Any, **options: Any) -> Any:
            await self._worker.hazard(name)
            if self._is_so is not None and not self._is_so():
                raise Outdated(name)
            await self._world.pass_time()
            if name in MEASURES and "observed_at" in options:
                options["observed_at"] -= self._world.aged
            elif "observed_at" in options:  # told in the time of the simulation
                options["observed_at"] = await self._world.database_time(options["observed_at"]) - BETWEEN
            if name in GIVES:
                options.setdefault("lease", LEASE)
            self._world.calls[name] += 1
            if name in READS:
                rows = await function(*args, **options)
                return [self._lasting(row) if isinstance(row, PositionRow) else row for row in rows]
            if self._world.happens(self._world.hazards.lost):
                self._worker.decide(f"{name} is lost")
                raise Unavailable(f"{name}: the connection was lost")
            self._world.latch.follow()
            try:
                result = await self._perform(name, function, args, options)
            except TradelatchError as error:
                if error.sqlstate is not None and error.sqlstate[:2] in ("23", "P0", "XX"):
                    self._world.problems.append(f"{name} failed: {error}")
                raise
            finally:
                await self._world.latch.look(self._world.admin, name)
            self._worker.aftermath(name)
            if self._world.happens(self._world.hazards.unanswered):
                self._worker.decide(f"{name} is not answered")
                raise (OutcomeUnknown if name == "claim_stale" else Unavailable)(f"{name}: no answer")
            for answer in result if isinstance(result, list) else [result]:
                if isinstance(answer, Receipt):
                    self._acknowledge(name, answer)
                else:
                    self._worker.decide(f"{name}: {answer.check_name} {answer.symbol}, {answer.action}")
            return result

        return call

    def _lasting(self, row: PositionRow) -> PositionRow:
        """The row's times grow older, and a caller's memory of them does not: one that holds, whatever time passes."""
        return replace(row, exposure_at=row.exposure_at + self._world.aged)

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
        self._worker.decide(f"sends {kind} {side} {quantity.normalize():f} of {symbol}")
        try:
            order = await self._world.exchange.send(symbol, side, quantity, **options)
        except Exception as error:
            self._worker.decide(f"{kind}: {type(error).__name__} {error}")
            raise
        self._worker.aftermath(f"send {kind}")
        return order

    async def cancel(self, symbol: str, name: str, *, account: str) -> bool:
        """One that is lost is the exchange's fault; one that is late, or arrives twice, is on its way here."""
        await self._worker.hazard("cancel")
        world, again = self._world, partial(self._cancel_late, symbol, name)
        if world.happens(world.hazards.cancel_late):
            self._worker.decide("a cancel is late")
            world.clock.call_later(world.seconds(0.5, 2), again)
            await world.clock.sleep(GIVE_UP)
            raise Unreachable("a cancel was not answered")
        if world.happens(world.hazards.cancel_twice):
            self._worker.decide("a cancel arrives again")
            world.clock.call_later(world.seconds(1, 10), again)
        canceled = await world.exchange.cancel(symbol, name, account=account)
        self._worker.aftermath("cancel")
        return canceled

    def _cancel_late(self, symbol: str, name: str) -> None:
        for order in self._world.exchange.orders(symbol, account=ACCOUNT):
            if name in (order.client_order_id, f"id:{order.order_id}"):
                self._world.exchange.expire(order.order_id)

    @staticmethod
    def _kind(options: dict[str, Any]) -> str:
        named = re.fullmatch("tl[0-9a-f]{22}([esc])[0-9]+", options.get("client_order_id") or "")
        return {"e": "entry", "s": "stop_loss", "c": "close"}[named[1]] if named else "order"


def lease_of(worker: Worker) -> datetime:
    """Until when an order may be sent that a call begun now hands out."""
    return worker.world.clock.now() + LEASE
