"""Bitget's USDT futures of a classic account, as far as tradelatch asks it."""

import base64
import hashlib
import hmac
from decimal import Decimal
from typing import Any, ClassVar

from .standin import KEY, PASSPHRASE, SECRET, Placed, Refused, Request, StandIn

STATES = {"open": "live", "filled": "filled", "canceled": "canceled", "expired": "canceled"}
PLANS = {"open": "live", "canceled": "cancelled", "executed": "executed"}


class BitgetStandIn(StandIn):
    name: ClassVar[str] = "bitget"
    error_status: ClassVar[int] = 400
    margin = (43012, "Insufficient balance")
    reduce_only = (22002, "No position to close")
    duplicate = (40786, "Duplicate clientOid")
    no_symbol = (40034, "Parameter does not exist")
    precision = (40020, "Parameter size error")
    wrong_mode = (40774, "The order type for unilateral position must also be the unilateral position type.")

    def __init__(self) -> None:
        super().__init__()
        self.markets = [_market("APTUSDT", "APT")]
        self.routes = {
            ("GET", "/api/v2/public/time"): lambda _: {"serverTime": str(self.now())},
            ("GET", "/api/v2/mix/market/contracts"): lambda p: (
                self.markets if p["productType"] == "USDT-FUTURES" else []
            ),
            ("GET", "/api/v2/mix/position/all-position"): self._positions,
            ("GET", "/api/v2/mix/account/account"): lambda _: {"marginCoin": "USDT", "posMode": self._mode()},
            ("POST", "/api/v2/mix/order/place-order"): self._new_order,
            ("GET", "/api/v2/mix/order/detail"): lambda p: self._order(self._known(p, False, 40109)),
            ("POST", "/api/v2/mix/order/cancel-order"): lambda p: self._ids(self._canceled(p, False)),
            ("POST", "/api/v2/mix/order/place-tpsl-order"): self._new_plan,
            ("POST", "/api/v2/mix/order/cancel-plan-order"): self._cancel_plans,
            ("GET", "/api/v2/mix/order/orders-pending"): lambda p: self._page(p, self._resting(p, False), self._order),
            ("GET", "/api/v2/mix/order/orders-plan-pending"): lambda p: self._page(
                p, self._resting(p, True) if p["planType"] == "profit_loss" else [], self._plan
            ),
            ("GET", "/api/v2/mix/order/orders-plan-history"): lambda p: self._page(
                p, [order for order in self._all(p, True) if order.status != "open"], self._plan
            ),
        }

    entry = ("POST", "/api/v2/mix/order/place-order")
    stop_order = ("POST", "/api/v2/mix/order/place-tpsl-order")
    find_order = ("GET", "/api/v2/mix/order/detail")
    cancel_order = ("POST", "/api/v2/mix/order/cancel-order")
    list_orders = ("GET", "/api/v2/mix/order/orders-pending")
    list_positions = ("GET", "/api/v2/mix/position/all-position")
    list_markets = ("GET", "/api/v2/mix/market/contracts")
    clock = ("GET", "/api/v2/public/time")

    def check(self, request: Request) -> None:
        if request.path.startswith(("/api/v2/public/", "/api/v2/mix/market/")):
            return
        headers = request.headers
        if headers.get("ACCESS-KEY") != KEY or headers.get("ACCESS-PASSPHRASE") != PASSPHRASE:
            raise Refused(40037, "Apikey does not exist")
        where = request.path + (f"?{request.query}" if request.query else "")
        signed = (headers["ACCESS-TIMESTAMP"] + request.method + where + request.body).encode()
        if (
            base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
            != headers["ACCESS-SIGN"]
        ):
            raise Refused(40009, "sign signature error")
        if abs(self.now() - int(headers["ACCESS-TIMESTAMP"])) > 30_000:
            raise Refused(40008, "Request timestamp expired")
        assert request.params["productType"] == "USDT-FUTURES"

    def answer(self, result: Any) -> Any:
        return {"code": "00000", "msg": "success", "requestTime": self.now(), "data": result}

    def error(self, code: int | str, message: str) -> Any:
        return {"code": str(code), "msg": message, "requestTime": self.now(), "data": None}

    def trigger(self, order: Placed) -> None:
        """A stop's price is reached; it goes on as an ordinary order."""
        went_on = Placed(
            **{**vars(order), "order_id": self.next_id(), "client_order_id": "9", "trigger": None, "type": "market"}
        )
        self.orders.append(went_on)
        order.went_on_as, order.status = went_on.order_id, "executed"
        self.fill(went_on)

    def _mode(self) -> str:
        return "hedge_mode" if self.hedge_mode else "one_way_mode"

    def _new_order(self, params: dict[str, Any]) -> Any:
        assert (params["marginCoin"], params["marginMode"]) == ("USDT", "crossed")
        side, position_side, reduce_only = params["side"], "both", params.get("reduceOnly") == "YES"
        if "tradeSide" in params:  # the side is the position's
            position_side = "long" if side == "buy" else "short"
            reduce_only = params["tradeSide"] == "Close"
            side = {"buy": "sell", "sell": "buy"}[side] if reduce_only else side
        return self._ids(self._place(params, side, position_side, reduce_only, params["orderType"], None))

    def _new_plan(self, params: dict[str, Any]) -> Any:
        assert params["planType"] == "loss_plan"
        assert params["triggerType"] in ("fill_price", "mark_price")
        position_side = params["holdSide"] if params["holdSide"] in ("long", "short") else "both"
        side = {"long": "sell", "short": "buy", "buy": "sell", "sell": "buy"}[params["holdSide"]]
        trigger = Decimal(params["triggerPrice"])
        if side == "sell" and self.price <= trigger:
            raise Refused(40917, "Stop price for long positions please < mark price")
        if side == "buy" and self.price >= trigger:
            raise Refused(40836, "The stop loss price of the short position should be greater than the current price")
        return self._ids(self._place(params, side, position_side, True, "market", trigger))

    def _place(
        self,
        params: dict[str, Any],
        side: str,
        position_side: str,
        reduce_only: bool,
        kind: str,
        trigger: Decimal | None,
    ) -> Placed:
        return self.place(
            client_order_id=params["clientOid"],
            symbol=params["symbol"],
            side=side,
            type=kind,
            quantity=Decimal(params["size"]),
            reduce_only=reduce_only,
            position_side=position_side,
            price=Decimal(params["price"]) if "price" in params else None,
            trigger=trigger,
        )

    def _all(self, params: dict[str, Any], is_plan: bool) -> list[Placed]:
        names = {"order_id": params.get("orderId"), "client_order_id": params.get("clientOid")}
        listed = self.named(params["symbol"], **names) if any(names.values()) else reversed(self.orders)
        return [
            each
            for each in listed
            if (each.trigger is not None) == is_plan and each.symbol == params.get("symbol", each.symbol)
        ]

    def _resting(self, params: dict[str, Any], is_plan: bool) -> list[Placed]:
        return [order for order in self._all(params, is_plan) if order.status == "open"]

    def _known(self, params: dict[str, Any], is_plan: bool, code: int) -> Placed:
        for order in self._all(params, is_plan):
            return order
        raise Refused(code, "The data of the order cannot be found, please confirm the order number")

    def _canceled(self, params: dict[str, Any], is_plan: bool) -> Placed:
        order = self._known(params, is_plan, 40768)
        if order.status != "open":
            raise Refused(40768, "Order does not exist")
        order.status = "canceled"
        return order

    def _cancel_plans(self, params: dict[str, Any]) -> Any:
        """The type is the plan's own: the one of the lists, which stands for five, is none here."""
        assert params["planType"] in ("normal_plan", "profit_plan", "loss_plan", "pos_profit", "pos_loss")
        done: dict[str, list[Any]] = {"successList": [], "failureList": []}
        for each in params["orderIdList"]:
            try:
                done["successList"].append(self._ids(self._canceled({"symbol": params["symbol"]} | each, True)))
            except Refused as refused:
                done["failureList"].append(
                    each | {"errorMsg": "notExistend" if refused.code == 40768 else str(refused)}
                )
        return done

    def _ids(self, order: Placed) -> Any:
        return {"orderId": order.order_id, "clientOid": order.client_order_id}

    def _page(self, params: dict[str, Any], orders: list[Placed], shown: Any) -> Any:
        rows = [shown(order) for order in orders]
        ids = [row["orderId"] for row in rows]
        start = ids.index(params["idLessThan"]) + 1 if "idLessThan" in params else 0
        page = rows[start : start + int(params.get("limit", 100))]
        return {
            "entrustedList": page or None if rows and not page else page,
            "endId": page[-1]["orderId"] if page else None,
        }

    def _order(self, order: Placed) -> dict[str, Any]:
        is_closing = order.reduce_only
        side = order.side
        if self.hedge_mode:
            side = "buy" if order.position_side == "long" else "sell"
        trade_side = ("close" if is_closing else "open") if self.hedge_mode else f"{order.side}_single"
        state = "partially_filled" if order.status == "open" and order.filled else STATES[order.status]
        return {
            "symbol": order.symbol,
            "size": str(order.quantity),
            "orderId": order.order_id,
            "clientOid": order.client_order_id,
            "baseVolume": str(order.filled),
            "fee": "0",
            "price": str(order.price or ""),
            "priceAvg": str(order.average) if order.filled else "",
            "state": state,
            "side": side,
            "force": "gtc",
            "posSide": {"both": "net"}.get(order.position_side, order.position_side),
            "marginCoin": "USDT",
            "marginMode": "crossed",
            "orderType": order.type,
            "leverage": "10",
            "reduceOnly": "yes" if order.reduce_only and not self.hedge_mode else "no",
            "tradeSide": trade_side,
            "posMode": self._mode(),
            "quoteVolume": str(order.filled * order.average),
            "cTime": str(order.time),
            "uTime": str(order.time),
        }

    def _plan(self, order: Placed) -> dict[str, Any]:
        return {
            "planType": "loss_plan",
            "symbol": order.symbol,
            "size": str(order.quantity),
            "orderId": order.order_id,
            "executeOrderId": order.went_on_as,
            "clientOid": order.client_order_id,
            "price": "",
            "executePrice": "0",
            "triggerPrice": str(order.trigger),
            "triggerType": "fill_price",
            "planStatus": PLANS[order.status],
            "side": order.side,
            "posSide": {"both": "net"}.get(order.position_side, order.position_side),
            "marginCoin": "USDT",
            "marginMode": "crossed",
            "tradeSide": "close" if self.hedge_mode else f"{order.side}_single",
            "posMode": self._mode(),
            "orderType": "market",
            "cTime": str(order.time),
            "uTime": str(order.time),
        }

    def _positions(self, params: dict[str, Any]) -> Any:
        assert params["marginCoin"] == "USDT"
        return [
            {
                "marginCoin": "USDT",
                "symbol": symbol,
                "holdSide": "long" if size > 0 else "short",
                "total": str(abs(size)),
                "available": str(abs(size)),
                "leverage": "10",
                "openPriceAvg": str(average),
                "marginMode": "crossed",
                "posMode": self._mode(),
                "unrealizedPL": "0",
                "marginSize": "1",
                "liquidationPrice": "0",
                "keepMarginRate": "0.01",
                "markPrice": str(self.price),
                "cTime": str(self.now()),
            }
            for (symbol, _), (size, average) in self.positions.items()
            if size
        ]


def _market(symbol: str, base: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "baseCoin": base,
        "quoteCoin": "USDT",
        "supportMarginCoins": ["USDT"],
        "minTradeNum": "0.1",
        "priceEndStep": "1",
        "volumePlace": "1",
        "pricePlace": "4",
        "sizeMultiplier": "0.1",
        "symbolType": "perpetual",
        "minTradeUSDT": "5",
        "maxMarketOrderQty": "20000",
        "maxOrderQty": "100000",
        "symbolStatus": "normal",
        "deliveryTime": "",
        "minLever": "1",
        "maxLever": "50",
    }
