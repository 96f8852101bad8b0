"""Gate's USDT perpetuals, as far as tradelatch asks it. A contract is a tenth of an APT."""

import hashlib
import hmac
from decimal import Decimal
from typing import Any, ClassVar

from .standin import KEY, SECRET, ZERO, Placed, Refused, Request, StandIn

CONTRACT = Decimal("0.1")
FUTURES = "/api/v4/futures/usdt"
CUSTOM_ID_SECONDS = 60  # an order that ended is found by its text for so long
PRICE_TYPES = {0: "last", 1: "mark"}


class GateStandIn(StandIn):
    name: ClassVar[str] = "gate"
    margin = ("INSUFFICIENT_AVAILABLE", "Balance is not enough")
    reduce_only = ("REDUCE_EXCEEDED", "Reduce order would exceed position")
    refuses_duplicates: ClassVar[bool] = False
    error_status: ClassVar[int] = 400
    duplicate = ("an order of that client order id exists", "said by us")
    no_symbol = ("CONTRACT_NOT_FOUND", "Contract not found")
    precision = ("INVALID_PARAM_VALUE", "invalid argument: size")
    wrong_mode = ("hedge mode", "said by us: Gate's orders carry no position side that it could refuse")

    def __init__(self) -> None:
        super().__init__()
        self.listed = ["APT_USDT"]
        self.loses_names = False  # whether price-triggered orders give back no text
        self.markets = [_contract("APT_USDT"), _contract("BTC_USDT", "0.0001")]
        self.routes = {
            ("GET", "/api/v4/spot/time"): lambda _: {"server_time": self.now()},
            ("GET", f"{FUTURES}/contracts"): lambda _: self.markets,
            ("GET", f"{FUTURES}/accounts"): lambda _: {
                "user": 1,
                "currency": "USDT",
                "total": "1000",
                "available": "1000",
                "in_dual_mode": self.hedge_mode,
                "position_mode": "dual" if self.hedge_mode else "single",
            },
            ("GET", f"{FUTURES}/positions"): self._positions,
            ("POST", f"{FUTURES}/orders"): self._new_order,
            ("GET", f"{FUTURES}/orders"): lambda p: self._list(p, False),
            ("GET", f"{FUTURES}/orders/{{id}}"): lambda p: self._order(self._known(p, False)),
            ("DELETE", f"{FUTURES}/orders/{{id}}"): lambda p: self._order(self._canceled(p, False)),
            ("POST", f"{FUTURES}/price_orders"): self._new_stop,
            ("GET", f"{FUTURES}/price_orders"): lambda p: self._list(p, True),
            ("GET", f"{FUTURES}/price_orders/{{id}}"): lambda p: self._stop(self._known(p, True)),
            ("DELETE", f"{FUTURES}/price_orders/{{id}}"): lambda p: self._stop(self._canceled(p, True)),
        }

    entry = ("POST", f"{FUTURES}/orders")
    stop_order = ("POST", f"{FUTURES}/price_orders")
    find_order = ("GET", f"{FUTURES}/price_orders")
    cancel_order = ("DELETE", f"{FUTURES}/orders/{{id}}")
    list_orders = ("GET", f"{FUTURES}/orders")
    list_positions = ("GET", f"{FUTURES}/positions")
    list_markets = ("GET", f"{FUTURES}/contracts")
    clock = ("GET", "/api/v4/spot/time")

    def check(self, request: Request) -> None:
        if request.path in ("/api/v4/spot/time", f"{FUTURES}/contracts"):
            return
        if request.headers.get("KEY") != KEY:
            raise Refused("INVALID_KEY", "Invalid key provided", 401)
        stamp = request.headers["Timestamp"]
        body = hashlib.sha512(request.body.encode()).hexdigest()
        signed = "\n".join((request.method, request.path, request.query, body, stamp))
        if hmac.new(SECRET.encode(), signed.encode(), hashlib.sha512).hexdigest() != request.headers["SIGN"]:
            raise Refused("INVALID_SIGNATURE", "Signature mismatch", 401)
        if abs(self.now() / 1000 - int(stamp)) > 60:
            raise Refused("REQUEST_EXPIRED", "gap between request Timestamp and server time exceeds 60", 403)

    def answer(self, result: Any) -> Any:
        return result

    def error(self, code: int | str, message: str) -> Any:
        return {"label": str(code), "message": message}

    def trigger(self, order: Placed) -> None:
        """A stop's price is reached; it goes on as an ordinary order."""
        went_on = Placed(
            **{
                **vars(order),
                "order_id": self.next_id(),
                "client_order_id": f"ao-{order.order_id}",
                "trigger": None,
                "type": "ioc",
            }
        )
        self.orders.append(went_on)
        order.went_on_as, order.status = went_on.order_id, "succeeded"
        self.fill(went_on)

    def _place(self, initial: dict[str, Any], size: Decimal, trigger: Decimal | None) -> Placed:
        """Of `reduce_only` in hedge mode: below zero it closes what is long, above zero what is short."""
        text = initial["text"]
        assert text.startswith("t-")
        assert len(text) <= 28
        side = "sell" if size < 0 else "buy"
        reduces = initial.get("reduce_only") is True
        position_side = "both"
        if self.hedge_mode:
            position_side = "long" if (side == "buy") != reduces else "short"
        price = Decimal(initial["price"])
        assert price or initial["tif"] == "ioc"
        return self.place(
            client_order_id=text,
            symbol=initial["contract"],
            side=side,
            type=initial.get("tif", "gtc"),
            quantity=abs(size) * CONTRACT,
            reduce_only=reduces,
            position_side=position_side,
            price=price or None,
            trigger=trigger,
        )

    def _new_order(self, params: dict[str, Any]) -> Any:
        return self._order(self._place(params, Decimal(params["size"]), None))

    def _new_stop(self, params: dict[str, Any]) -> Any:
        initial, trigger = params["initial"], params["trigger"]
        assert trigger["price_type"] in PRICE_TYPES
        size, price = Decimal(initial["size"]), Decimal(trigger["price"])
        assert trigger["rule"] == (2 if size < 0 else 1)
        if size < 0 and price >= self.price:
            raise Refused("AUTO_TRIGGER_PRICE_LESS_LAST", "invalid argument: Trigger.Price must < last_price")
        if size > 0 and price <= self.price:
            raise Refused("AUTO_TRIGGER_PRICE_GREATE_LAST", "invalid argument: Trigger.Price must > last_price")
        return {"id": int(self._place(initial, size, price).order_id)}

    def _known(self, params: dict[str, Any], is_stop: bool) -> Placed:
        name = params["id"]
        for order in reversed(self.orders):
            if (order.trigger is not None) == is_stop and (
                order.order_id == name or (not is_stop and order.client_order_id == name and self._has_custom_id(order))
            ):
                return order
        raise Refused("ORDER_NOT_FOUND", "Order not found", 404)

    def _has_custom_id(self, order: Placed) -> bool:
        return order.status == "open" or self.now() - order.time < CUSTOM_ID_SECONDS * 1000

    def _canceled(self, params: dict[str, Any], is_stop: bool) -> Placed:
        order = self._known(params, is_stop)
        if order.status != "open":
            raise Refused("ORDER_FINISHED", "Order already finished")
        order.status = "canceled"
        return order

    def _list(self, params: dict[str, Any], is_stop: bool) -> Any:
        assert params["status"] in ("open", "finished")
        rows = [
            (self._stop if is_stop else self._order)(order)
            for order in reversed(self.orders)
            if (order.trigger is not None, order.status == "open") == (is_stop, params["status"] == "open")
            and order.symbol == params.get("contract", order.symbol)
        ]
        start = int(params.get("offset", 0))
        return rows[start : start + min(int(params["limit"]), 100)]

    def _signed(self, order: Placed, quantity: Decimal) -> int:
        return int(quantity / CONTRACT) * (1 if order.side == "buy" else -1)

    def _order(self, order: Placed) -> dict[str, Any]:
        is_open = order.status == "open"
        row = {
            "id": int(order.order_id),
            "user": 1,
            "contract": order.symbol,
            "create_time": order.time / 1000,
            "size": self._signed(order, order.quantity),
            "iceberg": 0,
            "left": self._signed(order, order.quantity - order.filled),
            "price": str(order.price or 0),
            "fill_price": str(order.average) if order.filled else "0",
            "mkfr": "0.0002",
            "tkfr": "0.0005",
            "tif": order.type,
            "refu": 0,
            "is_reduce_only": order.reduce_only,
            "is_close": False,
            "is_liq": False,
            "text": order.client_order_id,
            "status": "open" if is_open else "finished",
            "stp_id": 0,
            "stp_act": "-",
            "amend_text": "-",
        }
        finish = {"filled": "filled", "canceled": "cancelled", "expired": "ioc"}
        return row if is_open else row | {"finish_time": order.time / 1000, "finish_as": finish[order.status]}

    def _stop(self, order: Placed) -> dict[str, Any]:
        is_open = order.status == "open"
        return {
            "user": 1,
            "trigger": {
                "strategy_type": 0,
                "price_type": 0,
                "price": str(order.trigger),
                "rule": 2 if order.side == "sell" else 1,
                "expiration": 0,
            },
            "initial": {
                "contract": order.symbol,
                "size": self._signed(order, order.quantity),
                "price": "0",
                "tif": "ioc",
                "text": "" if self.loses_names else order.client_order_id,
                "iceberg": 0,
                "is_close": False,
                "is_reduce_only": order.reduce_only,
                "auto_size": "",
            },
            "id": int(order.order_id),
            "id_string": order.order_id,
            "trade_id": int(order.went_on_as or 0),
            "trade_id_string": order.went_on_as,
            "status": "open" if is_open else "finished",
            "finish_as": "" if is_open else {"canceled": "cancelled"}.get(order.status, order.status),
            "reason": "",
            "create_time": order.time // 1000,
            "order_type": "",
            "me_order_id": 0,
            "in_dual_mode": self.hedge_mode,
        }

    def _positions(self, params: dict[str, Any]) -> Any:
        assert params["holding"] == "true"
        rows = [
            {
                "user": 1,
                "contract": symbol,
                "size": int(size / CONTRACT),
                "leverage": "0",
                "value": "1",
                "entry_price": str(average),
                "mark_price": str(self.price),
                "mode": {"both": "single"}.get(position_side, f"dual_{position_side}"),
                "update_time": self.now() // 1000,
                "pending_orders": 0,
            }
            for (symbol, position_side), (size, average) in self.positions.items()
            if size != ZERO
        ]
        start = int(params.get("offset", 0))
        return rows[start : start + int(params["limit"])]


def _contract(name: str, multiplier: str = str(CONTRACT)) -> dict[str, Any]:
    return {
        "name": name,
        "type": "direct",
        "quanto_multiplier": multiplier,
        "order_price_deviate": "0.2",
        "maintenance_rate": "0.01",
        "mark_type": "index",
        "last_price": "3.2333",
        "mark_price": "3.2333",
        "index_price": "3.2333",
        "order_price_round": "0.0001",
        "mark_price_round": "0.0001",
        "order_size_min": 1,
        "order_size_max": 1000000,
        "market_order_size_max": "200000",
        "enable_decimal": False,
        "leverage_min": "1",
        "leverage_max": "50",
        "orders_limit": 100,
        "in_delisting": False,
        "status": "trading",
        "create_time": 1666144800,
    }
