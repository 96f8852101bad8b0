"""One method for each function of the schema `tradelatch`, but create_position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from uuid6 import uuid7

from .arguments import MINUTE, NO_DETAILS, Details, function_call
from .calling_async import AsyncCaller
from .receipt import RECEIPT_COLUMNS, AlertRow, AnyRow, CleanupAction, EventRow, Finding, FindingRow, Receipt

Value = TypeVar("Value", str, int)


class AsyncFunctions:
    """The functions that a client calls: same names, same arguments, same defaults."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def place_entry(
        self, position_id: int, fence: int, exchange_order_id: str, *, details: Details = NO_DETAILS
    ) -> Receipt:
        """The exchange took the entry order, under this id of its own.

        Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound,
        RequestMismatch when another order id was given before.
        """
        return await self._receipt(
            "place_entry",
            position_id=position_id,
            fence=fence,
            exchange_order_id=exchange_order_id,
            details=details,
        )

    async def confirm_entry(
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
        return await self._receipt(
            "confirm_entry",
            position_id=position_id,
            fence=fence,
            filled_quantity=filled_quantity,
            average_price=average_price,
            exchange_order_id=exchange_order_id,
            details=details,
        )

    async def activate_position(
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
        return await self._receipt(
            "activate_position",
            position_id=position_id,
            fence=fence,
            stop_loss_price=stop_loss_price,
            stop_loss_order_id=stop_loss_order_id,
            details=details,
        )

    async def cancel_position(self, position_id: int, fence: int, reason: str) -> Receipt:
        """The entry is final and nothing was filled: the slot is free.

        reason: at most 1000 characters. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        StaleFence, PositionNotFound.
        """
        return await self._receipt("cancel_position", position_id=position_id, fence=fence, reason=reason)

    async def fail_position(self, position_id: int, fence: int, reason: str) -> Receipt:
        """Recovery proved that the entry was never sent: the slot is free. The fence is one from claim_stale.

        reason: at most 1000 characters. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        StaleFence, PositionNotFound.
        """
        return await self._receipt("fail_position", position_id=position_id, fence=fence, reason=reason)

    async def rollback_position(
        self, position_id: int, fence: int, reason: str, *, details: Details = NO_DETAILS
    ) -> Receipt:
        """The opening failed, and something may be open on the exchange.

        The receipt cancels entry and stop-loss, then closes; confirm_flat frees the slot. reason: at most 1000
        characters. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound.
        """
        return await self._receipt(
            "rollback_position", position_id=position_id, fence=fence, reason=reason, details=details
        )

    async def confirm_flat(
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
        return await self._receipt(
            "confirm_flat",
            position_id=position_id,
            fence=fence,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            details=details,
        )

    async def begin_close(
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
        return await self._receipt(
            "begin_close",
            position_id=position_id,
            reason=reason,
            fence=fence,
            attempt=attempt or uuid7(),
            lease=lease,
        )

    async def confirm_close(
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
        return await self._receipt(
            "confirm_close",
            position_id=position_id,
            reason=reason,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            fence=fence,
            details=details,
        )

    async def update_stop_loss(
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
        return await self._receipt(
            "update_stop_loss",
            position_id=position_id,
            stop_loss_price=stop_loss_price,
            stop_loss_order_id=stop_loss_order_id,
            attempt=attempt or uuid7(),
            lease=lease,
        )

    async def reissue_order(
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
        return await self._receipt(
            "reissue_order",
            position_id=position_id,
            fence=fence,
            client_order_id=client_order_id,
            reason=reason,
            remaining=remaining,
        )

    async def adopt_position(
        self,
        exchange: str,
        symbol: str,
        side: str,
        quantity: Decimal | int,
        average_price: Decimal | int,
        *,
        account: str = "default",
        position_side: str = "both",
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
        return await self._receipt(
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

    async def renew_lease(self, position_id: int, fence: int, *, lease: timedelta = MINUTE) -> Receipt:
        """The driver goes on: the lease ends `lease` from now, and never earlier than it did.

        Outcome: `ok`. Raises InvalidArgument, IllegalTransition, StaleFence, PositionNotFound.
        """
        return await self._receipt("renew_lease", position_id=position_id, fence=fence, lease=lease)

    async def claim_stale(
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
        return [Receipt.from_row(row) for row in await self._caller.call(call)]

    async def resize_position(
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
        return await self._receipt(
            "resize_position",
            position_id=position_id,
            quantity=quantity,
            reason=reason,
            average_price=average_price,
            realized_pnl=realized_pnl,
            attempt=attempt or uuid7(),
            lease=lease,
        )

    async def settle_position(
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
        return await self._receipt(
            "settle_position",
            position_id=position_id,
            exit_price=exit_price,
            realized_pnl=realized_pnl,
            fees=fees,
            details=details,
        )

    async def take_over(self, position_id: int, reason: str, *, lease: timedelta = MINUTE) -> Receipt:
        """An operator takes an open position over at once; the driver before is fenced off.

        It may have sent an order until its own lease ended. Orders that were withheld are given again: look first
        whose exposure it is. Outcome: `claimed`; a claimed `entry` is looked up, never sent. Raises InvalidArgument,
        IllegalTransition, PositionNotFound, PermissionDenied.
        """
        return await self._receipt("take_over", position_id=position_id, reason=reason, lease=lease)

    async def release_position(self, position_id: int, reason: str) -> Receipt:
        """An operator's override: the position is closed in the book, whatever it is, and its slot is free.

        Nothing is asked of the exchange, and nothing sent; the receipt lists orders that may be left there. Backed
        up: `restore_backup` gives it back. Outcomes: `ok`, `replayed`. Raises InvalidArgument, IllegalTransition,
        PositionNotFound, PermissionDenied.
        """
        return await self._receipt("release_position", position_id=position_id, reason=reason)

    async def reconcile(
        self,
        exchange: str,
        snapshot: Sequence[Mapping[str, Any]],
        observed_at: datetime,
        *,
        account: str = "default",
        complete: bool = False,
        apply: bool = False,
        adopt: bool = False,
        max_closes: int = 3,
    ) -> list[Finding]:
        """Record what an exchange showed, and compare the book with it.

        snapshot: mappings with `symbol`, `side`, `quantity`, `average_price`, optionally `position_side`,
        `stop_loss_price` and `stop_loss_order_id` (missing: not looked at; None: there is none). observed_at: when the
        request began, by the database's clock. complete: what is not listed is not there. apply: close what is proven
        gone. adopt: adopt what is proven there. max_closes: where more are missing, nothing is closed, and a finding
        `snapshot_suspect` says so. Raises InvalidArgument.
        """
        return await self._found(
            Finding,
            "reconcile",
            exchange=exchange,
            snapshot=snapshot,
            observed_at=observed_at,
            account=account,
            complete=complete,
            apply=apply,
            adopt=adopt,
            max_closes=max_closes,
        )

    async def diagnose(
        self,
        *,
        exchange: str | None = None,
        symbol: str | None = None,
        account: str | None = None,
        stale_after: timedelta = timedelta(minutes=5),
    ) -> list[Finding]:
        """What is wrong in the book, and between it and what reconcile recorded; the critical findings first.

        stale_after: how long a position may stay unfinished. Raises InvalidArgument.
        """
        return await self._found(
            Finding, "diagnose", exchange=exchange, symbol=symbol, account=account, stale_after=stale_after
        )

    async def record_findings(self, *, stale_after: timedelta = timedelta(minutes=5)) -> int:
        """What `diagnose` finds, into the view `findings`, and an alert for what is newly critical.

        For a schedule. Returns how many critical findings stand. Raises InvalidArgument.
        """
        return await self._scalar(int, "record_findings", stale_after=stale_after)

    async def cleanup(
        self,
        mode: str,
        *,
        exchange: str | None = None,
        symbol: str | None = None,
        account: str | None = None,
        older_than: timedelta = timedelta(hours=1),
        dry_run: bool = True,
        reason: str = "cleanup",
    ) -> list[CleanupAction]:
        """End what is proven over, adopt what is proven there, from what reconcile recorded. For operators.

        mode: `duplicates`, `incomplete`, `orphaned_db`, `orphaned_exchange` or `all`. older_than: for how long a
        finding must have stood. Everything that changes is backed up. Not repeated after a lost connection:
        OutcomeUnknown. Raises InvalidArgument, PermissionDenied.
        """
        return await self._found(
            CleanupAction,
            "cleanup",
            repeatable=False,
            mode=mode,
            exchange=exchange,
            symbol=symbol,
            account=account,
            older_than=older_than,
            dry_run=dry_run,
            reason=reason,
        )

    async def archive_events(
        self, *, older_than: timedelta = timedelta(days=365), max_events: int = 10000
    ) -> list[EventRow]:
        """Take events of positions that ended so long ago out of the log. For operators.

        They are deleted when this returns: `tradelatch archive` is safer, it writes them to a file before the commit.
        older_than: at least 7 days. Not repeated after a lost connection: OutcomeUnknown. Raises InvalidArgument,
        PermissionDenied.
        """
        return await self._found(
            EventRow, "archive_events", repeatable=False, older_than=older_than, max_events=max_events
        )

    async def archive_alerts(
        self, *, older_than: timedelta = timedelta(days=365), max_alerts: int = 10000
    ) -> list[AlertRow]:
        """Take alerts that were raised so long ago out of the database. For operators; as archive_events."""
        return await self._found(
            AlertRow, "archive_alerts", repeatable=False, older_than=older_than, max_alerts=max_alerts
        )

    async def archive_findings(
        self, *, older_than: timedelta = timedelta(days=365), max_findings: int = 10000
    ) -> list[FindingRow]:
        """Take findings that were cleared so long ago out of the database. For operators; as archive_events."""
        return await self._found(
            FindingRow, "archive_findings", repeatable=False, older_than=older_than, max_findings=max_findings
        )

    async def restore_backup(self, backup_id: UUID, *, dry_run: bool = True) -> list[CleanupAction]:
        """Give back what cleanup, reconcile or release_position ended. For operators.

        What would break the contract is `refused`, for the problem in its detail; the rest is restored. Not repeated
        after a lost connection: OutcomeUnknown. Raises InvalidArgument for an unknown backup, PermissionDenied.
        """
        return await self._found(
            CleanupAction, "restore_backup", repeatable=False, backup_id=backup_id, dry_run=dry_run
        )

    async def record_marks(self, exchange: str, marks: Sequence[Mapping[str, Any]], *, account: str = "default") -> int:
        """What open positions are worth, many in one call; the views show it. Returns how many were marked.

        marks: mappings with `symbol`, `price`, `unrealized_pnl` (None: not known), optionally `position_side` (else
        every open side of the symbol). A symbol that is not open is passed over. Raises InvalidArgument.
        """
        return await self._scalar(int, "record_marks", exchange=exchange, marks=marks, account=account)

    async def normalize_exchange(self, exchange: str) -> str:
        """A venue's name in the book: `binanceusdm` and ` Binance ` are `binance`. Raises InvalidArgument."""
        return await self._scalar(str, "normalize_exchange", exchange=exchange)

    async def normalize_symbol(self, symbol: str) -> str:
        """A symbol in its canonical spelling: `APT/USDT:USDT`, `aptusdt` and ` APTUSDT ` are `APTUSDT`."""
        return await self._scalar(str, "normalize_symbol", symbol=symbol)

    async def schema_version(self) -> str:
        """The version of the schema. This client works with its own and the next one."""
        return await self._scalar(str, "schema_version")

    async def _receipt(self, name: str, **arguments: object) -> Receipt:
        (row,) = await self._caller.call(function_call(name, RECEIPT_COLUMNS, arguments))
        return Receipt.from_row(row)

    async def _found(
        self, kind: type[AnyRow], name: str, *, repeatable: bool = True, **arguments: object
    ) -> list[AnyRow]:
        call = function_call(name, kind.columns(), arguments, repeatable=repeatable)
        return [kind.from_row(row) for row in await self._caller.call(call)]

    async def _scalar(self, kind: type[Value], name: str, **arguments: object) -> Value:
        ((value,),) = await self._caller.call(function_call(name, "*", arguments))
        return kind(value)
