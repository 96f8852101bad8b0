"""Access to exchanges: those of the table by ccxt, the extra `tradelatch[exchange]`, and those of other packages.

A package registers one of its own by an entry point of the group `tradelatch.exchanges`, named as the book names the
exchange. It names a callable that is given the environment and returns an ExchangeAccess, or an asynchronous context
manager of one. It comes before a row of the table, and is refused until somebody has run `tradelatch exchange-check`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..exchange import ExchangeAccess
from . import checked
from .session import AccessRefused, NotConfigured
from .table import TABLE as VENUES
from .venue import Venue

GROUP = "tradelatch.exchanges"

__all__ = ["GROUP", "VENUES", "AccessRefused", "NotConfigured", "known_exchanges", "open_exchanges", "registered"]


def known_exchanges() -> list[str]:
    """The exchanges that there is access to, by their canonical names."""
    return sorted({*VENUES, *entry_points(group=GROUP).names})


@asynccontextmanager
async def open_exchanges(
    names: Iterable[str],
    accounts: Iterable[str] = (),
    *,
    environment: Mapping[str, str] | None = None,
    unchecked: bool = False,
) -> AsyncIterator[dict[str, ExchangeAccess]]:
    """Access to exchanges, by their canonical names; it is closed when the block is left.

    An account's keys are read from `environment` (os.environ) when it is first used, and at once for `accounts`.
    NotConfigured: the extra, an exchange or a key is missing. Nothing is sent before the first call.

    unchecked: also an exchange of another package that nobody has run `tradelatch exchange-check` for, to check it.
    """
    variables = os.environ if environment is None else environment
    opened: dict[str, ExchangeAccess] = {}
    wanted = tuple(accounts)
    async with AsyncExitStack() as stack:
        for name in names:
            if name in entry_points(group=GROUP).names:
                point = registered(name)
                if not unchecked and not checked.is_noted(point):
                    package = " ".join(checked.package(point))
                    raise NotConfigured(
                        f"exchange {name} of {package} is in no table, and nobody has checked it here: "
                        f"run tradelatch exchange-check {name} --confirm, with --testnet if it has a sandbox"
                    )
                opened[name] = await _open_registered(point, variables, stack)
            elif name in VENUES:
                venue = Venue(VENUES[name], _ccxt(), variables)
                stack.push_async_callback(venue.close)
                opened[name] = venue
                for account in wanted:
                    venue.session(account)
            else:
                *others, last = known_exchanges()
                raise NotConfigured(f"no access to exchange {name}: there is one to {', '.join(others)} and {last}")
        yield dict(opened)


def _ccxt() -> Any:
    try:
        import ccxt.async_support as ccxt
    except ImportError:
        raise NotConfigured("exchange access needs ccxt: pip install 'tradelatch[exchange]'") from None
    return ccxt


def registered(name: str) -> EntryPoint:
    """The entry point of an exchange of another package. NotConfigured: there are two."""
    (point, *others) = entry_points(group=GROUP, name=name)
    if others:
        raise NotConfigured(f"two packages register the exchange {name}: uninstall one")
    return point


async def _open_registered(point: EntryPoint, variables: Mapping[str, str], stack: AsyncExitStack) -> ExchangeAccess:
    try:
        access = await asyncio.to_thread(point.load)  # it may import much
    except Exception as error:
        raise NotConfigured(f"exchange {point.name} is registered as {point.value}, which fails: {error!r}") from None
    made = access(variables)
    if hasattr(made, "__aenter__"):
        made = await stack.enter_async_context(made)
    opened: ExchangeAccess = made
    return opened
