"""The same bot on tradelatch: its signal handler and its synchronizer, step by step as those of `legacy`.

They wait as long and ask the exchange as often as the old ones. What differs is who decides: sides, quantities and
order ids come from the database, and whoever is given no order sends none.
"""

from decimal import Decimal

from .. import AsyncClient, AsyncPosition, ExchangeOrder, OpeningIncomplete, SlotTaken
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
from ..testing import Clock, Exchange, Order, OrderRefused


class Bot:
    """The signal handler: it opens a position and protects it, or leaves nothing behind."""

    def __init__(self, client: AsyncClient, exchange: Exchange, clock: Clock, tell: Tell) -> None:
        self._client = client
        self._exchange = exchange
        self._clock = clock
        self._tell = tell

    async def open_position(self, signal: Signal) -> None:
        opening = self._client.opening(
            exchange=signal.exchange,
            symbol=signal.symbol,
            side=signal.side,
            quantity=signal.quantity,
            entry_price=signal.entry_price,
            request_id=f"signal:{signal.signal_id}",
            signal_id=signal.signal_id,
            stop_loss_percent=STOP_LOSS_PERCENT,
        )
        try:
            async with opening as position:
                await self._enter(signal, position)
        except SlotTaken as taken:
            self._tell("existing", f"row {taken.position_id} holds the slot: sends nothing")
        except (PositionMissing, OrderRefused, OpeningIncomplete) as error:
            self._tell("error", f"{type(error).__name__}: {error}")
            await self._finish_rollback(signal, position)

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

    async def _finish_rollback(self, signal: Signal, position: AsyncPosition) -> None:
        """Leaving the block has begun the rollback; the database says what to cancel, and what closes the position."""
        close = position.next_order
        if close is None:
            return
        order = await send(self._exchange, signal.symbol, close, self._tell)
        closed = await self._exchange.find(signal.symbol, order.client_order_id)
        if closed is not None and closed.status == "closed":
            receipt = await position.confirm_flat(exit_price=closed.average_price)
            self._tell("flat", f"row {receipt.position_id} to {receipt.status}")


class Synchronizer:
    """It adopts and protects what the exchange holds and nobody claims."""

    def __init__(self, client: AsyncClient, exchange: Exchange, tell: Tell) -> None:
        self._client = client
        self._exchange = exchange
        self._tell = tell

    async def run_once(self) -> None:
        self._tell("sync", "asks the exchange for positions")
        for held in await self._exchange.positions():
            self._tell("found", f"the exchange lists {held}")
            assert held.average_price is not None
            receipt = await self._client.adopt_position(
                exchange=self._exchange.name,
                symbol=held.symbol,
                side=held.side,
                quantity=held.quantity,
                average_price=held.average_price,
            )
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
                stop_loss_order_id=stop.order_id,
            )


async def send(
    exchange: Exchange, symbol: str, order: ExchangeOrder | None, tell: Tell, trigger: Decimal | None = None
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
