"""tradelatch: one open position per exchange, account, symbol and side, kept by PostgreSQL."""

from importlib.metadata import version

from .closing import cancel_orders, close_position
from .core.client_async import AsyncClient
from .core.client_sync import Client
from .core.errors import (
    AdoptionRefused,
    HistoryLost,
    IllegalTransition,
    InvalidArgument,
    LeaseExpired,
    NotFilled,
    OpeningIncomplete,
    OutcomeUnknown,
    PermissionDenied,
    PositionModeConflict,
    PositionNotFound,
    RequestMismatch,
    RetriesExhausted,
    RevertRefused,
    SchemaMismatch,
    SlotBusy,
    SlotTaken,
    StaleFence,
    StaleObservation,
    TradelatchError,
    Unavailable,
)
from .core.position_async import AsyncPosition
from .core.position_sync import Position
from .core.receipt import (
    AlertRow,
    BackupRow,
    CleanupAction,
    EventRow,
    ExchangeOrder,
    Finding,
    FindingRow,
    FoundOrder,
    Health,
    OrderRow,
    PositionRow,
    Receipt,
    TimelineRow,
)
from .core.words import OrderKind, OrderSide, Outcome, PositionSide, Side, Status
from .driving import Unsettled
from .exchange import ExchangeAccess, OrderRefused, Unreachable
from .orders import PlacedOrder, send_order
from .reporting import OrderReport, OrderUpdate, report_order

__version__ = version("tradelatch")

__all__ = [
    "AdoptionRefused",
    "AlertRow",
    "AsyncClient",
    "AsyncPosition",
    "BackupRow",
    "CleanupAction",
    "Client",
    "EventRow",
    "ExchangeAccess",
    "ExchangeOrder",
    "Finding",
    "FindingRow",
    "FoundOrder",
    "Health",
    "HistoryLost",
    "IllegalTransition",
    "InvalidArgument",
    "LeaseExpired",
    "NotFilled",
    "OpeningIncomplete",
    "OrderKind",
    "OrderRefused",
    "OrderReport",
    "OrderRow",
    "OrderSide",
    "OrderUpdate",
    "Outcome",
    "OutcomeUnknown",
    "PermissionDenied",
    "PlacedOrder",
    "Position",
    "PositionModeConflict",
    "PositionNotFound",
    "PositionRow",
    "PositionSide",
    "Receipt",
    "RequestMismatch",
    "RetriesExhausted",
    "RevertRefused",
    "SchemaMismatch",
    "Side",
    "SlotBusy",
    "SlotTaken",
    "StaleFence",
    "StaleObservation",
    "Status",
    "TimelineRow",
    "TradelatchError",
    "Unavailable",
    "Unreachable",
    "Unsettled",
    "__version__",
    "cancel_orders",
    "close_position",
    "report_order",
    "send_order",
]
