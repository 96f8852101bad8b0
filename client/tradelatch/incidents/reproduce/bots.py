"""The same bot on tradelatch: its signal handler and its synchronizer, step by step as those of `legacy`.

They wait as long and ask the exchange as often as the old ones. What differs is who decides: sides, quantities and
order ids come from the database, and whoever is given no order sends none. What they cannot finish keeps its slot,
for recovery.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ... import AsyncClient, AsyncPosition, ExchangeOrder, OpeningIncomplete, Receipt, SlotTaken, StaleObservation
from ...exchange import Unreachable
from ...testing import Clock, Holding, Order, OrderRefused
from ...testing.venue import Venue
from ..legacy import (
    SETTLEMENT_SECONDS,
    STOP_LOSS_PERCENT,
    PositionMissing,
    Signal,
    Tell,
    look_up,
    stop_loss_price,
    three_digits,
)

LEASE = timedelta(minutes=1)
GRACE_SECONDS = 5  # for an exchange that lags


class Bot:
    """The signal handler: it opens a position and protects it, or leaves nothing behind."""

    def __init__(
        self, client: AsyncClient, exchange: Venue, clock: Clock, tell: Tell, lease: timedelta = LEASE
    ) -> None:
        self._client = client
        self._exchange = exchange
        self._clock = clock
        self._tell = tell
        self._lease = lease

    async def open_position(self, signal: Signal) -> int | None:
        """The id of the active row; None when there is none of ours."""
        opening = self._client.opening(
            exchange=signal.exchange,
            symbol=signal.symbol,
            side=signal.side,
            quantity=signal.quantity,
            entry_price=signal.entry_price,
            request_id=f"signal:{signal.signal_id}",
            signal_id=signal.signal_id,
            stop_loss_percent=STOP_LOSS_PERCENT,
            lease=self._lease,
        )
        try:
            async with opening as position:
                await self._enter(signal, position)
            return position.position_id
        except SlotTaken as taken:
            self._tell("existing", f"row {taken.position_id} holds the slot: sends nothing")
        except (PositionMissing, OrderRefused, Unreachable, OpeningIncomplete) as error:
            self._tell("error", f"{type(error).__name__}: {error}")
            await self._finish_rollback(signal.symbol, position)
        return None

    async def close_position(self, symbol: str, position_id: int) -> None:
        """An ordinary exit."""
        receipt = await self._client.begin_close(position_id, "taking profit", lease=self._lease)
        if receipt.next_order is None or receipt.fence is None:
            self._tell("existing", f"{receipt.outcome}: row {position_id} is somebody else's to close")
            return
        closed = await self._send_close(symbol, receipt.next_order)
        if closed is not None:
            receipt = await self._client.confirm_close(
                position_id, "taking profit", exit_price=closed.average_price, fence=receipt.fence
            )
            await self._cancel_left(symbol, receipt)

    async def _enter(self, signal: Signal, position: AsyncPosition) -> None:
        self._tell(
            "row",
            f"row {position.position_id}, {position.status}: {signal.side} {signal.quantity} at {signal.entry_price}",
        )
        order = await send(self._exchange, signal.symbol, position.next_order, self._tell)
        self._tell("answer", f"order {order.order_id}: filled {order.filled}")
        receipt = await position.place_entry(order.order_id)
        self._tell("entry_placed", f"row {receipt.position_id} to {receipt.status}: it keeps its slot")
        await self._clock.sleep(SETTLEMENT_SECONDS)
        held = await look_up(self._exchange, signal.symbol)
        if held is None:
            raise PositionMissing(order)
        self._tell("found", f"the exchange lists {held}")
        await position.confirm_entry(held.quantity, average_price=held.average_price)
        stop = await send(self._exchange, signal.symbol, position.next_order, self._tell)
        assert stop.trigger is not None
        receipt = await position.activate(stop.trigger, stop_loss_order_id=stop.order_id)
        if receipt.status == "active":
            self._tell("active", f"row {receipt.position_id} to active")

    async def _finish_rollback(self, symbol: str, position: AsyncPosition) -> None:
        """Leaving the block has begun the rollback; the database says what to cancel, and what closes the position."""
        close = position.next_order
        closed = None if close is None else await self._send_close(symbol, close)
        if closed is not None:
            receipt = await position.confirm_flat(exit_price=closed.average_price)
            self._tell("flat", f"row {receipt.position_id} to {await self._cancel_left(symbol, receipt)}")

    async def _cancel_left(self, symbol: str, receipt: Receipt) -> str:
        """Nothing is open any more: what is left of its orders goes too, and the slot is free. The status then.

        What cannot be cancelled, or was unknown, is for recovery.
        """
        if receipt.status != "pending_cancels":
            return receipt.status
        ended = []
        for name in receipt.cancels:
            try:
                ended += [name] if await self._exchange.cancel(symbol, name) else []
            except Unreachable as error:
                self._tell("left", f"{type(error).__name__}: {error}")
        receipt = await self._client.confirm_orders(receipt.position_id, orders_ended=ended, fence=receipt.fence)
        return receipt.status

    async def _send_close(self, symbol: str, close: ExchangeOrder) -> Order | None:
        """The closing order, if it has filled; else what is left is for recovery."""
        try:
            order = await send(self._exchange, symbol, close, self._tell)
            closed = await self._exchange.find(symbol, order.client_order_id)
        except (OrderRefused, Unreachable) as error:
            self._tell("left", f"{type(error).__name__}: left to recovery")
            return None
        return closed if closed is not None and closed.status == "closed" else None


class Synchronizer:
    """It adopts and protects what the exchange holds and nobody claims."""

    def __init__(self, client: AsyncClient, exchange: Venue, tell: Tell, lease: timedelta = LEASE) -> None:
        self._client = client
        self._exchange = exchange
        self._tell = tell
        self._lease = lease

    async def run(self, clock: Clock, every: float) -> None:
        """Until it is cancelled: adopt what was listed twice, while the book knew nothing of it."""
        while True:
            ended = await self._ended()
            before = await self._look()
            await clock.sleep(GRACE_SECONDS)
            looked_at = datetime.now(UTC)
            held = await self._look()
            known = {row.symbol for row in await self._client.open_positions()}
            known |= {symbol for position_id, symbol in (await self._ended()).items() if position_id not in ended}
            await self._adopt((each for each in held if each in before and each.symbol not in known), looked_at)
            await clock.sleep(every)

    async def run_once(self) -> None:
        looked_at = datetime.now(UTC)
        await self._adopt(await self._look(), looked_at)

    async def _ended(self) -> dict[int, str]:
        rows = await self._client.positions()
        return {row.position_id: row.symbol for row in rows if row.closed_at is not None}

    async def _look(self) -> Sequence[Holding]:
        self._tell("sync", "asks the exchange for positions")
        return await self._exchange.positions()

    async def _adopt(self, listed: Iterable[Holding], looked_at: datetime) -> None:
        for held in listed:
            self._tell("found", f"the exchange lists {held}")
            assert held.average_price is not None
            try:
                receipt = await self._client.adopt_position(
                    exchange=self._exchange.name,
                    symbol=held.symbol,
                    side=held.side,
                    quantity=held.quantity,
                    average_price=held.average_price,
                    observed_at=looked_at,
                    lease=self._lease,
                )
            except StaleObservation:
                self._tell("existing", f"{held.symbol} moved since it was looked at: looks again")
                continue
            if receipt.next_order is None:
                self._tell("existing", f"{receipt.outcome}: row {receipt.position_id} claims it, no order to send")
                continue
            assert receipt.fence is not None
            self._tell("second_row", f"{receipt.outcome}: row {receipt.position_id}, {receipt.status}")
            trigger = stop_loss_price(held.side, held.average_price)
            stop = await send(self._exchange, held.symbol, receipt.next_order, self._tell, trigger)
            await self._client.activate_position(
                position_id=receipt.position_id,
                fence=receipt.fence,
                stop_loss_price=trigger,
                client_order_id=receipt.next_order.client_order_id,
                stop_loss_order_id=stop.order_id,
            )


async def send(
    exchange: Venue, symbol: str, order: ExchangeOrder | None, tell: Tell, trigger: Decimal | None = None
) -> Order:
    """Send the order that a receipt calls for, as it stands there; a stop-loss without a price gets this trigger."""
    assert order is not None
    for name in order.cancels:
        await exchange.cancel(symbol, name)
    if order.price is not None:
        trigger = three_digits(order.price)
    words = [order.kind.replace("_", "-"), order.side.upper(), str(order.quantity)]
    if trigger is not None:
        words += ["at", str(trigger)]
    if order.kind == "close" and order.reduce_only:
        words += ["reduce-only"]
    tell(order.kind, f"sends {' '.join(words)}")
    return await exchange.send(
        symbol,
        order.side,
        order.quantity,
        kind="stop" if order.kind == "stop_loss" else "market",
        trigger=trigger,
        reduce_only=order.reduce_only,
        client_order_id=order.client_order_id,
    )
