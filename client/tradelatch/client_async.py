"""The client: one method for each function and each view of the schema `tradelatch`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

from psycopg_pool import AsyncConnectionPool

from .arguments import MINUTE, NO_DETAILS, Call, Details, function_call, integer
from .calling_async import AsyncCaller
from .position_async import AsyncPosition, create, opening
from .receipt import RECEIPT_COLUMNS, Health, PositionRow, Receipt, Row, TimelineRow

AnyRow = TypeVar("AnyRow", bound=Row)


class AsyncClient:
    """A trading bot's door to the database. Safe to share among tasks.

    dsn: else TRADELATCH_DSN, else libpq's PG* variables. pool: a pool of one's own, which the client neither opens nor
    closes; else it has one, opened by the first call or by `async with`. worker: the application name of its
    connections. timeout: seconds that a call may take, with its waiting and its retries. prepare: False for poolers
    that cannot do prepared statements.

    Quantities and prices are Decimal or int; a float or bool is InvalidArgument. Every method can also raise
    PermissionDenied, SchemaMismatch, Unavailable, and, where it changes something, SlotBusy and RetriesExhausted.
    """

    def __init__(
        self,
        dsn: str | None = None,
        *,
        pool: AsyncConnectionPool[Any] | None = None,
        worker: str | None = None,
        timeout: float = 10.0,
        prepare: bool = True,
    ) -> None:
        self._caller = AsyncCaller(dsn, pool, worker, timeout, prepare)

    async def open(self) -> None:
        """Open the client's own pool. The first call does it too."""
        await self._caller.open()

    async def close(self) -> None:
        """Close the client's own pool; it cannot be opened again."""
        await self._caller.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def opening(
        self,
        exchange: str,
        symbol: str,
        side: str,
        quantity: Decimal | int,
        entry_price: Decimal | int,
        *,
        account: str = "default",
        position_side: str = "both",
        request_id: str | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
        stop_loss_percent: Decimal | int | None = None,
        signal_id: int | None = None,
        details: Details = NO_DETAILS,
    ) -> AbstractAsyncContextManager[AsyncPosition]:
        """Create a position and drive it inside a block; the arguments are those of create_position.

            async with client.opening(exchange="binance", symbol="APTUSDT", side="short", quantity=Decimal("61.8"),
                                      entry_price=Decimal("3.2333"), request_id="signal:5483266") as position:
                order = position.next_order  # send it; LeaseExpired when it is too late to send
                await position.confirm_entry(filled_quantity=order.quantity, average_price=Decimal("3.2330"))
                await position.activate(stop_loss_price=Decimal("3.29"), stop_loss_order_id="1002")

        Raises SlotTaken, with the holder's id and status, when the slot or the request is taken. The lease is renewed
        in the background. Leaving the block before `active`, by an exception, a cancellation, or normally
        (OpeningIncomplete), ends the position: it is cancelled where next_order was never read and it is still
        `pending_entry`; one that is terminal, active, being closed, rolled back or detached is left alone; any other
        is rolled back, and the handle has the close order that is due, and confirm_flat. That exit is not cut short by
        further cancellations, and takes at most `timeout`; where it fails, the exception has a note that says so.
        """
        call = self._create_call(
            exchange=exchange,
            symbol=symbol,
            side=side,
            quantity=quantity,
            entry_price=entry_price,
            account=account,
            position_side=position_side,
            request_id=request_id,
            attempt=attempt,
            lease=lease,
            stop_loss_percent=stop_loss_percent,
            signal_id=signal_id,
            details=details,
        )
        return opening(self._caller, call, lease, is_first_attempt=attempt is None)

    async def create_position(
        self,
        exchange: str,
        symbol: str,
        side: str,
        quantity: Decimal | int,
        entry_price: Decimal | int,
        *,
        account: str = "default",
        position_side: str = "both",
        request_id: str | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
        stop_loss_percent: Decimal | int | None = None,
        signal_id: int | None = None,
        details: Details = NO_DETAILS,
    ) -> Receipt:
        """Take the slot, before the entry order is sent.

        exchange, account, symbol, position_side: the slot; spellings are made canonical. side: `long` or `short`.
        quantity: in units of the base asset. entry_price: of the quote asset. stop_loss_percent: of the fill's price.
        request_id: the reason to open, one position each, for ever. attempt: this call and its retries. lease: how
        long orders may be sent.

        Outcomes: `created`, with the entry order; `existing`, with nothing to trade with: the slot or the request is
        somebody's; `replayed`: the same attempt again, with fence and order while its fence is the current one.
        Cancelled in flight, the position is cancelled too. Raises InvalidArgument, RequestMismatch,
        PositionModeConflict.
        """
        call = self._create_call(
            exchange=exchange,
            symbol=symbol,
            side=side,
            quantity=quantity,
            entry_price=entry_price,
            account=account,
            position_side=position_side,
            request_id=request_id,
            attempt=attempt,
            lease=lease,
            stop_loss_percent=stop_loss_percent,
            signal_id=signal_id,
            details=details,
        )
        return await create(self._caller, call, lease, is_first_attempt=attempt is None)

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
            attempt=attempt or uuid4(),
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
            attempt=attempt or uuid4(),
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
            attempt=attempt or uuid4(),
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

    async def normalize_symbol(self, symbol: str) -> str:
        """A symbol in its canonical spelling: `APT/USDT:USDT`, `aptusdt` and ` APTUSDT ` are `APTUSDT`."""
        return await self._scalar("normalize_symbol", symbol=symbol)

    async def schema_version(self) -> str:
        """The version of the schema. This client works with its own and the next one."""
        return await self._scalar("schema_version")

    async def open_positions(self) -> list[PositionRow]:
        """The positions that hold a slot, the oldest first."""
        return await self._rows(PositionRow, "open_positions", "order by position_id")

    async def positions(self, position_id: int | None = None, *, limit: int | None = None) -> list[PositionRow]:
        """All positions, the newest first, at most `limit` of them; or the one with this id."""
        wanted = "" if position_id is None else "where position_id = %(position_id)s "
        return await self._rows(
            PositionRow,
            "positions",
            wanted + "order by position_id desc limit %(limit)s::bigint",
            position_id=position_id,
            limit=limit,
        )

    async def position_timeline(self, position_id: int) -> list[TimelineRow]:
        """What happened to a position, the earliest first."""
        return await self._rows(
            TimelineRow,
            "position_timeline",
            "where position_id = %(position_id)s order by event_id",
            position_id=position_id,
        )

    async def health(self) -> Health:
        """How the book stands: what is open, what was prevented or rolled back within a day, and what is overdue."""
        (row,) = await self._rows(Health, "health", "")
        return row

    def _create_call(self, *, attempt: UUID | None, **arguments: object) -> Call:
        return function_call("create_position", RECEIPT_COLUMNS, {**arguments, "attempt": attempt or uuid4()})

    async def _receipt(self, name: str, **arguments: object) -> Receipt:
        (row,) = await self._caller.call(function_call(name, RECEIPT_COLUMNS, arguments))
        return Receipt.from_row(row)

    async def _scalar(self, name: str, **arguments: object) -> str:
        ((value,),) = await self._caller.call(function_call(name, "*", arguments))
        return str(value)

    async def _rows(self, kind: type[AnyRow], view: str, rest: str, **arguments: object) -> list[AnyRow]:
        query = f"select {kind.columns()} from tradelatch.{view} {rest}"
        checked = {name: integer(name, value) for name, value in arguments.items()}
        return [kind.from_row(row) for row in await self._caller.call(Call(view, query, checked))]
