"""A small package that registers an exchange of its own: one that keeps its book in a file, for a test to look at."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tradelatch.exchange import Holding, NotListed, Order, OrderRefused

SYMBOL = "APTUSDT"
PRICE = Decimal("3.2333")


@asynccontextmanager
async def open_mydex(environment: Mapping[str, str]) -> AsyncIterator["MyDex"]:
    """What the entry point names."""
    yield MyDex(Path(environment["MYDEX_BOOK"]))


class MyDex:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def positions(self, *, account: str) -> Sequence[Holding]:
        size = self._book()["size"]
        return [Holding(account, SYMBOL, Decimal(size), PRICE)] if Decimal(size) else []

    async def find(self, symbol: str, name: str, *, account: str) -> Order | None:
        self._check(symbol)
        return next((each for each in reversed(self._orders()) if name in _names(each)), None)

    async def open_orders(self, symbol: str, *, account: str) -> Sequence[Order]:
        self._check(symbol)
        return [each for each in self._orders() if each.status == "open"]

    async def send(self, symbol: str, side: str, quantity: Decimal, **wanted: Any) -> Order:
        if symbol != SYMBOL:
            raise OrderRefused(f"no such symbol: {symbol}")
        book = self._book()
        order = Order(order_id=str(len(book["orders"]) + 1), symbol=symbol, side=side, quantity=quantity, **wanted)
        if order.kind == "market":
            size = Decimal(book["size"])
            if order.reduce_only and size * (1 if side == "buy" else -1) >= 0:
                raise OrderRefused("nothing to reduce")
            book["size"] = str(size + (quantity if side == "buy" else -quantity))
            order = replace(order, status="closed", filled=quantity, average_price=PRICE)
        book["orders"].append(asdict(order))
        self._path.write_text(json.dumps(book, default=str))
        return order

    async def cancel(self, symbol: str, name: str, *, account: str) -> bool:
        book = self._book()
        found = [each for each in book["orders"] if name in _names(_order(each)) and each["status"] == "open"]
        for each in found:
            each["status"] = "canceled"
        self._path.write_text(json.dumps(book))
        return bool(found)

    def _book(self) -> Any:
        return json.loads(self._path.read_text()) if self._path.exists() else {"size": "0", "orders": []}

    def _orders(self) -> list[Order]:
        return [_order(each) for each in self._book()["orders"]]

    def _check(self, symbol: str) -> None:
        if symbol != SYMBOL:
            raise NotListed(f"mydex lists no {symbol}")


def _names(order: Order) -> tuple[str, str]:
    return order.client_order_id, f"id:{order.order_id}"


def _order(row: dict[str, Any]) -> Order:
    numbers = ("quantity", "filled", "trigger", "average_price", "price")
    return Order(**row | {name: row[name] and Decimal(row[name]) for name in numbers})
