"""One account at one venue: ccxt signs, paces and sends; what comes back is read here, or told as one of few errors.

A venue refuses by a code of its own. Whatever carries none (no answer, half of one, a page of HTML, a 5xx) leaves
open whether the venue did what it was asked: it is Unreachable, never a refusal. ccxt's own classes are not asked,
because they sort codes differently for each host and venue, and their texts carry signed addresses.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ..core.errors import TradelatchError
from ..exchange import ZERO, DuplicateRefused, ModeRefused, OrderRefused, TriggerPassed, Unreachable
from .row import Row, get

TIMEOUT = 10.0  # seconds for one request
STALE_AFTER = 3600.0  # seconds until the markets, and the clock's difference, are read again
UNKNOWN_AFTER = 60.0  # the same, when somebody asks for a symbol that is not among them
UNSURE = (408, 418, 429)  # HTTP statuses of a gateway or a limit, whatever code is beside them
SHUT_OUT = (401, 403, 451)  # who asks, or from where, is not let in


class NotConfigured(TradelatchError):
    """A venue cannot be used as it is set up: the extra, a name, a key or an address is missing or wrong."""


class AccessRefused(TradelatchError):
    """The venue does not accept the key, or not for this. Nothing was done."""


class Refusal(OrderRefused):
    """What the venue refused, by its own code; what was asked for was not done."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class RefusedForMode(Refusal, ModeRefused):
    """The same, because the account is in the other position mode."""


class RefusedAsDuplicate(Refusal, DuplicateRefused):
    """The same, because an order of that client order id exists."""


class RefusedAsPassed(Refusal, TriggerPassed):
    """The same, because the market has passed the price of a stop order."""


@dataclass(frozen=True)
class Market:
    """A linear swap or future. symbol: canonical; unified: ccxt's; id: the venue's own."""

    symbol: str
    id: str
    unified: str = ""
    settle: str = ""
    step: Decimal = ZERO
    tick: Decimal = ZERO
    minimum: Decimal = ZERO
    largest: Decimal = ZERO  # market order; 0: no end is known
    least_value: Decimal = ZERO  # of an order, in the quote asset
    contract: Decimal = Decimal(1)  # the size of one, in units of the base asset
    is_traded: bool = False

    def in_base(self, contracts: Decimal) -> Decimal:
        """A number of contracts in units of the base asset."""
        if self.contract == 1:
            return contracts
        with localcontext(prec=90):
            return contracts * self.contract

    def in_contracts(self, quantity: Decimal) -> Decimal:
        """A quantity as the exchange counts it; it is a multiple of the step."""
        if self.contract == 1:
            return quantity
        with localcontext(prec=90):
            return (quantity / self.contract).normalize()


@dataclass(frozen=True)
class Keys:
    """What an account is used with, by the names that ccxt has for them."""

    values: Mapping[str, str]

    def __repr__(self) -> str:
        return "Keys(…)"

    def hide(self, text: str) -> str:
        for hidden in self.values.values():
            text = text.replace(hidden, "…")
        return text


class RedirectRefused(Exception):
    """An answer that sends to another host."""


class Told(Exception):
    """An answer that is an error: its HTTP status, and the venue's code and message, if it has them."""

    def __init__(self, status: int, code: str | None, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.number = f"HTTP {status}" if code is None else code


class Session:
    """ccxt for one account. `exchange` is an instance of one of ccxt's classes, without keys."""

    def __init__(self, row: Row, exchange: Any, keys: Keys, *, url: str | None, is_testnet: bool = False):
        self._name = row.name
        self._row = row
        self._exchange = exchange
        self._keys = keys
        self._codes = row.codes
        self._answers: ContextVar[list[Any]] = ContextVar("answers")
        self._markets: dict[str, Market] = {}
        self._by_id: dict[str, Market] = {}
        self._others: set[str] = set()
        self._tried_at = 0.0
        self._is_known = False  # the account, where that is asked
        self._loading = asyncio.Lock()
        for name, value in keys.values.items():
            setattr(exchange, name, value)
        exchange.enableRateLimit = True
        exchange.timeout = TIMEOUT * 1000
        exchange.number = str
        exchange.verbose = False
        exchange.logger = logging.Logger("ccxt", logging.CRITICAL + 1)  # at DEBUG it would log headers, with the key
        exchange.has["fetchCurrencies"] = False  # needs rights that trading does not
        exchange.options |= {"adjustForTimeDifference": True, "fetchCurrencies": False} | dict(row.options)
        exchange.options["fetchMarkets"] = {"types": list(row.market_types)}
        exchange.handle_errors = self._tell
        exchange.parse_orders = exchange.parse_positions = _no_rows
        for name in row.unasked:
            setattr(exchange, name, _nothing)
        exchange.sign = partial(_sign_without_none, exchange.sign)
        exchange.on_json_response = partial(json.loads, parse_float=str)
        if is_testnet:
            getattr(exchange, row.testnet)(True)
        if url is not None:
            exchange.urls["api"] = _moved(exchange.urls["api"], url.rstrip("/"))

    async def call(self, method: str, *arguments: Any) -> Any:
        """What the exchange answers to one of ccxt's calls, as it came.

        Raises Refusal, AccessRefused or Unreachable. One that the venue refused because of its time was not done: the
        clocks are compared, and it is sent again.
        """
        await self._read_markets(True)  # and the clock: nothing is signed by this machine's
        if self._row.account_problem is not None and not self._is_known:
            async with self._loading:
                if problem := await self._row.account_problem(self._exchange, self._request):
                    raise AccessRefused(f"{self._name}: {problem}")
                self._is_known = True
        return await self._request(method, *arguments)

    async def _request(self, method: str, *arguments: Any) -> Any:
        for last in (False, True):
            answers: list[Any] = []
            self._answers.set(answers)
            try:
                await getattr(self._exchange, method)(*arguments)
                break
            except Told as told:
                error = self._error(told)
                if last or told.code not in self._codes.clock:
                    raise error from None
            except Exception as error:  # whatever it was: the request may have arrived, and its text has the address
                raise Unreachable(f"{self._name}: no answer ({type(error).__name__})") from None
            await self._public(self._exchange.load_time_difference(), "time")
        if not answers or not isinstance(answers[-1], dict | list):
            raise Unreachable(f"{self._name}: an answer that is not JSON")
        return answers[-1]

    async def ask(self, method: str, *arguments: Any) -> Any:
        """The same for a question; None when the venue knows no such order. A refusal answers nothing."""
        try:
            return await self.call(method, *arguments)
        except Refusal as refusal:
            if refusal.code in self._codes.unknown:
                return None
            raise Unreachable(f"it refused to tell: {refusal}") from None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever fails in here fails because the answer is not of the shape that it should be."""
        try:
            yield
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise Unreachable(f"{self._name}: an answer that cannot be read ({type(error).__name__})") from None

    async def market(self, symbol: str) -> Market | None:
        """The market of a canonical symbol, or None when the venue has none."""
        await self._read_markets(symbol in self._markets)
        return self._markets.get(symbol)

    async def market_of(self, market_id: str) -> Market | None:
        """The market of one of the exchange's own ids; None for one that is no linear swap or future.

        Of one that is in no list, what it would most likely be.
        """
        await self._read_markets(market_id in self._by_id or market_id in self._others)
        if market_id in self._others or (self._row.others and re.fullmatch(self._row.others, market_id)):
            return None
        return self._by_id.get(market_id) or Market(symbol=self._row.guess(market_id), id=market_id)

    async def ids(self) -> dict[str, str]:
        """The exchange's own ids of its markets, and their symbols as ccxt writes them."""
        await self._read_markets(True)
        return {market.id: market.unified for market in self._markets.values()}

    async def known(self, symbols: Iterable[str]) -> list[str]:
        """Which of these symbols the exchange has a market of, traded or not any more."""
        wanted = set(symbols)
        await self._read_markets(wanted <= self._markets.keys())
        return sorted(wanted & {market.symbol for market in self._by_id.values()})

    async def any_market(self) -> Market:
        """One of the markets: for what is asked of an account, and not of a market."""
        await self._read_markets(True)
        return next(iter(self._markets.values()))

    async def settle_currencies(self) -> list[str]:
        await self._read_markets(True)
        return sorted({market.settle for market in self._markets.values()})

    async def close(self) -> None:
        await self._exchange.close()

    async def _read_markets(self, known: bool) -> None:
        """Read the list of markets when there is none, or an old one."""
        async with self._loading:
            now = time.monotonic()
            if self._markets and now < self._tried_at + (STALE_AFTER if known else UNKNOWN_AFTER):
                return
            self._tried_at = now
            try:
                await self._load()
            except Unreachable:
                if not self._markets:
                    raise

    def _open(self) -> None:
        """Open ccxt's HTTP session, one that follows no redirect to another host: what is signed is for one alone."""
        import aiohttp  # which comes with ccxt

        if self._exchange.session is not None:
            return
        self._exchange.open()
        watch = aiohttp.TraceConfig()
        watch.on_request_redirect.append(_refuse_other_host)
        watch.freeze()
        opened: Any = self._exchange.session
        opened.trace_configs.append(watch)

    async def _load(self) -> None:
        self._open()
        await self._public(self._exchange.load_markets(True), "list of markets")
        with self.reading():
            listed = [market for same_id in self._exchange.markets_by_id.values() for market in same_id]
            raw = [market for market in listed if market["linear"] and (market["swap"] or market["future"])]
            linear = [_market(market, self._row) for market in raw]
        if not linear:
            raise Unreachable(f"{self._name}: an empty list of markets")
        fit = [market for market in linear if market.step and market.tick]
        traded = Counter(market.symbol for market in fit if market.is_traded)
        self._markets = {market.symbol: market for market in fit if market.is_traded or not traded[market.symbol]}
        for symbol in (symbol for symbol, markets in traded.items() if markets > 1):
            del self._markets[symbol]  # whose is it?
        self._by_id = {market.id: market for market in linear}
        self._others = {get(market, self._row.market_id) for market in listed} - self._by_id.keys()
        chosen = {market.id for market in self._markets.values()}
        self._exchange.markets |= {
            market["symbol"]: market for market in raw if get(market, self._row.market_id) in chosen
        }

    async def _public(self, request: Awaitable[object], what: str) -> None:
        """What everybody may ask: there is nothing to refuse."""
        try:
            await request
        except Exception as error:
            reason = error.number if isinstance(error, Told) else type(error).__name__
            raise Unreachable(f"{self._name}: no {what} ({reason})") from None

    def _tell(self, status: int, reason: str, url: str, method: str, headers: Any, body: str, *rest: Any) -> None:
        """ccxt calls this with each answer, which comes parsed after its body."""
        answer = rest[0]
        self._answers.get([]).append(answer)
        error = self._row.error(answer) if isinstance(answer, dict) else None
        if error is not None:
            raise Told(status, *error)
        if status >= 400:
            raise Told(status, None, "")

    def _error(self, told: Told) -> Exception:
        text = self._keys.hide(" ".join(f"{self._name}: {told.number} {told}".split()))
        text = "".join(filter(str.isprintable, text))[:200]
        is_status = told.code is None and told.status in SHUT_OUT
        if told.status < 500 and (told.code in self._codes.access or is_status):
            return AccessRefused(text)
        is_unsure = told.status in UNSURE or told.status >= 500 or told.code in self._codes.unsure | self._codes.clock
        if told.code is None or is_unsure:
            return Unreachable(text)
        said = self._codes.mode_said
        is_mode = told.code in self._codes.mode or (bool(said) and re.search(said, str(told)) is not None)
        if is_mode:
            return RefusedForMode(text, told.code)
        if told.code in self._codes.duplicate:
            return RefusedAsDuplicate(text, told.code)
        return (RefusedAsPassed if told.code in self._codes.passed else Refusal)(text, told.code)


def _no_rows(*_: object, **__: object) -> list[Any]:
    """What ccxt makes of a list: it is read as it came, and of 100,000 orders that takes less than half the time."""
    return []


async def _nothing(*_: object) -> bool:
    return True


def _sign_without_none(sign: Callable[..., Any], path: str, api: Any, method: str, params: Any, *rest: Any) -> Any:
    """Sign a request without the parameters that are None: how one that ccxt adds by itself is taken away."""
    if isinstance(params, dict):
        params = {name: value for name, value in params.items() if value is not None}
    return sign(path, api, method, params, *rest)


async def _refuse_other_host(_session: Any, _context: Any, redirect: Any) -> None:
    where = urlsplit(redirect.response.headers.get("Location", ""))
    if where.netloc and (where.scheme, where.netloc) != (redirect.url.scheme, redirect.url.authority):
        raise RedirectRefused


def _moved(addresses: Any, url: str) -> Any:
    """ccxt's addresses, at another host."""
    if isinstance(addresses, dict):
        return {part: _moved(address, url) for part, address in addresses.items()}
    return url + urlsplit(addresses).path


def canonical(unified: str) -> str:
    """The canonical spelling of one of ccxt's unified symbols: BTC/USDT:USDT-261225 is BTCUSDT-261225."""
    pair, _, rest = unified.upper().partition(":")
    settle, dash, expiry = rest.partition("-")
    base, quote = pair.split("/")
    return base + quote + (f":{settle}" if settle and settle != quote else "") + dash + expiry


def number(value: object) -> Decimal:
    """A number of an answer; nothing, and an empty text, are 0."""
    parsed = Decimal(str(value)) if value not in (None, "") else Decimal(0)
    if not parsed.is_finite():
        raise ValueError("not a number")
    return parsed


def rows(value: object) -> list[Any]:
    """A list of an answer: anything else that is empty would read as nothing."""
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _market(market: Mapping[str, Any], row: Row) -> Market:
    contract = number(market["contractSize"]) or Decimal(1)
    return Market(
        symbol=canonical(market["symbol"]),
        unified=market["symbol"],
        id=get(market, row.market_id),
        settle=market["settleId"],
        step=number(market["precision"]["amount"]) * contract,
        tick=number(market["precision"]["price"]),
        minimum=number(market["limits"]["amount"]["min"]) * contract,
        largest=number(get(market, row.largest)) * contract if row.largest else Decimal(0),
        least_value=number(get(market, "limits.cost.min")),
        contract=contract,
        is_traded=bool(market["active"]),
    )
