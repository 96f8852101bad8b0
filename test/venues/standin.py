"""What the two local stand-ins have in common: an HTTP server, its faults, and a venue's book of orders and positions.

They check what a venue checks (key, signature, time, step, position mode), so that a request which passes here has
been made as the venue's documentation asks for.
"""

import asyncio
import itertools
import json
import time
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from aiohttp import web

KEY = "key-that-nobody-may-see"
SECRET = "secret-that-nobody-may-see"
PASSPHRASE = "words-that-nobody-may-see"
PRICE = Decimal("3.2333")
ZERO = Decimal(0)


@dataclass
class Placed:
    """An order in the book; `status` is open, filled, canceled or expired."""

    order_id: str
    client_order_id: str
    symbol: str
    side: str
    type: str
    quantity: Decimal
    reduce_only: bool
    position_side: str
    price: Decimal | None
    trigger: Decimal | None
    time: int
    status: str = "open"
    filled: Decimal = ZERO
    average: Decimal = ZERO
    closes_all: bool = False  # the whole position, whatever it is then
    went_on_as: str = ""  # the ordinary order that a triggered stop became, where it becomes one


@dataclass
class Fate:
    """What happens to one request instead of its answer."""

    status: int = 200
    body: Any = None  # answered as it is, JSON unless a text
    arrives: bool = False  # it is carried out all the same
    answers: bool = True  # False: the connection is closed
    hangs: bool = False  # no answer until the caller gives up
    location: str = ""  # where it sends to


class Refused(Exception):
    def __init__(self, code: int | str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    params: dict[str, Any]
    query: str
    body: str
    headers: Any


@dataclass
class Told:
    """A request as it was received."""

    method: str
    path: str
    params: dict[str, Any] = field(default_factory=dict)


class StandIn(ABC):
    """A venue in memory behind HTTP. Market orders fill at once at `price`; stops wait for `trigger`."""

    name: ClassVar[str]
    symbol: ClassVar[str] = "APTUSDT"  # as the book has it
    keys: ClassVar[dict[str, str]] = {"KEY": KEY, "SECRET": SECRET, "PASSPHRASE": PASSPHRASE}
    has_hedge_mode: ClassVar[bool] = True
    refuses_duplicates: ClassVar[bool] = True
    error_status: ClassVar[int] = 200
    margin: ClassVar[tuple[int | str, str]]
    reduce_only: ClassVar[tuple[int | str, str]]
    cancel_order: ClassVar[tuple[str, str]]
    stop_order: ClassVar[tuple[str, str]]
    duplicate: ClassVar[tuple[int | str, str]]

    def __init__(self) -> None:
        self.hedge_mode = False
        self.price = PRICE
        self.clock_offset = 0  # milliseconds that the venue's clock is ahead
        self.told: list[Told] = []
        self.orders: list[Placed] = []
        self.positions: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        self.listed = ["APTUSDT"]
        self._fates: defaultdict[tuple[str, str], deque[Fate]] = defaultdict(deque)
        self._order_ids = itertools.count(8389765)
        self.hanging = asyncio.Event()  # a request that is carried out, and not answered
        self._gone = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.routes: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {}

    async def start(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._gone.set()
        assert self._runner is not None
        await self._runner.cleanup()

    def next(self, method: str, path: str, *fates: Fate) -> None:
        """The fates of the next requests of this kind; after them all goes well again."""
        self._fates[method, path].extend(fates)

    def forget(self) -> None:
        """All fates that are still to come."""
        self._fates.clear()

    def asked(self, method: str, path: str) -> list[dict[str, Any]]:
        return [told.params for told in self.told if (told.method, told.path) == (method, path)]

    def now(self) -> int:
        return int(time.time() * 1000) + self.clock_offset

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        params: dict[str, Any] = dict(parse_qsl(request.query_string) + parse_qsl(body if body[:1] not in "{[" else ""))
        if body[:1] == "{":
            params = json.loads(body)
        elif body[:1] == "[":
            params = {"list": json.loads(body)}
        route = self.route(request.method, request.path, params)
        for known in self.routes:  # with the order's id in the path
            stem, _, _ = known[1].partition("{id}")
            if "{id}" in known[1] and known[0] == route[0] and route[1].startswith(stem):
                route, params = known, params | {"id": request.path[len(stem) :]}
        self.told.append(Told(*route, params))
        received = Request(
            request.method, request.path, params, request.rel_url.raw_query_string, body, request.headers
        )
        fate = self._fates[route].popleft() if self._fates[route] else None
        status, answer = 200, None
        if fate is None or fate.arrives:
            try:
                self.check(received)
                if route not in self.routes:
                    raise Refused(-1, f"no such endpoint: {route}", 404)
                answer = self.answer(self.routes[route](params))
            except Refused as refused:
                status, answer = refused.status, self.error(refused.code, str(refused))
        if fate is not None and fate.hangs:
            self.hanging.set()
            await self._gone.wait()
        if fate is not None and not fate.answers:
            assert request.transport is not None
            request.transport.close()
        if fate is not None and fate.body is not None:
            status, answer = fate.status, fate.body
        if isinstance(answer, str):
            elsewhere = {"Location": fate.location} if fate is not None and fate.location else None
            return web.Response(status=status, text=answer, content_type="text/html", headers=elsewhere)
        return web.json_response(answer, status=status)

    # What each venue does in its own way

    def route(self, method: str, path: str, params: dict[str, Any]) -> tuple[str, str]:
        """By which of its routes a request is answered."""
        return method, path

    @abstractmethod
    def check(self, request: Request) -> None: ...

    @abstractmethod
    def answer(self, result: Any) -> Any: ...

    @abstractmethod
    def error(self, code: int | str, message: str) -> Any: ...

    # The book

    def place(self, **wanted: Any) -> Placed:
        """Take an order, as far as the book's rules allow."""
        order = Placed(order_id=self.next_id(), time=self.now(), **wanted)
        if order.symbol not in self.listed:
            raise Refused(*self.no_symbol)
        if order.quantity % Decimal("0.1"):
            raise Refused(*self.precision)
        if self.refuses_duplicates and any(
            o.client_order_id == order.client_order_id and o.status == "open" for o in self.orders
        ):
            raise Refused(*self.duplicate)
        if (order.position_side == "both") == (self.hedge_mode and self.has_hedge_mode):
            raise Refused(*self.wrong_mode)
        if order.trigger is None and self._reduces(order) and not self._reducible(order):
            raise Refused(*self.reduce_only)
        self.orders.append(order)
        if order.trigger is None and order.price is None:
            self.fill(order)
        return order

    no_symbol: ClassVar[tuple[int | str, str]]
    precision: ClassVar[tuple[int | str, str]]
    wrong_mode: ClassVar[tuple[int | str, str]]

    def next_id(self) -> str:
        return str(next(self._order_ids))

    def fill(self, order: Placed, quantity: Decimal | None = None) -> None:
        """Fill an order, whole unless told otherwise; one that only reduces, by no more than is held."""
        quantity = order.quantity - order.filled if quantity is None else quantity
        if self._reduces(order):
            quantity = min(quantity, self._reducible(order))
        if not quantity:
            order.status = "expired"
            return
        held, _ = self.positions.get((order.symbol, order.position_side), (ZERO, ZERO))
        held += quantity if order.side == "buy" else -quantity
        self.positions[order.symbol, order.position_side] = (held, self.price if held else ZERO)
        order.filled += quantity
        order.average = self.price
        if order.filled == order.quantity:
            order.status = "filled"

    def held(self, symbol: str = "", position_side: str = "both") -> Decimal:
        return self.positions.get((symbol or self.listed[0], position_side), (ZERO, ZERO))[0]

    def named(self, symbol: str, **names: str | None) -> Iterator[Placed]:
        """Orders with one of these names (order_id, client_order_id), the newest first."""
        for order in reversed(self.orders):
            if order.symbol == symbol and any(name and getattr(order, kind) == name for kind, name in names.items()):
                yield order

    def order(self, client_order_id: str) -> Placed:
        (order,) = self.named("APTUSDT", client_order_id=client_order_id)
        return order

    def _reduces(self, order: Placed) -> bool:
        return order.reduce_only or (order.position_side, order.side) in (("long", "sell"), ("short", "buy"))

    def _reducible(self, order: Placed) -> Decimal:
        held = self.held(order.symbol, order.position_side)
        return max(held if order.side == "sell" else -held, ZERO)
