"""The words of fixed lists. The database defines them; a test compares."""

from typing import Literal

Side = Literal["long", "short"]
OrderSide = Literal["buy", "sell"]
PositionSide = Literal["both", "long", "short"]
OrderKind = Literal["entry", "stop_loss", "close"]
Outcome = Literal["created", "existing", "replayed", "claimed", "duplicate", "ok"]
Status = Literal[
    "pending_entry",
    "entry_placed",
    "pending_sl",
    "active",
    "pending_close",
    "pending_rollback",
    "closed",
    "rolled_back",
    "canceled",
    "failed",
]
