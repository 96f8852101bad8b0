"""OKX perpetual swaps, as far as tradelatch asks it. A contract is a tenth of an APT."""

import base64
import hashlib
import hmac
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from .standin import KEY, PASSPHRASE, SECRET, ZERO, Placed, Refused, Request, StandIn

CONTRACT = Decimal("0.1")
STATES = {"open": "live", "filled": "filled", "canceled": "canceled", "expired": "canceled"}
LISTS = {"conditional": "conditional,oco", "oco": "conditional,oco"}
TYPES = {"conditional,oco", "trigger", "move_order_stop", "chase", "iceberg", "twap"}  # only the first takes two
ALGO = {"instId", "tdMode", "side", "posSide", "ordType", "sz", "algoClOrdId", "reduceOnly"}


class OkxStandIn(StandIn):
    name: ClassVar[str] = "okx"
    margin = (51008, "Order failed. Insufficient USDT margin in account")
    reduce_only = (51169, "Order failed because you don't have any positions in this direction to reduce or close.")
    duplicate = (51016, "Client order ID already exists.")
    no_symbol = (51001, "Instrument ID doesn't exist.")
    precision = (51121, "Order quantity must be a multiple of the lot size.")
    wrong_mode = (51000, "Parameter posSide error")

    def __init__(self) -> None:
        super().__init__()
        self.listed = ["APT-USDT-SWAP"]
        self.limit = 100
        self.markets = [_market("APT-USDT-SWAP", "APT-USDT", "USDT"), _market("BTC-USD-SWAP", "BTC-USD", "BTC")]
        self.routes = {
            ("GET", "/api/v5/public/time"): lambda _: [{"ts": str(self.now())}],
            ("GET", "/api/v5/public/instruments"): lambda _: self.markets,
            ("GET", "/api/v5/account/positions"): self._positions,
            ("GET", "/api/v5/account/config"): lambda _: [
                {"uid": "1", "acctLv": "2", "posMode": "long_short_mode" if self.hedge_mode else "net_mode"}
            ],
            ("POST", "/api/v5/trade/order"): self._new_order,
            ("GET", "/api/v5/trade/order"): lambda p: [self._order(self._known(p, "ordId", "clOrdId", False, 51603))],
            ("POST", "/api/v5/trade/cancel-order"): lambda p: [self._cancel(p, "ordId", "clOrdId", False)],
            ("POST", "/api/v5/trade/order-algo"): self._new_algo,
            ("GET", "/api/v5/trade/order-algo"): lambda p: [
                self._algo(self._known(p, "algoId", "algoClOrdId", True, 51603))
            ],
            ("POST", "/api/v5/trade/cancel-algos"): lambda p: [
                self._cancel(each, "algoId", "algoClOrdId", True) for each in p["list"]
            ],
            ("GET", "/api/v5/trade/orders-pending"): lambda p: self._page(p, False, self._order, "ordId"),
            ("GET", "/api/v5/trade/orders-algo-pending"): lambda p: self._page(p, True, self._algo, "algoId"),
        }

    entry = ("POST", "/api/v5/trade/order")
    stop_order = ("POST", "/api/v5/trade/order-algo")
    find_order = ("GET", "/api/v5/trade/order")
    cancel_order = ("POST", "/api/v5/trade/cancel-order")
    list_orders = ("GET", "/api/v5/trade/orders-pending")
    list_positions = ("GET", "/api/v5/account/positions")
    list_markets = ("GET", "/api/v5/public/instruments")
    clock = ("GET", "/api/v5/public/time")

    def check(self, request: Request) -> None:
        if request.path.startswith("/api/v5/public/"):
            return
        if request.headers.get("OK-ACCESS-KEY") != KEY:
            raise Refused(50111, "Invalid OK-ACCESS-KEY", 401)
        if request.headers.get("OK-ACCESS-PASSPHRASE") != PASSPHRASE:
            raise Refused(50105, "OK-ACCESS-PASSPHRASE incorrect", 401)
        stamp = request.headers["OK-ACCESS-TIMESTAMP"]
        where = request.path + (f"?{request.query}" if request.query else "")
        signed = (stamp + request.method + where + request.body).encode()
        signature = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        if signature != request.headers["OK-ACCESS-SIGN"]:
            raise Refused(50113, "Invalid Sign", 401)
        if abs(self.now() - datetime.fromisoformat(stamp).timestamp() * 1000) > 30_000:
            raise Refused(50102, "Timestamp request expired", 401)

    def answer(self, result: Any) -> Any:
        return {"code": "0", "msg": "", "data": result}

    def error(self, code: int | str, message: str) -> Any:
        if int(code) < 51000:  # of the request, and not of an order in it
            return {"code": str(code), "msg": message, "data": []}
        return {
            "code": "1",
            "msg": "All operations failed",
            "data": [{"ordId": "", "sCode": str(code), "sMsg": message}],
        }

    def trigger(self, order: Placed) -> None:
        """A stop's price is reached; it goes on as an ordinary order."""
        went_on = Placed(
            **{**vars(order), "order_id": self.next_id(), "client_order_id": "", "trigger": None, "type": "market"}
        )
        self.orders.append(went_on)
        order.went_on_as = went_on.order_id
        order.status = "effective"
        self.fill(went_on)

    def _place(self, params: dict[str, Any], name: str, trigger: Decimal | None) -> Placed:
        assert params["tdMode"] == "cross"
        assert name.isalnum()
        return self.place(
            client_order_id=name,
            symbol=params["instId"],
            side=params["side"],
            type=params["ordType"],
            quantity=Decimal(params["sz"]) * CONTRACT,
            reduce_only=params.get("reduceOnly") is True,
            position_side={"net": "both"}.get(params.get("posSide", "net"), params.get("posSide", "")),
            price=Decimal(params["px"]) if "px" in params else None,
            trigger=trigger,
        )

    def _new_order(self, params: dict[str, Any]) -> Any:
        try:
            order = self._place(params, params["clOrdId"], None)
        except Refused as refused:
            raise Refused(refused.code, str(refused), 200) from None
        return [{"ordId": order.order_id, "clOrdId": order.client_order_id, "tag": "", "sCode": "0", "sMsg": ""}]

    def _new_algo(self, params: dict[str, Any]) -> Any:
        assert (params["ordType"], params["slOrdPx"]) == ("conditional", "-1")
        assert params["slTriggerPxType"] in ("last", "mark")
        assert set(params) <= ALGO | {"slTriggerPx", "slOrdPx", "slTriggerPxType"}, "no client order id beside that"
        trigger = Decimal(params["slTriggerPx"])
        if self.price <= trigger if params["side"] == "sell" else self.price >= trigger:
            code, than = (51280, "higher") if params["side"] == "sell" else (51278, "lower")
            raise Refused(code, f"SL trigger price cannot be {than} than the last price.", 200)
        try:
            order = self._place(params, params["algoClOrdId"], trigger)
        except Refused as refused:
            if refused.code == self.duplicate[0]:
                raise Refused(51065, "algoClOrdId already exists.", 200) from None
            raise Refused(refused.code, str(refused), 200) from None
        return [{"algoId": order.order_id, "algoClOrdId": order.client_order_id, "sCode": "0", "sMsg": ""}]

    def _known(self, params: dict[str, Any], own: str, clients: str, is_algo: bool, code: int) -> Placed:
        for order in self.named(params["instId"], order_id=params.get(own), client_order_id=params.get(clients)):
            if (order.trigger is not None) == is_algo:
                return order
        raise Refused(code, "Order does not exist", 200)

    def _cancel(self, params: dict[str, Any], own: str, clients: str, is_algo: bool) -> Any:
        order = self._known(params, own, clients, is_algo, 51400)
        if order.status != "open":
            raise Refused(51400, "Cancellation failed as the order has been filled, canceled or does not exist", 200)
        order.status = "canceled"
        return {own: order.order_id, "sCode": "0", "sMsg": ""}

    def _page(self, params: dict[str, Any], is_algo: bool, shown: Any, own: str) -> Any:
        assert not is_algo or params["ordType"] in TYPES
        rows = [
            shown(order)
            for order in reversed(self.orders)
            if (order.status, order.trigger is not None) == ("open", is_algo)
            and order.symbol == params.get("instId", order.symbol)
            and (not is_algo or LISTS.get(order.type, order.type) == params["ordType"])
        ]
        ids = [row[own] for row in rows]
        start = ids.index(params["after"]) + 1 if "after" in params else 0
        return rows[start : start + min(int(params["limit"]), self.limit)]

    def _order(self, order: Placed) -> dict[str, Any]:
        return {
            "instType": "SWAP",
            "instId": order.symbol,
            "ordId": order.order_id,
            "clOrdId": order.client_order_id,
            "tag": "",
            "px": str(order.price or ""),
            "sz": str(order.quantity / CONTRACT),
            "ordType": order.type,
            "side": order.side,
            "posSide": {"both": "net"}.get(order.position_side, order.position_side),
            "tdMode": "cross",
            "accFillSz": str(order.filled / CONTRACT),
            "avgPx": str(order.average) if order.filled else "",
            "state": "partially_filled" if order.status == "open" and order.filled else STATES[order.status],
            "lever": "10",
            "reduceOnly": str(order.reduce_only).lower(),
            "cancelSource": "1" if order.status == "canceled" else "",
            "attachAlgoOrds": [],
            "fee": "0",
            "feeCcy": "USDT",
            "cTime": str(order.time),
            "uTime": str(order.time),
        }

    def _algo(self, order: Placed) -> dict[str, Any]:
        return {
            "instType": "SWAP",
            "instId": order.symbol,
            "ordId": order.went_on_as,
            "ordIdList": [order.went_on_as] if order.went_on_as else [],
            "algoId": order.order_id,
            "clOrdId": "",
            "algoClOrdId": order.client_order_id,
            "sz": str(order.quantity / CONTRACT),
            "ordType": order.type,
            "side": order.side,
            "posSide": {"both": "net"}.get(order.position_side, order.position_side),
            "tdMode": "cross",
            "state": {**STATES, "effective": "effective"}[order.status],
            "tpTriggerPx": "",
            "tpOrdPx": "",
            "slTriggerPx": str(order.trigger),
            "slOrdPx": "-1",
            "slTriggerPxType": "last",
            "triggerPx": "",
            "actualSz": str(order.quantity / CONTRACT) if order.went_on_as else "",
            "actualPx": str(self.price) if order.went_on_as else "",
            "actualSide": "sl" if order.went_on_as else "",
            "failCode": "",
            "closeFraction": "",
            "reduceOnly": str(order.reduce_only).lower(),
            "cTime": str(order.time),
            "uTime": str(order.time),
        }

    def _positions(self, params: dict[str, Any]) -> Any:
        assert params == {"instType": "SWAP"}
        rows = []
        for (symbol, position_side), (size, average) in self.positions.items():
            contracts = size / CONTRACT if position_side == "both" else abs(size) / CONTRACT
            if size or position_side != "both":
                rows.append(
                    {
                        "instType": "SWAP",
                        "instId": symbol,
                        "mgnMode": "cross",
                        "posId": "1",
                        "posSide": {"both": "net"}.get(position_side, position_side),
                        "pos": str(contracts or ZERO),
                        "avgPx": str(average) if size else "",
                        "markPx": str(self.price),
                        "upl": "0",
                        "lever": "10",
                        "cTime": str(self.now()),
                        "uTime": str(self.now()),
                    }
                )
        return rows


def _market(market_id: str, underlying: str, settle: str) -> dict[str, Any]:
    return {
        "instType": "SWAP",
        "instId": market_id,
        "uly": underlying,
        "instFamily": underlying,
        "baseCcy": "",
        "quoteCcy": "",
        "settleCcy": settle,
        "ctVal": str(CONTRACT),
        "ctMult": "1",
        "ctValCcy": underlying.partition("-")[0],
        "ctType": "linear" if settle == "USDT" else "inverse",
        "lever": "50",
        "tickSz": "0.0001",
        "lotSz": "1",
        "minSz": "1",
        "maxMktSz": "200000",
        "maxLmtSz": "1000000",
        "listTime": "1666144800000",
        "expTime": "",
        "state": "live",
    }
