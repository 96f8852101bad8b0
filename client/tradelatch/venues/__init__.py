"""Exchange access by ccxt, the extra `tradelatch[exchange]`: Binance USDⓈ-M and Bybit linear contracts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from ..exchange import ExchangeAccess
from .session import AccessRefused, NotConfigured
from .table import TABLE as VENUES
from .venue import Venue

__all__ = ["VENUES", "AccessRefused", "NotConfigured", "open_exchanges"]


@asynccontextmanager
async def open_exchanges(
    names: Iterable[str], accounts: Iterable[str] = (), *, environment: Mapping[str, str] | None = None
) -> AsyncIterator[dict[str, ExchangeAccess]]:
    """Access to venues, by their canonical names; it is closed when the block is left.

    An account's keys are read from `environment` (os.environ) when it is first used, and at once for `accounts`.
    NotConfigured: the extra, a venue or a key is missing. Nothing is sent before the first call.
    """
    try:
        import ccxt.async_support as ccxt
    except ImportError:
        raise NotConfigured("exchange access needs ccxt: pip install 'tradelatch[exchange]'") from None
    opened: dict[str, Venue] = {}
    wanted = tuple(accounts)
    try:
        for name in names:
            if name not in VENUES:
                raise NotConfigured(f"no access to exchange {name}: there is one to {' and '.join(VENUES)}")
            opened[name] = Venue(VENUES[name], ccxt, os.environ if environment is None else environment)
            for account in wanted:
                opened[name].session(account)
        yield dict(opened)
    finally:
        await asyncio.gather(*(venue.close() for venue in opened.values()))
