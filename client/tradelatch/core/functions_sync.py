# Generated from functions_async.py by client/async_to_sync.py: change that file, not this one.
"""One method for each function of the whole book, beside those that move a position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from .arguments import function_call
from .moves_sync import Moves
from .receipt import AlertRow, AnyRow, CleanupAction, EventRow, Finding, FindingRow, FoundOrder, LockHolder

Value = TypeVar("Value", str, int)


class Functions(Moves):
    """The functions that a client calls: same names, same arguments, same defaults."""

    def reconcile(
        self,
        exchange: str,
        snapshot: Sequence[Mapping[str, Any]],
        observed_at: datetime,
        *,
        account: str = "default",
        complete: bool = False,
        covers: Sequence[str] | None = None,
        apply: bool = False,
        adopt: bool = False,
        stop_loss_percent: Decimal | int | None = None,
        max_closes: int = 3,
    ) -> list[Finding]:
        """Record what an exchange showed, and compare the book with it.

        snapshot: mappings with `symbol`, `side`, `quantity`, `average_price`, optionally `position_side`,
        `stop_loss_price` and `stop_loss_order_id` (missing: not looked at; None: there is none). observed_at: when the
        request began, by the database's clock. complete: what is not listed is not there; covers: of these symbols only
        (None: of all). apply: close what is proven gone. adopt: adopt what is proven there, with stop_loss_percent as
        the distance of its stop-loss. max_closes: where more are missing, nothing is closed, and a finding
        `snapshot_suspect` says so. Raises InvalidArgument.
        """
        return self._found(
            Finding,
            "reconcile",
            exchange=exchange,
            snapshot=snapshot,
            observed_at=observed_at,
            account=account,
            complete=complete,
            covers=covers,
            apply=apply,
            adopt=adopt,
            stop_loss_percent=stop_loss_percent,
            max_closes=max_closes,
        )

    def reconcile_orders(
        self,
        exchange: str,
        orders: Sequence[Mapping[str, Any]],
        observed_at: datetime,
        *,
        account: str = "default",
        complete: bool = False,
        covers: Sequence[str] | None = None,
        apply: bool = False,
        max_missing: int = 3,
    ) -> list[Finding]:
        """Record which orders an exchange showed, and compare the orders left with them.

        orders: mappings with `symbol`, `client_order_id` or `order_id` or both, `side` (buy or sell), `quantity` (None:
        all), `trigger`, `reduce_only`, optionally `position_side`. What is listed has arrived. complete: what is not
        listed is not there; covers: of these symbols only (None: of all). apply: end the orders that arrived and are
        proven absent; a position whose stop-loss ended becomes `pending_sl`. max_missing: where more stop-losses are
        missing, nothing is ended, and a finding `snapshot_suspect` says so. Raises InvalidArgument.
        """
        return self._found(
            Finding,
            "reconcile_orders",
            exchange=exchange,
            orders=orders,
            observed_at=observed_at,
            account=account,
            complete=complete,
            covers=covers,
            apply=apply,
            max_missing=max_missing,
        )

    def find_order(self, name: str, *, exchange: str | None = None) -> list[FoundOrder]:
        """Whose order is this? name: its client order id, or `id:` and the exchange's id.

        Of an order with an id of ours also where the position is over; of others, of open positions alone. Raises
        InvalidArgument.
        """
        return self._found(FoundOrder, "find_order", name=name, exchange=exchange)

    def lock_holders(self) -> list[LockHolder]:
        """Who else holds, or waits for, the lock of which slot; who holds one for long stops all moves of the slot."""
        return self._found(LockHolder, "lock_holders")

    def diagnose(
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
        return self._found(
            Finding, "diagnose", exchange=exchange, symbol=symbol, account=account, stale_after=stale_after
        )

    def record_findings(self) -> int:
        """What `diagnose` finds, into the view `findings`, and an alert for what is newly critical.

        For a schedule. Returns how many critical findings stand. What is overdue is a setting: `set_stale_after`.
        """
        return self._scalar(int, "record_findings")

    def set_stale_after(self, stale_after: timedelta) -> timedelta:
        """How long a position may stay unfinished before `record_findings` calls it overdue. Operators only.

        Raises InvalidArgument.
        """
        call = function_call("set_stale_after", "*", {"stale_after": stale_after})
        ((age,),) = self._caller.call(call)
        return timedelta(seconds=age.total_seconds())

    def cleanup(
        self,
        mode: str,
        *,
        exchange: str | None = None,
        symbol: str | None = None,
        account: str | None = None,
        older_than: timedelta = timedelta(0),
        dry_run: bool = True,
        reason: str = "cleanup",
    ) -> list[CleanupAction]:
        """End what is proven over, adopt what is proven there, from what reconcile recorded. For operators.

        mode: `duplicates`, `incomplete`, `orphaned_db`, `orphaned_exchange` or `all`. older_than: for how long a
        finding must have stood. Everything that changes is backed up. Not repeated after a lost connection:
        OutcomeUnknown. Raises InvalidArgument, PermissionDenied.
        """
        return self._found(
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

    def archive_events(self, *, older_than: timedelta = timedelta(days=365), max_events: int = 10000) -> list[EventRow]:
        """Take events of positions that ended so long ago out of the log. For operators.

        They are deleted when this returns: `tradelatch archive` is safer, it writes them to a file before the commit.
        older_than: at least 7 days. Not repeated after a lost connection: OutcomeUnknown. Raises InvalidArgument,
        PermissionDenied.
        """
        return self._found(EventRow, "archive_events", repeatable=False, older_than=older_than, max_events=max_events)

    def archive_alerts(self, *, older_than: timedelta = timedelta(days=365), max_alerts: int = 10000) -> list[AlertRow]:
        """Take alerts that were raised so long ago out of the database. For operators; as archive_events."""
        return self._found(AlertRow, "archive_alerts", repeatable=False, older_than=older_than, max_alerts=max_alerts)

    def archive_findings(
        self, *, older_than: timedelta = timedelta(days=365), max_findings: int = 10000
    ) -> list[FindingRow]:
        """Take findings that were cleared so long ago out of the database. For operators; as archive_events."""
        return self._found(
            FindingRow, "archive_findings", repeatable=False, older_than=older_than, max_findings=max_findings
        )

    def restore_backup(self, backup_id: UUID, *, dry_run: bool = True) -> list[CleanupAction]:
        """Give back what cleanup, reconcile or release_position ended. For operators.

        What would break the contract is `refused`, for the problem in its detail; the rest is restored. Not repeated
        after a lost connection: OutcomeUnknown. Raises InvalidArgument for an unknown backup, PermissionDenied.
        """
        return self._found(CleanupAction, "restore_backup", repeatable=False, backup_id=backup_id, dry_run=dry_run)

    def after_restore(self, reason: str, *, skip: int = 1000000) -> list[Finding]:
        """Before a bot connects to a database that was restored, copied, or promoted without its last commits.

        For operators. Moves every sequence by skip, voids every lease and fence, and returns what has to be compared
        with the exchange. skip=0: nothing was lost, as in a failover with a synchronous standby; the new history is
        noted, and nothing else is done. Raises InvalidArgument, HistoryLost (skip is 0, and sequences lag), SlotBusy,
        PermissionDenied.
        """
        return self._found(Finding, "after_restore", reason=reason, skip=skip)

    def record_marks(self, exchange: str, marks: Sequence[Mapping[str, Any]], *, account: str = "default") -> int:
        """What open positions are worth, many in one call; the views show it. Returns how many were marked.

        marks: mappings with `symbol`, `price`, `unrealized_pnl` (None: not known), optionally `position_side` (else
        every open side of the symbol). A symbol that is not open is passed over. Raises InvalidArgument.
        """
        return self._scalar(int, "record_marks", exchange=exchange, marks=marks, account=account)

    def record_aliases(self, exchange: str, aliases: Mapping[str, Any]) -> int:
        """An exchange's own ids of its markets, so that each is the slot of its symbol. For operators and feeds.

        aliases: `{"BTCPERP": "BTC/USDC:USDC"}`; None takes one away. Returns how many were recorded or taken away.
        Raises RequestMismatch where one stands for another symbol, InvalidArgument also where a position is open under
        the id: `detail` names it.
        """
        return self._scalar(int, "record_aliases", exchange=exchange, aliases=aliases)

    def grant_account(self, role: str, *, exchange: str | None = None, account: str | None = None) -> int:
        """Let a login, or every login that is a member of a role, use accounts. For operators.

        exchange, account: None is all of them. Before the first grant every bot may use every account; from then on
        each has only what it was granted, else PermissionDenied. Returns 0 where this grant stands, else 1. Raises
        InvalidArgument, PermissionDenied, SlotBusy while somebody reads the views.
        """
        return self._scalar(int, "grant_account", role=role, exchange=exchange, account=account)

    def revoke_account(self, role: str, *, exchange: str | None = None, account: str | None = None) -> int:
        """Take back what grant_account gave. For operators. Returns how many grants were taken back.

        exchange, account: None is all of them. When no grant is left, no bot may use any account. Raises
        InvalidArgument, also where a wider grant covers what is to be revoked; PermissionDenied.
        """
        return self._scalar(int, "revoke_account", role=role, exchange=exchange, account=account)

    def normalize_exchange(self, exchange: str) -> str:
        """A venue's name in the book: `binanceusdm` and ` Binance ` are `binance`. Raises InvalidArgument."""
        return self._scalar(str, "normalize_exchange", exchange=exchange)

    def normalize_symbol(self, symbol: str) -> str:
        """A symbol in its canonical spelling: `APT/USDT:USDT`, `aptusdt` and ` APTUSDT ` are `APTUSDT`."""
        return self._scalar(str, "normalize_symbol", symbol=symbol)

    def schema_version(self) -> str:
        """The version of the schema. This client works with its own and the next one."""
        return self._scalar(str, "schema_version")

    def _found(
        self, kind: type[AnyRow], function: str, /, *, repeatable: bool = True, **arguments: object
    ) -> list[AnyRow]:
        call = function_call(function, kind.columns(), arguments, repeatable=repeatable)
        return [kind.from_row(row) for row in self._caller.call(call)]

    def _scalar(self, kind: type[Value], name: str, **arguments: object) -> Value:
        ((value,),) = self._caller.call(function_call(name, "*", arguments))
        return kind(value)
