"""One unfinished position, driven to where it is finished: its entry judged, its stop-loss placed, or it closed.

It is finished when it is active, with no order beside its stop-loss to look after, or when nothing of it is on the
exchange, no exposure and no order. What an order came to is believed when the exchange knows how it ended, or did not
know it twice, a grace time apart.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .core.client_async import AsyncClient
from .core.errors import IllegalTransition, StaleFence, TradelatchError
from .core.receipt import ExchangeOrder, OrderRow, PositionRow, Receipt
from .exchange import (
    ZERO,
    ExchangeAccess,
    Holding,
    ModeRefused,
    Order,
    OrderRefused,
    TriggerPassed,
    Unreachable,
    mode_mismatch,
    position_mode,
)
from .orders import UNNAMED, Clock, cancel, find, strays, submit

REFUSALS = 3  # of a stop-loss, until the position is closed instead; of a close, until it is left
ROUNDS = 8  # of anything else, until it is left to a later run
ALIKE = Decimal("0.05")  # of the average price: two holdings within it may be one
LOOKS = 4  # at the exchange, until two that follow each other agree

FILLED = "the entry was filled"
TIDIED = "what stood beside its stop-loss is gone"
ALL_ENDED = "no order is left"
AFTERWARDS = (TIDIED, ALL_ENDED)  # what goes without saying after what was done before

log = logging.getLogger("tradelatch")


class Unsettled(TradelatchError):
    """The position stays open; the message says why, `action` what an operator can do."""

    def __init__(self, reason: str, action: str = "recover again") -> None:
        super().__init__(reason)
        self.action = action


class ModeMismatch(Unsettled):
    """The account is in another position mode than the position: nothing is closed, and nothing protected."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"mode_mismatch: {reason}", "look at the exchange whose it is; set its mode back, or release")


@dataclass(frozen=True)
class Look:
    """What the exchange says at one time: what it holds on our side, and of the orders that were asked for."""

    held: Decimal
    orders: Mapping[str, Order | None]


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
        self._row: PositionRow
        self._left: dict[str, OrderRow] = {}  # the orders that are left, by name
        self._filled = ZERO
        self._maybe_sent: set[str] = set()  # orders that were handed out before, or sent here
        self._arrived: set[str] = set()  # orders that were seen on the exchange
        self._waited: set[tuple[str, datetime]] = set()
        self._renewed_at: datetime | None = None  # a receipt may be old: not since it was given

    async def finish(self) -> str:
        """Returns why it ended as it did."""
        if self.receipt.fence is None:
            raise StaleFence("this receipt gives no right to drive")
        await self._check_mode()
        await self._read()
        self._maybe_sent = set(self._left)
        reasons: list[str] = []
        for _ in range(ROUNDS):
            step = self._step()
            if step is None:
                return "; ".join(dict.fromkeys(reasons)) or "there was nothing to do"
            reason = await step()
            if not (reasons and reason in AFTERWARDS):
                reasons = [reason] if reasons == [FILLED] else [*reasons, reason]
            await self._read()
        raise Unsettled("it does not come to an end")

    def _step(self) -> Callable[[], Awaitable[str]] | None:
        """What is to be done next."""
        status = self.receipt.status
        if status in ("pending_entry", "entry_placed"):
            return self._judge_entry
        if status == "pending_sl":
            return self._protect
        if status == "active" and self._superseded():
            return self._tidy
        if status in ("pending_close", "pending_rollback"):
            return self._close
        if status == "pending_cancels":
            return self._cancel_left
        return None

    async def _read(self) -> None:
        (self._row,) = await self._client.positions(self._id)
        self._left = {order.name: order for order in await self._client.orders(self._id)}
        self._filled = self._row.filled_quantity

    def _of_kind(self, *kinds: str) -> list[str]:
        return [name for name, order in self._left.items() if order.kind in kinds]

    @property
    def _entry(self) -> str | None:
        """The entry, unless it is known to have ended."""
        return next(iter(self._of_kind("entry")), None)

    # The entry

    async def _judge_entry(self) -> str:
        for _ in range(ROUNDS):
            name = self._entry
            entry = await self._find(name)
            if name is not None and entry is not None and entry.status == "open":
                await self._cancel([name])
                await self._pause()
                continue
            if entry is None or not entry.filled:
                look = await self._evidence(name)
                entry = look.orders.get(name or "")
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
                reason = await self._never_filled(entry)
                if reason is None:
                    continue
                return reason
            await self._confirm_entry(entry)
            return FILLED
        raise Unsettled("the entry does not come to an end")

    async def _never_filled(self, entry: Order | None) -> str | None:
        """Why it has ended; None while somebody before may still send the entry."""
        has_arrived = entry is not None or self._left_arrived(self._entry)
        if set(self._left) - {self._entry}:
            return await self._roll_back("the entry ended without a fill, and another order is left")
        if entry is not None:
            reason = "the entry ended without a fill"
            is_said = await self._say(lambda: self._client.cancel_position(self._id, self._fence, reason))
        elif self.receipt.status == "pending_entry" and not has_arrived:
            reason = "the entry was never sent: the exchange does not know it"
            is_said = await self._say(lambda: self._client.fail_position(self._id, self._fence, reason))
        else:  # the exchange had taken it
            return await self._roll_back("the exchange does not know the entry any more")
        return reason if is_said else None

    def _left_arrived(self, name: str | None) -> bool:
        return name is not None and self._left[name].in_hand_until is None

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
        await self._read()

    async def _entry_grew(self) -> bool:
        """Bring an entry that is filled in part to its end. True when more was filled: the receipt is new then.

        That nothing more was filled, or that the exchange does not know it, counts when it was said twice, a grace time
        apart: an order that has just ended may be unknown for seconds.
        """
        was_said = False
        for _ in range(ROUNDS):
            name = self._entry
            if name is None:
                return False
            entry = await self._find(name)
            if entry is not None and entry.status == "open":
                await self._cancel([name])
            elif entry is not None and entry.filled > self._filled:
                await self._confirm_entry(entry)
                return True
            elif entry is None or entry.filled == self._filled:
                if was_said:
                    self.receipt = await self._client.confirm_entry(
                        self._id, self._fence, self._filled, orders_ended=[name]
                    )
                    await self._read()
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
            if await self._any_filled(self._superseded(order.client_order_id)):
                return await self._begin_close("an earlier stop-loss has triggered")
            stop = await self._find(order.client_order_id)  # the dead worker may have sent it
            try:
                stop = stop or await self._send(order)
            except Unreachable:
                await self._pause()
                continue
            except ModeRefused as refusal:
                raise ModeMismatch(str(refusal)) from None
            except TriggerPassed:
                return await self._begin_close("the market has passed the stop-loss")
            except OrderRefused as refusal:
                log.info("a stop-loss was refused: %s", refusal)
            if stop is not None and stop.status == "open":
                self.receipt = await self._client.activate_position(
                    self._id,
                    self._fence,
                    stop.trigger or order.price,
                    order.client_order_id,
                    stop_loss_order_id=stop.order_id,
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
        if self._row.origin != "created" and not self._may_close_adopted:  # adopted, with its whole table, or by hand
            return await self._leave_adopted(reason)
        self.receipt = await self._client.begin_close(self._id, reason, fence=self._fence, lease=self._lease)
        return reason

    async def _leave_adopted(self, reason: str) -> str:
        """What was found on the exchange is not ours to close; that nothing is left of it is a fact all the same."""
        look = await self._evidence()
        if look.held:
            raise Unsettled(
                f"it was adopted, and is not closed unasked: {reason}",
                f"tradelatch stop-loss {self._row.position_id} --move-to PRICE --live"
                ' --reason "it gets a stop-loss" --confirm; or recover --adopted, which closes it',
            )
        self.receipt = await self._client.confirm_close(self._id, reason, fence=self._fence)
        return reason

    def _superseded(self, due: str | None = None) -> list[str]:
        """What is left beside the stop-loss that stands, or that is due."""
        return [
            name
            for name, order in self._left.items()
            if name not in (due, self._row.stop_loss_order if due is None else due)
            and order.kind != "own"
            and (name != UNNAMED or (due is None and UNNAMED in self.receipt.cancels))
        ]

    async def _any_filled(self, names: Iterable[str]) -> bool:
        """Whether one of these has ended in a fill.

        Of one that is open that is known at once; else it counts when it was said twice, a grace time apart.
        """
        for _ in range(2):
            orders = [await self._find(name) for name in names]
            if any(_is_filled(order) for order in orders):
                return True
            if all(order is not None and order.status == "open" for order in orders):
                return False
            await self._pause()
        return False

    async def _tidy(self) -> str:
        """An active position with an order beside its stop-loss: an entry that may fill, or a stop-loss of before."""
        if await self._entry_grew():
            return "the entry was filled further"
        standing = self._row.stop_loss_order
        stop = await self._find(standing)
        if stop is not None and stop.status == "closed":
            return await self._begin_close("the stop-loss has triggered")
        if standing is not None and stop is not None and stop.status == "canceled":
            self.receipt = await self._tell([standing])
            return "its stop-loss had ended"
        names = self._superseded()
        fates = await self._fates(name for name in names if name != UNNAMED)
        ended = list(fates)
        if UNNAMED in names:
            await self._sweep()
            ended.append(UNNAMED)
        self.receipt = await self._tell(ended)
        if any(_is_filled(order) for order in fates.values()):
            return await self._begin_close("an earlier stop-loss has triggered")
        await self._wait_for_hands(names)
        return TIDIED

    # The close

    async def _close(self) -> str:
        refusals = rounds = 0
        least: Decimal | None = None  # that was held
        while rounds < ROUNDS:
            rounds += 1
            await self._read()
            if self._row.orders_withheld:
                self._due()
            order = self.receipt.next_order
            await self._cancel(name for name in self.receipt.cancels if name != UNNAMED)
            refusal = await self._send_close(order) if order is not None else ""
            refusals += bool(refusal)
            close_name = order.client_order_id if order is not None else None
            look = await self._evidence(self._entry, close_name, *self._of_kind("own"))
            still_open = [name for name, known in look.orders.items() if known is not None and known.status == "open"]
            if still_open:
                await self._cancel(still_open)
                continue
            entry = look.orders.get(self._entry or "")
            if entry is not None and entry.filled != self._filled:
                if entry.filled > self._filled:
                    await self._confirm_entry(entry)
                continue
            self._refuse_other_side(look)
            if not look.held:
                if await self._confirm_flat(look, close_name):
                    return "nothing is left" if self._row.status == "pending_rollback" else "it is closed"
                continue
            if least is not None and look.held < least:
                rounds = 0  # it goes on: what is larger than one order may be is closed in parts
            least = look.held
            if refusal and refusals >= REFUSALS:
                raise Unsettled(
                    f"{look.held} is held, and its close was {refusal}",
                    "close it on the exchange by hand, then recover again",
                )
            added = self._added(look)
            due = order.quantity if order is not None else ZERO
            if added and look.held > due:
                await self._resize(min(look.held, due + added), look)
            elif order is None:
                raise Unsettled(
                    f"{look.held} is held, and the book has closed all that it had",
                    "look at the exchange whose it is, then release",
                )
            elif refusal or look.orders[order.client_order_id] is not None:
                await self._reissue(order, refusal or "it left something open", min(look.held, due))
        raise Unsettled(
            "something is held still, however often it was closed", "look at the exchange, then recover again"
        )

    def _refuse_other_side(self, look: Look) -> None:
        if look.held < 0:
            raise Unsettled(
                f"the exchange holds {-look.held} on the other side",
                "look at the exchange whose it is, then release",
            )

    def _added(self, look: Look) -> Decimal:
        """What orders of the bot's own have added to the position, as far as the exchange tells."""
        own = (look.orders[name] for name in self._of_kind("own"))
        side = "buy" if self._row.side == "long" else "sell"
        fills = (order.filled for order in own if order is not None and order.side == side and not order.reduce_only)
        return sum(fills, ZERO)

    async def _resize(self, quantity: Decimal, look: Look) -> None:
        self.receipt = await self._client.resize_position(
            self._id,
            quantity,
            "an order of the bot's own was filled",
            fence=self._fence,
            orders_ended=list(look.orders),
            lease=self._lease,
        )

    async def _send_close(self, order: ExchangeOrder) -> str:
        """Send it unless the exchange has it; why it was refused, if it was."""
        if await self._find(order.client_order_id) is not None:
            return ""
        try:
            await self._send(order)
        except ModeRefused as refusal:
            raise ModeMismatch(str(refusal)) from None
        except OrderRefused as refusal:  # reduce-only, and nothing is open: as it should be
            return f"refused: {refusal}"
        except Unreachable:
            log.info("a closing order was not answered")
        return ""

    async def _confirm_flat(self, look: Look, close_name: str | None) -> bool:
        """False while somebody before may still send the entry."""
        close = look.orders[close_name] if close_name is not None else None
        price = None if close is None else close.average_price
        ended = [name for name in look.orders if name in self._left]
        return await self._say(lambda: self._confirm_exit(ended, price))

    async def _confirm_exit(self, ended: list[str], price: Decimal | None = None) -> Receipt:
        """Nothing is open, and these have ended. What a pending_cancels becomes was decided when it began."""
        status = self.receipt.status
        if status != "pending_rollback":
            reason = self._row.exit_reason or "finished by recovery"
            try:
                return await self._client.confirm_close(
                    self._id, reason, orders_ended=ended, exit_price=price, fence=self._fence
                )
            except IllegalTransition:
                if status != "pending_cancels":
                    raise
        return await self._client.confirm_flat(self._id, self._fence, orders_ended=ended, exit_price=price)

    async def _reissue(self, order: ExchangeOrder, reason: str, remaining: Decimal | None = None) -> None:
        await self._say(
            lambda: self._client.reissue_order(
                self._id, self._fence, order.client_order_id, reason[:1000], remaining=remaining
            )
        )

    # What is left when nothing is open any more

    async def _cancel_left(self) -> str:
        for _ in range(ROUNDS):
            await self._read()
            fates = await self._fates(name for name in self._left if name != UNNAMED)
            entry = fates.get(self._entry or "")
            if entry is not None and entry.filled > self._filled:
                await self._confirm_entry(entry)
                return "the entry was filled after all"
            ended = list(fates)
            if UNNAMED in self._left:
                await self._sweep()
                ended.append(UNNAMED)
            may_have_filled = self._of_kind("entry", "own")
            if may_have_filled:
                look = await self._evidence(*may_have_filled)
                if any(order is not None and order.status == "open" for order in look.orders.values()):
                    continue
                self._refuse_other_side(look)
                added = self._added(look)
                if look.held and added:
                    await self._resize(min(look.held, added), look)
                    return "an order of the bot's own was filled"
                if look.held:
                    raise Unsettled(
                        f"{look.held} is held, and no order of it is known to have filled",
                        "look at the exchange whose it is, then release",
                    )
            self.receipt = await self._tell(ended)
            if self.receipt.status == "pending_cancels" and may_have_filled:
                self.receipt = await self._confirm_exit(may_have_filled)
            if self.receipt.status != "pending_cancels":
                return ALL_ENDED
            await self._wait_for_hands(list(self._left))
        raise Unsettled(
            "orders are left, however often they were cancelled", "look at the exchange, then recover again"
        )

    async def _tell(self, ended: Iterable[str]) -> Receipt:
        """Say that these have ended, and which of them had arrived: of those anybody may say it."""
        ended = list(ended)
        return await self._client.confirm_orders(
            self._id,
            orders_ended=ended,
            orders_placed=[name for name in ended if name in self._arrived],
            fence=self._fence,
        )

    async def _fates(self, names: Iterable[str]) -> dict[str, Order | None]:
        """Cancel these, and see what became of each. None: nothing of it ever arrived.

        Without those that are unknown, and that somebody else could still send when they were looked up.
        """
        fates: dict[str, Order | None] = {}
        unsure = []
        looked_at = self._clock.now()
        for name in names:
            if name in self._maybe_sent:
                unsure.append(name)
            else:
                fates[name] = None
        for look in range(LOOKS):
            await self._cancel(unsure)
            again = []
            for name in unsure:
                order = await self._find(name)
                if (order is None and look == 0) or (order is not None and order.status == "open"):
                    again.append(name)
                else:
                    fates[name] = order
            if not again:
                unknown = [name for name in self._maybe_sent & fates.keys() if fates[name] is None]
                for name in await self._sendable(unknown, looked_at):
                    del fates[name]
                return fates
            unsure = again
            await self._pause()
        raise Unsettled(f"orders that were cancelled are open still: {', '.join(unsure)}")

    async def _sweep(self) -> None:
        """Cancel the closing orders of the slot that the book does not name, until two lists show none."""
        was_clear = False
        for _ in range(ROUNDS):
            names = await strays(self._exchange, self.receipt, self._names())
            if names:
                await self._cancel(names)
            elif was_clear:
                return
            was_clear = not names
            await self._pause()
        raise Unsettled("closing orders that nobody can name are not cancelled", "look at the exchange")

    def _names(self) -> set[str]:
        """What the book calls the orders of this position."""
        names = set(self._left) | {name for name in (self._row.stop_loss_order,) if name}
        return names | {f"id:{self._row.stop_loss_order_id}"} if self._row.stop_loss_order_id else names

    # Orders in the hand of somebody before

    async def _say(self, call: Callable[[], Awaitable[Receipt]]) -> bool:
        """A call that says that an order has ended. False: somebody might still have sent it, and that time is over."""
        try:
            self.receipt = await call()
        except IllegalTransition as refusal:
            detail = refusal.detail if isinstance(refusal.detail, dict) else {}
            if not detail.get("in_hand_until"):
                raise
            await self._wait_until(detail["order"], datetime.fromisoformat(detail["in_hand_until"]))
            return False
        return True

    async def _wait_for_hands(self, names: Iterable[str]) -> None:
        """Wait until those of these that are left cannot be sent any more by whoever had them before."""
        await self._read()
        for name in names:
            order = self._left.get(name)
            if order is not None and order.others_until is not None:
                await self._wait_until(name, order.others_until)

    async def _sendable(self, names: list[str], looked_at: datetime) -> dict[str, datetime]:
        """Those of these that somebody else could still send at a time of our clock, and until when."""
        if not names:
            return {}
        await self._read()
        renewed = await self._renew()
        then = renewed.answered_at - (self._clock.now() - looked_at)
        until = {name: self._left[name].others_until for name in names if name in self._left}
        return {name: time for name, time in until.items() if time is not None and time > then}

    async def _wait_until(self, name: str, until: datetime) -> None:
        renewed = await self._renew()
        seconds = (until - renewed.answered_at).total_seconds()
        if seconds > self._lease.total_seconds() or (name, until) in self._waited:
            raise Unsettled(
                f"{name} may still be sent by whoever had it before, until {until:%Y-%m-%d %H:%M:%S} UTC",
                "recover again after that",
            )
        self._waited.add((name, until))
        await self._clock.sleep(max(seconds, 0.0))
        await self._renew()

    # The exchange

    def _due(self) -> ExchangeOrder:
        if self.receipt.next_order is None:
            raise Unsettled(
                "another position holds its slot, so its orders are withheld",
                "look at the exchange whose exposure it is, then take-over",
            )
        return self.receipt.next_order

    async def _renew(self) -> Receipt:
        began = self._clock.now()
        renewed = await self._client.renew_lease(self._id, self._fence, lease=self._lease)
        self._renewed_at = began
        return renewed

    async def _pause(self) -> None:
        await self._clock.sleep(self._grace.total_seconds())
        await self._renew()

    async def _find(self, name: str | None) -> Order | None:
        if name is None or name == UNNAMED:
            return None
        order = await find(self._exchange, self.receipt, name)
        if order is not None:
            self._arrived.add(name)
        return order

    async def _cancel(self, names: Iterable[str]) -> None:
        """Cancel each of these, right after the database has said that they are still ours."""
        for name in names:
            if self._renewed_at is None or self._clock.now() >= self._renewed_at + self._lease / 3:
                await self._renew()
            were_open = await cancel(self._exchange, self.receipt, [name])
            if were_open[name]:
                self._arrived.add(name)

    async def _send(self, order: ExchangeOrder) -> Order:
        """Send it, right after the database has said that this is still ours."""
        began = self._clock.now()
        await self._renew()
        if self._clock.now() >= began + self._lease:
            raise Unsettled("the lease ended before the order was sent")
        self._maybe_sent.add(order.client_order_id)
        return await submit(self._exchange, self.receipt, order)

    async def _check_mode(self) -> None:
        """Of a position in another mode than its account nothing can be said, and nothing done."""
        told = await position_mode(self._exchange, self.receipt.symbol, self.receipt.account)
        self._refuse_mode(mode_mismatch(self.receipt.position_side, told, []))

    def _refuse_mode(self, reason: str) -> None:
        if reason:
            raise ModeMismatch(reason)

    async def _held(self) -> Sequence[Holding]:
        """What the account holds in the slot. What it holds of the symbol in the other mode may be the slot's."""
        listed = await self._exchange.positions(account=self.receipt.account)
        ours = [held for held in listed if held.symbol == self.receipt.symbol]
        self._refuse_mode(mode_mismatch(self.receipt.position_side, None, ours))
        in_slot = [held for held in ours if held.position_side == self.receipt.position_side and held.size]
        if not in_slot:
            await self._refuse_namesake(listed)
        return in_slot

    async def _refuse_namesake(self, listed: Sequence[Holding]) -> None:
        """Where nothing is listed of a position, as much at about its price of a symbol that nobody has may be it."""
        price = self._row.average_price or self._row.entry_price
        alike = {
            held.symbol
            for held in listed
            if held.size
            and held.symbol != self._row.symbol
            and (held.side, held.quantity) == (self._row.side, self._row.open_quantity)
            and held.average_price is not None
            and abs(held.average_price - price) <= price * ALIKE
        }
        if alike:
            account = (self.receipt.exchange, self.receipt.account)
            rows = await self._client.open_positions()
            alike -= {row.symbol for row in rows if (row.exchange, row.account) == account}
        if alike:
            raise Unsettled(
                f"symbol_mismatch: the exchange holds the same as {', '.join(sorted(alike))}",
                "look at the exchange whether it is one contract; then tradelatch aliases, adopt or release",
            )

    async def _look(self, names: Iterable[str | None]) -> Look:
        size = sum((held.size for held in await self._held()), ZERO)
        orders = {name: await self._find(name) for name in names if name is not None}
        return Look(size if self._row.side == "long" else -size, orders)

    async def _evidence(self, *names: str | None) -> Look:
        """What the exchange says twice, a grace time apart, and a grace time after whatever was done last.

        That it does not know an order counts when nobody else could send it any more at the first of these looks.
        """
        await self._pause()
        looked_at = self._clock.now()
        before = await self._look(names)
        for _ in range(LOOKS):
            await self._pause()
            looks_at = self._clock.now()
            now = await self._look(names)
            if now == before:
                unknown = [name for name, order in now.orders.items() if order is None]
                sendable = await self._sendable(unknown, looked_at)
                if not sendable:
                    return now
                await self._wait_until(*max(sendable.items(), key=lambda each: each[1]))
                looks_at = self._clock.now()
                now = await self._look(names)
            before, looked_at = now, looks_at
        raise Unsettled("the exchange says something else at each look")


def _is_filled(order: Order | None) -> bool:
    return order is not None and bool(order.filled or order.status == "closed")
