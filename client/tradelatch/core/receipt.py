"""What the database answers: receipts, and the rows of the views."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from .lease import Clock, Term
from .words import OrderKind, OrderSide, Outcome, PositionSide, Side, Status

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ExchangeOrder:
    """An order for the exchange, as the database computed it.

    kind: `entry`, `stop_loss` or `close`. side: `buy` or `sell`. quantity: in units of the base asset.
    price: a stop-loss's trigger, where it is known; else None. cancels: orders to cancel first, by client order id,
    or `id:` and the exchange's id; that the exchange does not know one is fine. valid_until: no order may be sent
    after it, by the database's clock. The `entry` of a claimed position is to be looked up, never sent.
    """

    kind: OrderKind
    side: OrderSide
    quantity: Decimal
    price: Decimal | None
    reduce_only: bool
    client_order_id: str
    cancels: tuple[str, ...]
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Where a position stands, and the exchange order that it calls for next, if any.

    outcome: `created`, `existing`, `replayed`, `claimed`, `duplicate` or `ok`. fence, lease_until and next_order are
    None for a caller that does not drive the position. cancels: orders to cancel, also where there is no order; `*`
    stands for closing orders of the slot that nobody can name. answered_at: the database's clock when it answered.
    """

    outcome: Outcome
    position_id: int
    status: Status
    fence: int | None
    lease_until: datetime | None
    exchange: str
    account: str
    symbol: str
    position_side: PositionSide
    next_order: ExchangeOrder | None
    cancels: tuple[str, ...]
    answered_at: datetime

    _term: Term | None = field(default=None, repr=False, compare=False)

    @property
    def is_maybe_sent(self) -> bool:
        """Whether the order may have been sent by whoever got it before: look it up first."""
        order = self.next_order
        return order is not None and self.outcome != ("created" if order.kind == "entry" else "ok")

    def lease_left(self) -> float:
        """Seconds for which the order may still be sent; 0 when it is too late, or somebody else's."""
        return self._term.left() if self._term else 0.0

    def keep_time(self, clock: Clock, began_at: float) -> Receipt:
        """Note until when its order may be sent. clock: the database's. began_at: when its call began (monotonic)."""
        if self.lease_until is not None:
            vars(self)["_term"] = Term.answered(self.lease_until, self.answered_at, clock, began_at)
        return self

    @property
    def slot(self) -> tuple[str, str, str, PositionSide]:
        """Exchange, account, symbol and position side."""
        return self.exchange, self.account, self.symbol, self.position_side

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Receipt:
        """From the values of RECEIPT_COLUMNS, in that order."""
        outcome, position_id, status, fence, lease_until, exchange, account, symbol, position_side, *order_columns = row
        kind, side, quantity, price, reduce_only, client_order_id, cancels, answered_at = order_columns
        if lease_until is not None and lease_until.tzinfo is not UTC:
            lease_until = lease_until.astimezone(UTC)
        cancels = tuple(cancels or ())
        order = kind and _frozen(
            ExchangeOrder,
            kind=kind,
            side=side,
            quantity=quantity,
            price=price,
            reduce_only=reduce_only,
            client_order_id=client_order_id,
            cancels=cancels,
            valid_until=lease_until,
        )
        return _frozen(
            cls,
            outcome=outcome,
            position_id=position_id,
            status=status,
            fence=fence,
            lease_until=lease_until,
            exchange=exchange,
            account=account,
            symbol=symbol,
            position_side=position_side,
            next_order=order,
            cancels=cancels,
            answered_at=answered_at.astimezone(UTC),
        )


def contradiction(asked: Mapping[str, Any], receipt: Receipt) -> str | None:
    """What of a receipt cannot be the answer to a call with these arguments; exchange and symbol are canonical."""
    if receipt.outcome == "existing":  # the slot or the request of somebody else
        return "driver's order" if receipt.fence is not None or receipt.next_order or receipt.cancels else None
    if "position_id" in asked:
        return None if asked["position_id"] == receipt.position_id else "position"
    if "symbol" in asked:
        account, position_side = asked["account"].strip(" "), asked["position_side"].strip(" ").lower()
        return None if receipt.slot == (asked["exchange"], account, asked["symbol"], position_side) else "slot"
    return None


def _frozen(made_of: type[T], /, **values: Any) -> T:
    """The same as made_of(**values), which sets attribute after attribute and takes five times as long."""
    made = object.__new__(made_of)
    vars(made).update(values)
    return made


class HandedReceipt(Receipt):
    """A receipt as a handle returns it: whoever reads its order is taken to have sent it."""

    @classmethod
    def handed(cls, receipt: Receipt, note: Callable[[str], None]) -> HandedReceipt:
        """The same receipt; `note` is called with the name of its order when that is read."""
        return _frozen(cls, **vars(receipt), _note=note)

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if name == "next_order" and value is not None and "_note" in vars(self):
            vars(self)["_note"](value.client_order_id)
        return value

    def __eq__(self, other: object) -> bool:
        compared = [entry.name for entry in fields(Receipt) if entry.compare]
        return isinstance(other, Receipt) and all(vars(self)[name] == vars(other)[name] for name in compared)

    __hash__ = Receipt.__hash__


RECEIPT_COLUMNS = (
    "outcome, position_id, status, fence, lease_until, exchange, account, symbol, position_side, order_kind,"
    " order_side, order_quantity, order_price, order_reduce_only, order_client_order_id, order_cancels,"
    " answered_at"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a view, read by the names of its columns."""

    @classmethod
    def columns(cls) -> str:
        """The select list: by name, so that a newer schema may have more."""
        hints = _types_of(cls)
        return ", ".join(f"{name}::text" if _is_text(hints[name]) else name for name in hints)

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Self:
        """From the values of columns(), in that order."""
        hints = _types_of(cls)
        return cls(**{f.name: _value(v, hints[f.name]) for f, v in zip(fields(cls), row, strict=True)})


_RESOLVED: dict[type[Row], dict[str, Any]] = {}


def _types_of(kind: type[Row]) -> dict[str, Any]:
    """Of its columns, resolved once: for each row again it would cost milliseconds."""
    if kind not in _RESOLVED:
        _RESOLVED[kind] = get_type_hints(kind)
    return _RESOLVED[kind]


def _is_text(hint: Any) -> bool:
    """Whether it comes as text, whatever the database's type is."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return _is_json(hint) or all(kind in (str, NoneType) or get_origin(kind) is Literal for kind in kinds)


def _is_json(hint: Any) -> bool:
    return hint in (Mapping[str, Any], Mapping[str, Any] | None, Sequence[Mapping[str, Any]])


def _value(value: Any, hint: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if _is_json(hint) and value is not None:
        return json.loads(value, parse_float=Decimal)
    return value


@dataclass(frozen=True, kw_only=True)
class PositionRow(Row):
    """A row of the views `positions` and `open_positions`. Times are in UTC."""

    position_id: int
    exchange: str
    account: str
    symbol: str
    position_side: PositionSide
    side: Side
    status: Status
    quantity: Decimal
    filled_quantity: Decimal
    entry_price: Decimal
    average_price: Decimal | None
    stop_loss_price: Decimal | None
    stop_loss_order: str | None
    open_quantity: Decimal
    order_key: str
    orders_left: Sequence[str]
    is_driven: bool
    is_in_hand: bool
    is_unguarded: bool
    is_unprotected: bool
    lease_until: datetime | None
    origin: str
    request_id: str | None
    signal_id: int | None
    stop_loss_percent: Decimal | None
    entry_client_order_id: str | None
    exchange_order_id: str | None
    stop_loss_order_id: str | None
    orders_withheld: bool
    exit_reason: str | None
    exit_price: Decimal | None
    realized_pnl: Decimal | None
    fees: Decimal | None
    details: Mapping[str, Any]
    created_at: datetime
    opened_at: datetime | None
    activated_at: datetime | None
    updated_at: datetime
    exposure_at: datetime
    orders_at: datetime
    closed_at: datetime | None
    mark_price: Decimal | None
    unrealized_pnl: Decimal | None
    marked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OrderRow(Row):
    """A row of the view `orders`: an order that is not known to have ended.

    kind: `entry`, `stop_loss`, `close`, `own`, or `unnamed` for `*`. in_hand_until: until when somebody may still send
    it; None where it arrived. others_until: the same of everybody but its driver; None where nobody else can.
    is_uncounted: nothing of what it may have filled is in the open quantity; False where the size was seen on the
    exchange since it is known.
    """

    position_id: int
    exchange: str
    account: str
    symbol: str
    position_side: PositionSide
    status: Status
    name: str
    kind: str
    since: datetime
    in_hand_until: datetime | None
    others_until: datetime | None
    is_uncounted: bool


@dataclass(frozen=True, kw_only=True)
class FoundOrder(Row):
    """Whose an order is, as `find_order` says. is_left: it is not known to have ended."""

    position_id: int
    kind: str
    is_left: bool


@dataclass(frozen=True, kw_only=True)
class LockHolder(Row):
    """Who else holds, or waits for, the lock of a slot, as `lock_holders` says.

    pid: None for a prepared transaction. application_name: what the session calls itself. since: None where it is not
    known for how long it holds the lock.
    """

    exchange: str
    account: str
    symbol: str
    pid: int | None
    user_name: str | None
    application_name: str | None
    is_holder: bool
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class TimelineRow(Row):
    """A row of the view `position_timeline`: one event of a position, who made it, the time since the one before.

    fence: the number without its random bits, which only its holder knows: it rises when the drive changes hands.
    """

    position_id: int
    event_id: int
    at: datetime
    event: str
    from_status: Status | None
    to_status: Status
    fence: int | None
    details: Mapping[str, Any]
    user_name: str
    application_name: str | None
    since_previous: timedelta | None


@dataclass(frozen=True, kw_only=True)
class EventRow(Row):
    """A row of the view `events`: one event of any position. created_at: when the position was created."""

    event_id: int
    at: datetime
    event: str
    from_status: Status | None
    to_status: Status
    position_id: int
    exchange: str
    account: str
    symbol: str
    position_side: PositionSide
    created_at: datetime
    fence: int | None
    details: Mapping[str, Any]
    user_name: str
    application_name: str | None


@dataclass(frozen=True, kw_only=True)
class Health(Row):
    """The one row of the view `health`.

    duplicates_prevented and rollback_rate are over the last day, stale_fences_refused since the schema was deployed.
    sees_all_accounts: False where it counts only the accounts that the reader was granted.
    findings_recorded_at: when record_findings last ran.
    """

    open_by_status: Mapping[str, Any]
    open_positions: int
    duplicates_prevented: int
    rollback_rate: Decimal | None
    oldest_unfinished: datetime | None
    oldest_unfinished_age: timedelta | None
    without_stop_loss: int
    stale_fences_refused: int
    sees_all_accounts: bool
    findings_recorded_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class AccountGrant(Row):
    """A row of the view `account_grants`. exchange, account: None is all of them. Only operators may read it."""

    role_name: str
    exchange: str | None
    account: str | None
    granted_at: datetime
    granted_by: str


@dataclass(frozen=True, kw_only=True)
class AliasRow(Row):
    """A row of the view `aliases`: an exchange's own id of a market, and the symbol under which the book has it."""

    exchange: str
    alias: str
    symbol: str
    recorded_at: datetime
    user_name: str


@dataclass(frozen=True, kw_only=True)
class BackupRow(Row):
    """A row of the view `backups`: one position of one backup. Only operators may read it."""

    backup_id: UUID
    position_id: int
    made_at: datetime
    made_by: str
    reason: str
    user_name: str
    application_name: str
    restored_at: datetime | None
    position: Mapping[str, Any] | None
    events: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Finding(Row):
    """Something that is not as it should be; what `diagnose` and `reconcile` return.

    severity: `critical`, `warning` or `info`. age: for how long it has been so. detail: what is known: `seen`,
    `to_status`, … action: what to do next, or what reconcile did.
    """

    check_name: str
    severity: str
    position_id: int | None
    exchange: str | None
    account: str | None
    symbol: str | None
    position_side: PositionSide | None
    status: Status | None
    age: timedelta
    detail: Mapping[str, Any]
    action: str


@dataclass(frozen=True, kw_only=True)
class FindingRow(Row):
    """A row of the view `findings`: a finding from opened_at to cleared_at, which is None while it stands."""

    finding_id: int
    check_name: str
    severity: str
    position_id: int | None
    exchange: str | None
    account: str | None
    symbol: str | None
    position_side: PositionSide | None
    status: Status | None
    detail: Mapping[str, Any]
    action: str
    opened_at: datetime
    alerted_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class AlertRow(Row):
    """A row of the view `alerts`: what a person was told. xid: the transaction that raised it."""

    alert_id: int
    at: datetime
    alert: str
    severity: str
    position_id: int | None
    exchange: str | None
    account: str | None
    symbol: str | None
    position_side: PositionSide | None
    detail: Mapping[str, Any]
    user_name: str
    application_name: str
    xid: str


@dataclass(frozen=True, kw_only=True)
class CleanupAction(Row):
    """What `cleanup` or `restore_backup` did with a position, or would do.

    action: `end`, `adopt`, `restore`; `needs recover`, `needs another call`, `busy` or `refused` where nothing changes.
    """

    backup_id: UUID | None
    position_id: int | None
    action: str
    from_status: Status | None
    to_status: Status | None
    detail: Mapping[str, Any]


AnyRow = TypeVar("AnyRow", bound=Row)
