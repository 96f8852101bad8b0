"""tradelatch: one open position per exchange, account, symbol and side, kept by PostgreSQL."""

from importlib.metadata import version

from .core.client_async import AsyncClient
from .core.client_sync import Client
from .core.errors import (
    AdoptionRefused,
    IllegalTransition,
    InvalidArgument,
    LeaseExpired,
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
    Health,
    PositionRow,
    Receipt,
    TimelineRow,
)

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
    "ExchangeOrder",
    "Finding",
    "FindingRow",
    "Health",
    "IllegalTransition",
    "InvalidArgument",
    "LeaseExpired",
    "OpeningIncomplete",
    "OutcomeUnknown",
    "PermissionDenied",
    "Position",
    "PositionModeConflict",
    "PositionNotFound",
    "PositionRow",
    "Receipt",
    "RequestMismatch",
    "RetriesExhausted",
    "RevertRefused",
    "SchemaMismatch",
    "SlotBusy",
    "SlotTaken",
    "StaleFence",
    "TimelineRow",
    "TradelatchError",
    "Unavailable",
    "__version__",
]
