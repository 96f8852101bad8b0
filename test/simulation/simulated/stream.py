"""The order stream, late, broken off, and told twice; its handler, without fences; and who does what it was given."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from tradelatch import IllegalTransition, Unavailable, report_order
from tradelatch.exchange import Order, Unreachable
from tradelatch.orders import UNNAMED

from .doors import Death, Worker
from .recovering import recovery_of
from .world import ACCOUNT, LEASE, SYMBOLS, VENUE, World

TRIES = 3  # of one report


class Stream:
    """What becomes of each order, as it is told to whoever listens."""

    def __init__(self, world: World) -> None:
        self.is_connected = False
        self._world = world
        self._told: dict[str, tuple[str, Decimal]] = {}
        self._due: list[tuple[datetime, int, Order]] = []
        self._count = 0

    def connect(self) -> None:
        """From now on; what was before is not told."""
        self._told = {order.order_id: (order.status, order.filled) for order in self._orders()}
        self._due.clear()
        self.is_connected = True

    def updates(self) -> list[Order]:
        """What has arrived by now."""
        world = self._world
        for order in self._orders():
            if self._told.get(order.order_id) != (order.status, order.filled):
                self._told[order.order_id] = order.status, order.filled
                if not world.happens(0.03):
                    self._tell(order, world.seconds(0, 4) if world.happens(0.5) else 0)
                if world.happens(0.1):
                    self._tell(order, world.seconds(0, 20))
        now = world.clock.now()
        arrived = sorted((each for each in self._due if each[0] <= now), key=lambda each: each[:2])
        self._due = [each for each in self._due if each[0] > now]
        return [order for _, _, order in arrived]

    def _tell(self, order: Order, after: float) -> None:
        self._count += 1
        self._due.append((self._world.clock.now() + timedelta(seconds=after), self._count, order))

    def _orders(self) -> Iterator[Order]:
        for symbol in SYMBOLS:
            yield from self._world.exchange.orders(symbol, account=ACCOUNT)


async def listen(worker: Worker, stream: Stream) -> None:
    """One look at what the stream told; after a break, at every order that is left."""
    try:
        await worker.world.clock.sleep(0.5)
        if not stream.is_connected:
            stream.connect()
            await report_all(worker)
        for order in stream.updates():
            for _ in range(TRIES):
                with suppress(Unavailable):
                    await (say_plainly if worker.world.happens(0.3) else report)(worker, order)
                    break
    except Death:
        stream.is_connected = False
        raise


async def report(worker: Worker, order: Order) -> None:
    """The line of an ordinary bot."""
    said = await report_order(worker.book, order, exchange=VENUE)
    if said.receipt is not None and said.receipt.fence is not None:
        worker.world.given.append(said.receipt)


async def say_plainly(worker: Worker, order: Order) -> None:
    """A program that knows of stop-losses only, and says what ended them, whatever else is going on."""
    found = await worker.book.find_order(order.client_order_id, exchange=VENUE)
    if order.status == "open" or [each.kind for each in found] != ["stop_loss"]:
        return await report(worker, order)
    (row,) = await worker.book.positions(found[0].position_id)
    if not order.filled:
        with suppress(IllegalTransition):
            await worker.book.confirm_orders(row.position_id, orders_ended=[order.client_order_id])
    elif order.client_order_id == row.stop_loss_order and not worker.world.held(row.symbol, row.position_side):
        with suppress(IllegalTransition):
            receipt = await worker.book.confirm_close(
                row.position_id,
                "stop-loss",
                orders_ended=[order.client_order_id],
                exit_price=order.average_price,
                attempt=uuid4(),
                lease=LEASE,
            )
            if receipt.fence is not None:
                worker.world.given.append(receipt)
    else:
        await report(worker, order)
    return None


async def report_all(worker: Worker) -> None:
    """Each order that is left, as the exchange knows it: what the stream may not have told.

    One that the exchange does not know is said to have ended, by whoever may say it or not: whether somebody may still
    send it, the book knows.
    """
    for left in await worker.book.orders():
        if left.name != UNNAMED:
            with suppress(Unreachable, IllegalTransition):
                order = await worker.exchange.find(left.symbol, left.name, account=ACCOUNT)
                if order is not None:
                    await report(worker, order)
                else:
                    await worker.book.confirm_orders(left.position_id, orders_ended=[left.name])


async def carry_out(worker: Worker) -> None:
    """What the handler was given, in a process of its own: later, and not always."""
    world = worker.world
    await world.clock.sleep(world.seconds(0.5, 2))
    if world.given:
        receipt = world.given.pop(0)
        if not world.happens(0.2):
            await recovery_of(worker).finish(receipt)
