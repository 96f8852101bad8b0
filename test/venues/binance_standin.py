"""Binance USDⓈ-M futures, as far as tradelatch asks it."""

import hashlib
import hmac
from decimal import Decimal
from typing import Any, ClassVar

from .standin import KEY, SECRET, Placed, Refused, Request, StandIn

STATUSES = {"open": "NEW", "filled": "FILLED", "canceled": "CANCELED", "expired": "EXPIRED"}


class BinanceStandIn(StandIn):
    name: ClassVar[str] = "binance"
    error_status: ClassVar[int] = 400
    margin = (-2019, "Margin is insufficient.")
    reduce_only = (-2022, "ReduceOnly Order is rejected.")
    duplicate = (-4116, "ClientOrderId is duplicated.")
    no_symbol = (-1121, "Invalid symbol.")
    precision = (-1111, "Precision is over the maximum defined for this asset.")
    wrong_mode = (-4061, "Order's position side does not match user's setting.")

    def __init__(self) -> None:
        super().__init__()
        self.markets = [
            _market("APTUSDT", "APT", "USDT"),
            _market("BTCUSDC", "BTC", "USDC", tick="0.10", step="0.001"),
            _market("BTCUSDT_261225", "BTC", "USDT", "CURRENT_QUARTER", step="0.001", delivery=1798185600000),
            _market("ETHBTC", "ETH", "BTC", tick="0.000001", step="0.01"),
        ]
        self.routes = {
            ("GET", "/fapi/v1/time"): lambda _: {"serverTime": self.now()},
            ("GET", "/fapi/v1/exchangeInfo"): lambda _: {
                "timezone": "UTC",
                "serverTime": self.now(),
                "symbols": self.markets,
            },
            ("GET", "/fapi/v1/positionSide/dual"): lambda _: {"dualSidePosition": self.hedge_mode},
            ("GET", "/fapi/v3/positionRisk"): lambda _: [self._position(*entry) for entry in self.positions.items()],
            ("POST", "/fapi/v1/order"): self._new_order,
            ("GET", "/fapi/v1/order"): lambda p: self._order(
                self._find(p, "orderId", "origClientOrderId", False, -2013)
            ),
            ("DELETE", "/fapi/v1/order"): self._cancel_order,
            ("POST", "/fapi/v1/algoOrder"): self._new_algo,
            ("GET", "/fapi/v1/algoOrder"): lambda p: self._algo(self._conditional(p, -2013)),
            ("DELETE", "/fapi/v1/algoOrder"): self._cancel_algo,
            ("GET", "/fapi/v1/openOrders"): lambda p: [self._order(order) for order in self._open(p, False)],
            ("GET", "/fapi/v1/openAlgoOrders"): lambda p: [self._algo(order) for order in self._open(p, True)],
        }

    entry = ("POST", "/fapi/v1/order")
    stop_order = ("POST", "/fapi/v1/algoOrder")
    find_order = ("GET", "/fapi/v1/order")
    cancel_order = ("DELETE", "/fapi/v1/order")
    list_orders = ("GET", "/fapi/v1/openOrders")
    list_positions = ("GET", "/fapi/v3/positionRisk")
    list_markets = ("GET", "/fapi/v1/exchangeInfo")
    clock = ("GET", "/fapi/v1/time")

    def check(self, request: Request) -> None:
        if request.path in ("/fapi/v1/time", "/fapi/v1/exchangeInfo"):
            return
        if request.headers.get("X-MBX-APIKEY") != KEY:
            raise Refused(-2015, "Invalid API-key, IP, or permissions for action, request ip: 127.0.0.1", 401)
        signed, _, signature = (request.body or request.query).rpartition("&signature=")
        if hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest() != signature:
            raise Refused(-1022, "Signature for this request is not valid.")
        late = self.now() - int(request.params["timestamp"])
        if not -1000 < late <= int(request.params.get("recvWindow", 5000)):
            raise Refused(-1021, "Timestamp for this request is outside of the recvWindow.")

    def answer(self, result: Any) -> Any:
        return result

    def error(self, code: int | str, message: str) -> Any:
        return {"code": code, "msg": message}

    def trigger(self, order: Placed, fills: bool = True, went_on: bool = True) -> None:
        """A stop's price is reached; it goes on as an ordinary order."""
        order.status = "triggered"
        if went_on:
            passed_on = Placed(
                **{
                    **vars(order),
                    "order_id": self.next_id(),
                    "client_order_id": f"x-{order.order_id}",
                    "trigger": None,
                    "status": "open",
                    "type": "MARKET",
                }
            )
            self.orders.append(passed_on)
            order.went_on_as = passed_on.order_id
            if fills:
                self.fill(passed_on)
            order.status = "finished" if passed_on.status != "open" else "triggered"

    def _position_side(self, params: dict[str, Any]) -> str:
        if self.hedge_mode and "reduceOnly" in params:
            raise Refused(-1106, "Parameter 'reduceonly' sent when not required.")
        return params.get("positionSide", "BOTH").lower()

    def _new_order(self, params: dict[str, Any]) -> Any:
        if params["type"] not in ("MARKET", "LIMIT"):
            raise Refused(-4120, "Order type not supported for this endpoint. Please use the Algo Order API.")
        order = self.place(
            client_order_id=params["newClientOrderId"],
            symbol=params["symbol"],
            side=params["side"].lower(),
            type=params["type"],
            quantity=Decimal(params["quantity"]),
            reduce_only=params.get("reduceOnly") == "true",
            position_side=self._position_side(params),
            price=Decimal(params["price"]) if "price" in params else None,
            trigger=None,
        )
        answer = self._order(order)
        del answer["time"]
        return answer

    def _new_algo(self, params: dict[str, Any]) -> Any:
        assert (params["algoType"], params["type"]) == ("CONDITIONAL", "STOP_MARKET")
        trigger = Decimal(params["triggerPrice"])
        if self.price <= trigger if params["side"] == "SELL" else self.price >= trigger:
            raise Refused(-2021, "Order would immediately trigger.")
        order = self.place(
            client_order_id=params["clientAlgoId"],
            symbol=params["symbol"],
            side=params["side"].lower(),
            type="STOP_MARKET",
            quantity=Decimal(params["quantity"]),
            reduce_only=params.get("reduceOnly") == "true",
            position_side=self._position_side(params),
            price=None,
            trigger=trigger,
        )
        return self._algo(order)

    def _find(self, params: dict[str, Any], own: str, clients: str, algo: bool, code: int) -> Placed:
        symbols = [params["symbol"]] if "symbol" in params else self.listed
        for symbol in symbols:
            for order in self.named(symbol, order_id=params.get(own), client_order_id=params.get(clients)):
                if (order.trigger is not None) == algo:
                    return order
        raise Refused(code, "Order does not exist." if code == -2013 else "Unknown order sent.")

    def _open(self, params: dict[str, Any], algo: bool) -> list[Placed]:
        return [
            order
            for order in self.orders
            if (order.status, order.trigger is not None) == ("open", algo)
            and order.symbol == params.get("symbol", order.symbol)
        ]

    def _ordinary(self, params: dict[str, Any], code: int) -> Placed:
        return self._find(params, "orderId", "origClientOrderId", False, code)

    def _conditional(self, params: dict[str, Any], code: int) -> Placed:
        return self._find(params, "algoId", "clientAlgoId", True, code)

    def _cancel(self, order: Placed) -> Placed:
        if order.status != "open":
            raise Refused(-2011, "Unknown order sent.")
        order.status = "canceled"
        return order

    def _cancel_order(self, params: dict[str, Any]) -> Any:
        return self._order(self._cancel(self._ordinary(params, -2011)))

    def _cancel_algo(self, params: dict[str, Any]) -> Any:
        order = self._cancel(self._conditional(params, -2011))
        return {
            "algoId": int(order.order_id),
            "clientAlgoId": order.client_order_id,
            "code": "200",
            "msg": "success",
        }

    def _order(self, order: Placed) -> dict[str, Any]:
        partial = order.status == "open" and order.filled
        return {
            "orderId": int(order.order_id),
            "symbol": order.symbol,
            "status": "PARTIALLY_FILLED" if partial else STATUSES[order.status],
            "clientOrderId": order.client_order_id,
            "price": str(order.price or "0.0000"),
            "avgPrice": f"{order.average:.5f}",
            "origQty": str(order.quantity),
            "executedQty": str(order.filled),
            "cumQuote": str(order.filled * order.average),
            "timeInForce": "GTC",
            "type": order.type,
            "reduceOnly": order.reduce_only,
            "closePosition": False,
            "side": order.side.upper(),
            "positionSide": order.position_side.upper(),
            "stopPrice": "0.0000",
            "workingType": "CONTRACT_PRICE",
            "priceProtect": False,
            "origType": order.type,
            "priceMatch": "NONE",
            "selfTradePreventionMode": "EXPIRE_MAKER",
            "goodTillDate": 0,
            "time": order.time,
            "updateTime": order.time,
        }

    def _algo(self, order: Placed) -> Any:
        return {
            "algoId": int(order.order_id),
            "clientAlgoId": order.client_order_id,
            "algoType": "CONDITIONAL",
            "orderType": order.type,
            "symbol": order.symbol,
            "side": order.side.upper(),
            "positionSide": order.position_side.upper(),
            "timeInForce": "GTC",
            "quantity": str(order.quantity),
            "algoStatus": {**STATUSES, "triggered": "TRIGGERED", "finished": "FINISHED"}[order.status],
            "actualOrderId": order.went_on_as,
            "actualPrice": "0.00000",
            "triggerPrice": str(order.trigger),
            "price": "0.0000",
            "icebergQuantity": None,
            "selfTradePreventionMode": "EXPIRE_MAKER",
            "workingType": "CONTRACT_PRICE",
            "priceMatch": "NONE",
            "closePosition": order.closes_all,
            "priceProtect": False,
            "reduceOnly": order.reduce_only,
            "createTime": order.time,
            "updateTime": order.time,
            "triggerTime": 0,
            "goodTillDate": 0,
        }

    def _position(self, key: tuple[str, str], value: tuple[Decimal, Decimal]) -> Any:
        return {
            "symbol": key[0],
            "positionSide": key[1].upper(),
            "positionAmt": str(value[0]),
            "entryPrice": str(value[1]),
            "breakEvenPrice": "0.0",
            "markPrice": str(self.price),
            "unRealizedProfit": "0.00000000",
            "liquidationPrice": "0",
            "isolatedMargin": "0",
            "notional": str(value[0] * self.price),
            "marginAsset": "USDT",
            "isolatedWallet": "0",
            "initialMargin": "0",
            "maintMargin": "0",
            "positionInitialMargin": "0",
            "openOrderInitialMargin": "0",
            "adl": 0,
            "bidNotional": "0",
            "askNotional": "0",
            "updateTime": self.now(),
        }


def _market(
    symbol: str,
    base: str,
    quote: str,
    kind: str = "PERPETUAL",
    *,
    tick: str = "0.0001",
    step: str = "0.1",
    delivery: int = 4133404800000,
) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "pair": base + quote,
        "contractType": kind,
        "deliveryDate": delivery,
        "onboardDate": 1666144800000,
        "status": "TRADING",
        "baseAsset": base,
        "quoteAsset": quote,
        "marginAsset": quote,
        "pricePrecision": 5,
        "quantityPrecision": 3,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "filters": [
            {"filterType": "PRICE_FILTER", "maxPrice": "100000", "minPrice": tick, "tickSize": tick},
            {"filterType": "LOT_SIZE", "maxQty": "100000", "minQty": step, "stepSize": step},
            {"filterType": "MARKET_LOT_SIZE", "maxQty": "20000", "minQty": step, "stepSize": step},
            {"filterType": "MIN_NOTIONAL", "notional": "5"},
        ],
        "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }
