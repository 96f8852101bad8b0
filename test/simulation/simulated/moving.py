"""What bots do with a position that is active: its stop-loss follows the price, a part is taken, it is added to."""

from contextlib import suppress
from decimal import Decimal
from uuid import uuid4

from tradelatch import PositionRow, Receipt, StaleFence, StaleObservation
from tradelatch.exchange import Order, OrderRefused, Unreachable

from .bots import protect
from .doors import Worker, lease_of
from .world import ACCOUNT, LEASE


async def move_something(worker: Worker) -> None:
    world = worker.world
    await world.clock.sleep(world.seconds(1, 8))
    rows = [row for row in await worker.book.open_positions() if row.status == "active"]
    if rows:
        row = world.random.choice(rows)
        moves = [trail, trail, amend, take_part, take_profit, add]
        await world.random.choice(moves)(worker, row)


def price_behind(worker: Worker, row: PositionRow) -> Decimal:
    """For a stop-loss, one or two percent behind the market."""
    price = worker.world.exchange.market(row.symbol).price
    distance = worker.world.random.randint(10, 20) / Decimal(1000)
    return (price * (1 - distance if row.side == "long" else 1 + distance)).quantize(Decimal("0.01"))


async def trail(worker: Worker, row: PositionRow) -> None:
    """By a new order; sometimes several times, before the one before was placed."""
    for _ in range(worker.world.random.choice([1, 1, 1, 3])):
        until = lease_of(worker)
        receipt = await worker.book.replace_stop_loss(
            row.position_id, price_behind(worker, row), attempt=uuid4(), lease=LEASE
        )
        if receipt.fence is None:
            return
    await protect(worker, receipt, until)


async def amend(worker: Worker, row: PositionRow) -> None:
    """The exchange moves the order that stands, and the bot says so."""
    stops = [order for order in worker.world.latch.open_orders(row.position_id) if order.kind == "stop"]
    if [order.client_order_id for order in stops] == [row.stop_loss_order]:
        price = price_behind(worker, row)
        worker.world.exchange.amend(stops[0].order_id, price)
        worker.decide(f"the stop-loss of {worker.world.ordinal(row.position_id)} is amended")
        await worker.book.update_stop_loss(row.position_id, price, attempt=uuid4(), lease=LEASE)


async def take_part(worker: Worker, row: PositionRow) -> None:
    """An order of the bot's own, at market; what it filled, the stream says."""
    if row.open_quantity > 1:
        await send_own(worker, row, Decimal(1), adds=False)


async def take_profit(worker: Worker, row: PositionRow) -> None:
    """An order of the bot's own that rests. One is enough."""
    if not [order for order in await worker.book.orders(row.position_id) if order.kind == "own"]:
        price = worker.world.exchange.market(row.symbol).price
        limit = (price * (Decimal("1.01") if row.side == "long" else Decimal("0.99"))).quantize(Decimal("0.01"))
        await send_own(worker, row, Decimal(worker.world.random.randint(1, 2)), adds=False, price=limit)


async def add(worker: Worker, row: PositionRow) -> None:
    """Under a drive: the stop-loss that is called for keeps the slot; it is placed when the size is known."""
    until = lease_of(worker)
    receipt = await worker.book.replace_stop_loss(
        row.position_id, price_behind(worker, row), attempt=uuid4(), lease=LEASE
    )
    if receipt.fence is None:
        return
    order = await send_own(worker, row, Decimal(2), adds=True, fence=receipt.fence)
    if order is None:
        return
    for _ in range(4):
        if order.status != "open" and order.filled:
            break
        await worker.world.clock.sleep(1)
        order = await worker.exchange.find(row.symbol, order.client_order_id, account=ACCOUNT) or order
    else:
        return  # recovery cancels it, and asks what it filled
    with suppress(StaleFence):
        await protect(worker, await say_added(worker, receipt, order), until)


async def say_added(worker: Worker, receipt: Receipt, order: Order) -> Receipt:
    """What an order filled, added to what is open: each of it counts once, whoever else tells of it or of another."""
    while True:
        (row,) = await worker.book.positions(receipt.position_id)
        if order.client_order_id not in row.orders_left:  # the stream's handler has said it
            return await worker.book.renew_lease(receipt.position_id, receipt.fence, lease=LEASE)
        with suppress(StaleObservation):
            return await worker.book.resize_position(
                receipt.position_id,
                row.open_quantity + order.filled,
                "it was added to",
                orders_ended=[order.client_order_id],
                fence=receipt.fence,
                lease=LEASE,
                observed_at=row.exposure_at,
            )


async def send_own(
    worker: Worker,
    row: PositionRow,
    quantity: Decimal,
    *,
    adds: bool,
    price: Decimal | None = None,
    fence: int | None = None,
) -> Order | None:
    """Told before it is sent, and again when it arrived; sometimes it is never sent."""
    world = worker.world
    name = world.own_name(adds=adds)
    receipt: Receipt = await worker.book.confirm_orders(row.position_id, orders_placed=[name], fence=fence)
    if name not in world.latch.left(row.position_id) or world.happens(0.1):
        worker.decide(f"does not send {name}")
        return None
    if receipt.status in ("closed", "rolled_back", "canceled", "failed"):
        return None
    try:
        order = await worker.exchange.send(
            row.symbol,
            "buy" if (row.side == "long") == adds else "sell",
            quantity,
            kind="market" if price is None else "limit",
            price=price,
            trigger=None,
            reduce_only=not adds,
            client_order_id=name,
            account=ACCOUNT,
            position_side=row.position_side,
        )
    except OrderRefused:
        await worker.book.confirm_orders(row.position_id, orders_ended=[name], fence=fence)
        return None
    except Unreachable:
        return None
    if world.happens(0.5):
        await worker.book.confirm_orders(row.position_id, orders_placed=[name], fence=fence)
    return order
