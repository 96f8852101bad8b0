"""What the order stream of an exchange says of one order, said to the book: one call for a stream handler."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from .core.client_async import AsyncClient
from .core.errors import IllegalTransition, StaleObservation
from .core.receipt import FoundOrder, PositionRow, Receipt
from .exchange import ZERO, Order, OrderStatus
from .orders import PlacedOrder

LOOKS = 3  # at a position that others move meanwhile
OVER = ("closed", "rolled_back", "canceled", "failed")


@dataclass(frozen=True, kw_only=True)
class OrderUpdate:
    """What a stream says of an order: the part of it that report_order reads.

    client_order_id: empty where the order has none. status: `open`; `closed` when it ended with a fill, whole or not;
    `canceled` when it was cancelled, expired or was rejected. filled: so far. side: `buy` or `sell`, of orders that
    the bot sent on its own account.
    """

    order_id: str
    client_order_id: str
    status: OrderStatus
    filled: Decimal = ZERO
    average_price: Decimal | None = None
    side: str | None = None


AnyOrder = OrderUpdate | Order | PlacedOrder


@dataclass(frozen=True)
class OrderReport:
    """What became of a report.

    position_id, kind: whose order it is (`entry`, `stop_loss`, `close`, `own`); None: the book knows no such order.
    receipt: the answer to what was said; None: there was nothing to say, or only the fence's holder may say it. Where
    it has a fence, the caller was given the drive: its next_order is to be sent, its cancels are to be carried out.
    """

    position_id: int | None = None
    kind: str | None = None
    receipt: Receipt | None = None


async def report_order(
    client: AsyncClient, order: AnyOrder, fence: int | None = None, *, exchange: str | None = None
) -> OrderReport:
    """Say to the book what an order stream says of an order: whose it is, the book knows.

    A stop-loss that filled, and left nothing open, closes its position. One that ended otherwise leaves its position
    to recovery, which protects it. What an order filled counts when it has ended: with what is left open, a new
    stop-loss is called for. Where the entry may fill still, or the size was seen on the exchange since the order was
    known, what is open cannot be reckoned: after a stop-loss the position is closed, which looks; another order is left
    to whoever compares. An order that is open has arrived, and so has one that is closed and reads filled 0, as it may
    for seconds: report it again. What an entry filled is for whoever drives the position: it needs the fence, and so
    does the end of a close that left something open. An order that nobody knows is reported back; nothing is guessed.

    fence: of the position, where the caller drives it. exchange: where the order is, for orders without an id of ours.

    Raises StaleFence, and what the calls raise that it makes.
    """
    found = await _whose(client, order, exchange)
    if found is None:
        return OrderReport()
    name, known = found
    for _ in range(LOOKS - 1):
        with suppress(IllegalTransition, StaleObservation):  # it moved since it was looked at
            return await _say(client, order, fence, name, known)
    return await _say(client, order, fence, name, known)


async def _say(client: AsyncClient, order: AnyOrder, fence: int | None, name: str, known: FoundOrder) -> OrderReport:
    (row,) = await client.positions(known.position_id)
    receipt = await _Report(client, order, fence, name, known, row).say()
    return OrderReport(known.position_id, known.kind, receipt)


async def _whose(client: AsyncClient, order: AnyOrder, exchange: str | None) -> tuple[str, FoundOrder] | None:
    """The order's name in the book, and whose it is; None also where two positions have one of that name."""
    for name in (order.client_order_id, order.order_id and f"id:{order.order_id}"):
        found = await client.find_order(name, exchange=exchange) if name else []
        if len(found) == 1:
            return name, found[0]
    return None


@dataclass(frozen=True)
class _Report:
    """One report, by what is known of its position."""

    client: AsyncClient
    order: AnyOrder
    fence: int | None
    name: str
    known: FoundOrder
    row: PositionRow

    async def say(self) -> Receipt | None:
        if self.row.status in OVER:
            return None
        if self.known.kind == "entry" and self.fence is not None:
            return await self._entry(self.fence)
        if not self.known.is_left:
            return None
        if self.order.status == "open" or self.known.kind == "entry":
            return await self._orders(is_over=False)
        if not self.order.filled:  # one that is closed has filled: how much, it will say
            return await self._orders(is_over=self.order.status == "canceled")
        return await self._fill()

    async def _entry(self, fence: int) -> Receipt | None:
        is_over = self.order.status != "open"
        position_id = self.row.position_id
        if self.order.filled > self.row.filled_quantity or (self.order.filled and is_over and self.known.is_left):
            return await self.client.confirm_entry(
                position_id,
                fence,
                self.order.filled,
                average_price=self.order.average_price,
                exchange_order_id=self.order.order_id or None,
                orders_ended=[self.name] if is_over else [],
            )
        if is_over and self.known.is_left and self.row.status in ("pending_entry", "entry_placed"):
            return await self.client.cancel_position(position_id, fence, "the entry ended without a fill")
        if not is_over and self.order.order_id and self.row.exchange_order_id is None:
            return await self.client.place_entry(position_id, fence, self.order.order_id)
        return None

    async def _orders(self, *, is_over: bool) -> Receipt:
        """It arrived, or it would not be in a stream; whether it ended."""
        ended = [self.name] if is_over else []
        return await self.client.confirm_orders(
            self.row.position_id, orders_placed=[self.name], orders_ended=ended, fence=self.fence
        )

    async def _fill(self) -> Receipt | None:
        """It ended, and what it filled is not in the book: say what is open now, where that is known."""
        change = self._change()
        status, fence = self.row.status, self.fence
        if change is None or status == "pending_cancels":  # nothing was open: a look at the position tells
            return await self._orders(is_over=False)
        if not await self._is_uncounted():
            return await self._leave()
        held = self.row.open_quantity + change
        is_exit = status in ("pending_close", "pending_rollback")
        if held <= 0 and status == "pending_rollback" and fence is not None and not self._entry_is_left:
            return await self.client.confirm_flat(
                self.row.position_id, fence, orders_ended=[self.name], exit_price=self.order.average_price
            )
        if held <= 0 and status != "pending_rollback" and not (is_exit and self._entry_is_left):
            return await self._confirm_close()
        if held > 0 and not self._entry_is_left and (fence is not None or not is_exit):
            await self._arrived()
            return await self.client.resize_position(
                self.row.position_id,
                held,
                f"{self.name} filled {self.order.filled}",
                fence=fence,
                orders_ended=[self.name],
                observed_at=self.row.exposure_at,
            )
        return await self._leave()

    async def _leave(self) -> Receipt:
        """What is open, the driver finds out, or recovery. One that is over leaves nothing to find it out by."""
        if self.known.kind != "stop_loss":
            return await self._orders(is_over=False)
        if self.row.status not in ("active", "pending_sl"):  # a close is due, and looks
            return await self._orders(is_over=True)
        if self.row.status == "active" or self.fence is not None:
            return await self.client.begin_close(self.row.position_id, "stop-loss", fence=self.fence)
        return await self._orders(is_over=False)

    async def _is_uncounted(self) -> bool:
        """Nothing that it filled is in the open quantity. A size that was seen since it is known may have it."""
        names = {self.name}
        if self.known.kind == "stop_loss" and self.name == f"id:{self.row.stop_loss_order_id}":
            names.add(self.row.stop_loss_order or "")
        orders = await self.client.orders(self.row.position_id)
        return all(order.is_uncounted for order in orders if order.name in names)  # none: it ended meanwhile

    @property
    def _entry_is_left(self) -> bool:
        """It may fill still, or have filled: what is open is not known."""
        return (self.row.entry_client_order_id or f"id:{self.row.exchange_order_id}") in self.row.orders_left

    def _change(self) -> Decimal | None:
        """Of what is open; None where the order does not tell its side."""
        if self.known.kind != "own":
            return -self.order.filled
        if self.order.side is None:
            return None
        adds = "buy" if self.row.side == "long" else "sell"
        return self.order.filled if self.order.side == adds else -self.order.filled

    async def _confirm_close(self) -> Receipt:
        await self._arrived()
        reason = {"stop_loss": "stop-loss", "close": self.row.exit_reason}.get(self.known.kind)
        return await self.client.confirm_close(
            self.row.position_id,
            reason or f"{self.name} filled",
            orders_ended=[self.name],
            exit_price=self.order.average_price,
            fence=self.fence,
            observed_at=self.row.exposure_at,
        )

    async def _arrived(self) -> None:
        """Of an order that arrived anybody may say that it ended."""
        if self.fence is None and self.name != self.row.stop_loss_order:
            await self._orders(is_over=False)
