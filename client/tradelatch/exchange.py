"""What is asked of an exchange, and no more: five calls, what they return, and the two ways in which they fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

OrderKind = Literal["market", "limit", "stop"]
OrderStatus = Literal["open", "closed", "canceled"]

ZERO = Decimal(0)


class OrderRefused(Exception):
    """The exchange did not take the order; nothing of it exists there."""


class Unreachable(Exception):
    """No answer. What was sent may have arrived or not: look for it by its client order id."""


class NotListed(Unreachable):
    """The venue has no such market (any more): what it knows of an order there cannot be asked."""


@dataclass(frozen=True)
class Order:
    """An order as the exchange tells it; `side` is None where the answer is terse.

    status: `open` while it may still fill; `closed` when it ended with a fill, whole or not; `canceled` when it was
    taken away, which may leave a fill too. For seconds after a fill an exchange may tell `filled` 0.
    """

    order_id: str
    client_order_id: str
    account: str
    symbol: str
    kind: OrderKind
    side: str | None
    quantity: Decimal
    reduce_only: bool
    trigger: Decimal | None
    status: OrderStatus = "open"
    filled: Decimal = ZERO
    average_price: Decimal | None = None
    position_side: str = "both"
    price: Decimal | None = None  # of a limit order


@dataclass(frozen=True)
class Holding:
    """What an account holds of a symbol: `size` is below zero for a short one."""

    account: str
    symbol: str
    size: Decimal = ZERO
    average_price: Decimal | None = None
    position_side: str = "both"

    @property
    def side(self) -> Literal["long", "short"]:
        return "short" if self.size < 0 else "long"

    @property
    def quantity(self) -> Decimal:
        return abs(self.size)

    def __str__(self) -> str:
        return f"{self.side} {self.quantity}" if self.size else "flat"


class ExchangeAccess(Protocol):
    """One venue. Symbols are canonical; every call can raise Unreachable.

    `name` of an order is as receipts have it: its client order id, or `id:` and the exchange's own.
    """

    async def positions(self, *, account: str) -> Sequence[Holding]:
        """What the account holds, as the exchange lists it: it lags, and lies for seconds."""

    async def find(self, symbol: str, name: str, *, account: str) -> Order | None:
        """The newest order of that name, or None."""

    async def open_orders(self, symbol: str, *, account: str) -> Sequence[Order]:
        """Every open order of the symbol, conditional ones included: of the account, whoever sent them."""

    async def send(
        self,
        symbol: str,
        side: str,
        quantity: Decimal,
        *,
        kind: OrderKind,
        trigger: Decimal | None,
        reduce_only: bool,
        client_order_id: str,
        account: str,
        position_side: str,
    ) -> Order:
        """Send an order. OrderRefused: it does not exist. Unreachable: it may."""

    async def cancel(self, symbol: str, name: str, *, account: str) -> bool:
        """Cancel an order; False if none of that name is open."""
