# Generated from moves_async.py by client/async_to_sync.py: change that file, not this one.
"""One method for each function that moves a position, but create_position."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from uuid6 import uuid7

from .arguments import MINUTE, NO_DETAILS, NO_ORDERS, Call, Details, Orders, function_call
from .calling_sync import Caller
from .order_notes import may_be_unsent
from .receipt import RECEIPT_COLUMNS, Receipt
from .words import PositionSide, Side


class Moves:
    """The functions of one position, each with its receipt: same names, same arguments, same defaults."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def place_entry(
        self, position_id: int, fence: int, exchange_order_id: str, *, details: Details = NO_DETAILS
    ) -> Receipt:
        """The exchange took the entry order, under this id of its own.

        Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound,
        RequestMismatch when another order id was given before.
        """
        return self._receipt(
            "place_entry",
            position_id=position_id,
            fence=fence,
            exchange_order_id=exchange_order_id,
            details=details,
        )

    def confirm_entry(
        self,
        position_id: int,
        fence: int,
        filled_quantity: Decimal | int,
        *,
        average_price: Decimal | int | None = None,
        exchange_order_id: str | None = None,
        orders_ended: Orders = NO_ORDERS,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """The entry was filled, wholly or in part; called again when the fill grew.

        filled_quantity: filled so far, in units of the base asset. average_price: of the fill. orders_ended: orders
        that ended, the entry among them where this is all that it will fill. The receipt has the stop-loss for the
        whole fill; or the close for what is open, while the position is being closed.

        Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound,
        RequestMismatch.
        """
        return self._receipt(
            "confirm_entry",
            position_id=position_id,
            fence=fence,
            filled_quantity=filled_quantity,
            average_price=average_price,
            exchange_order_id=exchange_order_id,
            orders_ended=orders_ended,
            details=details,
        )

    def activate_position(
        self,
        position_id: int,
        fence: int,
        stop_loss_price: Decimal | int,
        client_order_id: str | None,
        *,
        stop_loss_order_id: str | None = None,
        orders_ended: Orders = NO_ORDERS,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """This stop-loss stands on the exchange, with this trigger price: the position is active.

        client_order_id: of that stop-loss. It is the one that was called for, or an earlier one for all that is open
        while orders_ended names the one called for; another one is left, to be cancelled, and the status stays. None:
        it has no id of ours; then stop_loss_order_id is needed, and orders_ended names the one called for.
        orders_ended: orders that ended.

        Outcomes: `ok`; `replayed`; `duplicate`: another open row holds the slot, so the position is rolled back, with
        no order until an operator has looked. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound,
        RequestMismatch for an order that this position never handed out.
        """
        return self._receipt(
            "activate_position",
            position_id=position_id,
            fence=fence,
            stop_loss_price=stop_loss_price,
            client_order_id=client_order_id,
            stop_loss_order_id=stop_loss_order_id,
            orders_ended=orders_ended,
            details=details,
        )

    def cancel_position(self, position_id: int, fence: int, reason: str) -> Receipt:
        """The entry is final and nothing was filled: the slot is free.

        reason: at most 1000 characters. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        StaleFence, PositionNotFound.
        """
        return self._receipt("cancel_position", position_id=position_id, fence=fence, reason=reason)

    def fail_position(self, position_id: int, fence: int, reason: str) -> Receipt:
        """Recovery proved that the entry was never sent: the slot is free. The fence is one from claim_stale.

        reason: at most 1000 characters. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        StaleFence, PositionNotFound.
        """
        return self._receipt("fail_position", position_id=position_id, fence=fence, reason=reason)

    def rollback_position(self, position_id: int, fence: int, reason: str, *, details: Details = NO_DETAILS) -> Receipt:
        """The opening failed, and something may be open on the exchange.

        The receipt cancels entry and stop-loss, then closes; confirm_flat frees the slot. reason: at most 1000
        characters. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound.
        """
        return self._receipt("rollback_position", position_id=position_id, fence=fence, reason=reason, details=details)

    def confirm_flat(
        self,
        position_id: int,
        fence: int,
        *,
        orders_ended: Orders = NO_ORDERS,
        exit_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """After a rollback: the entry is final and nothing is open on the exchange. The slot is free.

        While an order is left, the position is `pending_cancels`, and the receipt has what to cancel. orders_ended:
        orders that ended beside the entry and the close. realized_pnl: in the quote asset. Outcomes: `ok`, `replayed`.
        Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound.
        """
        return self._receipt(
            "confirm_flat",
            position_id=position_id,
            fence=fence,
            orders_ended=orders_ended,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            details=details,
        )

    def begin_close(
        self,
        position_id: int,
        reason: str,
        *,
        fence: int | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
    ) -> Receipt:
        """An exit is decided; the receipt has the close order, and the right to send it.

        An active position is given at once; one that somebody drives to its driver, who shows the fence, or after
        lease and grace time. reason: at most 1000 characters. attempt: this call and its retries.

        Outcomes: `ok`; `claimed`; `replayed`; `existing` while somebody else drives it. Raises InvalidArgument,
        IllegalTransition, StaleFence, PositionNotFound, RequestMismatch.
        """
        return self._receipt(
            "begin_close",
            position_id=position_id,
            reason=reason,
            fence=fence,
            attempt=attempt or uuid7(),
            lease=lease,
        )

    def confirm_close(
        self,
        position_id: int,
        reason: str,
        *,
        orders_ended: Orders = NO_ORDERS,
        exit_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        fence: int | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
        details: Details = NO_DETAILS,
        observed_at: datetime | None = None,
    ) -> Receipt:
        """Nothing is open any more, by us or by the exchange; the slot is free.

        orders_ended: orders that ended: a stop-loss that triggered, those that were cancelled. While an order is left,
        the position is `pending_cancels`; whoever shows no fence is given the drive to cancel it, unless a driver may
        still be sending. realized_pnl: in the quote asset. attempt: this call and its retries.
        observed_at: by the database's clock, when the look began by which nothing is open: that at the exchange, or
        `exposure_at` of the row that a fill was taken from; StaleObservation when the exposure moved since. Outcomes:
        `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound, RequestMismatch,
        StaleObservation.
        """
        return self._receipt(
            "confirm_close",
            position_id=position_id,
            reason=reason,
            orders_ended=orders_ended,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            fence=fence,
            attempt=attempt or (None if fence is not None else uuid7()),
            lease=lease,
            details=details,
            observed_at=observed_at,
        )

    def confirm_orders(
        self,
        position_id: int,
        *,
        orders_ended: Orders = NO_ORDERS,
        orders_placed: Orders = NO_ORDERS,
        fence: int | None = None,
    ) -> Receipt:
        """These orders of a position ended, or arrived on the exchange.

        Names are client order ids, or `id:` and the exchange's id. orders_placed: orders that reached the exchange, or
        one's own (a take-profit, a DCA) before they are sent: left until they end. Of orders_ended, what is not left,
        what is in somebody else's hand, and the entry are ignored. An active position whose stop-loss ended becomes
        `pending_sl`, a `pending_cancels` what it was to be once no order is left.

        One's own that is told again has arrived: that is not repeated after a lost connection (OutcomeUnknown), and
        `orders` shows whether it was told.

        Outcomes: `ok`, `replayed`. Fence and order only for the driver, who shows the fence. Raises InvalidArgument,
        StaleFence, PositionNotFound, RequestMismatch for an order of ours that this position never handed out.
        """
        return self._receipt(
            "confirm_orders",
            position_id=position_id,
            orders_ended=orders_ended,
            orders_placed=orders_placed,
            fence=fence,
        )

    def replace_stop_loss(
        self,
        position_id: int,
        stop_loss_price: Decimal | int,
        *,
        fence: int | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
    ) -> Receipt:
        """We are to move the stop-loss: the receipt has one at that price, and the right to send it.

        The ones before it are cancelled once it stands. An active position is given at once; one that somebody drives
        to its driver, who shows the fence, or after lease and grace time. attempt: this call and its retries.

        Outcomes: `ok`; `claimed`; `replayed`; `existing` while somebody else drives it. Raises InvalidArgument,
        IllegalTransition, StaleFence, PositionNotFound, RequestMismatch.
        """
        return self._receipt(
            "replace_stop_loss",
            position_id=position_id,
            stop_loss_price=stop_loss_price,
            fence=fence,
            attempt=attempt or uuid7(),
            lease=lease,
        )

    def update_stop_loss(
        self,
        position_id: int,
        stop_loss_price: Decimal | int | None,
        *,
        stop_loss_order_id: str | None = None,
        orders_ended: Orders = NO_ORDERS,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
    ) -> Receipt:
        """The stop-loss of an active position was moved; None says that it is gone.

        stop_loss_order_id: of the order that stands now, where it is another one; the one before it stays left unless
        orders_ended names it. With None the position is `pending_sl` again, and the receipt has the stop-loss to send,
        and the right to; the old one stays left unless it is named. attempt: this call and its retries. Outcomes: `ok`,
        `replayed`. Raises InvalidArgument, IllegalTransition, PositionNotFound, RequestMismatch.
        """
        return self._receipt(
            "update_stop_loss",
            position_id=position_id,
            stop_loss_price=stop_loss_price,
            stop_loss_order_id=stop_loss_order_id,
            orders_ended=orders_ended,
            attempt=attempt or uuid7(),
            lease=lease,
        )

    def reissue_order(
        self,
        position_id: int,
        fence: int,
        client_order_id: str,
        reason: str,
        *,
        remaining: Decimal | int | None = None,
    ) -> Receipt:
        """That stop-loss or close was refused or ended: the receipt has it again, under a fresh id.

        client_order_id: of the order that ended. remaining: what is still to be done, in units of the base asset.
        Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound,
        RequestMismatch when it is not the latest order.
        """
        return self._receipt(
            "reissue_order",
            position_id=position_id,
            fence=fence,
            client_order_id=client_order_id,
            reason=reason,
            remaining=remaining,
        )

    def adopt_position(
        self,
        exchange: str,
        symbol: str,
        side: Side,
        quantity: Decimal | int,
        average_price: Decimal | int,
        observed_at: datetime,
        *,
        account: str = "default",
        position_side: PositionSide = "both",
        stop_loss_price: Decimal | int | None = None,
        stop_loss_order_id: str | None = None,
        stop_loss_percent: Decimal | int | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """Take a position that was found on the exchange, and that nobody claims, into the book.

        observed_at: when the request to the exchange that showed it began, by the database's clock. Without a
        stop-loss it is `pending_sl`, and the receipt has the stop-loss to send, at stop_loss_percent where that is
        given; else it is active. `*` is left: closing orders that nobody can name. attempt: this call and its retries.
        Outcomes: `created`, `existing`, `replayed`. Raises InvalidArgument, RequestMismatch, PositionModeConflict,
        StaleObservation when the slot moved since.
        """
        return self._receipt(
            "adopt_position",
            exchange=exchange,
            symbol=symbol,
            side=side,
            quantity=quantity,
            average_price=average_price,
            observed_at=observed_at,
            account=account,
            position_side=position_side,
            stop_loss_price=stop_loss_price,
            stop_loss_order_id=stop_loss_order_id,
            stop_loss_percent=stop_loss_percent,
            attempt=attempt or uuid7(),
            lease=lease,
            details=details,
        )

    def renew_lease(self, position_id: int, fence: int, *, lease: timedelta = MINUTE) -> Receipt:
        """The driver goes on: the lease ends `lease` from now, and never earlier than it did.

        Outcome: `ok`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound.
        """
        return self._receipt("renew_lease", position_id=position_id, fence=fence, lease=lease)

    def claim_stale(
        self,
        *,
        lease: timedelta = MINUTE,
        grace: timedelta = timedelta(seconds=5),
        max_positions: int = 10,
        exchange: str | None = None,
        account: str | None = None,
    ) -> list[Receipt]:
        """Take over unfinished positions whose lease ended a grace time ago, the oldest first; each goes to one caller.

        The receipts' outcome is `claimed`. A claimed `entry` is to be looked up on the exchange, never sent. Not
        repeated after a lost connection: OutcomeUnknown; what it had claimed can be claimed again after the lease.
        Raises InvalidArgument.
        """
        call = function_call(
            "claim_stale",
            RECEIPT_COLUMNS,
            {
                "lease": lease,
                "grace": grace,
                "max_positions": max_positions,
                "exchange": exchange,
                "account": account,
            },
            repeatable=False,
        )
        return self._caller.receipts(call)

    def resize_position(
        self,
        position_id: int,
        quantity: Decimal | int,
        reason: str,
        *,
        average_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        fence: int | None = None,
        orders_ended: Orders = NO_ORDERS,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
        observed_at: datetime | None = None,
    ) -> Receipt:
        """The position was added to, or partly closed: a stop-loss, or a close, for what is open now is due.

        quantity: the open quantity as it is now, the entry's fill included, in units of the base asset: the entry has
        ended, or orders_ended names it. average_price: of what is open. realized_pnl: so far. attempt: this call and
        its retries. An active position, and one that nobody drives, is the caller's to drive from then on; another
        one stays its driver's. observed_at: by the database's clock, when the look began by which the quantity was
        reckoned: that at the exchange, or `exposure_at` of the row that a fill was added to; StaleObservation when the
        exposure moved since. Outcomes: `ok`, `claimed`, `replayed`. Raises InvalidArgument, IllegalTransition,
        StaleFence, PositionNotFound, RequestMismatch, StaleObservation.
        """
        return self._receipt(
            "resize_position",
            position_id=position_id,
            quantity=quantity,
            reason=reason,
            average_price=average_price,
            realized_pnl=realized_pnl,
            fence=fence,
            orders_ended=orders_ended,
            attempt=attempt or uuid7(),
            lease=lease,
            observed_at=observed_at,
        )

    def settle_position(
        self,
        position_id: int,
        *,
        exit_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        fees: Decimal | int | None = None,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """Facts that came after the end of a position; None leaves what is known.

        Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition while it is open, PositionNotFound.
        """
        return self._receipt(
            "settle_position",
            position_id=position_id,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            fees=fees,
            details=details,
        )

    def take_over(self, position_id: int, reason: str, *, lease: timedelta = MINUTE) -> Receipt:
        """An operator takes an open position over at once; the driver before is fenced off.

        It may have sent an order until its own lease ended. Orders that were withheld are given again: look first
        whose exposure it is. Outcome: `claimed`; a claimed `entry` is looked up, never sent. Raises InvalidArgument,
        IllegalTransition, PositionNotFound, PermissionDenied.
        """
        return self._receipt("take_over", position_id=position_id, reason=reason, lease=lease)

    def release_position(self, position_id: int, reason: str) -> Receipt:
        """An operator's override: the position is closed in the book, whatever it is, and its slot is free.

        Nothing is asked of the exchange, and nothing sent; the receipt lists orders that may be left there. Backed
        up: `restore_backup` gives it back. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        PositionNotFound, PermissionDenied.
        """
        return self._receipt("release_position", position_id=position_id, reason=reason)

    def _receipt(self, name: str, **arguments: object) -> Receipt:
        (receipt,) = self._caller.receipts(receipt_call(name, **arguments))
        return receipt


def receipt_call(name: str, **arguments: object) -> Call:
    """A call of a function that moves one position. Raises InvalidArgument.

    Telling an order of one's own again says that it arrived: such a call is not repeated after a lost connection.
    """
    call = function_call(name, RECEIPT_COLUMNS, arguments)
    is_repeatable = not any(may_be_unsent(order) for order in call.parameters.get("orders_placed") or ())
    return call if is_repeatable else call._replace(repeatable=False)
