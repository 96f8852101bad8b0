"""Bots: they open, protect and close positions, each call and each order by themselves, as another program would."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from tradelatch import ExchangeOrder, PositionRow, Receipt, TradelatchError
from tradelatch.exchange import Order, OrderRefused, Unreachable
from tradelatch.orders import UNNAMED

from .doors import LATE, Worker, lease_of
from .recovering import recovery_of
from .world import ACCOUNT, LEASE, VENUE

PERCENT = Decimal(2)


@dataclass(frozen=True)
class Signal:
    number: int
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    position_side: str


async def trade(worker: Worker, signals: list[Signal]) -> None:
    """Opens what the signals say, and closes something now and then."""
    world = worker.world
    await world.clock.sleep(world.seconds(1, 8))
    signal = world.random.choice(signals)
    if world.happens(0.25):
        await close_one(worker)
    else:
        await open_position(worker, replace(signal, price=world.exchange.market(signal.symbol).price))


async def open_position(worker: Worker, signal: Signal) -> None:
    world = worker.world
    until = lease_of(worker)
    attempt = uuid4()
    receipt: Receipt | None = None
    for _ in range(3):
        with suppress(TradelatchError):
            receipt = await worker.book.create_position(
                VENUE,
                signal.symbol,
                signal.side,
                signal.quantity,
                signal.price,
                account=ACCOUNT,
                position_side=signal.position_side,
                request_id=f"signal:{signal.number}:{signal.price}",
                attempt=attempt,
                lease=LEASE,
                stop_loss_percent=PERCENT,
            )
            break
    if receipt is None or receipt.next_order is None or receipt.next_order.kind != "entry":
        return
    try:
        filled = await enter(worker, receipt, receipt.next_order, until)
        if filled is None:
            receipt = await worker.book.rollback_position(receipt.position_id, receipt.fence, "its entry did not fill")
        else:
            receipt = await worker.book.confirm_entry(
                receipt.position_id,
                receipt.fence,
                filled.filled,
                average_price=filled.average_price,
                exchange_order_id=filled.order_id,
            )
        if world.happens(0.5) and receipt.status == "pending_sl":
            await protect(worker, receipt, until)
        else:
            await recovery_of(worker).finish(receipt)
    except TradelatchError as error:
        worker.decide(f"leaves it to recovery: {type(error).__name__}")


async def enter(worker: Worker, receipt: Receipt, entry: ExchangeOrder, until: datetime) -> Order | None:
    """Send the entry, and wait a little for its fill. None: nobody knows, or nothing filled."""
    clock = worker.world.clock
    await clock.sleep(worker.world.seconds(0, 2))
    await worker.hazard("entering")
    answer = await send(worker, receipt, entry, until)
    if answer is None:
        return None
    await worker.book.place_entry(receipt.position_id, receipt.fence, answer.order_id)
    for _ in range(3):
        with suppress(Unreachable):
            order = await worker.exchange.find(receipt.symbol, entry.client_order_id, account=ACCOUNT)
            if order is not None and order.filled:
                return order
        await clock.sleep(1)
    return None


async def send(worker: Worker, receipt: Receipt, order: ExchangeOrder, until: datetime) -> Order | None:
    """Send what a receipt calls for, a slow worker at the end of its lease. None: nobody knows, or it was refused."""
    world = worker.world
    if world.happens(0.25) and world.clock.now() < until - LATE:
        worker.decide(f"is slow to send the {order.kind}")
        await world.clock.sleep((until - LATE - world.clock.now()).total_seconds() // 0.5 * 0.5)
    if world.clock.now() >= until and not world.is_heedless:
        worker.decide(f"is too late to send the {order.kind}")
        return None
    rests = order.kind == "entry" and world.happens(0.3)
    try:
        return await worker.exchange.send(
            receipt.symbol,
            order.side,
            order.quantity,
            kind="stop" if order.kind == "stop_loss" else "limit" if rests else "market",
            price=limit_of(worker, receipt.symbol, order.side) if rests else None,
            trigger=order.price,
            reduce_only=order.reduce_only,
            client_order_id=order.client_order_id,
            account=ACCOUNT,
            position_side=receipt.position_side,
        )
    except (OrderRefused, Unreachable):
        return None


async def cancel(worker: Worker, receipt: Receipt, may_cancel: Callable[[str], bool] = lambda _: True) -> list[str]:
    """Cancel what a receipt lists; the names of those that were open."""
    ended = []
    for name in receipt.cancels:
        if name != UNNAMED and may_cancel(name):
            with suppress(Unreachable):
                if await worker.exchange.cancel(receipt.symbol, name, account=ACCOUNT):
                    ended.append(name)
    return ended


def limit_of(worker: Worker, symbol: str, side: str) -> Decimal:
    """Of an entry that may rest: filled at once, as far as something is on offer, or when the price comes to it."""
    price = worker.world.exchange.market(symbol).price
    distance = price * worker.world.random.choice([Decimal("-0.002"), Decimal("0.005")])
    return (price + (distance if side == "buy" else -distance)).quantize(Decimal("0.01"))


async def protect(worker: Worker, receipt: Receipt, until: datetime) -> None:
    """Send the stop-loss that is due. Those before it are cancelled once it stands, before or after the book knows."""
    world, order = worker.world, receipt.next_order
    if order is None or order.kind != "stop_loss" or order.price is None:
        return
    (row,) = await worker.book.positions(receipt.position_id)
    stop = await send(worker, receipt, order, until)
    if stop is None:
        if world.happens(0.5):
            await keep_earlier(worker, receipt, row)
        return
    if stop.status != "open":
        return
    ended = await cancel(worker, receipt) if world.happens(0.6) else []
    receipt = await worker.book.activate_position(
        receipt.position_id,
        receipt.fence,
        stop.trigger,
        order.client_order_id,
        stop_loss_order_id=stop.order_id,
        orders_ended=ended,
    )
    if receipt.status == "active" and receipt.cancels and world.happens(0.6):
        await clean_up(worker, receipt)


async def clean_up(worker: Worker, receipt: Receipt) -> None:
    """The earlier stop-losses of a position that is protected; what was not open, recovery looks up."""
    ended = await cancel(worker, receipt, lambda name: not name.endswith("e1"))
    if ended:
        await worker.book.confirm_orders(receipt.position_id, orders_ended=ended, fence=receipt.fence)


async def keep_earlier(worker: Worker, receipt: Receipt, row: PositionRow) -> None:
    """The new stop-loss was refused: the one before it stands still, and covers what is open."""
    order, name = receipt.next_order, row.stop_loss_order
    if order is None or name is None:
        return
    with suppress(Unreachable):
        for _ in range(2):  # it may be on its way
            await worker.world.clock.sleep(5)
            if await worker.exchange.find(receipt.symbol, order.client_order_id, account=ACCOUNT) is not None:
                return
        stop = await worker.exchange.find(receipt.symbol, name, account=ACCOUNT)
        if stop is not None and stop.status == "open" and stop.quantity >= order.quantity:
            await worker.book.activate_position(
                receipt.position_id,
                receipt.fence,
                stop.trigger,
                name,
                stop_loss_order_id=stop.order_id,
                orders_ended=[order.client_order_id],
            )


# Closing


async def close_one(worker: Worker) -> None:
    rows = [row for row in await worker.book.open_positions() if row.status == "active"]
    if not rows:
        return
    row = worker.world.random.choice(rows)
    until = lease_of(worker)
    receipt = await worker.book.begin_close(row.position_id, "take profit", attempt=uuid4(), lease=LEASE)
    if receipt.next_order is None:
        return
    if worker.world.happens(0.4):
        await close(worker, receipt, receipt.next_order, until)
    else:
        await recovery_of(worker).finish(receipt)


async def close(worker: Worker, receipt: Receipt, order: ExchangeOrder, until: datetime) -> None:
    """Send the close; say so when it was filled, and nothing is open any more. All else is recovery's."""
    world = worker.world
    ended = await cancel(worker, receipt)
    if await send(worker, receipt, order, until) is None or world.happens(0.3):
        return
    await world.clock.sleep(2)
    done = await worker.exchange.find(receipt.symbol, order.client_order_id, account=ACCOUNT)
    if done is not None and done.status == "closed":
        book = worker.book.while_true(lambda: not world.held(receipt.symbol, receipt.position_side))
        receipt = await book.confirm_close(
            receipt.position_id, "take profit", orders_ended=[*ended, order.client_order_id], fence=receipt.fence
        )
        if receipt.status == "pending_cancels" and world.happens(0.5):
            ended = await cancel(worker, receipt, lambda name: not name.endswith("e1"))
            await worker.book.confirm_orders(receipt.position_id, orders_ended=ended, fence=receipt.fence)
