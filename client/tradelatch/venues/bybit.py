"""Bybit linear contracts, settled in USDT or USDC.

Every answer but a list is terse: ids and nothing else. An order that has ended leaves the list of open orders sooner
or later, and stands in the history, which lags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ..exchange import Holding, Order, OrderStatus, Unreachable
from .session import Codes, Market, Session, number, rows
from .venue import Venue, Wanted

PAGE = 200  # positions
ORDERS_PAGE = 50
PAGES = 100  # more than any account has
OPEN = ("Created", "New", "PartiallyFilled", "Untriggered", "Triggered", "Active", "PendingCancel")
ENDED = ("Cancelled", "PartiallyFilledCanceled", "Rejected", "Deactivated")
POSITION_SIDES = ("both", "long", "short")  # by positionIdx


class Bybit(Venue):
    name: ClassVar[str] = "bybit"
    ccxt_class: ClassVar[str] = "bybit"
    fields: ClassVar[tuple[str, str]] = ("retCode", "retMsg")
    codes: ClassVar[Codes] = Codes(
        access=frozenset({10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024, 10027, 10028, 10029, 33004}),
        clock=frozenset({10002}),
        unsure=frozenset({10000, 10006, 10014, 10016, 10018, 10019, 10429, 170007, 3400214}),
        unknown=frozenset({110001, 110008, 110010, 110019}),
    )

    async def positions(self, *, account: str) -> Sequence[Holding]:
        session = self.session(account)
        held: dict[tuple[str, str], Holding] = {}  # a list that moves between two pages shows a row twice
        for settle in await session.settle_currencies():
            cursor = ""
            for _ in range(PAGES):
                params = {"category": "linear", "settleCoin": settle, "limit": PAGE}
                answer = await session.ask("privateGetV5PositionList", params | ({"cursor": cursor} if cursor else {}))
                with session.reading():
                    for row in rows(answer["result"]["list"]):
                        holding = await _holding(row, session, account)
                        held[holding.symbol, holding.position_side] = holding
                    cursor = answer["result"].get("nextPageCursor") or ""
                if not cursor:
                    break
            else:
                raise Unreachable(f"{self.name}: the pages of the position list do not end")
        return [holding for holding in held.values() if holding.size]

    async def _find(self, session: Session, market: Market, name: str, account: str) -> Order | None:
        for method in ("privateGetV5OrderRealtime", "privateGetV5OrderHistory"):
            answer = await session.ask(method, {"category": "linear", "symbol": market.id, **_name(name)})
            if answer is None:
                continue
            with session.reading():
                orders = [row for row in rows(answer["result"]["list"]) if row["symbol"] == market.id]
                if orders:
                    return _order(max(orders, key=lambda row: int(row["createdTime"])), market, account)
        return None

    async def _open_orders(self, session: Session, market: Market, account: str) -> Sequence[Order]:
        found: dict[str, Order] = {}  # a list that moves between two pages shows a row twice
        cursor = ""
        for _ in range(PAGES):
            params = {"category": "linear", "symbol": market.id, "openOnly": 0, "limit": ORDERS_PAGE}
            answer = await session.ask("privateGetV5OrderRealtime", params | ({"cursor": cursor} if cursor else {}))
            with session.reading():
                for row in rows(answer["result"]["list"]):
                    if row["symbol"] == market.id:
                        found[row["orderId"]] = _order(row, market, account)
                cursor = answer["result"].get("nextPageCursor") or ""
            if not cursor:
                return [order for order in found.values() if order.status == "open"]
        raise Unreachable(f"{self.name}: the pages of the list of orders do not end")

    async def _send(self, session: Session, wanted: Wanted) -> Order:
        params: dict[str, Any] = {
            "category": "linear",
            "symbol": wanted.market.id,
            "side": wanted.side.capitalize(),
            "orderType": "Limit" if wanted.kind == "limit" else "Market",
            "qty": f"{wanted.quantity:f}",
            "orderLinkId": wanted.client_order_id,
            "positionIdx": POSITION_SIDES.index(wanted.position_side),
            "reduceOnly": wanted.reduce_only,
        }
        if wanted.price is not None:
            params |= {"price": f"{wanted.price:f}", "timeInForce": "GTC"}
        if wanted.trigger is not None:
            direction = 1 if wanted.side == "buy" else 2  # reached by a rising price, by a falling one
            params |= {"triggerPrice": f"{wanted.trigger:f}", "triggerDirection": direction, "triggerBy": "LastPrice"}
        answer = await session.call("privatePostV5OrderCreate", params)
        with session.reading():
            return wanted.answered(str(answer["result"]["orderId"]))

    async def _cancel(self, session: Session, market: Market, name: str) -> bool:
        params = {"category": "linear", "symbol": market.id, **_name(name)}
        return await session.ask("privatePostV5OrderCancel", params) is not None


def _name(name: str) -> dict[str, str]:
    return {"orderId": name[3:]} if name.startswith("id:") else {"orderLinkId": name}


async def _holding(row: Mapping[str, Any], session: Session, account: str) -> Holding:
    size = number(row["size"])
    if size:
        size *= {"Buy": 1, "Sell": -1}[row["side"]]
    return Holding(
        account,
        await session.symbol(row["symbol"]),
        size,
        number(row.get("avgPrice")) or None,
        POSITION_SIDES[int(row["positionIdx"])],
    )


def _order(row: Mapping[str, Any], market: Market, account: str) -> Order:
    filled = number(row["cumExecQty"])
    trigger = number(row.get("triggerPrice")) or None
    status: OrderStatus
    if row["orderStatus"] in OPEN:
        status = "open"
    elif row["orderStatus"] == "Filled":
        status = "closed"
    elif row["orderStatus"] in ENDED:
        status = "closed" if filled and row.get("cancelType") != "CancelByUser" else "canceled"
    else:
        raise ValueError("a status that is not known")
    return Order(
        order_id=row["orderId"],
        client_order_id=row["orderLinkId"] or f"id:{row['orderId']}",  # a name, of an order made by hand
        account=account,
        symbol=market.symbol,
        kind="stop" if trigger else "limit" if row["orderType"] == "Limit" else "market",
        side=row["side"].lower(),
        quantity=number(row["qty"]),
        reduce_only=bool(row["reduceOnly"]),
        trigger=trigger,
        status=status,
        filled=filled,
        average_price=number(row.get("avgPrice")) or None,
        position_side=POSITION_SIDES[int(row["positionIdx"])],
        price=(number(row.get("price")) or None) if row["orderType"] == "Limit" else None,
    )
