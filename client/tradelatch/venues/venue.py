"""One adapter for every exchange of the table: its accounts and their keys, and orders made fit for their market."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from urllib.parse import urlsplit

from ..exchange import (
    DuplicateRefused,
    Holding,
    ModeRefused,
    NotListed,
    Order,
    OrderKind,
    OrderRefused,
    OrderStatus,
    PositionMode,
    Unreachable,
    mode_mismatch,
)
from .row import CLOSING_SIDE, SIDES, OrderFields, Pages, Place, Row, TriggerBy, get
from .session import TIMEOUT, Keys, Market, NotConfigured, Session, number, rows

PAGES = 100  # more than any account has
MODE_SECONDS = 60.0  # an account's position mode is believed for so long when orders are read
LOOPBACK = ("127.0.0.1", "::1", "localhost")


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


class Venue:
    """ExchangeAccess to one exchange of the table, for any account whose keys are in the environment."""

    def __init__(self, row: Row, ccxt: Any, environment: Mapping[str, str] = os.environ) -> None:
        self.name = row.name
        self._row = row
        self._make = getattr(ccxt, row.ccxt_class)
        self._environment = environment
        self._sessions: dict[str, Session] = {}
        self._named: dict[str, str] = {}  # accounts, by what their variables are called
        self._modes: dict[str, tuple[PositionMode, float]] = {}  # of accounts, and until when that is believed
        self._url = environment.get(f"TRADELATCH_{self.name.upper()}_URL") or None
        if self._url and not re.match(r"https?://[^/]", self._url):
            raise NotConfigured(f"TRADELATCH_{self.name.upper()}_URL must begin with https:// or http://")
        if self._url and self._url.startswith("http://") and urlsplit(self._url).hostname not in LOOPBACK:
            raise NotConfigured(
                f"TRADELATCH_{self.name.upper()}_URL: http:// is for this machine alone; write https://"
            )
        self._is_testnet = bool(environment.get(f"TRADELATCH_{self.name.upper()}_TESTNET"))
        if self._is_testnet and self._url:
            raise NotConfigured(f"TRADELATCH_{self.name.upper()}_URL or its sandbox, and not both")
        told = environment.get(f"TRADELATCH_{self.name.upper()}_TRIGGER") or row.triggers[0]
        if told not in row.triggers:
            known = " or ".join(row.triggers)
            raise NotConfigured(f"TRADELATCH_{self.name.upper()}_TRIGGER must be {known}, got {told[:40]}")
        self._trigger_by: TriggerBy = "mark" if told == "mark" else "last"

    async def positions(self, *, account: str) -> Sequence[Holding]:
        """What the account holds in linear contracts, every page of it."""
        session = self.session(account)
        held: dict[tuple[str, str], Holding] = {}  # a list that moves between two pages shows a row twice
        pages = self._row.position_pages
        limit = {"limit": pages.limit} if pages else {}
        for params in await self._settled(session):
            params = {**self._row.position_params, **params, **limit}
            rows_held = await self._all(session, "fetch_positions", [None], params, self._row.positions_list, pages)
            for row in rows_held:
                with session.reading():
                    market = await session.market_of(_text(get(row, self._row.positions.symbol)))
                    if market is not None:
                        holding = self._holding(row, market, account)
                        held[holding.symbol, holding.position_side] = holding
        return [holding for holding in held.values() if holding.size]

    async def position_mode(self, symbol: str, *, account: str) -> PositionMode | None:
        """The account's mode for that symbol; None where the exchange does not tell."""
        session = self.session(account)
        market = await session.market(symbol)
        if market is None:
            return None
        mode = self._row.mode
        if mode is None:
            return "one-way"
        answer = await session.ask(mode.call, mode.argument or ([market.unified] if mode.of_list else market.unified))
        with session.reading():
            told = get(answer, mode.at)
            return None if told is None else mode.modes[str(told)]

    async def _learn_mode(self, session: Session, market: Market, account: str) -> None:
        """Where orders do not say which position mode they are for, what they say is read by the account's."""
        if self._row.is_mode_asked and time.monotonic() >= self._modes.get(account, ("", 0.0))[1]:
            told = await self.position_mode(market.symbol, account=account)
            if told is None:
                raise Unreachable(f"{self.name}: it does not tell the account's position mode")
            self._modes[account] = told, time.monotonic() + MODE_SECONDS

    async def smallest(self, symbol: str, *, account: str) -> Decimal | None:
        """The smallest quantity that the market trades, as far as it tells; None for a symbol that is not listed."""
        session = self.session(account)
        market = await session.market(symbol)
        if market is None:
            return None
        least = max(market.minimum, market.step)
        if self._row.priced_by is None:
            return least
        price = Decimal(await self._market_price(session, market, "sell"))
        return max(least, _multiple(market.least_value * 2 / price, market.step))  # its half is still one

    async def covers(self, symbols: Collection[str], *, account: str) -> Collection[str]:
        """Which of these symbols the lists of positions and orders cover: those that the exchange has a market of."""
        return await self.session(account).known(symbols)

    async def market_ids(self, *, account: str) -> Mapping[str, str]:
        """The exchange's own ids of the markets that it trades, and their symbols."""
        return await self.session(account).ids()

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
        return await self._open_orders(session, market, account, {})

    async def all_open_orders(self, *, account: str) -> Sequence[Order]:
        """Every open order of the account in linear contracts, conditional ones included, every page of them."""
        session = self.session(account)
        found: list[Order] = []
        for params in await self._settled(session):
            found += await self._open_orders(session, None, account, {**self._row.all_orders, **params})
        return found

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

        One that closes at market is sent as large as the market allows; the answer tells its quantity. It leaves within
        TIMEOUT seconds of this call, or never.
        """
        session = self.session(account)
        try:
            async with asyncio.timeout(TIMEOUT):
                market = await session.market(symbol)
                if market is None:
                    raise OrderRefused(self._no_market(symbol))
                if kind == "market" and reduce_only and market.largest:
                    quantity = min(quantity, market.largest)  # the rest is closed by another order
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

    async def _settled(self, session: Session) -> list[dict[str, Any]]:
        """Parameters of the lists of all symbols: one for each settle currency, where an exchange asks for it."""
        if not self._row.is_listed_by_settle:
            return [{}]
        return [{"settleCoin": settle} for settle in await session.settle_currencies()]

    # By ccxt's calls

    async def _find(self, session: Session, market: Market, name: str, account: str) -> Order | None:
        if not self._may_exist(name):
            return None
        await self._learn_mode(session, market, account)
        known = [(place, await self._row_of(session, market, place, name)) for place in self._row.places]
        with session.reading():
            found = [(place, row) for place, row in known if row is not None]
            if not found:
                return None
            place, row = max(reversed(found), key=lambda each: int(get(each[1], each[0].fields.time)))
            for conditional, stop in found:
                passed_on_as = _passed_on_as(conditional, stop)
                if passed_on_as and passed_on_as in [str(get(row, place.fields.id)) for place, row in found]:
                    place, row = conditional, stop  # and the other one is what it went on as
            passed_on_as = _passed_on_as(place, row)
            stop_order = self._order(place, row, market, account)
        if not passed_on_as:
            return stop_order
        ordinary = self._row.places[0]
        gone_on = next(
            (row for at, row in found if at is ordinary and str(get(row, at.fields.id)) == passed_on_as), None
        )
        if gone_on is None:
            gone_on = await self._row_of(session, market, ordinary, f"id:{passed_on_as}")
        if gone_on is None:  # not there yet
            return stop_order
        with session.reading():
            order = self._order(ordinary, gone_on, market, account)
            return replace(stop_order, status=order.status, filled=order.filled, average_price=order.average_price)

    async def _row_of(self, session: Session, market: Market, place: Place, name: str) -> Any:
        """The newest order of that name in one place, as the exchange has it, or None."""
        one, params = self._naming(place, name)
        for method in () if place.is_found_by_id_alone and not name.startswith("id:") else place.find:
            if method == "fetch_order":
                answer = await session.ask(method, one, market.unified, params)
            else:
                answer = await session.ask(method, market.unified, None, None, params)
            if answer is None:
                continue
            with session.reading():
                found = (
                    [get(answer, place.one_at)] if method == "fetch_order" else rows(get(answer, self._row.orders_list))
                )
                found = [row for row in found if _text(get(row, place.fields.symbol)) == market.id]
                if found:
                    return max(found, key=lambda row: int(get(row, place.fields.time)))
        return None if name.startswith("id:") else await self._search(session, market, place, name)

    async def _search(self, session: Session, market: Market, place: Place, name: str) -> Any:
        """The newest order of that client order id in the lists of a place; None for one of which there is no trace.

        An exchange may take a client order id and not give it back. An open order without one could then be any: what
        was sent under this name is not said to be unknown, or it would be sent again.
        """
        pages, nameless = self._row.order_pages, 0
        told, oldest = self._row.to_exchange(name), time.time() - self._row.history.total_seconds()
        arguments = [market.unified, None, pages.limit if pages else None]
        for method in place.searched:
            listed = await self._all(
                session, method, arguments, place.params, self._row.orders_list, pages, place.fields, oldest
            )
            with session.reading():
                ids = [(str(get(row, place.fields.client_id) or ""), row) for row in listed]
                found = [row for client_id, row in ids if client_id == told]
                if found:
                    return max(found, key=lambda row: int(get(row, place.fields.time)))
                if self._row.nameless and place.is_conditional and method == "fetch_open_orders":
                    nameless = sum(re.fullmatch(self._row.nameless, client_id) is not None for client_id, _ in ids)
        if nameless:
            raise Unreachable(
                f"{self.name}: {nameless} conditional orders of {market.symbol} have no client order id: "
                f"whether {name[:40]} is one of them cannot be told"
            )
        return None

    async def _open_orders(
        self, session: Session, only: Market | None, account: str, more: Mapping[str, Any]
    ) -> Sequence[Order]:
        """The open orders of one market, or of all: a list that moves between two pages shows a row twice."""
        found: dict[tuple[str, str], Order] = {}
        if self._row.is_mode_asked:
            await self._learn_mode(session, only or await session.any_market(), account)
        pages, at = self._row.order_pages, self._row.orders_list
        arguments = [None if only is None else only.unified, None, pages.limit if pages else None]
        for place in self._row.places:
            for of_list in place.lists:
                params = {**place.params, **of_list, **more}
                for row in await self._all(session, "fetch_open_orders", arguments, params, at, pages, place.fields):
                    with session.reading():
                        market_id = _text(get(row, place.fields.symbol))
                        if only is not None and market_id != only.id:
                            continue
                        market = only or await session.market_of(market_id)
                        if market is not None:
                            order = self._order(place, row, market, account)
                            found[market_id, order.order_id] = order
        return [order for order in found.values() if order.status == "open"]

    async def _send(self, session: Session, wanted: Wanted) -> Order:
        place = self._row.place_of(wanted.kind)
        name = wanted.client_order_id
        if not re.fullmatch(self._row.client_ids, name) or self._ours(self._row.to_exchange(name)) != name:
            raise OrderRefused(f"{self.name} takes no client order id like {name[:40]}")
        if self._row.is_mode_asked or self._row.mode is None:
            mode = await self.position_mode(wanted.market.symbol, account=wanted.account)
            if mismatch := mode_mismatch(wanted.position_side, mode, []):
                raise ModeRefused(f"{self.name}: {mismatch}")
        if not self._row.refuses_duplicates and await self._row_of(session, wanted.market, place, name) is not None:
            raise DuplicateRefused(f"{self.name}: an order of that client order id exists: {name}")
        params: dict[str, Any] = dict.fromkeys(place.ids_of_new, self._row.to_exchange(name))
        params |= self._row.side_params(wanted.position_side, wanted.side, wanted.reduce_only)
        if wanted.trigger is not None:
            params |= self._row.stop_params(wanted.side, f"{wanted.trigger:f}", self._trigger_by)
        price = None if wanted.price is None else f"{wanted.price:f}"
        kind = "limit" if wanted.kind == "limit" else "market"
        if self._row.priced_by is not None and wanted.kind != "limit":
            params["slippage"] = self._row.priced_by.slippage
            price = await self._market_price(session, wanted.market, wanted.side) if wanted.trigger is None else None
            if wanted.trigger is not None:
                price, params["slippage"] = f"{wanted.trigger:f}", self._row.priced_by.stop_slippage
        quantity = f"{wanted.market.in_contracts(wanted.quantity):f}"
        answer = await session.call("create_order", wanted.market.unified, kind, wanted.side, quantity, price, params)
        await self._learn_mode(session, wanted.market, wanted.account)
        with session.reading():
            created = get(answer, place.created_at)
            if place.is_terse:
                return wanted.answered(_text(get(created, place.created_id or place.fields.id)))
            return self._order(place, created, wanted.market, wanted.account)

    async def _market_price(self, session: Session, market: Market, side: str) -> str:
        """What a market order of that side meets now."""
        pricing = self._row.priced_by
        assert pricing is not None
        answer = await session.ask(pricing.call, market.unified)
        with session.reading():
            price = number(get(answer, pricing.at[side]))
            if price <= 0:
                raise ValueError("no price")
            return f"{price:f}"

    async def _cancel(self, session: Session, market: Market, name: str) -> bool:
        if not self._may_exist(name):
            return False
        for place in self._row.places:
            called, says = name, {}
            is_lost = place.is_found_by_id_alone and not name.startswith("id:")
            if is_lost or place.cancel_says:
                row = await self._row_of(session, market, place, name)
                if row is None:
                    continue
                with session.reading():
                    called = f"id:{_text(get(row, place.fields.id))}" if is_lost else name
                    says = {parameter: _text(get(row, at)) for parameter, at in place.cancel_says.items()}
            one, params = self._naming(place, called)
            if called.startswith("id:"):  # always its own argument
                one, params = called[3:], {**place.params, **place.of_one}
            params |= says
            if await session.ask("cancel_order", one, market.unified, params) is not None:
                return True
        return False

    async def _all(
        self,
        session: Session,
        method: str,
        arguments: list[Any],
        params: Mapping[str, Any],
        at: str,
        pages: Pages | None,
        fields: OrderFields | None = None,
        oldest: float = 0.0,
    ) -> list[Any]:
        """Every page of a list, as the exchange has its rows; of orders, none after one that is older than `oldest`."""
        found: list[Any] = []
        more: dict[str, Any] = {}
        for _ in range(PAGES):
            answer = await session.ask(method, *arguments, {**params, **more})
            if answer is None:
                raise Unreachable(f"{self.name}: it does not know its own list")
            with session.reading():
                listed = rows(get(answer, at))
                found += listed
                if pages is None or (pages.only_full and len(listed) < pages.limit):
                    return found
                if listed and fields is not None and int(get(listed[-1], fields.time)) < oldest * 1000:
                    return found
                if pages.by_offset:
                    cursor: Any = len(found)
                else:
                    id_at = fields.id if fields is not None else ""
                    cursor = get(answer, pages.cursor) if pages.cursor else _text(get(listed[-1], id_at))
            if not cursor:
                return found
            more = {pages.param: cursor}
        raise Unreachable(f"{self.name}: the pages of the list do not end")

    def _may_exist(self, name: str) -> bool:
        """Whether the exchange's own ids look like that: it has no order of another one."""
        return not name.startswith("id:") or re.fullmatch(self._row.ids, name[3:]) is not None

    # What an exchange answered

    def _holding(self, row: Any, market: Market, account: str) -> Holding:
        fields = self._row.positions
        size = market.in_base(number(get(row, fields.size)))
        if size and fields.side:
            size *= fields.signs[get(row, fields.side)]
        position_side = fields.position_sides[str(get(row, fields.position_side))]
        if position_side == "side":
            position_side = get(row, fields.side)
        return Holding(account, market.symbol, size, number(get(row, fields.average)) or None, position_side)

    def _order(self, place: Place, row: Any, market: Market, account: str) -> Order:
        fields = place.fields
        filled = market.in_base(number(get(row, fields.filled))) if fields.filled else Decimal(0)
        told = fields.statuses[get(row, fields.status)]
        where, by_somebody = fields.canceled_if
        is_canceled = not filled or (where and get(row, where) == by_somebody)
        status: OrderStatus = ("canceled" if is_canceled else "closed") if told == "ended" else told
        trigger = (number(get(row, fields.trigger)) or None) if fields.trigger else None
        kind: OrderKind = _KINDS.get(str(get(row, fields.type)).lower(), "stop")
        order_id = _text(get(row, fields.id))
        side = get(row, fields.side)
        reduce_only = _only_reduces(row, fields)
        return Order(
            order_id=order_id,
            client_order_id=self._ours(str(get(row, fields.client_id) or "")) or f"id:{order_id}",  # made by hand
            account=account,
            symbol=market.symbol,
            kind="stop" if trigger or place.is_conditional else kind,
            side=None if side is None else SIDES[side],
            quantity=market.in_base(number(get(row, fields.quantity))),
            reduce_only=reduce_only,
            trigger=trigger,
            status=status,
            filled=filled,
            average_price=(number(get(row, fields.average)) or None) if fields.average else None,
            position_side=self._position_side(row, fields, account, side, reduce_only),
            price=None if kind == "market" or not fields.price else number(get(row, fields.price)) or None,
        )

    def _position_side(self, row: Any, fields: OrderFields, account: str, side: object, reduce_only: bool) -> str:
        if not self._row.is_mode_asked:
            return fields.position_sides[str(get(row, fields.position_side))]
        mode, _ = self._modes[account]
        if mode == "one-way":
            return "both"
        if side is None:
            raise ValueError("for which side is it?")
        return "long" if (side in ("buy", "BUY")) != reduce_only else "short"

    def _ours(self, client_id: str) -> str:
        """A client order id of the exchange's as we know it; nothing for what stands there in place of one."""
        is_lost = self._row.nameless and re.fullmatch(self._row.nameless, client_id)
        return "" if is_lost else self._row.from_exchange(client_id)

    def _naming(self, place: Place, name: str) -> tuple[str | None, dict[str, Any]]:
        """How one of ccxt's calls is told which order: its argument, and its parameters."""
        params = {**place.params, **place.of_one}
        if name.startswith("id:"):
            return (None, params | {place.by_id: name[3:]}) if place.by_id else (name[3:], params)
        told = self._row.to_exchange(name)
        return (None, params | {place.by_client_id: told}) if place.by_client_id else (told, params)

    # Accounts

    def session(self, account: str) -> Session:
        """The account's session, made at its first use. NotConfigured without keys."""
        if account not in self._sessions:
            self._sessions[account] = Session(
                self._row, self._make(), self._keys(account), url=self._url, is_testnet=self._is_testnet
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
        given = {part: self._environment.get(f"{prefix}_{part}", "").strip() for part in self._row.keys}
        if not all(given.values()):
            *others, last = (f"{prefix}_{part}" for part in given)
            raise NotConfigured(f"{self.name}: account {account} needs {', '.join(others)} and {last}")
        if not re.fullmatch(r"[!-~]+", given["KEY"]):
            raise NotConfigured(f"{prefix}_KEY has characters that no key has")
        for part, form in self._row.key_forms.items():
            if not re.fullmatch(form, given[part]):
                raise NotConfigured(f"{prefix}_{part} is not what it should be: {form}")
        return Keys({self._row.keys[part]: value for part, value in given.items()})

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
        if self._row.significant and rounded:
            unit = Decimal(1).scaleb(rounded.adjusted() + 1 - self._row.significant)
            rounded = _multiple(price, max(market.tick, min(unit, Decimal(1))))
        if rounded <= 0:
            raise OrderRefused(f"{self.name}: a {what} of {price:f} is below the tick of {market.symbol}")
        return rounded


_KINDS: Mapping[str, OrderKind] = {"market": "market", "limit": "limit"}  # all others wait for a price


def _passed_on_as(place: Place, row: Any) -> str:
    """The id of the ordinary order that a stop went on as; empty for one that did not."""
    return str(get(row, place.fields.went_on_as) or "") if place.fields.went_on_as else ""


def _only_reduces(row: Any, fields: OrderFields) -> bool:
    where, says = fields.reducing
    return any(_is_true(get(row, path)) for path in fields.reduces) or (bool(where) and get(row, where) in says)


def _is_true(value: object) -> bool:
    return value is True or str(value).lower() in ("true", "yes")


def _text(value: object) -> str:
    """An id, which an answer has to have."""
    if value in (None, ""):
        raise ValueError("no id")
    return str(value)


def _multiple(value: Decimal, unit: Decimal, *, down: bool = False) -> Decimal:
    with localcontext(prec=90):
        units = value // unit if down else (value / unit).to_integral_value(ROUND_HALF_UP)
        return units * unit
