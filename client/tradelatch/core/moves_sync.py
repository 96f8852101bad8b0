# Generated from moves_async.py by client/async_to_sync.py: change that file, not this one.
"""One method for each function that moves a position, but create_position."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from uuid6 import uuid7

from .arguments import MINUTE, NO_DETAILS, Details, function_call
from .calling_sync import Caller
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
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """The entry was filled, wholly or in part; called again when the fill grew.

        filled_quantity: filled so far, in units of the base asset. average_price: of the fill. The receipt has the
        stop-loss for the whole fill; or the close for what is open, while the position is being closed.

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
            details=details,
        )

    def activate_position(
        self,
        position_id: int,
        fence: int,
        stop_loss_price: Decimal | int,
        *,
        stop_loss_order_id: str | None = None,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """The stop-loss stands on the exchange, with this trigger price: the position is active.

        Outcomes: `ok`; `replayed`; `duplicate`: another open row holds the slot, so the position is rolled back, with
        no order until an operator has looked. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound.
        """
        return self._receipt(
            "activate_position",
            position_id=position_id,
            fence=fence,
            stop_loss_price=stop_loss_price,
            stop_loss_order_id=stop_loss_order_id,
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
        exit_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """After a rollback: the entry is final and nothing is left on the exchange. The slot is free.

        realized_pnl: in the quote asset. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        StaleFence, PositionNotFound.
        """
        return self._receipt(
            "confirm_flat",
            position_id=position_id,
            fence=fence,
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
        exit_price: Decimal | int | None = None,
        realized_pnl: Decimal | int | None = None,
        fence: int | None = None,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """It is closed, by us or by the exchange; the slot is free.

        The receipt's `cancels` has what is left of entry and stop-loss. realized_pnl: in the quote asset. Outcomes:
        `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound.
        """
        return self._receipt(
            "confirm_close",
            position_id=position_id,
            reason=reason,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            fence=fence,
            details=details,
        )

    def update_stop_loss(
        self,
        position_id: int,
        stop_loss_price: Decimal | int | None,
        *,
        stop_loss_order_id: str | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
    ) -> Receipt:
        """The stop-loss of an active position was moved; None says that it is gone.

        With None the position is `pending_sl` again, and the receipt has the stop-loss to send, and the right to.
        attempt: this call and its retries. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        PositionNotFound, RequestMismatch.
        """
        return self._receipt(
            "update_stop_loss",
            position_id=position_id,
            stop_loss_price=stop_loss_price,
            stop_loss_order_id=stop_loss_order_id,
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
        *,
        account: str = "default",
        position_side: PositionSide = "both",
        stop_loss_price: Decimal | int | None = None,
        stop_loss_order_id: str | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """Take a position that was found on the exchange, and that nobody claims, into the book.

        Without a stop-loss it is `pending_sl`, and the receipt has the stop-loss to send; else it is active.
        attempt: this call and its retries. Outcomes: `created`, `existing`, `replayed`. Raises InvalidArgument,
        RequestMismatch, PositionModeConflict.
        """
        return self._receipt(
            "adopt_position",
            exchange=exchange,
            symbol=symbol,
            side=side,
            quantity=quantity,
            average_price=average_price,
            account=account,
            position_side=position_side,
            stop_loss_price=stop_loss_price,
            stop_loss_order_id=stop_loss_order_id,
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
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
    ) -> Receipt:
        """The position was added to, or partly closed: a stop-loss for what is open now is due.

        quantity: the open quantity as it is now, in units of the base asset. average_price: of what is open.
        realized_pnl: so far. attempt: this call and its retries. An active position is the caller's to drive from
        then on; one that is `pending_sl` stays its driver's. Outcomes: `ok`, `replayed`. Raises InvalidArgument,
        IllegalTransition, PositionNotFound, RequestMismatch.
        """
        return self._receipt(
            "resize_position",
            position_id=position_id,
            quantity=quantity,
            reason=reason,
            average_price=average_price,
            realized_pnl=realized_pnl,
            attempt=attempt or uuid7(),
            lease=lease,
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
        (receipt,) = self._caller.receipts(function_call(name, RECEIPT_COLUMNS, arguments))
        return receipt
