"""One unfinished position, driven to where it is finished: its entry judged, its stop-loss placed, or it closed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from .core.client_async import AsyncClient
from .core.errors import StaleFence, TradelatchError
from .core.receipt import ExchangeOrder, PositionRow, Receipt
from .exchange import ZERO, ExchangeAccess, Order, OrderRefused, Unreachable
from .orders import Clock, cancel, cancel_orders, find, submit

REFUSALS = 3  # of a stop-loss, until the position is closed instead; of a close, until it is left
ROUNDS = 8  # of anything else, until it is left to a later run
LOOKS = 4  # at the exchange, until two that follow each other agree

log = logging.getLogger("tradelatch")


class Unsettled(TradelatchError):
    """The position stays open; the message says why, `action` what an operator can do."""

    def __init__(self, reason: str, action: str = "recover again") -> None:
        super().__init__(reason)
        self.action = action


@dataclass(frozen=True)
class Look:
    """What the exchange says at one time: what it holds on our side, the entry, and the order that closes."""

    held: Decimal
    entry: Order | None
    close: Order | None


class Drive:
    """One position, from whatever it is to where it is finished."""

    def __init__(
        self,
        client: AsyncClient,
        exchange: ExchangeAccess,
        clock: Clock,
        lease: timedelta,
        grace: timedelta,
        receipt: Receipt,
        *,
        may_close_adopted: bool = False,
    ) -> None:
        self.receipt = receipt
        self._client = client
        self._exchange = exchange
        self._clock = clock
        self._lease = lease
        self._grace = grace
        self._id = receipt.position_id
        self._fence = receipt.fence if receipt.fence is not None else -1
        self._may_close_adopted = may_close_adopted
        self._is_adopted = False
        self._side = "long"
        self._filled = ZERO
        self._entry: str | None = None  # None when it is wholly filled, or never was an order of ours
        self._stops: set[str] = set()  # that may stand on the exchange

    async def finish(self) -> str:
        """Returns why it ended as it did."""
        if self.receipt.fence is None:
            raise StaleFence("this receipt gives no right to drive")
        (row,) = await self._client.positions(self._id)
        self._learn(row)
        reason = ""
        if self.receipt.status in ("pending_entry", "entry_placed"):
            reason = await self._judge_entry()
        if self.receipt.status == "pending_sl":
            reason = await self._protect()
        if self.receipt.status in ("pending_close", "pending_rollback"):
            ended = await self._close(row.exit_reason or reason or "finished by recovery")
            reason = f"{reason}; {ended}" if reason else ended
        return reason

    def _learn(self, row: PositionRow) -> None:
        self._is_adopted = row.origin != "created"  # by adopt_position, with its whole table, or by hand
        self._side = row.side
        self._filled = row.filled_quantity
        if row.filled_quantity < row.quantity:
            self._entry = row.entry_client_order_id or (row.exchange_order_id and f"id:{row.exchange_order_id}")
        if row.stop_loss_order_id:
            self._stops.add(f"id:{row.stop_loss_order_id}")

    # The entry

    async def _judge_entry(self) -> str:
        for _ in range(ROUNDS):
            entry = await self._find(self._entry)
            if entry is not None and entry.status == "open":
                await self._cancel([entry.client_order_id])
                await self._pause()
                continue
            if entry is None or not entry.filled:
                look = await self._evidence(None)
                entry = look.entry
                if entry is not None and (entry.status == "open" or entry.filled):
                    continue
                if look.held:
                    # An order that was taken, and ended, may have filled: the slot is ours, and so is what it holds.
                    if entry.status == "canceled" if entry else self.receipt.status == "pending_entry":
                        raise Unsettled(
                            f"{look.held} is held, and the exchange knows no fill of the entry",
                            "look at the exchange whose it is; take-over, or release and adopt",
                        )
                    return await self._roll_back(f"the entry reads unfilled, and {look.held} is held")
                return await self._never_filled(entry)
            await self._confirm_entry(entry)
            return "the entry was filled"
        raise Unsettled("the entry does not come to an end")

    async def _never_filled(self, entry: Order | None) -> str:
        if entry is not None:
            reason = "the entry ended without a fill"
            self.receipt = await self._client.cancel_position(self._id, self._fence, reason)
        elif self.receipt.status == "pending_entry":
            reason = "the entry was never sent: the exchange does not know it"
            self.receipt = await self._client.fail_position(self._id, self._fence, reason)
        else:  # the exchange had taken it
            reason = await self._roll_back("the exchange does not know the entry any more")
        return reason

    async def _roll_back(self, reason: str) -> str:
        self.receipt = await self._client.rollback_position(self._id, self._fence, reason)
        return reason

    async def _confirm_entry(self, entry: Order) -> None:
        self.receipt = await self._client.confirm_entry(
            self._id,
            self._fence,
            entry.filled,
            average_price=entry.average_price,
            exchange_order_id=entry.order_id,
        )
        self._filled = entry.filled
        if entry.filled >= entry.quantity:
            self._entry = None

    async def _entry_grew(self) -> bool:
        """Bring an entry that is filled in part to its end. True when more was filled: the receipt is new then.

        That nothing more was filled, or that the exchange does not know it, counts when it was said twice, a grace time
        apart: an order that has just ended may be unknown for seconds.
        """
        was_said = False
        for _ in range(ROUNDS):
            if self._entry is None:
                return False
            entry = await self._find(self._entry)
            if entry is not None and entry.status == "open":
                await self._cancel([entry.client_order_id])
            elif entry is not None and entry.filled > self._filled:
                await self._confirm_entry(entry)
                return True
            elif entry is None or entry.filled == self._filled:
                if was_said:
                    self._entry = None
                    return False
                was_said = True
            await self._pause()
        raise Unsettled("the entry does not come to an end")

    # The stop-loss

    async def _protect(self) -> str:
        refusals = 0
        for _ in range(ROUNDS):
            order = self._due()
            if order.price is None:
                return await self._begin_close("no percentage is stored for a stop-loss")
            if await self._entry_grew():
                continue
            self._stops |= {order.client_order_id, *order.cancels}
            if await self._any_filled(order.cancels):
                return await self._begin_close("an earlier stop-loss has triggered")
            stop = await self._find(order.client_order_id)  # the dead worker may have sent it
            try:
                stop = stop or await self._send(order)
            except Unreachable:
                await self._pause()
                continue
            except OrderRefused as refusal:
                log.info("a stop-loss was refused: %s", refusal)
            if stop is not None and stop.status == "open":
                self.receipt = await self._client.activate_position(
                    self._id, self._fence, stop.trigger or order.price, stop_loss_order_id=stop.order_id
                )
                return "it is protected"
            if stop is not None and stop.status == "closed":
                return await self._begin_close("the stop-loss has triggered")
            refusals += 1
            if refusals == REFUSALS:
                return await self._begin_close(f"the stop-loss was refused {REFUSALS} times")
            await self._reissue(order, "the stop-loss was refused")
        raise Unsettled("the stop-loss could not be placed")

    async def _begin_close(self, reason: str) -> str:
        if self._is_adopted and not self._may_close_adopted:
            return await self._leave_adopted(reason)
        self.receipt = await self._client.begin_close(self._id, reason, fence=self._fence, lease=self._lease)
        return reason

    async def _leave_adopted(self, reason: str) -> str:
        """What was found on the exchange is not ours to close; that nothing is left of it is a fact all the same."""
        look = await self._evidence(None)
        if look.held:
            raise Unsettled(
                f"it was adopted, and is not closed unasked: {reason}",
                "place a stop-loss by hand, and activate_position; or recover --adopted, which closes it",
            )
        return await self._confirm_close(reason, None)

    async def _any_filled(self, names: Iterable[str]) -> bool:
        """Cancel these; whether one of them had ended in a fill before.

        Of one that was open until now that is known at once; else it counts when it was said twice, a grace time apart.
        """
        names = tuple(names)
        were_open = await self._cancel(names)
        is_filled = await self._is_any_filled(names)
        if is_filled or all(were_open.values()):
            return is_filled
        await self._pause()
        return await self._is_any_filled(names)

    async def _is_any_filled(self, names: Iterable[str]) -> bool:
        orders = [await self._find(name) for name in names]
        return any(order is not None and (order.filled or order.status == "closed") for order in orders)

    # The close

    async def _close(self, reason: str) -> str:
        refusals = 0
        for _ in range(ROUNDS):
            order = self._due()
            await self._cancel(order.cancels)
            refusal = await self._send_close(order)
            refusals += bool(refusal)
            look = await self._evidence(order.client_order_id)
            if any(known is not None and known.status == "open" for known in (look.entry, look.close)):
                await self._cancel([known.client_order_id for known in (look.entry, look.close) if known])
                continue
            if look.entry is not None and look.entry.filled != self._filled:
                if look.entry.filled > self._filled:
                    await self._confirm_entry(look.entry)
                continue
            if look.held < 0:
                raise Unsettled(
                    f"the exchange holds {-look.held} on the other side",
                    "look at the exchange whose it is, then release",
                )
            if not look.held:
                await self._cancel(sorted(self._stops))
                return await self._confirm_flat(reason, look.close)
            if refusal and refusals >= REFUSALS:
                raise Unsettled(
                    f"{look.held} is held, and its close was {refusal}",
                    "close it on the exchange by hand, then recover again",
                )
            if look.close is not None or refusal or order.quantity is None:
                remaining = look.held if order.quantity is None else min(look.held, order.quantity)
                await self._reissue(order, refusal or "it left something open", remaining)
        raise Unsettled(
            "something is held still, however often it was closed", "look at the exchange, then recover again"
        )

    async def _send_close(self, order: ExchangeOrder) -> str:
        """Send it unless the exchange has it; why it was refused, if it was."""
        # Nothing was open when this was stored: what is held is seen by the looks that follow.
        if order.quantity is None or await self._find(order.client_order_id) is not None:
            return ""
        try:
            await self._send(order)
        except OrderRefused as refusal:  # reduce-only, and nothing is open: as it should be
            return f"refused: {refusal}"
        except Unreachable:
            log.info("a closing order was not answered")
        return ""

    async def _confirm_flat(self, reason: str, close: Order | None) -> str:
        price = None if close is None else close.average_price
        if self.receipt.status == "pending_rollback":
            self.receipt = await self._client.confirm_flat(self._id, self._fence, exit_price=price)
            return "nothing is left"
        return await self._confirm_close(reason, price)

    async def _confirm_close(self, reason: str, price: Decimal | None) -> str:
        self.receipt = await self._client.confirm_close(self._id, reason, exit_price=price, fence=self._fence)
        for _ in range(ROUNDS):
            try:
                await cancel_orders(self._exchange, self.receipt)
            except Unreachable:
                await self._clock.sleep(self._grace.total_seconds())
                continue
            return "it is closed"
        log.warning("orders of a closed position were not cancelled: the exchange does not answer")
        return f"it is closed; not cancelled: {', '.join(self.receipt.cancels)}"

    async def _reissue(self, order: ExchangeOrder, reason: str, remaining: Decimal | None = None) -> None:
        self.receipt = await self._client.reissue_order(
            self._id, self._fence, order.client_order_id, reason[:1000], remaining=remaining
        )

    # The exchange

    def _due(self) -> ExchangeOrder:
        if self.receipt.next_order is None:
            raise Unsettled(
                "another position holds its slot, so its orders are withheld",
                "look at the exchange whose exposure it is, then take-over",
            )
        return self.receipt.next_order

    async def _pause(self) -> None:
        await self._clock.sleep(self._grace.total_seconds())
        await self._client.renew_lease(self._id, self._fence, lease=self._lease)

    async def _find(self, name: str | None) -> Order | None:
        if name is None:
            return None
        return await find(self._exchange, self.receipt, name)

    async def _cancel(self, names: Iterable[str]) -> dict[str, bool]:
        return await cancel(self._exchange, self.receipt, names)

    async def _send(self, order: ExchangeOrder) -> Order:
        """Send it, right after the database has said that this is still ours."""
        began = self._clock.now()
        await self._client.renew_lease(self._id, self._fence, lease=self._lease)
        if self._clock.now() >= began + self._lease:
            raise Unsettled("the lease ended before the order was sent")
        return await submit(self._exchange, self.receipt, order)

    async def _look(self, close: str | None) -> Look:
        slot = (self.receipt.symbol, self.receipt.position_side)
        listed = await self._exchange.positions(account=self.receipt.account)
        size = sum((held.size for held in listed if (held.symbol, held.position_side) == slot), ZERO)
        return Look(size if self._side == "long" else -size, await self._find(self._entry), await self._find(close))

    async def _evidence(self, close: str | None) -> Look:
        """What the exchange says twice, a grace time apart, and a grace time after whatever was done last."""
        await self._pause()
        before = await self._look(close)
        for _ in range(LOOKS):
            await self._pause()
            now = await self._look(close)
            if now == before:
                return now
            before = now
        raise Unsettled("the exchange says something else at each look")
