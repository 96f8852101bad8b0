"""What differs from one exchange to the next: one row each, and nothing that an adapter would have to be written for.

Requests are made by ccxt's unified calls. What they answer is read by the exchange's own field names, because ccxt
interprets: it calls a stop-loss closed that was triggered and may still fill, and leaves out positions without a price.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..exchange import OrderKind

Params = Mapping[str, Any]
Ending = Literal["open", "closed", "canceled", "ended"]  # ended by the exchange: closed if it was filled, else canceled

SIDES = {"BUY": "buy", "Buy": "buy", "buy": "buy", "SELL": "sell", "Sell": "sell", "sell": "sell"}
CLOSING_SIDE = {"long": "sell", "short": "buy"}


@dataclass(frozen=True)
class Codes:
    """An exchange's codes that say something else than 'no'."""

    access: frozenset[str]  # the key, its rights, the address it is used from
    clock: frozenset[str]  # the time of the request
    unsure: frozenset[str]  # it may have been done, or may be tried again
    unknown: frozenset[str]  # no such order


@dataclass(frozen=True)
class OrderFields:
    """Where a row of an order has what; a dot leads into an object."""

    symbol: str
    id: str
    client_id: str
    status: str
    statuses: Mapping[str, Ending]
    quantity: str
    filled: str
    average: str
    side: str
    reduces: tuple[str, ...]  # each of them says that the order can only reduce
    position_side: str
    position_sides: Mapping[str, str]
    trigger: str
    type: str
    price: str
    time: str
    went_on_as: str = ""  # of a stop that goes on as an ordinary order once it is triggered: that order's id
    canceled_if: tuple[str, str] = ("", "")  # a field, and what it says of an order that somebody cancelled


@dataclass(frozen=True)
class Place:
    """Where an exchange keeps orders of one sort, and by which of ccxt's calls they are reached."""

    fields: OrderFields
    by_client_id: str  # the parameter that names an order by its client order id
    params: Params = field(default_factory=dict)  # lead ccxt's calls here
    of_one: Params = field(default_factory=dict)  # beside a name; None takes a parameter of ccxt's away
    by_id: str = ""  # the parameter of the exchange's own id; else it is the call's own argument
    find: tuple[str, ...] = ("fetch_order",)  # asked one after the other, until one knows the order
    one_at: str = ""  # where the answer to fetch_order has the order
    created_at: str = ""  # and the answer to create_order
    is_terse: bool = False  # a new order is answered with its id alone
    is_conditional: bool = False


@dataclass(frozen=True)
class PositionFields:
    symbol: str
    size: str
    average: str
    position_side: str
    position_sides: Mapping[str, str]
    side: str = ""  # of a size without a sign
    signs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Pages:
    """How a list that comes in pages goes on."""

    cursor: str  # where an answer has it
    param: str = "cursor"
    orders: int = 50
    positions: int = 200


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
    side_params: Callable[[str, str, bool], Params]  # of position side, side and whether it only reduces
    stop_params: Callable[[str, str], Params]  # of the side and the trigger
    options: Params = field(default_factory=dict)  # of ccxt
    pages: Pages | None = None
    is_listed_by_settle: bool = False  # the position list is asked for each settle currency

    def place_of(self, kind: OrderKind) -> Place:
        """Where an order of this kind is sent to."""
        return self.places[-1] if kind == "stop" else self.places[0]


def get(row: Any, path: str) -> Any:
    """What a row has there; None where it has nothing. An empty path is the row itself."""
    for name in filter(None, path.split(".")):
        row = row[int(name)] if isinstance(row, list) else row.get(name)
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


def _codes(*numbers: int) -> frozenset[str]:
    return frozenset(map(str, numbers))


# Binance USDⓈ-M futures. Stop orders are algo orders: endpoints, ids and statuses of their own. One that was triggered
# goes on as an ordinary order, which alone tells what was filled. positionSide says it all: reduceOnly is refused
# beside it. An order that closes the whole position, whatever it is then, does not say so in reduceOnly.

_BINANCE_SIDES = {"BOTH": "both", "LONG": "long", "SHORT": "short"}


def _binance_side(position_side: str, side: str, reduce_only: bool) -> Params:
    if position_side != "both":
        return {"positionSide": position_side.upper()}
    return {"reduceOnly": "true"} if reduce_only else {}


BINANCE = Row(
    name="binance",
    ccxt_class="binanceusdm",
    error=numbered("code", "msg"),
    codes=Codes(
        access=_codes(
            *(-1002, -1005, -1011, -1022, -1099, -1109, -2008, -2014, -2015, -2017, -4056, -4057, -4088, -4192, -4402)
        ),
        clock=_codes(-1021, -5028),
        unsure=_codes(1, -1000, -1001, -1003, -1004, -1006, -1007, -1008, -1015, -1016, -5041),
        unknown=_codes(-2011, -2013),
    ),
    ids="[0-9]{1,18}",
    places=(
        Place(
            by_client_id="origClientOrderId",
            fields=OrderFields(
                symbol="symbol",
                id="orderId",
                client_id="clientOrderId",
                status="status",
                statuses={
                    **dict.fromkeys(("NEW", "PARTIALLY_FILLED", "NEW_INSURANCE", "NEW_ADL"), "open"),
                    **dict.fromkeys(("EXPIRED", "EXPIRED_IN_MATCH", "REJECTED"), "ended"),
                    "FILLED": "closed",
                    "CANCELED": "canceled",
                },
                quantity="origQty",
                filled="executedQty",
                average="avgPrice",
                side="side",
                reduces=("reduceOnly", "closePosition"),
                position_side="positionSide",
                position_sides=_BINANCE_SIDES,
                trigger="stopPrice",
                type="type",
                price="price",
                time="time",
            ),
        ),
        Place(
            by_client_id="clientAlgoId",
            params={"trigger": True},
            of_one={"symbol": None},
            is_terse=True,
            is_conditional=True,
            fields=OrderFields(
                symbol="symbol",
                id="algoId",
                client_id="clientAlgoId",
                status="algoStatus",
                statuses={
                    **dict.fromkeys(("NEW", "TRIGGERING", "TRIGGERED"), "open"),
                    **dict.fromkeys(("CANCELED", "EXPIRED", "REJECTED"), "canceled"),
                    "FINISHED": "closed",
                },
                quantity="quantity",
                filled="",
                average="",
                side="side",
                reduces=("reduceOnly", "closePosition"),
                position_side="positionSide",
                position_sides=_BINANCE_SIDES,
                trigger="triggerPrice",
                type="orderType",
                price="price",
                time="createTime",
                went_on_as="actualOrderId",
            ),
        ),
    ),
    positions=PositionFields(
        symbol="symbol",
        size="positionAmt",
        average="entryPrice",
        position_side="positionSide",
        position_sides=_BINANCE_SIDES,
    ),
    orders_list="",
    positions_list="",
    side_params=_binance_side,
    stop_params=lambda side, trigger: {"stopLossPrice": trigger, "newOrderRespType": None},
    options={"leverageBrackets": {}},  # nobody asks for them here
)

# Bybit linear contracts. Every answer but a list is terse. An order that has ended leaves the list of open orders
# sooner or later, and stands in the history, which lags. One that was made by hand has no client order id.

_BYBIT_SIDES = {"0": "both", "1": "long", "2": "short"}

BYBIT = Row(
    name="bybit",
    ccxt_class="bybit",
    error=numbered("retCode", "retMsg"),
    codes=Codes(
        access=_codes(10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024, 10027, 10028, 10029, 33004),
        clock=_codes(10002),
        unsure=_codes(10000, 10006, 10014, 10016, 10018, 10019, 10429, 170007, 3400214),
        unknown=_codes(110001, 110008, 110010, 110019),
    ),
    ids=".+",
    places=(
        Place(
            by_client_id="orderLinkId",
            by_id="orderId",
            find=("fetch_open_orders", "fetch_canceled_and_closed_orders"),
            created_at="result",
            is_terse=True,
            fields=OrderFields(
                symbol="symbol",
                id="orderId",
                client_id="orderLinkId",
                status="orderStatus",
                statuses={
                    **dict.fromkeys(
                        ("Created", "New", "PartiallyFilled", "Untriggered", "Triggered", "Active", "PendingCancel"),
                        "open",
                    ),
                    **dict.fromkeys(("Cancelled", "PartiallyFilledCanceled", "Rejected", "Deactivated"), "ended"),
                    "Filled": "closed",
                },
                canceled_if=("cancelType", "CancelByUser"),
                quantity="qty",
                filled="cumExecQty",
                average="avgPrice",
                side="side",
                reduces=("reduceOnly",),
                position_side="positionIdx",
                position_sides=_BYBIT_SIDES,
                trigger="triggerPrice",
                type="orderType",
                price="price",
                time="createdTime",
            ),
        ),
    ),
    positions=PositionFields(
        symbol="symbol",
        size="size",
        average="avgPrice",
        position_side="positionIdx",
        position_sides=_BYBIT_SIDES,
        side="side",
        signs={"Buy": 1, "Sell": -1},
    ),
    orders_list="result.list",
    positions_list="result.list",
    side_params=lambda position_side, side, reduce_only: {
        "positionIdx": ("both", "long", "short").index(position_side),
        "reduceOnly": reduce_only,
    },
    stop_params=lambda side, trigger: {
        "triggerPrice": trigger,
        "triggerDirection": "ascending" if side == "buy" else "descending",
        "triggerBy": "LastPrice",
    },
    options={"enableUnifiedMargin": False, "enableUnifiedAccount": True, "unifiedMarginStatus": 6},
    pages=Pages(cursor="result.nextPageCursor"),
    is_listed_by_settle=True,
)

TABLE: Mapping[str, Row] = {row.name: row for row in (BINANCE, BYBIT)}
