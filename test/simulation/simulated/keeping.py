"""Who looks after the whole book: the keeper of active positions, a synchronizer, and whoever trades by hand."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from tradelatch import PositionRow
from tradelatch.exchange import Holding, OrderRefused
from tradelatch.orders import UNNAMED

from .doors import Worker
from .recovering import recovery_of
from .world import ACCOUNT, GRACE, LEASE, SYMBOLS, VENUE

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
            names = [left for left in now.orders_left if left != UNNAMED]
            for left in names:
                await worker.exchange.cancel(row.symbol, left, account=ACCOUNT)
            # Those that the exchange does not know, too: whether somebody may still send one, the book knows.
            receipt = await worker.book.confirm_close(
                row.position_id, "nothing is held", orders_ended=names, attempt=uuid4(), lease=LEASE
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
            observed_at=began_at,
            account=ACCOUNT,
            position_side=held.position_side,
            attempt=uuid4(),
            lease=LEASE,
        )
        if receipt.next_order is not None and receipt.next_order.kind == "stop_loss":
            order = replace(receipt.next_order, price=trigger)
            await recovery_of(worker).finish(replace(receipt, next_order=order))


async def reconcile(worker: Worker) -> None:
    """Positions and orders, compared with the book; what is proven is applied."""
    world = worker.world
    await world.clock.sleep(world.seconds(2, 12))
    began_at = world.clock.now()
    if world.happens(0.5):
        positions = [
            {
                "symbol": held.symbol,
                "side": held.side,
                "quantity": held.quantity,
                "average_price": held.average_price,
                "position_side": held.position_side,
            }
            for held in await worker.exchange.positions(account=ACCOUNT)
        ]
        await worker.book.reconcile(
            VENUE,
            positions,
            observed_at=began_at,
            account=ACCOUNT,
            complete=True,
            apply=True,
            adopt=world.happens(0.5),
            stop_loss_percent=2,
        )
    else:
        orders = [
            {
                "symbol": order.symbol,
                "client_order_id": order.client_order_id,
                "order_id": order.order_id,
                "side": order.side,
                "quantity": order.quantity,
                "trigger": order.trigger,
                "reduce_only": order.reduce_only,
                "position_side": order.position_side,
            }
            for symbol in SYMBOLS
            for order in await worker.exchange.open_orders(symbol, account=ACCOUNT)
        ]
        await worker.book.reconcile_orders(
            VENUE, orders, observed_at=began_at, account=ACCOUNT, complete=True, apply=True
        )


async def trade_by_hand(worker: Worker, symbol: str, position_side: str) -> None:
    """Opens a position that is in no book, where there is none at all."""
    world = worker.world
    await world.clock.sleep(world.seconds(20, 60))
    held = world.exchange.exposure(symbol, account=ACCOUNT, position_side=position_side)
    is_known = any(row.symbol == symbol for row in await worker.book.open_positions())
    if held.size or is_known:
        return
    side = "sell" if position_side == "short" else "buy"
    with suppress(OrderRefused):
        await world.exchange.send(symbol, side, Decimal(3), account=ACCOUNT, position_side=position_side)
        worker.decide(f"{side} {symbol} by hand")
        if world.happens(0.5):  # with a stop-loss that no book can name
            price = world.exchange.market(symbol).price * (98 if side == "buy" else 102) / 100
            await world.exchange.send(
                symbol,
                "sell" if side == "buy" else "buy",
                Decimal(3),
                kind="stop",
                trigger=price.quantize(Decimal("0.01")),
                reduce_only=True,
                account=ACCOUNT,
                position_side=position_side,
            )
