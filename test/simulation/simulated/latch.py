"""The latch, looked at after every step: no order outlives its position, and the book forgets none that stands."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from tradelatch.exchange import Order
from tradelatch.testing import Exchange

# What is open, and what was so at the last look.
BOOK = """
    select
        p.id::bigint,
        p.order_key,
        p.symbol::text,
        p.position_side::text,
        p.status,
        p.fence,
        p.closed_at is null,
        monitoring.orders_left(p),
        p.open_quantity::numeric,
        exists (select from monitoring.position_events as e where e.position_id = p.id and e.event = 'release_position')
    from monitoring.positions as p
    where p.closed_at is null or p.id = any (%s)
    order by p.id
"""


@dataclass(frozen=True)
class Standing:
    """A position as it was at the last look."""

    slot: tuple[str, str]
    status: str
    fence: int
    is_open: bool
    left: frozenset[str]
    open_quantity: Decimal
    is_released: bool


class Latch:
    """What the book knew of its orders all the time, beside what the exchange had."""

    def __init__(self, exchange: Exchange, account: str, symbols: Iterable[str], ordinal: Callable[[int], str]) -> None:
        self.problems: list[str] = []
        self.unaccounted: set[int] = set()  # positions of which something filled that nobody told of
        self._exchange = exchange
        self._account = account
        self._symbols = tuple(symbols)
        self._ordinal = ordinal
        self._positions: dict[int, Standing] = {}
        self._keys: dict[str, int] = {}  # positions by what their client order ids begin with
        self._names: dict[str, int] = {}  # and by the names of other orders of theirs
        self._newest_order = 0
        self._fills = 0
        self._forgotten: set[str] = set()

    def fence(self, position_id: int) -> int:
        return self._positions[position_id].fence

    def left(self, position_id: int) -> frozenset[str]:
        return self._positions[position_id].left

    def open_quantity(self, position_id: int) -> Decimal:
        """What the book says is open."""
        return self._positions[position_id].open_quantity

    def open_orders(self, position_id: int) -> list[Order]:
        """Those of a position that the exchange has open at this moment."""
        return [order for order in self._orders() if order.status == "open" and self.owner(order) == position_id]

    def is_filling(self, position_id: int) -> bool:
        """Whether one of its orders is filled in part, and goes on."""
        return any(order.filled for order in self.open_orders(position_id))

    def ended_orders(self, position_id: int) -> list[str]:
        """Names of those that are left, and have ended."""
        left = self._positions[position_id].left
        return [
            name
            for order in self._orders()
            if order.status != "open" and self.owner(order) == position_id
            for name in (order.client_order_id, f"id:{order.order_id}")
            if name in left
        ]

    def owner(self, order: Order) -> int | None:
        """Whose an order is, where the book ever knew it."""
        named = re.fullmatch("(tl[0-9a-f]{22})[esc][0-9]+", order.client_order_id)
        if named:
            return self._keys.get(named[1])
        return self._names.get(order.client_order_id, self._names.get(f"id:{order.order_id}"))

    def follow(self) -> None:
        """What the exchange did since the last step; the book was as it was seen last."""
        for order in self._orders():
            if int(order.order_id) > self._newest_order:
                self._refuse_late(order, "arrives")
        self._newest_order = max((int(order.order_id) for order in self._orders()), default=0)
        fills = self._exchange.fills()
        for fill in fills[self._fills :]:
            self._refuse_late(fill.order, f"fills, {fill.before} becomes {fill.after},")
            if self.owner(fill.order) is None:
                slot = fill.order.symbol, fill.order.position_side
                self.unaccounted |= {number for number, each in self._positions.items() if each.slot == slot}
        self._fills = len(fills)

    async def look(self, admin: psycopg.AsyncConnection[Any], call: str) -> None:
        """The book after a call, whatever its answer was."""
        before = dict(self._positions)
        known = [position_id for position_id, each in self._positions.items() if each.is_open]
        for position_id, key, symbol, position_side, status, fence, is_open, left, quantity, is_released in await (
            await admin.execute(BOOK, [known])
        ).fetchall():
            self._keys[key] = position_id
            self._names |= {name: position_id for name in left if name != "*" and not name.startswith(key)}
            self._positions[position_id] = Standing(
                (symbol, position_side), status, fence, is_open, frozenset(left), quantity, is_released
            )
        if call == "reconcile_orders":
            self._note_unaccounted(before)
        changed = {*known, *(position_id for position_id, each in self._positions.items() if each.is_open)}
        for order in self._orders():
            owner = self.owner(order)
            if order.status == "open" and owner in changed:
                self._refuse_unknown(order, owner, self._positions[owner])

    def _note_unaccounted(self, before: dict[int, Standing]) -> None:
        """An order that is absent has ended; what it filled, a person finds out: reconcile says quantity_mismatch."""
        for order in self._orders():
            owner = self.owner(order)
            if order.filled and owner in before:
                names = {order.client_order_id, f"id:{order.order_id}"}
                if names & before[owner].left and not names & self._positions[owner].left:
                    self.unaccounted.add(owner)

    def _refuse_unknown(self, order: Order, owner: int, position: Standing) -> None:
        name = self._name(order)
        if not position.is_open and not position.is_released:
            self.problems.append(f"{name} of {self._ordinal(owner)} stands, and that is {position.status}")
        elif position.is_open and not position.left & {order.client_order_id, f"id:{order.order_id}"}:
            if order.order_id not in self._forgotten:
                self.problems.append(f"{name} of {self._ordinal(owner)} stands, and the book has forgotten it")
            self._forgotten.add(order.order_id)

    def _refuse_late(self, order: Order, what: str) -> None:
        owner = self.owner(order)
        if owner is None:
            return
        position = self._positions[owner]
        if not position.is_open and not position.is_released:
            self.problems.append(
                f"{self._name(order)} of {self._ordinal(owner)} {what} and that is {position.status} already"
            )

    def _orders(self) -> list[Order]:
        orders = [each for symbol in self._symbols for each in self._exchange.orders(symbol, account=self._account)]
        return sorted(orders, key=lambda order: int(order.order_id))

    @staticmethod
    def _name(order: Order) -> str:
        """Without what differs from run to run."""
        return re.sub("^tl[0-9a-f]{22}", "", order.client_order_id)
