"""What is asked of an exchange, and no more: its calls, what they return, and the ways in which they fail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

OrderKind = Literal["market", "limit", "stop"]
OrderStatus = Literal["open", "closed", "canceled"]
PositionMode = Literal["one-way", "hedge"]

ZERO = Decimal(0)


class OrderRefused(Exception):
    """The exchange did not take the order; nothing of it exists there."""


class ModeRefused(OrderRefused):
    """It was refused because the account is in the other position mode: that says nothing of what is open."""


class DuplicateRefused(OrderRefused):
    """It was refused because an order of that client order id exists: that order is the one to look at."""


class TriggerPassed(OrderRefused):
    """It is a stop order whose price the market has passed already: sent again, it is refused again."""


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


async def position_mode(access: ExchangeAccess, symbol: str, account: str) -> PositionMode | None:
    """The account's mode, where a class has `position_mode(symbol, *, account)` and it can tell; else None."""
    ask = getattr(access, "position_mode", None)
    told: PositionMode | None = None if ask is None else await ask(symbol, account=account)
    return told


async def covered(access: ExchangeAccess, symbols: Collection[str], account: str) -> list[str]:
    """Which of these symbols the exchange's lists cover, so that absence from them counts.

    A class says it by `covers(symbols, *, account)`; the lists of one that has no such call cover all.
    """
    ask = getattr(access, "covers", None)
    return sorted(symbols if ask is None else await ask(symbols, account=account))


async def market_ids(access: ExchangeAccess, account: str) -> Mapping[str, str] | None:
    """The exchange's ids of its markets and their symbols, where a class has `market_ids(*, account)`; else None."""
    ask = getattr(access, "market_ids", None)
    told: Mapping[str, str] | None = None if ask is None else await ask(account=account)
    return told


def mode_of(position_side: str) -> PositionMode:
    """The mode that a position side belongs to."""
    return "one-way" if position_side == "both" else "hedge"


def mode_mismatch(position_side: str, mode: PositionMode | None, held: Sequence[Holding]) -> str:
    """Why a position of this side does not fit what an account holds of its symbol; empty where it does.

    held: what the account holds of the symbol. The other side of hedge mode is another position, and fits.
    """
    ours = mode_of(position_side)
    if mode is not None and mode != ours:
        return f"the account is in {mode} mode, and the position is a {ours} one"
    strange = [each for each in held if each.size and mode_of(each.position_side) != ours]
    if strange:
        (first, *_) = strange
        return f"the exchange holds {first.quantity} on position side {first.position_side}, and the position is {ours}"
    return ""
