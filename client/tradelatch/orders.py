"""Orders on their way to the exchange: looked up, sent, waited for and cancelled, by bots and by recovery alike."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from .core.errors import InvalidArgument, LeaseExpired, NotFilled, StaleFence
from .core.position_async import AsyncPosition
from .core.position_sync import Position
from .core.receipt import ExchangeOrder, Receipt
from .exchange import DuplicateRefused, ExchangeAccess, Order, OrderRefused, OrderStatus, Unreachable

GRACE = timedelta(seconds=5)  # for so long an exchange may lag
POLL = 0.25  # seconds between two looks at an entry that is to fill
UNNAMED = "*"  # stands for closing orders of the slot that nobody can name

DrivenPosition = Receipt | AsyncPosition | Position  # with or without the right to drive it

log = logging.getLogger("tradelatch")


class Clock(Protocol):
    def now(self) -> datetime:
        """The time by this clock."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed by this clock."""


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, kw_only=True)
class PlacedOrder:
    """An order of the book, as the exchange told of it last.

    side is what the database computed. quantity, filled and average_price are the exchange's; average_price is None
    where nothing was filled, and where the exchange does not tell. orders_ended: the orders in its way that were open
    and are cancelled: for the call that follows; a handle names them by itself.
    """

    order_id: str
    client_order_id: str
    side: str
    quantity: Decimal
    status: OrderStatus
    filled: Decimal
    average_price: Decimal | None
    trigger_price: Decimal | None
    orders_ended: tuple[str, ...] = ()

    @property
    def trigger(self) -> Decimal:
        """The price at which a stop-loss triggers; ValueError for any other order."""
        if self.trigger_price is None:
            raise ValueError("only a stop-loss has a trigger")
        return self.trigger_price


async def send_order(
    access: ExchangeAccess, position: DrivenPosition, fill_timeout: float = 10, *, clock: Clock | None = None
) -> PlacedOrder:
    """Send the order that a receipt or a handle calls for, and return what the exchange made of it.

    What may have been sent before is looked up first, and an entry that is not found looked up again, after 5 s and
    after 10 s; a claimed entry is never sent. What stands in the way is cancelled before a close, and after a
    stop-loss, once it stands. An entry is waited for until it is filled, or has ended with a part of it filled.

    fill_timeout: seconds to wait for that. clock: to wait by; else the machine's.

    Raises NotFilled; OrderRefused, also for a stop-loss that has ended when it is looked up; Unreachable when the
    exchange does not answer, or two looks say that the order never arrived; LeaseExpired when it is too late to send,
    StaleFence where somebody else drives the position, and InvalidArgument where no order is called for: nothing was
    sent then.
    """
    is_maybe_sent = position.is_maybe_sent  # asked first: a handle notes that its order was read
    order = _due(position)
    errand = _Errand(access, position, order, clock or WallClock())
    were_open: dict[str, bool] = {}
    if order.kind == "close":
        were_open = await cancel(access, position, order.cancels)
    try:
        answer = await errand.look_up(is_maybe_sent) or await errand.send()
    except OrderRefused:
        _note_ended(position, order.client_order_id)
        raise
    _note_placed(position, order.client_order_id)
    if order.kind == "entry":
        answer = await errand.fill(answer, fill_timeout)
    if answer.status != "open" and not (order.kind == "entry" and answer.filled >= order.quantity):
        _note_ended(position, order.client_order_id, filled=answer.filled)
    if order.kind == "stop_loss":
        if answer.status != "open":
            raise OrderRefused(f"the stop-loss {order.client_order_id} does not stand: it is {answer.status}")
        try:
            were_open = await cancel(access, position, order.cancels)
        except Unreachable:  # the position is protected, and its end cancels them too
            log.warning("an earlier stop-loss was not cancelled: the exchange does not answer")
    return PlacedOrder(
        order_id=answer.order_id,
        client_order_id=order.client_order_id,
        side=order.side,
        quantity=answer.quantity,
        status=answer.status,
        filled=answer.filled,
        average_price=answer.average_price,
        trigger_price=answer.trigger or order.price,
        orders_ended=tuple(name for name, was_open in were_open.items() if was_open),
    )


# What recovery does with orders, too


async def find(access: ExchangeAccess, position: DrivenPosition, name: str) -> Order | None:
    """The newest order of that name, or None."""
    return await access.find(position.symbol, name, account=position.account)


async def submit(access: ExchangeAccess, position: DrivenPosition, order: ExchangeOrder) -> Order:
    """Send an order as the database computed it. Whether it may be sent, the caller has asked.

    A refusal that says that an order of that id exists leads to that order.
    """
    if order.kind == "stop_loss" and order.price is None:
        raise InvalidArgument(f"position {position.position_id}: no price and no percentage is known for its stop-loss")
    try:
        return await access.send(
            position.symbol,
            order.side,
            order.quantity,
            kind="stop" if order.kind == "stop_loss" else "market",
            trigger=order.price,
            reduce_only=order.reduce_only,
            client_order_id=order.client_order_id,
            account=position.account,
            position_side=position.position_side,
        )
    except DuplicateRefused:
        known = await find(access, position, order.client_order_id)
        if known is None:
            raise
        return known


async def strays(access: ExchangeAccess, position: DrivenPosition, named: Collection[str]) -> list[str]:
    """The open orders of a slot that can only reduce and that are none of `named`: what `*` stands for."""
    found = await access.open_orders(position.symbol, account=position.account)
    closing = {"long": "sell", "short": "buy"}.get(position.position_side)
    return [
        f"id:{order.order_id}"
        for order in found
        if order.position_side == position.position_side
        and (order.reduce_only or order.side == closing)
        and not {order.client_order_id, f"id:{order.order_id}"} & set(named)
    ]


async def cancel(access: ExchangeAccess, position: DrivenPosition, names: Iterable[str]) -> dict[str, bool]:
    """Cancel each of these; whether it was open, by its name. Each is tried before Unreachable says that one failed.

    `*` is not among them: which orders it stands for, only the whole book can tell. Recovery carries it out.
    """
    were_open = {}
    failure: Unreachable | None = None
    for name in names:
        if name == UNNAMED:
            continue
        try:
            were_open[name] = await access.cancel(position.symbol, name, account=position.account)
        except Unreachable as error:
            failure = error
    if not isinstance(position, Receipt):
        position.note_ended(*(name for name, was_open in were_open.items() if was_open))
        position.note_missing(*(name for name, was_open in were_open.items() if not was_open))
    if failure is not None:
        raise failure
    return were_open


# A handle remembers what became of its orders, and says so in its next call


def _note_placed(position: DrivenPosition, name: str) -> None:
    if not isinstance(position, Receipt):
        position.note_placed(name)


def _note_ended(position: DrivenPosition, name: str, *, filled: Decimal | None = None) -> None:
    if not isinstance(position, Receipt):
        position.note_ended(name, filled=filled)


def _due(position: DrivenPosition) -> ExchangeOrder:
    """The order to send now."""
    if position.fence is None:
        raise StaleFence(f"position {position.position_id} is {position.status}: somebody else drives it")
    order = position.next_order
    if order is None:
        raise InvalidArgument(f"position {position.position_id} is {position.status}: no order is called for")
    _seconds_left(position)
    return order


def _seconds_left(position: DrivenPosition) -> float:
    left = position.lease_left()
    if left <= 0:
        raise LeaseExpired(f"position {position.position_id}: too late to send an order")
    return left


@dataclass(frozen=True)
class _Errand:
    """One order on its way."""

    access: ExchangeAccess
    position: DrivenPosition
    order: ExchangeOrder
    clock: Clock

    async def look_up(self, is_maybe_sent: bool) -> Order | None:
        """The order, if the exchange has it. A handle knows what it never gave out; a receipt remembers nothing."""
        if not is_maybe_sent and not isinstance(self.position, Receipt):
            return None
        known = await self._find()
        if known is None and is_maybe_sent and self.order.kind == "entry":  # a second copy would add exposure
            known = await self._look_twice()
            if known is None and self.position.outcome == "claimed":
                raise NotFilled(f"the exchange does not know the entry {self.order.client_order_id}")
        return known

    async def send(self) -> Order:
        """The exchange's answer; where it gives none, what it says of the order later."""
        try:
            async with asyncio.timeout(_seconds_left(self.position)):  # nothing leaves a queue after the lease
                return await submit(self.access, self.position, self.order)
        except (Unreachable, TimeoutError) as error:
            log.info("an order was not answered, and is looked up: %s", self.order.kind)
            known = await self._look_twice()
            if known is None:
                _note_ended(self.position, self.order.client_order_id)
                raise Unreachable(f"{self.order.client_order_id} was not answered, and never arrived") from error
            return known

    async def fill(self, answer: Order, seconds: float) -> Order:
        """The entry when it is filled. For a while after its fill an exchange may say 0, or not know the order."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while not answer.filled or (answer.status == "open" and answer.filled < answer.quantity):
            if self.clock.now() >= until:
                raise NotFilled(
                    f"the entry {self.order.client_order_id} is {answer.status},"
                    f" {answer.filled} of {answer.quantity} filled",
                    filled=answer.filled,
                )
            await self.clock.sleep(POLL)
            with suppress(Unreachable):
                known = await self._find()
                if known is not None and known.filled >= answer.filled:
                    answer = known
        return answer

    async def _find(self) -> Order | None:
        return await find(self.access, self.position, self.order.client_order_id)

    async def _look_twice(self) -> Order | None:
        """After a grace time, and after another: what is unknown both times has never arrived."""
        for _ in range(2):
            await self.clock.sleep(GRACE.total_seconds())
            known = await self._find()
            if known is not None:
                return known
        return None
