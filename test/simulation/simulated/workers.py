"""Who takes part: bots, the keeper of active positions, a synchronizer, recovery, and a market that moves."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from tradelatch import ExchangeOrder, PositionRow, Receipt, TradelatchError
from tradelatch.exchange import Holding, Order, OrderRefused, Unreachable
from tradelatch.recovery import Recovery
from tradelatch.testing import Market

from .world import ACCOUNT, GRACE, LEASE, VENUE, Death, Worker, World

PERCENT = Decimal(2)


@dataclass(frozen=True)
class Signal:
    number: int
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    position_side: str


async def keep_alive(world: World, name: str, script: Callable[[Worker], Awaitable[None]], until: datetime) -> None:
    """A process that is started again whenever it dies."""
    worker = Worker(world, name)
    while world.clock.now() < until:
        try:
            await script(worker)
            if world.exchange.is_down():
                await world.clock.sleep(300)
        except Death:
            await world.clock.sleep(world.seconds(5, 60))
        except (TradelatchError, Unreachable) as error:
            worker.decide(f"gives up: {type(error).__name__}")
            await world.clock.sleep(300 if world.exchange.is_down() else world.seconds(1, 5))


def recovery_of(worker: Worker) -> Recovery:
    return Recovery(
        worker.book, {VENUE: worker.exchange}, clock=worker.world.clock, lease=LEASE, grace=GRACE, close_adopted=True
    )


async def recover(worker: Worker) -> None:
    for done in await recovery_of(worker).run_once():
        ordinal = worker.world.ordinal(done.position_id)
        worker.decide(f"{ordinal} {done.outcome}, {done.status}: {_plain(done.reason, worker.world)}")


async def recover_again_and_again(worker: Worker) -> None:
    await worker.world.clock.sleep(worker.world.seconds(5, 15))
    await recover(worker)


# Bots


async def trade(worker: Worker, signals: list[Signal]) -> None:
    """Opens what the signals say, and closes something now and then."""
    world = worker.world
    await world.clock.sleep(world.seconds(1, 15))
    signal = world.random.choice(signals)
    if world.happens(0.25):
        await close_one(worker)
    else:
        await open_position(worker, replace(signal, price=world.exchange.market(signal.symbol).price))


async def open_position(worker: Worker, signal: Signal) -> None:
    world = worker.world
    until = world.clock.now() + LEASE
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
    entry = receipt.next_order
    try:
        filled = await enter(worker, receipt, entry, until)
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
        await recovery_of(worker).finish(receipt)
    except TradelatchError as error:
        worker.decide(f"leaves it to recovery: {type(error).__name__}")


async def enter(worker: Worker, receipt: Receipt, entry: ExchangeOrder, until: datetime) -> Order | None:
    """Send the entry, and wait a little for its fill. None: nobody knows, or nothing filled."""
    clock = worker.world.clock
    await clock.sleep(worker.world.seconds(0, 2))
    await worker.hazard("entering")
    if clock.now() >= until and not worker.world.is_heedless:
        worker.decide("is too late to send the entry")
        return None
    try:
        answer = await worker.exchange.send(
            receipt.symbol,
            entry.side,
            entry.quantity,
            kind="market",
            trigger=None,
            reduce_only=False,
            client_order_id=entry.client_order_id,
            account=ACCOUNT,
            position_side=receipt.position_side,
        )
    except (OrderRefused, Unreachable):
        return None
    await worker.book.place_entry(receipt.position_id, receipt.fence, answer.order_id)
    for _ in range(3):
        with suppress(Unreachable):
            order = await worker.exchange.find(receipt.symbol, entry.client_order_id, account=ACCOUNT)
            if order is not None and order.filled:
                return order
        await clock.sleep(1)
    return None


async def close_one(worker: Worker) -> None:
    rows = [row for row in await worker.book.open_positions() if row.status == "active"]
    if not rows:
        return
    row = worker.world.random.choice(rows)
    receipt = await worker.book.begin_close(row.position_id, "take profit", attempt=uuid4(), lease=LEASE)
    if receipt.next_order is not None:
        await recovery_of(worker).finish(receipt)


# The keeper


async def keep(worker: Worker) -> None:
    """Notices stop-losses that have triggered or are gone."""
    await worker.world.clock.sleep(worker.world.seconds(8, 20))
    await keep_once(worker)


async def keep_once(worker: Worker) -> None:
    rows = [row for row in await worker.book.open_positions() if row.status == "active"]
    if not rows:
        return
    looks = []
    for _ in range(2):
        await worker.world.clock.sleep(GRACE.total_seconds())
        looks.append(await worker.exchange.positions(account=ACCOUNT))
    for row in rows:
        await keep_one(worker, row, [_held(listed, row.symbol, row.position_side) for listed in looks])


async def keep_one(worker: Worker, row: PositionRow, held: list[Decimal]) -> None:
    name = row.stop_loss_order
    if name is None:
        return
    if not any(held):
        (now,) = await worker.book.positions(row.position_id)
        if (now.status, now.stop_loss_order) == (row.status, name):
            await worker.exchange.cancel(row.symbol, name, account=ACCOUNT)
            receipt = await worker.book.confirm_close(
                row.position_id, "nothing is held", orders_ended=[name], attempt=uuid4(), lease=LEASE
            )
            if receipt.fence is not None and receipt.cancels:
                await recovery_of(worker).finish(receipt)
        return
    stop = await worker.exchange.find(row.symbol, name, account=ACCOUNT)
    if stop is None or stop.status == "open" or not all(held):
        return
    if stop.status == "closed" or stop.filled:  # it left something
        receipt = await worker.book.begin_close(row.position_id, "stop-loss", attempt=uuid4(), lease=LEASE)
    else:
        receipt = await worker.book.update_stop_loss(
            row.position_id, None, orders_ended=[name], attempt=uuid4(), lease=LEASE
        )
    if receipt.next_order is not None:
        await recovery_of(worker).finish(receipt)


def _held(listed: Iterable[Holding], symbol: str, position_side: str) -> Decimal:
    return sum(
        (held.size for held in listed if (held.symbol, held.position_side) == (symbol, position_side)), Decimal(0)
    )


# The synchronizer, and whoever trades by hand


async def synchronize(worker: Worker) -> None:
    """Adopts what it has seen twice, if the book's last word about the slot is older than both sightings."""
    world = worker.world
    await world.clock.sleep(world.seconds(10, 30))
    await synchronize_once(worker)


async def synchronize_once(worker: Worker) -> None:
    clock = worker.world.clock
    ended = {row.position_id for row in await worker.book.positions() if row.closed_at is not None}
    await clock.sleep(GRACE.total_seconds())
    before = await worker.exchange.positions(account=ACCOUNT)
    await clock.sleep(GRACE.total_seconds())
    began_at = clock.now()
    now = await worker.exchange.positions(account=ACCOUNT)
    moved = {
        (row.symbol, row.position_side)
        for row in await worker.book.positions()
        if row.closed_at is not None and row.position_id not in ended
    }
    for held in now:
        if held not in before or (held.symbol, held.position_side) in moved:
            continue
        trigger = held.average_price * (98 if held.side == "long" else 102) / 100
        receipt = await worker.book.adopt_position(
            VENUE,
            held.symbol,
            held.side,
            held.quantity,
            held.average_price,
            await worker.world.database_time(began_at),
            account=ACCOUNT,
            position_side=held.position_side,
            attempt=uuid4(),
            lease=LEASE,
        )
        if receipt.next_order is not None and receipt.next_order.kind == "stop_loss":
            order = replace(receipt.next_order, price=trigger)
            await recovery_of(worker).finish(replace(receipt, next_order=order))


async def trade_by_hand(worker: Worker, symbol: str, position_side: str) -> None:
    """Opens a position that is in no book, where there is none at all."""
    world = worker.world
    await world.clock.sleep(world.seconds(60, 120))
    held = world.exchange.exposure(symbol, account=ACCOUNT, position_side=position_side)
    is_known = any(row.symbol == symbol for row in await worker.book.open_positions())
    if held.size or is_known:
        return
    side = "sell" if position_side == "short" else "buy"
    with suppress(OrderRefused):
        await world.exchange.send(symbol, side, Decimal(3), account=ACCOUNT, position_side=position_side)
        worker.decide(f"{side} {symbol} by hand")


# The market


async def move_prices(world: World, symbols: list[str], until: datetime) -> None:
    while world.clock.now() < until:
        await world.clock.sleep(world.seconds(5, 20))
        symbol = world.random.choice(symbols)
        price = world.exchange.market(symbol).price * (100 + world.random.randint(-25, 25) / Decimal(10)) / 100
        depth = Decimal(world.random.randint(1, 4)) if world.happens(0.2) else None
        world.exchange.set_market(symbol, Market(price.quantize(Decimal("0.01")), depth))
        if world.happens(0.1):  # the exchange expires a stop-loss
            for order in world.exchange.orders(symbol, account=ACCOUNT):
                if (order.kind, order.status) == ("stop", "open"):
                    world.decide("exchange", f"expires a stop-loss of {symbol}")
                    world.exchange.expire(order.order_id)


def _plain(reason: str, world: World) -> str:
    """Without what differs from run to run."""
    return " ".join(word for word in reason.split() if not any(letter.isdigit() for letter in word))
