"""An exchange as a bot of one account sees it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from ..exchange import Holding, Order, OrderKind


class Venue(Protocol):
    """What it asks. The simulated exchange answers, in this process or in another."""

    name: str

    async def positions(self) -> Sequence[Holding]: ...

    async def find(self, symbol: str, name: str) -> Order | None: ...

    async def send(
        self,
        symbol: str,
        side: str,
        quantity: Decimal,
        *,
        kind: OrderKind = "market",
        trigger: Decimal | None = None,
        reduce_only: bool = False,
        client_order_id: str | None = None,
    ) -> Order: ...

    async def cancel(self, symbol: str, name: str) -> bool: ...
