"""Bybit's linear contracts, as far as tradelatch asks it."""

import hashlib
import hmac
from decimal import Decimal
from typing import Any, ClassVar

from .standin import KEY, SECRET, Placed, Refused, Request, StandIn

SIDES = ("both", "long", "short")
PAGE = 200


class BybitStandIn(StandIn):
    name: ClassVar[str] = "bybit"
    margin = (110007, "ab not enough for new order")
    reduce_only = (110017, "current position is zero, cannot fix reduce-only order qty")
    duplicate = (110072, "OrderLinkedID is duplicate")
    no_symbol = (10001, "params error: symbol invalid")
    precision = (10001, "Qty invalid")
    wrong_mode = (10001, "position idx not match position mode")

    def __init__(self) -> None:
        super().__init__()
        self.lists_ended = False  # whether ended orders are still among the recent ones
        self.history_lags = False
        self.pages_end = True
        self.markets = [
            _market("APTUSDT", "APT", "USDT"),
            _market("BTCPERP", "BTC", "USDC", tick="0.10", step="0.001"),
            _market("BTCUSDT-25DEC26", "BTC", "USDT", "LinearFutures", step="0.001", delivery="1798185600000"),
        ]
        self.routes = {
            ("GET", "/v5/market/time"): lambda _: {"timeSecond": str(self.now() // 1000)},
            ("GET", "/v5/market/instruments-info"): self._instruments,
            ("GET", "/v5/position/list"): self._positions,
            ("POST", "/v5/order/create"): self._create,
            ("POST", "/v5/order/cancel"): self._cancel,
            ("GET", "/v5/order/realtime"): self._realtime,
            ("GET", "/v5/order/history"): lambda p: self._list(
                p, lambda o: o.status != "open" and not self.history_lags
            ),
        }

    entry = stop_order = ("POST", "/v5/order/create")
    find_order = ("GET", "/v5/order/realtime")
    cancel_order = ("POST", "/v5/order/cancel")
    list_orders = ("GET", "/v5/order/realtime")
    list_positions = ("GET", "/v5/position/list")
    list_markets = ("GET", "/v5/market/instruments-info")
    clock = ("GET", "/v5/market/time")

    def check(self, request: Request) -> None:
        if request.path.startswith("/v5/market/"):
            return
        if request.headers.get("X-BAPI-API-KEY") != KEY:
            raise Refused(10003, "API key is invalid.", 200)
        stamp, window = request.headers["X-BAPI-TIMESTAMP"], request.headers["X-BAPI-RECV-WINDOW"]
        signed = stamp + KEY + window + (request.body or request.query)
        if hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest() != request.headers["X-BAPI-SIGN"]:
            raise Refused(10004, f"error sign! origin_string[{signed}]", 200)
        if not -1000 < self.now() - int(stamp) <= int(window):
            raise Refused(10002, "invalid request, please check your server timestamp or recv_window param", 200)
        assert request.params["category"] == "linear"

    def answer(self, result: Any) -> Any:
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": self.now()}

    def error(self, code: int | str, message: str) -> Any:
        return {"retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}, "time": self.now()}

    def next_id(self) -> str:
        return f"1f9a6c52-0000-4000-8000-{super().next_id():0>12}"

    def trigger(self, order: Placed, fills: bool = True) -> None:
        """A stop's price is reached; it stays the same order."""
        if fills:
            self.fill(order)

    def _instruments(self, params: dict[str, Any]) -> Any:
        assert params["category"] == "linear"
        return {
            "category": "linear",
            "list": [] if params.get("status") == "PreLaunch" else self.markets,
            "nextPageCursor": "",
        }

    def _positions(self, params: dict[str, Any]) -> Any:
        if "symbol" in params:  # both sides of one contract, also those that hold nothing
            sides = ("long", "short") if self.hedge_mode else ("both",)
            nothing = (Decimal(0), Decimal(0))
            keys = [(params["symbol"], side) for side in sides]
            rows = [self._position(key, self.positions.get(key, nothing)) for key in keys]
            return {"category": "linear", "list": rows, "nextPageCursor": ""}
        rows = [
            self._position(*entry)
            for entry in self.positions.items()
            if entry[0][0].startswith("BTCPERP") == (params["settleCoin"] == "USDC")
        ]
        first, limit = int(params.get("cursor", 0)), int(params["limit"])
        assert limit <= PAGE
        following = first + limit
        return {
            "category": "linear",
            "list": rows[first:following],
            "nextPageCursor": str(following) if following < len(rows) or not self.pages_end else "",
        }

    def _create(self, params: dict[str, Any]) -> Any:
        trigger = Decimal(params["triggerPrice"]) if "triggerPrice" in params else None
        if trigger is not None:
            assert params["triggerDirection"] == (1 if params["side"] == "Buy" else 2)
            if params["side"] == "Sell" and trigger >= self.price:
                raise Refused(110093, "expect Falling, but trigger_price >= current_price", 200)
            if params["side"] == "Buy" and trigger <= self.price:
                raise Refused(110092, "expect Rising, but trigger_price <= current_price", 200)
        try:
            order = self.place(
                client_order_id=params["orderLinkId"],
                symbol=params["symbol"],
                side=params["side"].lower(),
                type=params["orderType"],
                quantity=Decimal(params["qty"]),
                reduce_only=params["reduceOnly"] is True,
                position_side=SIDES[params["positionIdx"]],
                price=Decimal(params["price"]) if "price" in params else None,
                trigger=trigger,
            )
        except Refused as refused:
            raise Refused(refused.code, str(refused), 200) from None
        return {"orderId": order.order_id, "orderLinkId": order.client_order_id}

    def _cancel(self, params: dict[str, Any]) -> Any:
        names = {"order_id": params.get("orderId"), "client_order_id": params.get("orderLinkId")}
        for order in self.named(params["symbol"], **names):
            if order.status == "open":
                order.status = "canceled"
                return {"orderId": order.order_id, "orderLinkId": order.client_order_id}
        raise Refused(110001, "order not exists or too late to cancel", 200)

    def _realtime(self, params: dict[str, Any]) -> Any:
        return self._list(params, lambda order: order.status == "open" or self.lists_ended)

    def _history(self, params: dict[str, Any]) -> Any:
        return self._list(params, lambda order: order.status != "open" and not self.history_lags)

    def _list(self, params: dict[str, Any], shows: Any) -> Any:
        names = {"order_id": params.get("orderId"), "client_order_id": params.get("orderLinkId")}
        named = [order for symbol in self.listed for order in self.named(symbol, **names)]  # an id goes before a symbol
        if not any(names.values()):
            assert ("symbol" in params) != ("settleCoin" in params)
            named = [
                order
                for order in reversed(self.orders)
                if params.get("symbol") == order.symbol
                or params.get("settleCoin") == ("USDC" if order.symbol.startswith("BTCPERP") else "USDT")
            ]
        rows = [self._order(order) for order in named if shows(order)]
        start, size = int(params.get("cursor", 0)), min(int(params.get("limit", 20)), 50)
        more = str(start + size) if start + size < len(rows) else ""
        return {"category": "linear", "list": rows[start : start + size], "nextPageCursor": more}

    def _order(self, order: Placed) -> Any:
        status = {"open": "New", "filled": "Filled", "canceled": "Cancelled", "expired": "Cancelled"}[order.status]
        if order.status == "open" and order.filled:
            status = "PartiallyFilled"
        elif order.status == "open" and order.trigger:
            status = "Untriggered"
        elif order.status == "canceled" and order.trigger and not order.filled:
            status = "Deactivated"
        return {
            "symbol": order.symbol,
            "orderId": order.order_id,
            "orderLinkId": order.client_order_id,
            "orderType": order.type,
            "orderStatus": status,
            "cancelType": {"canceled": "CancelByUser", "expired": "CancelByNoImmediateQtyToFill"}.get(
                order.status, "UNKNOWN"
            ),
            "rejectReason": "EC_NoError",
            "stopOrderType": "Stop" if order.trigger else "",
            "side": order.side.capitalize(),
            "price": str(order.price or self.price),
            "qty": str(order.quantity),
            "avgPrice": str(order.average) if order.filled else "",
            "cumExecQty": str(order.filled),
            "cumExecValue": str(order.filled * order.average),
            "leavesQty": str(order.quantity - order.filled if order.status == "open" else 0),
            "triggerPrice": str(order.trigger or ""),
            "triggerDirection": 0,
            "triggerBy": "LastPrice" if order.trigger else "",
            "reduceOnly": order.reduce_only,
            "closeOnTrigger": False,
            "positionIdx": SIDES.index(order.position_side),
            "timeInForce": "GTC" if order.price else "IOC",
            "tpslMode": "",
            "takeProfit": "",
            "stopLoss": "",
            "cumFeeDetail": {},
            "createdTime": str(order.time),
            "updatedTime": str(order.time),
        }

    def _position(self, key: tuple[str, str], value: tuple[Decimal, Decimal]) -> Any:
        size, average = value
        return {
            "positionIdx": SIDES.index(key[1]),
            "symbol": key[0],
            "side": "Buy" if size > 0 else "Sell" if size < 0 else "",
            "size": str(abs(size)),
            "avgPrice": str(average),
            "positionValue": str(abs(size) * average),
            "tradeMode": 0,
            "leverage": "10",
            "markPrice": str(self.price),
            "liqPrice": "",
            "takeProfit": "",
            "stopLoss": "",
            "trailingStop": "0",
            "unrealisedPnl": "",
            "positionStatus": "Normal",
            "createdTime": "1676538056258",
            "updatedTime": "1697673600012",
            "seq": -1,
        }


def _market(
    symbol: str,
    base: str,
    quote: str,
    kind: str = "LinearPerpetual",
    *,
    tick: str = "0.0001",
    step: str = "0.1",
    delivery: str = "0",
) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "contractType": kind,
        "status": "Trading",
        "baseCoin": base,
        "quoteCoin": quote,
        "settleCoin": quote,
        "launchTime": "1666144800000",
        "deliveryTime": delivery,
        "deliveryFeeRate": "",
        "priceScale": "4",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "50.00", "leverageStep": "0.01"},
        "priceFilter": {"minPrice": tick, "maxPrice": "199999.9", "tickSize": tick},
        "lotSizeFilter": {
            "maxOrderQty": "100000",
            "minOrderQty": step,
            "qtyStep": step,
            "maxMktOrderQty": "20000",
            "minNotionalValue": "5",
        },
        "unifiedMarginTrade": True,
        "fundingInterval": 480,
        "copyTrading": "both",
        "isPreListing": False,
    }
