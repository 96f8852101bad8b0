"""A futures exchange in memory: orders, fills, positions, and the delays between them.

It promises what a real one promises, and no more. A market order fills a moment after it was sent, whether or not
its sender still listens. A client order id is refused only while an order of that id is open. A reduce-only order
never opens or turns a position. A stop order rests until it is cancelled. The private stream is prompt, the
position list may lag behind it; and with `terse_answers` the answer to an order does not tell its side, and reads
filled 0.0 on one that is filled, as Bybit's did in the AVLUSDT incident.

Positions are one-way: one net size per account and symbol.
"""

import bisect
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Literal

from .clock import Clock

Kind = Literal["market", "stop"]
OrderStatus = Literal["open", "closed", "canceled"]

ZERO = Decimal(0)


class OrderRefused(Exception):
    """The exchange did not take the order; nothing of it exists there."""


@dataclass(frozen=True)
class Market:
    """What a market order for a symbol meets: a price, and how much is on offer (None: no end)."""

    price: Decimal
    depth: Decimal | None = None


@dataclass(frozen=True)
class Delays:
    """Seconds that the exchange takes for each step."""

    fill: float = 0.5  # a market order fills
    answer: float = 0.6  # the call that sends a market order returns
    stop: float = 0.8  # the call that sends a stop order returns
    cancel: float = 0.3
    find: float = 0.2  # the look-up of one order
    positions: float = 0.25  # the position list
    stream: float = 0.006  # a fill arrives on the private stream
    list_lag: float = 0.0  # the position list shows what was true so long ago


@dataclass(frozen=True)
class Order:
    """An order as the exchange tells it; `side` is None where the answer is terse."""

    order_id: str
    client_order_id: str
    account: str
    symbol: str
    kind: Kind
    side: str | None
    quantity: Decimal
    reduce_only: bool
    trigger: Decimal | None
    status: OrderStatus = "open"
    filled: Decimal = ZERO
    average_price: Decimal | None = None


@dataclass(frozen=True)
class Holding:
    """What an account holds of a symbol: `size` is below zero for a short one."""

    account: str
    symbol: str
    size: Decimal = ZERO
    average_price: Decimal | None = None

    @property
    def side(self) -> Literal["long", "short"]:
        return "short" if self.size < 0 else "long"

    @property
    def quantity(self) -> Decimal:
        return abs(self.size)

    def __str__(self) -> str:
        return f"{self.side} {self.quantity}" if self.size else "flat"


class Exchange:
    """One venue. What waits, waits by `clock`; the rest answers at once, and is for tests and verdicts."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        markets: Mapping[str, Market],
        *,
        delays: Delays | None = None,
        terse_answers: bool = False,
        first_order_id: int = 1,
    ) -> None:
        self.name = name
        self._clock = clock
        self._markets = dict(markets)
        self._delays = delays or Delays()
        self._terse_answers = terse_answers
        self._order_ids = itertools.count(first_order_id)
        self._orders: dict[str, Order] = {}
        self._newest_ids: dict[tuple[str, str], str] = {}  # by account and client order id
        self._history: dict[tuple[str, str], list[tuple[datetime, Holding]]] = {}
        self._listeners: list[Callable[[Holding], None]] = []

    async def send(
        self,
        symbol: str,
        side: str,
        quantity: Decimal,
        *,
        kind: Kind = "market",
        trigger: Decimal | None = None,
        reduce_only: bool = False,
        client_order_id: str | None = None,
        account: str = "default",
    ) -> Order:
        """Send an order, and return the exchange's answer; OrderRefused if it did not take it.

        It is taken when this is called: a caller who is cancelled while waiting for the answer has sent it.
        """
        order = self._accept(
            Order(
                order_id="",
                client_order_id=client_order_id or "",
                account=account,
                symbol=symbol,
                kind=kind,
                side=side,
                quantity=quantity,
                reduce_only=reduce_only,
                trigger=trigger,
            )
        )
        if kind == "market":
            self._clock.call_later(self._delays.fill, partial(self._fill, order.order_id))
            await self._clock.sleep(self._delays.answer)
        else:
            await self._clock.sleep(self._delays.stop)
        order = self._orders[order.order_id]
        if self._terse_answers:
            return replace(order, side=None, filled=Decimal("0.0"), average_price=None)
        return order

    async def cancel(self, name: str, *, account: str = "default") -> bool:
        """Cancel an order; False if it is not open.

        `name` is as receipts have it: its client order id, or `id:` and the exchange's own.
        """
        order = self._orders.get(name[3:]) if name.startswith("id:") else self._newest(name, account)
        canceled = order is not None and order.account == account and order.status == "open"
        if order is not None and canceled:
            self._orders[order.order_id] = replace(order, status="canceled")
        await self._clock.sleep(self._delays.cancel)
        return canceled

    async def find(self, client_order_id: str, *, account: str = "default") -> Order | None:
        """The newest order of that id, as it is when the answer arrives."""
        await self._clock.sleep(self._delays.find)
        return self._newest(client_order_id, account)

    async def positions(self, *, account: str = "default") -> list[Holding]:
        """The account's positions, as they were `list_lag` before the answer arrives."""
        await self._clock.sleep(self._delays.positions)
        seen_at = self._clock.now() - timedelta(seconds=self._delays.list_lag)
        held = (self._at(key, seen_at) for key in sorted(self._history) if key[0] == account)
        return [position for position in held if position.size]

    def set_market(self, symbol: str, market: Market) -> None:
        """From now on, orders for the symbol meet this."""
        self._markets[symbol] = market

    def listen(self, listener: Callable[[Holding], None]) -> None:
        """The private stream: call back with the whole position whenever a fill has changed it."""
        self._listeners.append(listener)

    def exposure(self, symbol: str, *, account: str = "default") -> Holding:
        """What the account holds at this moment: the truth, which no bot can ask for."""
        return self._at((account, symbol), self._clock.now())

    def orders(self, symbol: str, *, account: str = "default") -> list[Order]:
        """Every order taken for a symbol, the oldest first."""
        return [order for order in self._orders.values() if (order.account, order.symbol) == (account, symbol)]

    def _accept(self, order: Order) -> Order:
        if order.symbol not in self._markets:
            raise OrderRefused(f"no such symbol: {order.symbol}")
        if order.side not in ("buy", "sell"):
            raise OrderRefused(f"side is buy or sell: {order.side}")
        if order.quantity <= 0:
            raise OrderRefused(f"quantity must be above 0: {order.quantity}")
        if (order.kind == "stop") != (order.trigger is not None):
            raise OrderRefused("a stop order, and no other, has a trigger")
        newest = self._newest(order.client_order_id, order.account)
        if newest is not None and newest.status == "open":
            raise OrderRefused(f"client order id is in use: {order.client_order_id}")
        if order.reduce_only and order.kind == "market" and not self._reducible(order):
            raise OrderRefused("reduce-only order would not reduce a position")
        order_id = str(next(self._order_ids))
        order = replace(order, order_id=order_id, client_order_id=order.client_order_id or f"none-{order_id}")
        self._orders[order_id] = order
        self._newest_ids[order.account, order.client_order_id] = order_id
        return order

    def _fill(self, order_id: str) -> None:
        order = self._orders[order_id]
        if order.status != "open":
            return
        market = self._markets[order.symbol]
        filled = order.quantity if market.depth is None else min(order.quantity, market.depth)
        if order.reduce_only:
            filled = min(filled, self._reducible(order))
        if not filled:  # the position went away while the order was on its way
            self._orders[order_id] = replace(order, status="canceled")
            return
        self._orders[order_id] = replace(order, status="closed", filled=filled, average_price=market.price)
        before = self.exposure(order.symbol, account=order.account)
        after = _moved(before, filled if order.side == "buy" else -filled, market.price)
        self._history.setdefault((order.account, order.symbol), []).append((self._clock.now(), after))
        for listener in self._listeners:
            self._clock.call_later(self._delays.stream, partial(listener, after))

    def _reducible(self, order: Order) -> Decimal:
        """How much of the position the order could take away."""
        size = self.exposure(order.symbol, account=order.account).size
        return max(-size if order.side == "buy" else size, ZERO)

    def _newest(self, client_order_id: str, account: str) -> Order | None:
        order_id = self._newest_ids.get((account, client_order_id))
        return None if order_id is None else self._orders[order_id]

    def _at(self, key: tuple[str, str], when: datetime) -> Holding:
        history = self._history.get(key, [])
        index = bisect.bisect_right(history, when, key=lambda entry: entry[0])
        return history[index - 1][1] if index else Holding(*key)


def _moved(position: Holding, change: Decimal, price: Decimal) -> Holding:
    """The position after a fill of `change`, below zero for a sale."""
    size = position.size + change
    if not size:
        return replace(position, size=ZERO, average_price=None)
    if position.average_price is None or position.size * size < 0:  # opened, or turned
        return replace(position, size=size, average_price=price)
    if abs(size) < abs(position.size):  # reduced: what is left was bought as before
        return replace(position, size=size)
    cost = position.size * position.average_price + change * price
    return replace(position, size=size, average_price=cost / size)
