"""One look at what an exchange shows of an account, as reconcile and reconcile_orders take it.

A list covers the symbols that the exchange has a market of; absence of another one says nothing. A position in another
mode than its account is left out: what is shown neither proves nor disproves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .core.receipt import Finding, PositionRow
from .exchange import ExchangeAccess, Holding, Order, covered, mode_mismatch, position_mode

MODE_MISMATCH = "look at the exchange whose it is; set its mode back, or release"


@dataclass(frozen=True)
class Book:
    """What the book has of an account: its open positions, and all symbols that something is known of."""

    account: str
    rows: Sequence[PositionRow]
    symbols: frozenset[str]

    @classmethod
    def of(cls, account: str, rows: Iterable[PositionRow], findings: Iterable[Finding] = ()) -> Book:
        """The rows of that account, and the symbols that findings of it name."""
        ours = [row for row in rows if row.account == account]
        known = {row.symbol for row in ours} | {each.symbol for each in findings if each.symbol is not None}
        return cls(account, ours, frozenset(known))


@dataclass(frozen=True)
class Seen:
    """What an exchange showed. covers: the symbols whose absence counts; None: all.

    mismatched: why a position does not fit the account's mode, by its id. not_covered: symbols of open positions that
    the exchange does not list.
    """

    holdings: Sequence[Holding]
    covers: Sequence[str] | None
    mismatched: Mapping[int, str] = field(default_factory=dict)
    not_covered: Sequence[str] = ()

    def entries(self) -> list[dict[str, Any]]:
        """The snapshot of positions. Nobody looked at their stop-losses."""
        return [
            {
                "symbol": each.symbol,
                "side": each.side,
                "quantity": each.quantity,
                "average_price": each.average_price or None,
                "position_side": each.position_side,
            }
            for each in self.holdings
        ]

    def findings(self, book: Book) -> list[Finding]:
        """What is wrong with the mode, as findings."""
        return [
            Finding(
                check_name="mode_mismatch",
                severity="critical",
                position_id=row.position_id,
                exchange=row.exchange,
                account=row.account,
                symbol=row.symbol,
                position_side=row.position_side,
                status=row.status,
                age=timedelta(),
                detail={
                    "side": row.side,
                    "open_quantity": row.open_quantity,
                    "problem": self.mismatched[row.position_id],
                },
                action=MODE_MISMATCH,
            )
            for row in book.rows
            if row.position_id in self.mismatched
        ]


async def look(access: ExchangeAccess, book: Book) -> Seen:
    """What the account holds now."""
    modes = {symbol: await position_mode(access, symbol, book.account) for symbol in {row.symbol for row in book.rows}}
    listed = [each for each in await access.positions(account=book.account) if each.size]
    mismatched = {}
    for row in book.rows:
        held = [each for each in listed if each.symbol == row.symbol]
        if reason := mode_mismatch(row.position_side, modes[row.symbol], held):
            mismatched[row.position_id] = reason
    left_out = {row.symbol for row in book.rows if row.position_id in mismatched}
    counts = set(await covered(access, book.symbols, book.account))
    is_all = counts >= book.symbols and not left_out
    return Seen(
        holdings=[each for each in listed if each.symbol not in left_out],
        covers=None if is_all else sorted((counts | {each.symbol for each in listed}) - left_out),
        mismatched=mismatched,
        not_covered=sorted({row.symbol for row in book.rows} - counts),
    )


async def look_at_orders(access: ExchangeAccess, book: Book, seen: Seen) -> list[Order]:
    """The open orders of the symbols that a look covers; of all that the exchange has, where a class can tell."""
    every = getattr(access, "all_open_orders", None)
    if every is not None:
        return list(await every(account=book.account))
    found: list[Order] = []
    for symbol in sorted(order_symbols(book, seen)):
        found += await access.open_orders(symbol, account=book.account)
    return found


def order_symbols(book: Book, seen: Seen) -> set[str]:
    """The symbols whose orders are looked at."""
    return set(book.symbols if seen.covers is None else book.symbols & set(seen.covers)) - set(seen.not_covered)


def order_entries(orders: Iterable[Order], leave_out: Iterable[str] = ()) -> list[dict[str, Any]]:
    """A snapshot of orders."""
    left_out = set(leave_out)
    return [
        {
            "symbol": each.symbol,
            "client_order_id": None if each.client_order_id.startswith("id:") else each.client_order_id,
            "order_id": each.order_id,
            "side": each.side,
            "quantity": each.quantity or None,
            "trigger": each.trigger,
            "reduce_only": each.reduce_only,
            "position_side": each.position_side,
        }
        for each in orders
        if each.symbol not in left_out
    ]
