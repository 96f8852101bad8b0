"""Operators: they take positions over, trade by hand and say so, and release what they have cleaned up."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from tradelatch import PositionRow, StaleFence
from tradelatch.exchange import OrderRefused, Unreachable

from .doors import Worker
from .recovering import recovery_of
from .world import ACCOUNT, GRACE, LEASE

SHIFT = timedelta(minutes=5)


async def operate(worker: Worker) -> None:
    world = worker.world
    await world.clock.sleep(world.seconds(5, 30))
    rows = await worker.book.open_positions()
    if rows:
        row = world.random.choice(rows)
        await world.random.choice([take_over, take_over, resize, release])(worker, row)


async def take_over(worker: Worker, row: PositionRow) -> None:
    """Whoever drives it may still send what it was given."""
    receipt = await worker.book.take_over(row.position_id, "an operator looks after it", lease=LEASE)
    what = worker.world.random.choice(["finishes it", "finishes it", "closes it", "goes for lunch"])
    worker.decide(f"{what}: {worker.world.ordinal(row.position_id)}")
    with suppress(StaleFence):
        if what == "closes it" and receipt.status in ("active", "pending_sl"):
            receipt = await worker.book.begin_close(
                row.position_id, "an operator closes it", fence=receipt.fence, lease=LEASE
            )
        if what != "goes for lunch":
            await recovery_of(worker).finish(receipt)


async def resize(worker: Worker, row: PositionRow) -> None:
    """Sells a part by hand, looks at what is open and at what has ended, and says both."""
    world = worker.world
    if row.open_quantity < 2 or row.status != "active":
        return
    await sell_by_hand(worker, row, Decimal(1))
    await world.clock.sleep(2)
    held = world.held(row.symbol, row.position_side)
    ended = world.latch.ended_orders(row.position_id)
    if held:
        book = worker.book.while_true(
            lambda: (
                (world.held(row.symbol, row.position_side), world.latch.ended_orders(row.position_id)) == (held, ended)
                and not world.latch.is_filling(row.position_id)
            )
        )
        receipt = await book.resize_position(row.position_id, held, "sold by hand", orders_ended=ended, lease=LEASE)
        if receipt.fence is not None:
            await recovery_of(worker).finish(receipt)


async def mend_sizes(worker: Worker) -> None:
    """Where an order of nobody's filled, or one that a snapshot ended, the sizes differ: a person says what is open."""
    world = worker.world
    for row in await worker.book.open_positions():
        held = world.held(row.symbol, row.position_side)
        if row.position_id in world.latch.unaccounted and row.status == "active" and 0 < held != row.open_quantity:
            receipt = await worker.book.resize_position(
                row.position_id, held, "the sizes differed", orders_ended=world.latch.ended_orders(row.position_id)
            )
            await recovery_of(worker).finish(receipt)


async def release(worker: Worker, row: PositionRow) -> None:
    """Takes it over, waits until nobody else can send anything, cleans up by hand, and frees the slot."""
    world = worker.world
    receipt = await worker.book.take_over(row.position_id, "an operator cleans up", lease=SHIFT)
    await world.clock.sleep((LEASE + 2 * GRACE).total_seconds() // 0.5 * 0.5)
    for _ in range(6):
        for order in world.latch.open_orders(row.position_id):
            with suppress(Unreachable):
                await worker.exchange.cancel(row.symbol, f"id:{order.order_id}", account=ACCOUNT)
        held = world.held(row.symbol, row.position_side)
        if held:
            await sell_by_hand(worker, row, held)
        await world.clock.sleep(5)
        if not world.held(row.symbol, row.position_side) and not world.latch.open_orders(row.position_id):
            break
    book = worker.book.while_true(
        lambda: (
            world.latch.fence(row.position_id) == receipt.fence
            and not world.held(row.symbol, row.position_side)
            and not world.latch.open_orders(row.position_id)
        )
    )
    await book.release_position(row.position_id, "nothing of it is on the exchange")


async def sell_by_hand(worker: Worker, row: PositionRow, quantity: Decimal) -> None:
    with suppress(OrderRefused, Unreachable):
        await worker.exchange.send(
            row.symbol,
            "sell" if row.side == "long" else "buy",
            quantity,
            reduce_only=True,
            account=ACCOUNT,
            position_side=row.position_side,
        )
