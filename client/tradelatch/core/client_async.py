"""The client: its settings, what opens a position, and one method for each view of the schema `tradelatch`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from psycopg_pool import AsyncConnectionPool
from uuid6 import uuid7

from .arguments import MINUTE, NO_DETAILS, Call, Details, function_call, view_call
from .calling_async import AsyncCaller
from .functions_async import AsyncFunctions
from .position_async import AsyncOpening, create
from .receipt import (
    RECEIPT_COLUMNS,
    AccountGrant,
    AlertRow,
    AliasRow,
    AnyRow,
    BackupRow,
    EventRow,
    FindingRow,
    Health,
    OrderRow,
    PositionRow,
    Receipt,
    TimelineRow,
)
from .words import PositionSide, Side


class AsyncClient(AsyncFunctions):
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
        super().__init__(AsyncCaller(dsn, pool, worker, timeout, prepare))

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
        side: Side,
        quantity: Decimal | int,
        entry_price: Decimal | int,
        *,
        account: str = "default",
        position_side: PositionSide = "both",
        request_id: str | None = None,
        attempt: UUID | None = None,
        lease: timedelta = MINUTE,
        stop_loss_percent: Decimal | int | None = None,
        signal_id: int | None = None,
        details: Details = NO_DETAILS,
    ) -> AsyncOpening:
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
        return AsyncOpening(self._caller, call, lease, is_first_attempt=attempt is None)

    async def create_position(
        self,
        exchange: str,
        symbol: str,
        side: Side,
        quantity: Decimal | int,
        entry_price: Decimal | int,
        *,
        account: str = "default",
        position_side: PositionSide = "both",
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

    async def open_positions(self) -> list[PositionRow]:
        """The positions that hold a slot, the oldest first."""
        return await self._rows(PositionRow, "open_positions", "order by position_id")

    async def orders(self, position_id: int | None = None) -> list[OrderRow]:
        """The orders that are left, of all positions or of one: those that are not known to have ended."""
        if position_id is None:
            return await self._rows(OrderRow, "orders", "order by position_id, name")
        return await self._rows(OrderRow, "orders", "where position_id = $1 order by name", position_id=position_id)

    async def positions(self, position_id: int | None = None, *, limit: int | None = None) -> list[PositionRow]:
        """All positions, the newest first, at most `limit` of them; or the one with this id."""
        latest = "order by position_id desc limit"
        if position_id is None:
            return await self._rows(PositionRow, "positions", f"{latest} $1::bigint", limit=limit)
        one = f"where position_id = $1 {latest} $2::bigint"
        return await self._rows(PositionRow, "positions", one, position_id=position_id, limit=limit)

    async def position_timeline(self, position_id: int) -> list[TimelineRow]:
        """What happened to a position, the earliest first."""
        return await self._rows(
            TimelineRow,
            "position_timeline",
            "where position_id = $1 order by event_id",
            position_id=position_id,
        )

    async def events(self, *, limit: int | None = 100) -> list[EventRow]:
        """What happened to all positions within a day, the latest first."""
        return await self._rows(
            EventRow,
            "events",
            "where at > now() - interval '1 day' order by at desc, event_id desc limit $1::bigint",
            limit=limit,
        )

    async def alerts(self, *, limit: int | None = 100) -> list[AlertRow]:
        """What people were told, the latest first."""
        return await self._rows(AlertRow, "alerts", "order by xid desc, alert_id desc limit $1::bigint", limit=limit)

    async def findings(self, *, limit: int | None = 100) -> list[FindingRow]:
        """What record_findings saw: first what stands, then what is cleared, the latest first."""
        return await self._rows(
            FindingRow,
            "findings",
            "order by cleared_at desc nulls first, finding_id desc limit $1::bigint",
            limit=limit,
        )

    async def backups(self) -> list[BackupRow]:
        """What restore_backup can give back, the newest backup first. For operators."""
        return await self._rows(BackupRow, "backups", "order by made_at desc, backup_id, position_id")

    async def aliases(self) -> list[AliasRow]:
        """The ids of markets that record_aliases recorded."""
        return await self._rows(AliasRow, "aliases", "order by exchange, alias")

    async def account_grants(self) -> list[AccountGrant]:
        """Which logins and roles were granted which accounts. For operators."""
        return await self._rows(AccountGrant, "account_grants", "order by role_name, exchange, account")

    async def health(self) -> Health:
        """How the book stands: what is open, what was prevented or rolled back within a day, and what is overdue."""
        (row,) = await self._rows(Health, "health", "")
        return row

    def _create_call(self, *, attempt: UUID | None, **arguments: object) -> Call:
        return function_call("create_position", RECEIPT_COLUMNS, {**arguments, "attempt": attempt or uuid7()})

    async def _rows(self, kind: type[AnyRow], view: str, rest: str, **arguments: object) -> list[AnyRow]:
        call = view_call(view, kind.columns(), rest, arguments)
        return [kind.from_row(row) for row in await self._caller.call(call)]
