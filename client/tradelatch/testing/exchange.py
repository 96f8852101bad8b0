"""A futures exchange in memory: orders, fills, positions, and the delays and faults between them.

It promises what a real one promises, and no more. A market order fills a moment after it was sent, whether or not
its sender still listens. A client order id is refused only while an order of that id is open. A reduce-only order
never opens or turns a position. A stop order rests until the price comes to it or it is cancelled. The private stream
is prompt, the position list may lag behind it; and with `terse_answers` the answer to an order does not tell its side,
and reads filled 0.0 on one that is filled, as Bybit's did in the AVLUSDT incident.

Positions are one-way, one net size per account and symbol; in hedge mode one for each position side.
`Faults` adds what goes wrong at random.
"""

import bisect
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from ..exchange import (
    ZERO,
    DuplicateRefused,
    Holding,
    ModeRefused,
    NotListed,
    Order,
    OrderKind,
    OrderRefused,
    PositionMode,
    TriggerPassed,
    Unreachable,
)
from .clock import Clock
from .faults import Faults


@dataclass(frozen=True)
class Market:
    """What a market order for a symbol meets: a price, and how much is on offer (None: no end)."""

    price: Decimal
    depth: Decimal | None = None


@dataclass(frozen=True)
class Delays:
    """Seconds that the exchange takes for each step."""

    fill: float = 0.5  # a market order fills; each part of one that fills in parts
    answer: float = 0.6  # the call that sends a market order returns
    stop: float = 0.8  # the call that sends a stop order returns
    cancel: float = 0.3
    find: float = 0.2  # the look-up of one order
    positions: float = 0.25  # the position list
    stream: float = 0.006  # a fill arrives on the private stream
    list_lag: float = 0.0  # the position list shows what was true so long ago
    timeout: float = 3.0  # a caller gives up waiting for an answer


@dataclass(frozen=True)
class Fill:
    """What an order did to a position, and when."""

    at: datetime
    order: Order
    before: Holding
    after: Holding


class Exchange:
    """One venue. What waits, waits by `clock`; the rest answers at once, and is for tests and verdicts."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        markets: Mapping[str, Market],
        *,
        delays: Delays | None = None,
        faults: Faults | None = None,
        hedge_mode: bool = False,
        terse_answers: bool = False,
        first_order_id: int = 1,
    ) -> None:
        self.name = name
        self.faults = faults or Faults()
        self._clock = clock
        self._markets = dict(markets)
        self._delays = delays or Delays()
        self.hedge_mode = hedge_mode
        self._sides = ("long", "short") if hedge_mode else ("both",)
        self._terse_answers = terse_answers
        self._order_ids = itertools.count(first_order_id)
        self._orders: dict[str, Order] = {}
        self._accepted_at: dict[str, datetime] = {}
        self._newest_ids: dict[tuple[str, str], str] = {}  # by account and client order id
        self._history: dict[tuple[str, str, str], list[tuple[datetime, Holding]]] = {}
        self._fills: list[Fill] = []
        self._listeners: list[Callable[[Holding], None]] = []
        self._hidden_until: dict[str, datetime] = {}  # fills that are not told yet, by order id
        self._down_until: datetime | None = None

    async def send(
        self,
        symbol: str,
        side: str,
        quantity: Decimal,
        *,
        kind: OrderKind = "market",
        price: Decimal | None = None,
        trigger: Decimal | None = None,
        reduce_only: bool = False,
        client_order_id: str | None = None,
        account: str = "default",
        position_side: str = "both",
    ) -> Order:
        """Send an order, and return the exchange's answer; OrderRefused if it did not take it.

        It is taken when this is called: a caller who is cancelled while waiting for the answer has sent it.
        """
        order = Order(
            order_id="",
            client_order_id=client_order_id or "",
            account=account,
            symbol=symbol,
            kind=kind,
            side=side,
            quantity=quantity,
            reduce_only=reduce_only,
            trigger=trigger,
            position_side=position_side,
            price=price,
        )
        fate = "lost" if self.is_down() else self.faults.fate(may_be_refused=True)
        if fate == "refused":
            raise OrderRefused("order was rejected")
        if fate == "unanswered" and self.faults.happens(self.faults.odds.late):
            self._clock.call_later(self.faults.seconds(self.faults.odds.arrival), partial(self._arrive_late, order))
            fate = "lost"
        if fate == "lost":
            await self._give_up()
        order = self._accept(order)
        if fate == "unanswered":
            await self._give_up()
        await self._wait(self._delays.stop if kind == "stop" else self._delays.answer)
        order = self._told(order.order_id)
        if self._terse_answers:
            return replace(order, side=None, filled=Decimal("0.0"), average_price=None)
        return order

    async def cancel(self, symbol: str, name: str, *, account: str = "default") -> bool:
        """Cancel an order; False if none of that name is open.

        `name` is as receipts have it: its client order id, or `id:` and the exchange's own.
        """
        is_lost = self.is_down() or self.faults.happens(self.faults.odds.cancel_lost)
        fate = "lost" if is_lost else self.faults.fate(may_be_refused=False)
        if fate == "lost":
            await self._give_up()
        order = self._named(symbol, name, account)
        canceled = order is not None and order.status == "open"
        if order is not None and canceled:
            self._orders[order.order_id] = replace(order, status="canceled")
        if fate == "unanswered":
            await self._give_up()
        await self._wait(self._delays.cancel)
        return canceled

    async def find(self, symbol: str, name: str, *, account: str = "default") -> Order | None:
        """The newest order of that name, as it is when the answer arrives."""
        await self._ask(self._delays.find)
        self._check_listed(symbol)
        order = self._named(symbol, name, account)
        return order and self._told(order.order_id)

    async def open_orders(self, symbol: str, *, account: str = "default") -> list[Order]:
        """The open orders of a symbol, conditional ones included, as they are when the answer arrives."""
        await self._ask(self._delays.find)
        self._check_listed(symbol)
        return [self._told(order.order_id) for order in self.orders(symbol, account=account) if order.status == "open"]

    async def all_open_orders(self, *, account: str = "default") -> list[Order]:
        """The open orders of every symbol."""
        await self._ask(self._delays.find)
        ours = [order for order in self._orders.values() if order.account == account and order.status == "open"]
        return [self._told(order.order_id) for order in ours]

    async def positions(self, *, account: str = "default") -> list[Holding]:
        """The account's positions, as they were `list_lag` before the answer arrives."""
        await self._ask(self._delays.positions)
        lag = self._delays.list_lag + self.faults.seconds(self.faults.odds.list_lag)
        seen_at = self._clock.now() - timedelta(seconds=lag)
        held = (self._at(key, seen_at) for key in sorted(self._history) if key[0] == account)
        return [position for position in held if position.size]

    async def position_mode(self, symbol: str, *, account: str = "default") -> PositionMode:
        """The account's mode."""
        if self.is_down():
            await self._give_up()
        return "hedge" if self.hedge_mode else "one-way"

    def set_market(self, symbol: str, market: Market) -> None:
        """From now on, orders for the symbol meet this. Stops that it reaches trigger, limit orders fill."""
        self._markets[symbol] = market
        for order in list(self._orders.values()):
            if order.symbol == symbol and order.status == "open" and self._is_reached(order):
                self._schedule_fills(order)

    def market(self, symbol: str) -> Market:
        """What orders for the symbol meet now."""
        return self._markets[symbol]

    def expire(self, order_id: str) -> None:
        """An open order ends without anybody having asked for it."""
        if self._orders[order_id].status == "open":
            self._orders[order_id] = replace(self._orders[order_id], status="canceled")

    def amend(self, order_id: str, trigger: Decimal) -> None:
        """An open stop order is moved: the same order, with another trigger."""
        order = self._orders[order_id]
        if (order.kind, order.status) == ("stop", "open"):
            self._orders[order_id] = replace(order, trigger=trigger)
            if self._is_reached(self._orders[order_id]):
                self._schedule_fills(self._orders[order_id])

    def go_down(self, seconds: float) -> None:
        """For so long nobody gets an answer and nothing arrives; what was taken before still fills and triggers."""
        self._down_until = self._clock.now() + timedelta(seconds=seconds)

    def is_down(self) -> bool:
        return self._down_until is not None and self._clock.now() < self._down_until

    def listen(self, listener: Callable[[Holding], None]) -> None:
        """The private stream: call back with the whole position whenever a fill has changed it."""
        self._listeners.append(listener)

    def exposure(self, symbol: str, *, account: str = "default", position_side: str = "both") -> Holding:
        """What the account holds at this moment: the truth, which no bot can ask for."""
        return self._at((account, symbol, position_side), self._clock.now())

    def exposures(self) -> Iterable[Holding]:
        """The same for every account, symbol and position side that was ever traded."""
        return (self._at(key, self._clock.now()) for key in sorted(self._history))

    def fills(self) -> list[Fill]:
        """Every fill, the oldest first."""
        return list(self._fills)

    def orders(self, symbol: str, *, account: str = "default") -> list[Order]:
        """Every order taken for a symbol, the oldest first."""
        return [order for order in self._orders.values() if (order.account, order.symbol) == (account, symbol)]

    def accepted_at(self, order_id: str) -> datetime:
        """When an order was taken."""
        return self._accepted_at[order_id]

    def _check_listed(self, symbol: str) -> None:
        if symbol not in self._markets:
            raise NotListed(f"{self.name} lists no {symbol}")

    async def _ask(self, seconds: float) -> None:
        if self.is_down() or self.faults.fate(may_be_refused=False) != "answered":
            await self._give_up()
        await self._wait(seconds)

    async def _wait(self, seconds: float) -> None:
        await self._clock.sleep(seconds + self.faults.seconds(self.faults.odds.slower))

    async def _give_up(self) -> None:
        await self._clock.sleep(self._delays.timeout)
        raise Unreachable(f"{self.name}: no answer")

    def _arrive_late(self, order: Order) -> None:
        try:
            self._accept(order)
        except OrderRefused:
            return  # and nobody is told

    def _accept(self, order: Order) -> Order:
        if order.symbol not in self._markets:
            raise OrderRefused(f"no such symbol: {order.symbol}")
        if order.side not in ("buy", "sell"):
            raise OrderRefused(f"side is buy or sell: {order.side}")
        if order.position_side not in self._sides:
            raise ModeRefused(f"position side is {' or '.join(self._sides)}: {order.position_side}")
        if order.quantity <= 0:
            raise OrderRefused(f"quantity must be above 0: {order.quantity}")
        if (order.kind == "stop") != (order.trigger is not None):
            raise OrderRefused("a stop order, and no other, has a trigger")
        if (order.kind == "limit") != (order.price is not None):
            raise OrderRefused("a limit order, and no other, has a price")
        newest = self._newest(order.client_order_id, order.account)
        if newest is not None and newest.status == "open":
            raise DuplicateRefused(f"client order id is in use: {order.client_order_id}")
        if self._only_reduces(order) and order.kind != "stop" and not self._reducible(order):
            raise OrderRefused("reduce-only order would not reduce a position")
        if order.kind == "stop" and self._is_reached(order):
            raise TriggerPassed("stop order would trigger at once")
        order_id = str(next(self._order_ids))
        order = replace(order, order_id=order_id, client_order_id=order.client_order_id or f"none-{order_id}")
        self._orders[order_id] = order
        self._accepted_at[order_id] = self._clock.now()
        self._newest_ids[order.account, order.client_order_id] = order_id
        if self._is_reached(order):
            self._schedule_fills(order)
        return order

    def _is_reached(self, order: Order) -> bool:
        """Whether the price is where the order fills."""
        price = self._markets[order.symbol].price
        if order.trigger is not None:
            return price <= order.trigger if order.side == "sell" else price >= order.trigger
        if order.price is not None:
            return price >= order.price if order.side == "sell" else price <= order.price
        return True

    def _schedule_fills(self, order: Order) -> None:
        parts = self.faults.parts()
        for part in range(1, parts + 1):
            self._clock.call_later(
                self._delays.fill * part,
                partial(self._fill, order.order_id, round(order.quantity / parts, 12), part == parts),
            )

    def _fill(self, order_id: str, quantity: Decimal, is_last: bool) -> None:
        order = self._orders[order_id]
        if order.status != "open":
            return
        market = self._markets[order.symbol]
        left = order.quantity - order.filled
        filled = left if is_last else min(quantity, left)
        if market.depth is not None:
            filled = min(filled, market.depth)
        if self._only_reduces(order):
            filled = min(filled, self._reducible(order))
        if not filled:  # the position went away while the order was on its way
            self._orders[order_id] = replace(order, status="closed" if order.filled else "canceled")
            return
        total = order.filled + filled
        cost = (order.average_price or ZERO) * order.filled + market.price * filled
        ended = total == order.quantity or (
            is_last and order.kind != "limit"
        )  # what is not on offer, a limit waits for
        self._orders[order_id] = replace(
            order, status="closed" if ended else "open", filled=total, average_price=cost / total
        )
        if order_id not in self._hidden_until and self.faults.happens(self.faults.odds.hidden_fill):
            hidden = timedelta(seconds=self.faults.seconds(self.faults.odds.lie))
            self._hidden_until[order_id] = self._clock.now() + hidden
        before = self.exposure(order.symbol, account=order.account, position_side=order.position_side)
        after = _moved(before, filled if order.side == "buy" else -filled, market.price)
        self._fills.append(Fill(self._clock.now(), self._orders[order_id], before, after))
        key = (order.account, order.symbol, order.position_side)
        self._history.setdefault(key, []).append((self._clock.now(), after))
        lag = self._delays.stream + self.faults.seconds(self.faults.odds.stream_lag)
        for listener in self._listeners:
            self._clock.call_later(lag, partial(listener, after))

    def _only_reduces(self, order: Order) -> bool:
        """In hedge mode the side that closes cannot do anything else."""
        return order.reduce_only or (order.position_side, order.side) in (("long", "sell"), ("short", "buy"))

    def _reducible(self, order: Order) -> Decimal:
        """How much of the position the order could take away."""
        size = self.exposure(order.symbol, account=order.account, position_side=order.position_side).size
        return max(size if order.side == "sell" else -size, ZERO)

    def _told(self, order_id: str) -> Order:
        """The order as the exchange tells it now."""
        order = self._orders[order_id]
        if order_id in self._hidden_until and self._clock.now() < self._hidden_until[order_id]:
            return replace(order, filled=ZERO, average_price=None)
        return order

    def _named(self, symbol: str, name: str, account: str) -> Order | None:
        order = self._orders.get(name[3:]) if name.startswith("id:") else self._newest(name, account)
        return order if order is not None and (order.account, order.symbol) == (account, symbol) else None

    def _newest(self, client_order_id: str, account: str) -> Order | None:
        order_id = self._newest_ids.get((account, client_order_id))
        return None if order_id is None else self._orders[order_id]

    def _at(self, key: tuple[str, str, str], when: datetime) -> Holding:
        history = self._history.get(key, [])
        index = bisect.bisect_right(history, when, key=lambda entry: entry[0])
        if index:
            return history[index - 1][1]
        account, symbol, position_side = key
        return Holding(account, symbol, position_side=position_side)


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
