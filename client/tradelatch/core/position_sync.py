# Generated from position_async.py by client/async_to_sync.py: change that file, not this one.
"""The handle that `opening` yields: one position, driven by one thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, NoReturn
from uuid import UUID

from uuid6 import uuid7

from ._threads import OtherWith, Ticker
from .arguments import NO_DETAILS, NO_ORDERS, Call, Details, Orders, reason_of
from .calling_sync import Caller
from .errors import (
    IllegalTransition,
    InvalidArgument,
    LeaseExpired,
    OpeningIncomplete,
    OutcomeUnknown,
    SlotTaken,
    StaleFence,
    TradelatchError,
    Unavailable,
)
from .flight import Flight
from .lease import Lease
from .moves_sync import receipt_call
from .order_notes import OrderNotes
from .receipt import ExchangeOrder, HandedReceipt, Receipt
from .words import Outcome, PositionSide, Status

OPENING = ("pending_entry", "entry_placed", "pending_sl")
CLOSING = ("pending_close", "pending_rollback")
ENDING = (*CLOSING, "pending_cancels")
ENDS = ("confirm_close", "confirm_flat")
OVER = ("closed", "rolled_back", "canceled", "failed")

log = logging.getLogger("tradelatch")


class Position:
    """A position and the right to drive it; it belongs to one thread.

    Its methods are those of the client, with its own position_id and fence. Its attributes are those of the latest
    receipt, but that fence and lease_until stay known when a receipt does not repeat them.

    It remembers the orders that it gave out, and what `send_order` and `cancel_orders` note of them: its next call
    names those that ended. Orders that it was to give out and never did, it names as never sent. An order is given
    out when it is read, here or in a receipt that a method returned.
    """

    def __init__(self, caller: Caller, lease: timedelta, *, is_first_attempt: bool) -> None:
        self._caller = caller
        self._lease_length = lease
        self._is_first_attempt = is_first_attempt
        self._lease = Lease()
        self._receipt: Receipt | None = None
        self._is_unsure = False  # the latest call was refused, or had no answer: what is due is not known
        self._refusal: Mapping[str, Any] | None = None  # what the database says of a position, refusing a call
        self._problem: str | None = None  # why it was not undone
        self._ticker: Ticker | None = None
        self._is_handed_out = False  # the entry may have been sent
        self._orders = OrderNotes()
        self._is_ended = False  # cancelled or rolled back by our caller
        self._is_detached = False
        self._is_left = False  # the block

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.position_id} {self.status}>"

    @property
    def _latest(self) -> Receipt:
        if self._receipt is None:
            raise RuntimeError("the position was not created")
        return self._receipt

    @property
    def outcome(self) -> Outcome:
        """`created`, `replayed`, `duplicate`, `existing` or `ok`."""
        return self._latest.outcome

    @property
    def position_id(self) -> int:
        """The position's id."""
        return self._latest.position_id

    @property
    def status(self) -> Status:
        """Where the position stands, as the latest answer has it, a refusal included."""
        told: Status | None = (self._refusal or {}).get("status")
        return told or self._latest.status

    @property
    def exchange(self) -> str:
        """The venue, in its canonical spelling."""
        return self._latest.exchange

    @property
    def account(self) -> str:
        """The exchange account."""
        return self._latest.account

    @property
    def symbol(self) -> str:
        """The symbol, in its canonical spelling."""
        return self._latest.symbol

    @property
    def position_side(self) -> PositionSide:
        """`both`, `long` or `short`."""
        return self._latest.position_side

    @property
    def fence(self) -> int | None:
        """The number that every call shows; it rises when the right to drive changes hands."""
        return self._lease.fence

    @property
    def lease_until(self) -> datetime | None:
        """Until when orders may be sent, by the database's clock."""
        return self._lease.until

    @property
    def cancels(self) -> tuple[str, ...]:
        """Orders to cancel, by client order id, or `id:` and the exchange's id.

        None of them once somebody else drives the position: the orders are the new driver's. After IllegalTransition
        what it says is left of a position that is over, or waits for its cancels.
        """
        if self._lease.is_lost:
            return ()
        if self._refusal is None:
            return self._latest.cancels
        is_over = self._refusal.get("status") in (*OVER, "pending_cancels")
        return tuple(self._refusal.get("orders_left", ())) if is_over else ()

    @property
    def next_order(self) -> ExchangeOrder | None:
        """The order to send now, or None. Whoever read it is taken to have sent it.

        None also after IllegalTransition and StaleFence, and after a call that had no answer, until a call succeeds.
        Raises LeaseExpired when it is too late to send.
        """
        if self._latest.next_order is None or self._is_unsure:
            return None
        order = self._order_due()
        if order is None:
            raise LeaseExpired(f"position {self.position_id}: too late to send an order")
        self._give(order.client_order_id)
        return order

    @property
    def is_maybe_sent(self) -> bool:
        """Whether next_order was read before, or is that of an opening that was replayed: look it up first."""
        order = self._latest.next_order
        return order is not None and self._orders.is_given(order.client_order_id)

    @property
    def receipt(self) -> Receipt:
        """The latest receipt: for Recovery.finish, where the block was left by an exception."""
        return HandedReceipt.handed(self._latest, self._give)

    def note_placed(self, *names: str) -> None:
        """Note that these orders arrived on the exchange: when it knows them no longer, they have ended."""
        self._orders.place(*names)

    def note_ended(self, *names: str, filled: Decimal | None = None) -> None:
        """Note that these orders ended on the exchange, or will never arrive: the next call says so.

        filled: of an entry, all that it filled; without it confirm_entry does not say that the entry ended.
        """
        self._orders.end(*names, filled=filled)

    def note_missing(self, *names: str) -> None:
        """Note that the exchange has none of these open: they ended, unless one may still be on its way there."""
        self._orders.miss(*names)

    def _give(self, name: str) -> None:
        self._is_handed_out = True
        self._orders.give(name)

    def lease_left(self) -> float:
        """Seconds for which an order may still be sent; 0 when it is too late."""
        return self._lease.left(self._caller.clock)

    def place_entry(self, exchange_order_id: str, *, details: Details = NO_DETAILS) -> Receipt:
        """The exchange took the entry."""
        return self._move("place_entry", exchange_order_id=exchange_order_id, details=details)

    def confirm_entry(
        self,
        filled_quantity: Decimal | int,
        *,
        average_price: Decimal | int | None = None,
        exchange_order_id: str | None = None,
        orders_ended: Orders = NO_ORDERS,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """The entry was filled, wholly or in part; again when it grew. The stop-loss is due next."""
        return self._move(
            "confirm_entry",
            filled_quantity=filled_quantity,
            average_price=average_price,
            exchange_order_id=exchange_order_id,
            orders_ended=orders_ended,
            details=details,
        )

    def activate(
        self,
        stop_loss_price: Decimal | int,
        *,
        client_order_id: str | None = None,
        stop_loss_order_id: str | None = None,
        orders_ended: Orders = NO_ORDERS,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """The stop-loss stands on the exchange. Outcome `duplicate`: another row held the slot, this one is undone.

        client_order_id: of another one than the one that was called for last.
        """
        return self._move(
            "activate_position",
            stop_loss_price=stop_loss_price,
            client_order_id=client_order_id or self._stop_loss,
            stop_loss_order_id=stop_loss_order_id,
            orders_ended=orders_ended,
            details=details,
        )

    def cancel(self, reason: str) -> Receipt:
        """The entry is final and nothing was filled."""
        receipt = self._move("cancel_position", reason=reason)
        self._is_ended = True
        return receipt

    def rollback(self, reason: str, *, details: Details = NO_DETAILS) -> Receipt:
        """Something may be open on the exchange: it is to be closed; then confirm_flat."""
        receipt = self._move("rollback_position", reason=reason, details=details)
        self._is_ended = True
        return receipt

    def confirm_flat(
        self,
        *,
        orders_ended: Orders = NO_ORDERS,
        exit_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """After a rollback: the entry is final and nothing is open on the exchange.

        The slot is free; while an order is left, the position is `pending_cancels`, and `cancels` has it.
        """
        return self._move(
            "confirm_flat",
            orders_ended=orders_ended,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            details=details,
        )

    def begin_close(self, reason: str, *, attempt: UUID | None = None) -> Receipt:
        """An exit is decided; the close is due next."""
        return self._move("begin_close", reason=reason, attempt=attempt or uuid7(), lease=self._lease_length)

    def confirm_close(
        self,
        reason: str,
        *,
        orders_ended: Orders = NO_ORDERS,
        exit_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        details: Details = NO_DETAILS,
        observed_at: datetime | None = None,
    ) -> Receipt:
        """Nothing is open any more, by us or by the exchange.

        The slot is free; while an order is left, the position is `pending_cancels`, and `cancels` has it.
        observed_at: as `resize` takes it.
        """
        return self._move(
            "confirm_close",
            reason=reason,
            orders_ended=orders_ended,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            details=details,
            observed_at=observed_at,
        )

    def confirm_orders(self, *, orders_ended: Orders = NO_ORDERS, orders_placed: Orders = NO_ORDERS) -> Receipt:
        """These orders ended, or arrived; one's own (a take-profit, a DCA) are told before they are sent.

        One's own that is told again has arrived. OutcomeUnknown, before it is sent: see `orders` before telling again.
        """
        return self._move("confirm_orders", orders_ended=orders_ended, orders_placed=orders_placed)

    def replace_stop_loss(self, stop_loss_price: Decimal | int, *, attempt: UUID | None = None) -> Receipt:
        """The stop-loss is to be moved: one at that price is due; the ones before are cancelled once it stands."""
        return self._move(
            "replace_stop_loss",
            stop_loss_price=stop_loss_price,
            attempt=attempt or uuid7(),
            lease=self._lease_length,
        )

    def resize(
        self,
        quantity: Decimal | int,
        reason: str,
        *,
        average_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        orders_ended: Orders = NO_ORDERS,
        attempt: UUID | None = None,
        observed_at: datetime | None = None,
    ) -> Receipt:
        """It was added to, or partly closed: a stop-loss, or a close, for what is open now is due.

        observed_at: by the database's clock, when the look began by which the quantity was reckoned, or `exposure_at`
        of the row that a fill was added to; StaleObservation when the exposure moved since.
        """
        return self._move(
            "resize_position",
            quantity=quantity,
            reason=reason,
            average_price=average_price,
            realized_pnl=realized_pnl,
            orders_ended=orders_ended,
            attempt=attempt or uuid7(),
            lease=self._lease_length,
            observed_at=observed_at,
        )

    def update_stop_loss(
        self,
        stop_loss_price: Decimal | int | None,
        *,
        stop_loss_order_id: str | None = None,
        orders_ended: Orders = NO_ORDERS,
        attempt: UUID | None = None,
    ) -> Receipt:
        """The exchange moved the stop-loss. None: it is gone, a new one is due next, under a new fence."""
        arguments: dict[str, object] = {
            "position_id": self.position_id,
            "stop_loss_price": stop_loss_price,
            "stop_loss_order_id": stop_loss_order_id,
            "orders_ended": orders_ended,
            "attempt": attempt or uuid7(),
            "lease": self._lease_length,
        }
        arguments = self._with_orders_ended("update_stop_loss", arguments)
        return self._run(receipt_call("update_stop_loss", **arguments))

    def reissue_order(self, client_order_id: str, reason: str, *, remaining: Decimal | int | None = None) -> Receipt:
        """That stop-loss or close was refused or ended: the same order under a fresh id, for what remains."""
        return self._move("reissue_order", client_order_id=client_order_id, reason=reason, remaining=remaining)

    def renew_lease(self) -> None:
        """Lengthen the lease. Inside the block that happens by itself."""
        self._caller.run(self._renew)

    def detach(self) -> None:
        """Leave the block without ending anything: the lease is not renewed any more, and whoever claims may claim."""
        self._is_detached = True

    def _call(self, name: str, **arguments: object) -> Call:
        own = {"position_id": self.position_id, "fence": self.fence}
        return receipt_call(name, **own, **arguments)

    @property
    def _stop_loss(self) -> str:
        """The stop-loss that was given out last; where none was, the one that is called for."""
        order = self._latest.next_order
        name = self._orders.stop_loss or (order and order.kind == "stop_loss" and order.client_order_id)
        if not name:
            raise InvalidArgument(f"position {self.position_id} calls for no stop-loss: name the one that stands")
        return name

    def _never_sent(self, due: ExchangeOrder | None = None) -> list[str]:
        """The order that was due until now, when nobody was given it; `due` takes its place."""
        order = self._receipt.next_order if self._receipt is not None else None
        if order is None or order.kind == "entry" or self._orders.is_given(order.client_order_id):
            return []
        return [] if due and due.client_order_id == order.client_order_id else [order.client_order_id]

    def _with_orders_ended(self, name: str, arguments: Mapping[str, object]) -> dict[str, object]:
        """The arguments of a call, with what is known here beside what the caller says."""
        told = arguments["orders_ended"]
        if isinstance(told, str | bytes) or not isinstance(told, Sequence):
            return dict(arguments)  # refused where arguments are checked
        filled = arguments.get("filled_quantity")
        known = self._orders.to_say(name, filled if isinstance(filled, Decimal | int) else None)
        if name in ("confirm_entry", "resize_position", *ENDS):  # what they call for takes its place
            known += self._never_sent()
        due = self._latest.next_order
        needless = {
            *told,
            due.client_order_id if due and due.kind == "close" and name in ENDS else None,  # ended by being said
        }
        ended = [*told, *(order for order in known if order not in needless)]
        return {**arguments, "orders_ended": ended}

    def _move(self, name: str, **arguments: object) -> Receipt:
        if "orders_ended" in arguments:
            arguments = self._with_orders_ended(name, arguments)
        call = self._call(name, **arguments)
        if name != "cancel_position":  # whoever reports on an order has sent it
            self._is_handed_out = True
        return self._run(call)

    def _run(self, call: Call) -> Receipt:
        receipt = self._caller.run(self._perform, call)
        return HandedReceipt.handed(receipt, self._give)

    def _perform(self, flight: Flight, call: Call) -> Receipt:
        was_unsure, self._is_unsure = self._is_unsure, True
        try:
            receipt = self._ask(flight, call)
        except (IllegalTransition, StaleFence) as refusal:
            self._refusal = refusal.detail if isinstance(refusal.detail, Mapping) else {}
            raise
        except TradelatchError as error:
            if not isinstance(error, Unavailable | OutcomeUnknown) and not flight.is_open:
                self._is_unsure = was_unsure  # nothing was done
            raise
        if self._receipt is not None and receipt.slot != self._receipt.slot:
            raise TradelatchError(f"internal error: {call.name} was answered with another slot")
        with flight.lock:  # an answer that nobody waited for is not taken for the latest one
            flight.check()
            self._learn(call, receipt)
        return receipt

    def _learn(self, call: Call, receipt: Receipt) -> None:
        due = receipt.next_order
        left = (*receipt.cancels, due.client_order_id) if due else receipt.cancels
        self._orders.arrived(call.name, call.parameters)
        self._orders.said(call.parameters.get("orders_ended") or (), left)
        self._orders.end(*self._never_sent(due))
        self._receipt, self._is_unsure, self._refusal = receipt, False, None

    def _ask(self, flight: Flight, call: Call) -> Receipt:
        fence = self.fence
        try:
            (receipt,) = self._caller.perform_receipts(flight, call)
        except StaleFence:
            self._lease.lose(fence)
            raise
        self._lease.learn(receipt, flight.began_at)
        return receipt

    def _create(self, flight: Flight, call: Call) -> Receipt:
        receipt = self._perform(flight, call)
        if receipt.outcome == "replayed" and not self._is_first_attempt:
            for name in (*receipt.cancels, *([receipt.next_order.client_order_id] if receipt.next_order else [])):
                self._give(name)
            self._is_handed_out = True
        return receipt

    def _renew(self, flight: Flight) -> None:
        self._ask(flight, self._call("renew_lease", lease=self._lease_length))

    def _keep(self) -> bool:
        """Called again and again while the block lasts."""
        is_over = self._is_left or self._is_detached
        if not is_over and not self._lease.is_lost and self.status in OPENING + ENDING:
            try:
                self._caller.run(self._renew)
            except TradelatchError as error:
                log.warning("a lease was not renewed: %s", type(error).__name__)
        return not is_over

    def _start(self) -> None:
        if self.fence is None or self.status not in (*OPENING, *ENDING, "active"):
            raise SlotTaken(self.position_id, self.status)
        self._ticker = Ticker(self._lease_length.total_seconds() / 3, self._keep)

    @property
    def _is_incomplete(self) -> bool:
        return not self._is_ended and not self._is_detached and self.status in (*OPENING, "pending_rollback")

    def _end(self, seconds: float, reason: str | None) -> None:
        """Undo it for this reason, unless it is None or nothing is to be undone; what went wrong is in the notes."""
        if self._receipt is None:
            return
        try:
            self._caller.run_for(seconds, self._leave, reason)
        except TradelatchError as failure:
            self._note_failure(failure)
        except BaseException as interruption:
            if isinstance(interruption.__cause__, TradelatchError):
                self._note_failure(interruption.__cause__)
            raise

    def _note_failure(self, failure: TradelatchError) -> None:
        self._problem = f"position {self.position_id} could not be undone: {type(failure).__name__}: {failure}"
        log.error("a position could not be undone when its block was left: %s", type(failure).__name__)

    def _leave(self, flight: Flight, reason: str | None) -> None:
        self._is_left = True
        if self._ticker:
            self._ticker.stop()
        try:
            if reason is not None and self.fence is not None and not self._is_detached:
                self._undo(flight, reason)
        finally:
            if self._ticker:
                self._ticker.join()

    def _undo(self, flight: Flight, reason: str) -> None:
        if self.status not in OPENING:
            return
        is_unsent = self.status == "pending_entry" and not self._is_handed_out
        name = "cancel_position" if is_unsent else "rollback_position"
        try:
            self._perform(flight, self._call(name, reason=reason))
        except IllegalTransition as refusal:
            # An answer that never arrived had moved it on, to where nothing is to be undone.
            if (refusal.detail or {}).get("status") in OPENING:
                raise
            return
        if self.status in CLOSING:
            with suppress(TradelatchError):  # else there is what is left of the lease to send the close
                self._renew(flight)

    def _order_due(self) -> ExchangeOrder | None:
        """The order to send now, unless none is called for or it is too late."""
        order, until = self._latest.next_order, self._lease.until
        if order is None or self._is_unsure or until is None or not self._lease.lasts(self._caller.clock):
            return None
        return replace(order, valid_until=until)

    def _add_notes(self, error: BaseException) -> None:
        """What the exception that leaves the block has to say of the position."""
        if self._receipt is None or self.fence is None or self._is_detached:
            return
        if self._problem is not None:
            error.add_note(self._problem)
        if self.status in CLOSING:
            order = self._order_due()
            due = f"its {order.kind} order {order.client_order_id} is due" if order else "no order can be sent"
            cancels = f", after cancelling {', '.join(self.cancels)}" if self.cancels else ""
            error.add_note(f"position {self.position_id} is {self.status}: {due}{cancels}")


class Opening(OtherWith):
    """What `opening` returns: the position lives in the block of `async with`."""

    def __init__(self, caller: Caller, call: Call, lease: timedelta, *, is_first_attempt: bool) -> None:
        self._caller = caller
        self._call = call
        self._position = Position(caller, lease, is_first_attempt=is_first_attempt)
        self._is_entered = False

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"no {name!r}: write `with client.opening(...) as position`, and use that position")

    def __enter__(self) -> Position:
        if self._is_entered:
            raise TradelatchError("this opening was entered before: call client.opening(...) again")
        self._is_entered = True
        position = self._position
        try:
            self._caller.run(position._create, self._call)
            position._start()
        except BaseException as error:
            self._leave(error, reason_of(error))
            raise
        return position

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        position = self._position
        if error is not None:
            self._leave(error, reason_of(error))
        elif not position._is_incomplete:
            position._end(self._caller.timeout, None)
        else:
            position._end(self._caller.timeout, "its block was left before it was active")
            order = position._order_due() and position.next_order
            error = OpeningIncomplete(position.position_id, position.status, order, position.cancels)
            position._add_notes(error)
            raise error

    def _leave(self, error: BaseException, reason: str) -> None:
        """End the position; the exception that leaves the block, this one or a later interruption, says what is due."""
        try:
            self._position._end(self._caller.timeout, reason)
        except BaseException as interruption:
            self._position._add_notes(interruption)
            raise
        self._position._add_notes(error)


def create(caller: Caller, call: Call, lease: timedelta, *, is_first_attempt: bool) -> Receipt:
    """Create a position; when the caller is cancelled meanwhile, cancel the position too."""
    position = Position(caller, lease, is_first_attempt=is_first_attempt)
    ends_at = time.monotonic() + caller.timeout
    try:
        return caller.run(position._create, call)
    except BaseException as error:
        if not position._is_handed_out:
            position._end(ends_at - time.monotonic(), reason_of(error))
        raise
