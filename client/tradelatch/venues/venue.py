"""What the venues have in common: accounts and their keys, and an order made fit for its market."""

from __future__ import annotations

import asyncio
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, ClassVar

from ..exchange import Holding, NotListed, Order, OrderKind, OrderRefused, Unreachable
from .session import TIMEOUT, Codes, Keys, Market, NotConfigured, Session

CLOSING_SIDE = {"long": "sell", "short": "buy"}


@dataclass(frozen=True)
class Wanted:
    """An order as it is to be sent: quantity and prices fit the market."""

    market: Market
    account: str
    side: str
    kind: OrderKind
    quantity: Decimal
    trigger: Decimal | None
    price: Decimal | None
    reduce_only: bool
    client_order_id: str
    position_side: str

    def answered(self, order_id: str) -> Order:
        """What is known of it when the answer has nothing but its id."""
        return Order(
            order_id=order_id,
            client_order_id=self.client_order_id,
            account=self.account,
            symbol=self.market.symbol,
            kind=self.kind,
            side=self.side,
            quantity=self.quantity,
            reduce_only=self.reduce_only,
            trigger=self.trigger,
            position_side=self.position_side,
            price=self.price,
        )


class Venue(ABC):
    """ExchangeAccess to one venue, for any account whose keys are in the environment."""

    name: ClassVar[str]
    ccxt_class: ClassVar[str]
    codes: ClassVar[Codes]
    fields: ClassVar[tuple[str, str]]  # of an answer that is an error: code and message

    def __init__(self, ccxt: Any, environment: Mapping[str, str] = os.environ) -> None:
        self._make = getattr(ccxt, self.ccxt_class)
        self._environment = environment
        self._sessions: dict[str, Session] = {}
        self._named: dict[str, str] = {}  # accounts, by what their variables are called
        self._url = environment.get(f"TRADELATCH_{self.name.upper()}_URL") or None
        if self._url and not re.match(r"https?://[^/]", self._url):
            raise NotConfigured(f"TRADELATCH_{self.name.upper()}_URL must begin with https:// or http://")

    @abstractmethod
    async def positions(self, *, account: str) -> Sequence[Holding]:
        """What the account holds in linear contracts, every page of it."""

    async def find(self, symbol: str, name: str, *, account: str) -> Order | None:
        """The newest order of that name, or None.

        Of a symbol that the venue does not list nothing can be said: NotListed.
        """
        session = self.session(account)
        market = await session.market(symbol)
        if market is None:
            raise NotListed(f"{self._no_market(symbol)}: whether it knows an order of it cannot be asked")
        return await self._find(session, market, name, account)

    async def open_orders(self, symbol: str, *, account: str) -> Sequence[Order]:
        """Every open order of the symbol, conditional ones included, every page of them.

        Of a symbol that the venue does not list nothing can be said: NotListed.
        """
        session = self.session(account)
        market = await session.market(symbol)
        if market is None:
            raise NotListed(f"{self._no_market(symbol)}: which orders of it are open cannot be asked")
        return await self._open_orders(session, market, account)

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
        client_order_id: str,
        account: str = "default",
        position_side: str = "both",
    ) -> Order:
        """Send an order: its quantity rounded down to the market's step, its prices to the nearest tick.

        It leaves within TIMEOUT seconds of this call, or never.
        """
        session = self.session(account)
        try:
            async with asyncio.timeout(TIMEOUT):
                market = await session.market(symbol)
                if market is None:
                    raise OrderRefused(self._no_market(symbol))
                quantity = self._quantity(market, quantity)
                trigger = self._price(market, trigger, "trigger", kind == "stop")
                price = self._price(market, price, "price", kind == "limit")
                if side not in ("buy", "sell") or position_side not in ("both", *CLOSING_SIDE):
                    raise OrderRefused(f"no such side, or position side: {side}, {position_side}")
                if reduce_only and position_side != "both" and side != CLOSING_SIDE[position_side]:
                    raise OrderRefused(f"to {side} on the {position_side} side reduces nothing")
                wanted = Wanted(
                    market=market,
                    account=account,
                    side=side,
                    kind=kind,
                    quantity=quantity,
                    trigger=trigger,
                    price=price,
                    reduce_only=reduce_only,
                    client_order_id=client_order_id,
                    position_side=position_side,
                )
                return await self._send(session, wanted)
        except TimeoutError:
            raise Unreachable(f"{self.name}: no answer within {TIMEOUT:.0f} s") from None

    async def cancel(self, symbol: str, name: str, *, account: str) -> bool:
        """Cancel an order; False if none of that name is open."""
        session = self.session(account)
        market = await session.market(symbol)
        return market is not None and await self._cancel(session, market, name)

    @abstractmethod
    async def _find(self, session: Session, market: Market, name: str, account: str) -> Order | None: ...

    @abstractmethod
    async def _open_orders(self, session: Session, market: Market, account: str) -> Sequence[Order]: ...

    @abstractmethod
    async def _send(self, session: Session, wanted: Wanted) -> Order: ...

    @abstractmethod
    async def _cancel(self, session: Session, market: Market, name: str) -> bool: ...

    def session(self, account: str) -> Session:
        """The account's session, made at its first use. NotConfigured without keys."""
        if account not in self._sessions:
            self._sessions[account] = Session(
                self.name, self._make(), self._keys(account), self.codes, url=self._url, fields=self.fields
            )
        return self._sessions[account]

    async def close(self) -> None:
        await asyncio.gather(*(session.close() for session in self._sessions.values()))

    def _keys(self, account: str) -> Keys:
        venue = f"TRADELATCH_{self.name.upper()}"
        prefix = f"{venue}_{re.sub(r'[^A-Z0-9]', '_', account.upper())}"
        if self._named.setdefault(prefix, account) != account:
            raise NotConfigured(f"accounts {account} and {self._named[prefix]} would share {prefix}_KEY")
        if account == "default" and f"{prefix}_KEY" not in self._environment:
            prefix = venue
        key, secret = (self._environment.get(f"{prefix}_{part}", "").strip() for part in ("KEY", "SECRET"))
        if not key or not secret:
            raise NotConfigured(f"{self.name}: account {account} needs {prefix}_KEY and {prefix}_SECRET")
        if not re.fullmatch(r"[!-~]+", key):
            raise NotConfigured(f"{prefix}_KEY has characters that no key has")
        return Keys(key, secret)

    def _no_market(self, symbol: str) -> str:
        return f"{self.name} lists no linear swap or future {symbol}"

    def _quantity(self, market: Market, quantity: Decimal) -> Decimal:
        rounded = _multiple(quantity, market.step, down=True)
        if rounded <= 0 or rounded < market.minimum:
            least = max(market.minimum, market.step)
            raise OrderRefused(f"{self.name}: {quantity:f} of {market.symbol} is less than can be traded, {least:f}")
        return rounded

    def _price(self, market: Market, price: Decimal | None, what: str, is_due: bool) -> Decimal | None:
        if is_due != (price is not None):
            raise OrderRefused(f"a stop order has a trigger and a limit order a price, and no other: {what}")
        if price is None:
            return None
        rounded = _multiple(price, market.tick)
        if rounded <= 0:
            raise OrderRefused(f"{self.name}: a {what} of {price:f} is below the tick of {market.symbol}")
        return rounded


def _multiple(value: Decimal, unit: Decimal, *, down: bool = False) -> Decimal:
    with localcontext(prec=90):
        units = value // unit if down else (value / unit).to_integral_value(ROUND_HALF_UP)
        return units * unit
