"""Binance USDⓈ-M futures.

Stop orders are algo orders there: endpoints, ids and statuses of their own. One that was triggered goes on as an
ordinary order, which alone tells what was filled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from ..exchange import Holding, Order, OrderKind, OrderStatus
from .session import Codes, Market, Session, number, rows
from .venue import Venue, Wanted

OPEN = ("NEW", "PARTIALLY_FILLED", "NEW_INSURANCE", "NEW_ADL")
ENDED = ("EXPIRED", "EXPIRED_IN_MATCH", "REJECTED")  # by the venue; filled in part, or not at all
ALGO_OPEN = ("NEW", "TRIGGERING")
ALGO_ENDED = ("CANCELED", "EXPIRED", "REJECTED")
KINDS: Mapping[str, OrderKind] = {"MARKET": "market", "LIMIT": "limit"}  # all others wait for a price


class Binance(Venue):
    name: ClassVar[str] = "binance"
    ccxt_class: ClassVar[str] = "binanceusdm"
    fields: ClassVar[tuple[str, str]] = ("code", "msg")
    codes: ClassVar[Codes] = Codes(
        access=frozenset(
            {-1002, -1005, -1011, -1022, -1099, -1109, -2008, -2014, -2015, -2017, -4056, -4057, -4088, -4192, -4402}
        ),
        clock=frozenset({-1021, -5028}),
        unsure=frozenset({1, -1000, -1001, -1003, -1004, -1006, -1007, -1008, -1015, -1016, -5041}),
        unknown=frozenset({-2011, -2013}),
    )

    async def positions(self, *, account: str) -> Sequence[Holding]:
        session = self.session(account)
        listed = await session.ask("fapiPrivateV3GetPositionRisk", {})
        held = []
        with session.reading():
            for row in rows(listed):
                if number(row["positionAmt"]):
                    held.append(
                        Holding(
                            account,
                            await session.symbol(row["symbol"]),
                            number(row["positionAmt"]),
                            number(row["entryPrice"]) or None,
                            _position_side(row),
                        )
                    )
        return held

    async def _find(self, session: Session, market: Market, name: str, account: str) -> Order | None:
        if not _may_exist(name):
            return None
        ordinary = await session.ask("fapiPrivateGetOrder", {"symbol": market.id, **_ordinary_name(name)})
        algo = await session.ask("fapiPrivateGetAlgoOrder", _algo_name(name))
        with session.reading():
            if algo is not None and algo["symbol"] != market.id:
                algo = None
            if algo is None:
                return None if ordinary is None else _ordinary(ordinary, market, account)
            passed_on_as = str(algo.get("actualOrderId") or "")
            is_newer = ordinary is not None and int(ordinary["time"]) > int(algo["createTime"])
            if ordinary is not None and is_newer and str(ordinary["orderId"]) != passed_on_as:
                return _ordinary(ordinary, market, account)
        order = ordinary if ordinary is not None and str(ordinary["orderId"]) == passed_on_as else None
        if passed_on_as and order is None:
            order = await session.ask("fapiPrivateGetOrder", {"symbol": market.id, "orderId": passed_on_as})
        with session.reading():
            return _algo(algo, None if order is None else _ordinary(order, market, account), market, account)

    async def _open_orders(self, session: Session, market: Market, account: str) -> Sequence[Order]:
        ordinary = await session.ask("fapiPrivateGetOpenOrders", {"symbol": market.id})
        algo = await session.ask("fapiPrivateGetOpenAlgoOrders", {"symbol": market.id})
        with session.reading():
            found = [_ordinary(row, market, account) for row in rows(ordinary) if row["symbol"] == market.id]
            found += [_algo(row, None, market, account) for row in rows(algo) if row["symbol"] == market.id]
        return [order for order in found if order.status == "open"]

    async def _send(self, session: Session, wanted: Wanted) -> Order:
        params = {"symbol": wanted.market.id, "side": wanted.side.upper(), "quantity": f"{wanted.quantity:f}"}
        if wanted.position_side != "both":
            params["positionSide"] = wanted.position_side.upper()  # says it all: reduceOnly is refused beside it
        elif wanted.reduce_only:
            params["reduceOnly"] = "true"
        if wanted.trigger is not None:
            params |= {"algoType": "CONDITIONAL", "type": "STOP_MARKET", "triggerPrice": f"{wanted.trigger:f}"}
            answer = await session.call("fapiPrivatePostAlgoOrder", params | {"clientAlgoId": wanted.client_order_id})
            with session.reading():
                return wanted.answered(str(answer["algoId"]))
        params |= {
            "type": wanted.kind.upper(),
            "newOrderRespType": "RESULT",
            "newClientOrderId": wanted.client_order_id,
        }
        if wanted.price is not None:
            params |= {"price": f"{wanted.price:f}", "timeInForce": "GTC"}
        answer = await session.call("fapiPrivatePostOrder", params)
        with session.reading():
            return _ordinary(answer, wanted.market, wanted.account)

    async def _cancel(self, session: Session, market: Market, name: str) -> bool:
        if not _may_exist(name):
            return False
        ordinary = await session.ask("fapiPrivateDeleteOrder", {"symbol": market.id, **_ordinary_name(name)})
        return ordinary is not None or await session.ask("fapiPrivateDeleteAlgoOrder", _algo_name(name)) is not None


def _may_exist(name: str) -> bool:
    """The venue's own ids are numbers: it has no order of another one."""
    return not name.startswith("id:") or re.fullmatch("[0-9]{1,18}", name[3:]) is not None


def _ordinary_name(name: str) -> dict[str, str]:
    return {"orderId": name[3:]} if name.startswith("id:") else {"origClientOrderId": name}


def _algo_name(name: str) -> dict[str, str]:
    return {"algoId": name[3:]} if name.startswith("id:") else {"clientAlgoId": name}


def _position_side(row: Mapping[str, Any]) -> str:
    return {"BOTH": "both", "LONG": "long", "SHORT": "short"}[row["positionSide"]]


def _only_reduces(row: Mapping[str, Any]) -> bool:
    """One that closes the whole position, whatever it is then, does not say so in reduceOnly."""
    return bool(row["reduceOnly"] or row.get("closePosition"))


def _ordinary(row: Mapping[str, Any], market: Market, account: str) -> Order:
    filled = number(row["executedQty"])
    status: OrderStatus
    if row["status"] in OPEN:
        status = "open"
    elif row["status"] == "FILLED" or (row["status"] in ENDED and filled):
        status = "closed"
    elif row["status"] == "CANCELED" or row["status"] in ENDED:
        status = "canceled"
    else:
        raise ValueError("a status that is not known")
    return Order(
        order_id=str(row["orderId"]),
        client_order_id=row["clientOrderId"],
        account=account,
        symbol=market.symbol,
        kind=KINDS.get(row["type"], "stop"),
        side=row["side"].lower(),
        quantity=number(row["origQty"]),
        reduce_only=_only_reduces(row),
        trigger=number(row.get("stopPrice")) or None,
        status=status,
        filled=filled,
        average_price=number(row.get("avgPrice")) or None,
        position_side=_position_side(row),
        price=number(row.get("price")) or None,
    )


def _algo(row: Mapping[str, Any], order: Order | None, market: Market, account: str) -> Order:
    """An algo order, and the ordinary one that it went on as, once that can be found."""
    status: OrderStatus
    if order is not None:
        status = order.status
    elif row["algoStatus"] in ALGO_OPEN or row["algoStatus"] == "TRIGGERED":
        status = "open"
    elif row["algoStatus"] == "FINISHED":
        status = "closed"
    elif row["algoStatus"] in ALGO_ENDED:
        status = "canceled"
    else:
        raise ValueError("a status that is not known")
    stop = Order(
        order_id=str(row["algoId"]),
        client_order_id=row["clientAlgoId"],
        account=account,
        symbol=market.symbol,
        kind="stop",
        side=row["side"].lower(),
        quantity=number(row["quantity"]),
        reduce_only=_only_reduces(row),
        trigger=number(row["triggerPrice"]) or None,
        status=status,
        position_side=_position_side(row),
        price=number(row.get("price")) or None,
    )
    return stop if order is None else replace(stop, filled=order.filled, average_price=order.average_price)
