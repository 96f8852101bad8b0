"""What can go wrong, and the one table that says which SQLSTATE is which exception."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .receipt import ExchangeOrder
    from .words import Status


class TradelatchError(Exception):
    """Whatever this package raises; by itself, an error that has no class of its own.

    sqlstate: the database's code, or None. detail: the parsed JSON of the database's DETAIL, or None.
    """

    default_sqlstate: str | None = None

    def __init__(self, message: str, *, sqlstate: str | None = None, detail: Any = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate or self.default_sqlstate
        self.detail = detail


class InvalidArgument(TradelatchError):
    """A value was refused, by the database or by the client before it asked. Mend the caller."""

    default_sqlstate = "22023"


class IllegalTransition(TradelatchError):
    """The position's status does not allow this call, or it would end an order that somebody else may still send.

    `detail` has position_id, status, move and orders_left; of such an order also order and in_hand_until. Cancel what
    is left only if the status is terminal or `pending_cancels`.
    """


class StaleFence(TradelatchError):
    """Somebody else drives the position now: send no order for it, and cancel none."""


class PositionNotFound(TradelatchError):
    """There is no position with this id."""


class RequestMismatch(TradelatchError):
    """A request, an attempt or an order id was used for something else before."""


class PositionModeConflict(TradelatchError):
    """One-way and hedge mode cannot be mixed on one symbol."""


class AdoptionRefused(TradelatchError):
    """An existing table cannot be taken over as it is; `detail` lists the rows."""


class RevertRefused(TradelatchError):
    """Something would be lost; `detail` lists it."""


class StaleObservation(TradelatchError):
    """The slot moved since that was seen on the exchange: look again."""


class HistoryLost(TradelatchError):
    """Sequences lag behind their tables: the database was restored. `after_restore` first; `detail` names them."""


class SlotBusy(TradelatchError):
    """The slot's lock, or the row of the position, was not free within 2 s. Nothing was done; try again later.

    `detail` has exchange, account and symbol of the slot, and `holders`: of each session that holds the lock its pid,
    user_name, application_name, which is what it calls itself, and, where that is known, since when. It has the
    position_id, too, where the row is locked: by a plain UPDATE, say, in a transaction that was left open.
    """


class PermissionDenied(TradelatchError):
    """The database role may not do this."""


class RetriesExhausted(TradelatchError):
    """The database undid the call each time (deadlock, serialization). Nothing was done."""


class Unavailable(TradelatchError):
    """No connection, or no answer within `timeout`.

    A call that was sent may have been done. It can be repeated: the answer tells (`replayed`); one that takes an
    `attempt` only with the same one.
    """


class OutcomeUnknown(TradelatchError):
    """No answer to a call that may not be repeated, or whose repetition cannot tell: it may have been done or not."""


class SlotTaken(TradelatchError):
    """`opening` found the slot or the request taken. position_id and status are the holder's."""

    def __init__(self, position_id: int, status: Status) -> None:
        super().__init__(f"position {position_id} ({status}) holds the slot or the request")
        self.position_id = position_id
        self.status = status


class OpeningIncomplete(TradelatchError):
    """The block of `opening` was left before the position was active.

    status: where the position stands since: `canceled`, or `pending_rollback` while something may be on the exchange;
    what it was before where it could not be undone, as a note says. next_order: the close to send, or None. cancels:
    the orders to cancel.
    """

    def __init__(
        self, position_id: int, status: Status, next_order: ExchangeOrder | None, cancels: tuple[str, ...]
    ) -> None:
        super().__init__(f"position {position_id}: its block was left before it was active; it is {status} now")
        self.position_id = position_id
        self.status = status
        self.next_order = next_order
        self.cancels = cancels


class LeaseExpired(TradelatchError):
    """Too late to send this order: somebody else may drive the position."""


class NotFilled(TradelatchError):
    """The entry was not filled in time. It may be filled still: cancel it, or leave the block of `opening`.

    filled: how much of it was, when the exchange was last asked.
    """

    def __init__(self, message: str, *, filled: Decimal = Decimal(0)) -> None:
        super().__init__(message)
        self.filled = filled


class SchemaMismatch(TradelatchError):
    """The database has no tradelatch schema, or one that this client does not know."""


BY_SQLSTATE: dict[str, type[TradelatchError]] = {
    "22023": InvalidArgument,
    "TL002": IllegalTransition,
    "TL003": StaleFence,
    "TL004": PositionNotFound,
    "TL005": RequestMismatch,
    "TL006": PositionModeConflict,
    "TL007": AdoptionRefused,
    "TL008": RevertRefused,
    "TL009": StaleObservation,
    "TL010": HistoryLost,
    "55P03": SlotBusy,
    "42501": PermissionDenied,
    "40001": RetriesExhausted,
    "40P01": RetriesExhausted,
    "25006": Unavailable,  # a server that is read-only
    "3F000": SchemaMismatch,
    "42P01": SchemaMismatch,
    "42703": SchemaMismatch,
    "42883": SchemaMismatch,
}
BY_CLASS: dict[str, type[TradelatchError]] = {  # the first two characters
    "08": Unavailable,
    "22": InvalidArgument,
    "53": Unavailable,  # out of connections, memory, disk
    "57": Unavailable,  # shutting down, cancelled
}
