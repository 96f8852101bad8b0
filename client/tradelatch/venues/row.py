"""What a row of the table of exchanges is made of.

Requests are made by ccxt's unified calls. What they answer is read by the exchange's own field names, because ccxt
interprets: it calls a stop-loss closed that was triggered and may still fill, and leaves out positions without a price.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from ..exchange import OrderKind, PositionMode

Params = Mapping[str, Any]
At = str | Callable[[Any], Any]  # where a row has something: a path, or what works it out
Ending = Literal["open", "closed", "canceled", "ended"]  # ended by the exchange: closed if it was filled, else canceled

SIDES = {"BUY": "buy", "Buy": "buy", "buy": "buy", "SELL": "sell", "Sell": "sell", "sell": "sell"}
TriggerBy = Literal["last", "mark"]

CLOSING_SIDE = {"long": "sell", "short": "buy"}


@dataclass(frozen=True)
class Codes:
    """An exchange's codes that say something else than 'no'."""

    access: frozenset[str]  # the key, its rights, the address it is used from
    clock: frozenset[str]  # the time of the request
    unsure: frozenset[str]  # it may have been done, or may be tried again
    unknown: frozenset[str]  # no such order
    mode: frozenset[str]  # the account is in the other position mode
    duplicate: frozenset[str]  # an order of that client order id exists
    passed: frozenset[str]  # the market has passed the price of a stop order
    mode_said: str = ""  # the same by its message, a regular expression, of a code that says too little


@dataclass(frozen=True)
class OrderFields:
    """Where a row of an order has what: a dot leads into an object, a bar to what is read where that is missing."""

    symbol: At
    id: At
    client_id: str
    status: At
    statuses: Mapping[str, Ending]
    quantity: At
    filled: At
    average: str
    side: At
    reduces: tuple[str, ...]  # each of them says that the order can only reduce
    position_side: str
    position_sides: Mapping[str, str]
    trigger: At
    type: At
    price: str
    time: At
    went_on_as: At = ""  # of a stop that goes on as an ordinary order once it is triggered: that order's id
    reducing: tuple[str, tuple[str, ...]] = ("", ())  # a field, and what it says of an order that can only reduce
    canceled_if: tuple[str, str] = ("", "")  # a field, and what it says of an order that somebody cancelled


@dataclass(frozen=True)
class Place:
    """Where an exchange keeps orders of one sort, and by which of ccxt's calls they are reached."""

    fields: OrderFields
    by_client_id: str  # the parameter that names an order by its client order id; else it is the call's own argument
    ids_of_new: tuple[str, ...] = ("clientOrderId",)  # the parameters that give one to a new order
    params: Params = field(default_factory=dict)  # lead ccxt's calls here
    lists: tuple[Params, ...] = ({},)  # the lists that open orders stand in
    of_one: Params = field(default_factory=dict)  # beside a name; None takes a parameter of ccxt's away
    cancel_says: Mapping[str, At] = field(default_factory=dict)  # parameters of a cancel, and where the order has them
    by_id: str = ""  # the parameter of the exchange's own id; else it is the call's own argument
    find: tuple[str, ...] = ("fetch_order",)  # asked one after the other, until one knows the order
    searched: tuple[str, ...] = ()  # lists that are searched for a client order id which those do not know
    is_found_by_id_alone: bool = False  # they, and a cancel, take no client order id: the lists are searched at once
    one_at: str = ""  # where the answer to fetch_order has the order
    created_at: str = ""  # and the answer to create_order
    created_id: str = ""  # where that has the id, if not where a row has it
    is_terse: bool = False  # a new order is answered with its id alone
    is_conditional: bool = False


@dataclass(frozen=True)
class PositionFields:
    symbol: str
    size: At
    average: str
    position_side: str
    position_sides: Mapping[str, str]
    side: str = ""  # of a size without a sign
    signs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Pages:
    """How a list that comes in pages goes on."""

    limit: int
    param: str
    cursor: str = ""  # where an answer has it; else it is the id of the last row
    only_full: bool = False  # a page that is not full is the last one, whatever its cursor
    by_offset: bool = False  # the parameter is how many rows came before


@dataclass(frozen=True)
class Mode:
    """How an account's position mode for a symbol is asked for."""

    call: str
    at: str  # where the answer has it
    modes: Mapping[str, PositionMode]
    of_list: bool = False  # the call takes symbols
    argument: Params | None = None  # the call takes this, and no symbol


@dataclass(frozen=True)
class Pricing:
    """How a market order gets its price: from the other side of the order book, and worse by so much."""

    call: str
    at: Mapping[str, str]  # of a side
    slippage: str
    stop_slippage: str  # of a stop-loss, from its trigger


@dataclass(frozen=True)
class Row:
    """One exchange. What follows is data, but for the few things that are a rule there."""

    name: str
    ccxt_class: str
    error: Callable[[Mapping[str, Any]], tuple[str, str] | None]  # code and message of an answer that is an error
    codes: Codes
    ids: str  # a regular expression: what its own order ids look like
    places: tuple[Place, ...]  # ordinary orders first, then conditional ones where they are kept apart
    positions: PositionFields
    orders_list: str  # where the answer with orders has its list, and the one with positions
    positions_list: str
    mode: Mode | None  # None: there is no hedge mode
    side_params: Callable[[str, str, bool], Params]  # of position side, side and whether it only reduces
    stop_params: Callable[[str, str, TriggerBy], Params]  # of the side, the trigger, and the price that it waits for
    triggers: tuple[TriggerBy, ...] = field(default=("last", "mark"), kw_only=True)  # what stops can wait for
    largest: str  # where ccxt's market has the size of the largest market order
    options: Params = field(default_factory=dict)  # of ccxt
    order_pages: Pages | None = None
    position_pages: Pages | None = None
    all_orders: Params = field(default_factory=dict)  # lead ccxt to the orders of all symbols
    position_params: Params = field(default_factory=dict)
    client_ids: str = "[A-Za-z0-9_-]{1,36}"  # a regular expression: what a client order id may look like
    to_exchange: Callable[[str], str] = lambda name: name  # what a client order id is called there
    from_exchange: Callable[[str], str] = lambda name: name  # and back
    nameless: str = ""  # a regular expression: what stands in place of a client order id that an open order has lost
    history: timedelta = timedelta(days=7)  # how far back the lists of ended orders are searched
    refuses_duplicates: bool = True  # a second order of a client order id; else we look for one before each is sent
    is_mode_asked: bool = False  # orders do not say which position mode they are for: the account is asked
    market_id: str = "id"  # where ccxt's market has what the exchange's own rows call it
    others: str = ""  # a regular expression: ids of what is in no list of ours, and is no linear swap or future
    significant: int = 0  # how many digits a price may have, but for whole numbers; 0: its tick says all
    priced_by: Pricing | None = None  # a market order needs a price
    unasked: tuple[str, ...] = ()  # calls of ccxt that send what nobody asked for
    account_problem: Callable[..., Awaitable[str]] | None = None  # why an account cannot be used with its key
    market_types: tuple[str, ...] = ("linear",)  # what ccxt is to list
    keys: Params = field(
        default_factory=lambda: {"KEY": "apiKey", "SECRET": "secret"}
    )  # variables, and what ccxt calls them
    key_forms: Mapping[str, str] = field(default_factory=dict)  # regular expressions of what these look like
    guess: Callable[[str], str] = lambda market_id: re.sub(r"_(\d{6})$", r"-\1", market_id.upper())  # of one in no list
    testnet: str = "set_sandbox_mode"  # ccxt's switch to the exchange's sandbox
    is_listed_by_settle: bool = False  # the position list is asked for each settle currency

    def place_of(self, kind: OrderKind) -> Place:
        """Where an order of this kind is sent to."""
        return self.places[-1] if kind == "stop" else self.places[0]


def get(row: Any, path: At) -> Any:
    """What a row has there; None where it has nothing. An empty path is the row itself."""
    if not isinstance(path, str):
        return path(row)
    if "|" in path:
        return next((value for value in (get(row, each) for each in path.split("|")) if value is not None), None)
    for name in filter(None, path.split(".")):
        row = (row[int(name)] if int(name) < len(row) else None) if isinstance(row, list) else row.get(name)
        if row is None:
            return None
    return row


def numbered(code: str, message: str) -> Callable[[Mapping[str, Any]], tuple[str, str] | None]:
    """Errors by a whole number, of which 0 and 200 are none."""

    def error(answer: Mapping[str, Any]) -> tuple[str, str] | None:
        told = str(answer.get(code, ""))
        is_error = re.fullmatch(r"-?\d+", told) and int(told) not in (0, 200)
        return (told, str(answer.get(message, ""))) if is_error else None

    return error
