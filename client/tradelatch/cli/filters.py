"""Filters, resolved in one place: what they name is in the book, or there is access to it.

A name that nobody knows would find nothing, and nothing found reads as an all-clear.
"""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from .. import venues
from ..core.names import near_name
from ..core.receipt import Receipt
from .connection import Server
from .errors import Refused, listed_names, suggestion

NAMES = """
select distinct {column} from tradelatch.positions
union
select {column} from tradelatch.diagnose(stale_after => '0') where {column} is not null
order by 1
"""


@dataclass(frozen=True)
class Filters:
    """Canonical names; None does not narrow anything down."""

    exchange: str | None = None
    account: str | None = None
    symbol: str | None = None

    def match(self, row: Any) -> bool:
        """Whether a row with these columns is meant."""
        names = ("exchange", "account", "symbol")
        return all(getattr(self, name) in (None, getattr(row, name)) for name in names)


def resolve(
    server: Server,
    exchange: str | None = None,
    account: str | None = None,
    symbol: str | None = None,
    *,
    listed: Iterable[str] = (),
) -> Filters:
    """Canonical names of what is known; Refused where one of them is not. `listed`: symbols that are known besides."""
    if exchange is None and account is None and symbol is None:
        return Filters()
    with server.connect() as connection:
        name = None if exchange is None else _canonical(connection, "exchange", exchange)
        found = Filters(
            name,
            None if account is None else account.strip(),
            None if symbol is None else _meant(connection, name, _canonical(connection, "symbol", symbol)),
        )
        if found.exchange is not None and found.exchange not in venues.known_exchanges():
            _check(connection, "exchange", found.exchange, venues.known_exchanges)
        if found.account is not None and not _may_have(found.exchange, found.account):
            _check(connection, "account", found.account, lambda: ["default"])
        if found.symbol is not None:
            _check(connection, "symbol", found.symbol, lambda: _symbols(connection, listed))
    return found


def symbol_on(server: Server, exchange: str, symbol: str) -> str:
    """The symbol that a spelling stands for on an exchange, by its canonical name."""
    with server.connect() as connection:
        return _meant(connection, exchange, _canonical(connection, "symbol", symbol))


def unheard_of(server: Server, receipt: Receipt) -> str | None:
    """What is meant, probably, where a position is the first of an exchange that is nearly spelt as a known one."""
    if receipt.exchange in venues.known_exchanges() or (meant := near_name(receipt.exchange)) is None:
        return None
    query = "select from tradelatch.positions where exchange = %s and position_id <> %s limit 1"
    with server.connect() as connection:
        is_new = connection.execute(query, [receipt.exchange, receipt.position_id]).fetchone() is None
    return meant if is_new else None


def _may_have(exchange: str | None, account: str) -> bool:
    """Whether there are keys of this account, or the exchange is one whose access another package brings."""
    if account == "default" or (exchange in venues.known_exchanges() and exchange not in venues.VENUES):
        return True
    part = re.sub(r"[^A-Z0-9]", "_", account.upper())
    return any(f"TRADELATCH_{name.upper()}_{part}_KEY" in os.environ for name in venues.VENUES)


def _canonical(connection: psycopg.Connection[Any], what: str, name: str) -> str:
    ((canonical,),) = connection.execute(f"select tradelatch.normalize_{what}(%s)", [name]).fetchall()
    return str(canonical)


def _meant(connection: psycopg.Connection[Any], exchange: str | None, spelt: str) -> str:
    """The symbol of an exchange's own id of a market; without an exchange, where it can be one alone."""
    query = "select distinct symbol from tradelatch.aliases where alias = %s and exchange = coalesce(%s, exchange)"
    symbols = [symbol for (symbol,) in connection.execute(query, [spelt, exchange])]
    own = "select from tradelatch.positions where symbol = %s limit 1"
    if len(symbols) != 1 or (exchange is None and connection.execute(own, [spelt]).fetchone()):
        return spelt
    return str(symbols[0])


def _symbols(connection: psycopg.Connection[Any], listed: Iterable[str]) -> list[str]:
    query = "select tradelatch.normalize_symbol(s) from unnest(%s::text[]) as s"
    return [canonical for (canonical,) in connection.execute(query, [sorted(set(listed))])]


def _check(connection: psycopg.Connection[Any], what: str, name: str, others: Callable[[], Sequence[str]]) -> None:
    """Refused, with what is known, where the book has nothing of that name; one that it has is found at once."""
    if connection.execute(f"select from tradelatch.positions where {what} = %s limit 1", [name]).fetchone():
        return
    known = sorted({*(told for (told,) in connection.execute(NAMES.format(column=what))), *others()})
    if name in known:
        return
    nobody = (
        f"nobody knows an exchange {name[:64]}"
        if what == "exchange"
        else f"the book has nothing of {'a' if what == 'symbol' else 'an'} {what} {name[:64]}"
    )
    raise Refused(f"--{what}: {nobody}{suggestion(name, known)}{listed_names('It has', known)}")
