"""Hyperliquid's perpetuals, as far as tradelatch asks it. An account is an address, and a key signs for one."""

from decimal import Decimal
from typing import Any, ClassVar

from .standin import Placed, Refused, Request, StandIn

WALLET = "0x" + "5a" * 20
KEY = "0x" + "7c" * 32
STATES = {"open": "open", "filled": "filled", "canceled": "canceled", "expired": "reduceOnlyCanceled"}


class HyperliquidStandIn(StandIn):
    name: ClassVar[str] = "hyperliquid"
    symbol: ClassVar[str] = "APTUSDC"
    keys: ClassVar[dict[str, str]] = {"KEY": KEY, "WALLET": WALLET}
    has_hedge_mode: ClassVar[bool] = False
    refuses_duplicates: ClassVar[bool] = False
    margin = ("Insufficient margin to place order.", "asset=0")
    reduce_only = ("Reduce only order would increase position.", "asset=0")
    duplicate = ("an order of that client order id exists", "said by us")
    no_symbol = ("Order has invalid asset.", "")
    precision = ("Order has invalid size.", "")
    wrong_mode = ("one-way mode", "said by us: there is no hedge mode")

    def __init__(self) -> None:
        super().__init__()
        self.listed = ["APT"]
        self.markets = [
            {"name": "APT", "szDecimals": 1, "maxLeverage": 10, "marginTableId": 10, "isDelisted": False},
            {"name": "kPEPE", "szDecimals": 0, "maxLeverage": 10, "marginTableId": 10},
        ]
        self.roles: dict[str, Any] = {WALLET: {"role": "user"}}
        self._nonces: set[int] = set()
        self._ccxt: Any = None
        self.routes = {
            ("POST", "/info exchangeStatus"): lambda _: {"specialStatuses": None, "time": self.now()},
            ("POST", "/info metaAndAssetCtxs"): lambda _: [
                {"universe": self.markets},
                [{"markPx": str(self.price), "midPx": str(self.price), "funding": "0"} for _ in self.markets],
            ],
            ("POST", "/info userRole"): self._role,
            ("POST", "/info l2Book"): lambda p: {
                "coin": p["coin"],
                "time": self.now(),
                "levels": [[{"px": str(self.price), "sz": "100.0", "n": 3}]] * 2,
            },
            ("POST", "/info clearinghouseState"): self._positions,
            ("POST", "/info frontendOpenOrders"): lambda _: [
                self._order(order) for order in reversed(self.orders) if order.status == "open"
            ],
            ("POST", "/info orderStatus"): self._status,
            ("POST", "/exchange order"): self._new_order,
            ("POST", "/exchange cancel"): lambda p: self._cancel(str(p["action"]["cancels"][0]["o"])),
            ("POST", "/exchange cancelByCloid"): lambda p: self._cancel(p["action"]["cancels"][0]["cloid"]),
        }

    entry = stop_order = ("POST", "/exchange order")
    find_order = ("POST", "/info orderStatus")
    cancel_order = ("POST", "/exchange cancelByCloid")
    list_orders = ("POST", "/info frontendOpenOrders")
    list_positions = ("POST", "/info clearinghouseState")
    list_markets = ("POST", "/info metaAndAssetCtxs")
    clock = ("POST", "/info exchangeStatus")

    def route(self, method: str, path: str, params: dict[str, Any]) -> tuple[str, str]:
        return method, f"{path} {params.get('type') or params['action']['type']}"

    def check(self, request: Request) -> None:
        if request.path == "/info":
            return
        action, nonce = request.params["action"], request.params["nonce"]
        if self._signer().sign_l1_action(action, nonce) != request.params["signature"]:
            raise Refused("User or API Wallet 0x0000000000000000000000000000000000000000 does not exist.", "", 200)
        if nonce in self._nonces or abs(self.now() - nonce) > 86_400_000:
            raise Refused("Invalid nonce", "", 200)
        self._nonces.add(nonce)

    def _signer(self) -> Any:
        """The account's key, which signs again what was sent."""
        if self._ccxt is None:
            import ccxt

            self._ccxt = ccxt.hyperliquid({"privateKey": KEY, "walletAddress": WALLET})
            self.roles[self._ccxt.eth_get_address_from_private_key(KEY).lower()] = {
                "role": "agent",
                "data": {"user": WALLET},
            }
        return self._ccxt

    def answer(self, result: Any) -> Any:
        return result

    def error(self, code: int | str, message: str) -> Any:
        text = f"{code} {message}".strip()
        if text.startswith(("User", "Invalid nonce", "Must deposit", "Too many")):
            return {"status": "err", "response": text}
        return {"status": "ok", "response": {"type": "order", "data": {"statuses": [{"error": text}]}}}

    def trigger(self, order: Placed, fills: bool = True) -> None:
        """A stop's price is reached; it stays the same order."""
        if fills:
            self.fill(order)

    def _role(self, params: dict[str, Any]) -> Any:
        self._signer()
        return self.roles.get(params["user"], {"role": "missing"})

    def _new_order(self, params: dict[str, Any]) -> Any:
        action = params["action"]
        assert set(action) == {"type", "orders", "grouping"}, "no builder, and nothing else that ccxt adds"
        assert action["grouping"] == "na"
        (wanted,) = action["orders"]
        symbol = self.markets[wanted["a"]]["name"]
        price, side = Decimal(wanted["p"]), "buy" if wanted["b"] else "sell"
        stop = wanted["t"].get("trigger")
        for each in (price, Decimal(stop["triggerPx"]) if stop else price):
            if each != each.to_integral_value() and len(each.normalize().as_tuple().digits) > 5:
                raise Refused("Price must be divisible by tick size.", "asset=0", 200)
        trigger, rests = None, False
        if stop:
            assert (stop["isMarket"], stop["tpsl"], wanted["r"]) == (True, "sl", True)
            trigger = Decimal(stop["triggerPx"])
            assert price < trigger if side == "sell" else price > trigger
            if trigger >= self.price if side == "sell" else trigger <= self.price:
                raise Refused("Invalid TP/SL price.", "asset=0", 200)
        else:
            rests = wanted["t"]["limit"]["tif"] == "Gtc"
            if not rests and (price > self.price if side == "sell" else price < self.price):
                raise Refused("Order could not immediately match against any resting orders.", "asset=0", 200)
        try:
            order = self.place(
                client_order_id=wanted["c"],
                symbol=symbol,
                side=side,
                type="Gtc" if rests else "Ioc",
                quantity=Decimal(wanted["s"]),
                reduce_only=wanted["r"],
                position_side="both",
                price=price if rests else None,
                trigger=trigger,
            )
        except Refused as refused:
            raise Refused(refused.code, str(refused), 200) from None
        told: dict[str, Any] = {"oid": int(order.order_id)}
        if order.status == "filled":
            told |= {"totalSz": str(order.filled), "avgPx": str(order.average)}
        status = "filled" if order.status == "filled" else "resting"
        return {"status": "ok", "response": {"type": "order", "data": {"statuses": [{status: told}]}}}

    def _cancel(self, name: str) -> Any:
        for order in reversed(self.orders):
            if name in (order.order_id, order.client_order_id) and order.status == "open":
                order.status = "canceled"
                return {"status": "ok", "response": {"type": "cancel", "data": {"statuses": ["success"]}}}
        raise Refused("Order was never placed, already canceled, or filled.", "asset=0", 200)

    def _status(self, params: dict[str, Any]) -> Any:
        for order in reversed(self.orders):
            if str(params["oid"]) in (order.order_id, order.client_order_id):
                told = {"order": self._order(order), "status": STATES[order.status], "statusTimestamp": order.time}
                return {"status": "order", "order": told}
        return {"status": "unknownOid"}

    def _order(self, order: Placed) -> dict[str, Any]:
        is_stop = order.trigger is not None
        market = "Limit"  # also of one that does not rest
        return {
            "coin": order.symbol,
            "side": "B" if order.side == "buy" else "A",
            "limitPx": str(order.price or self.price),
            "sz": str(order.quantity - order.filled),
            "oid": int(order.order_id),
            "timestamp": order.time,
            "triggerCondition": f"Price below {order.trigger}" if is_stop else "N/A",
            "isTrigger": is_stop,
            "triggerPx": str(order.trigger or "0.0"),
            "children": [],
            "isPositionTpsl": False,
            "reduceOnly": order.reduce_only,
            "orderType": "Stop Market" if is_stop else market,
            "origSz": str(order.quantity),
            "tif": None if is_stop else order.type,
            "cloid": order.client_order_id or None,
        }

    def _positions(self, params: dict[str, Any]) -> Any:
        assert params["user"] == WALLET
        return {
            "assetPositions": [
                {
                    "type": "oneWay",
                    "position": {
                        "coin": symbol,
                        "szi": str(size),
                        "entryPx": str(average),
                        "leverage": {"type": "cross", "value": 5},
                        "positionValue": "1",
                        "unrealizedPnl": "0.0",
                        "liquidationPx": None,
                        "marginUsed": "1",
                    },
                }
                for (symbol, _), (size, average) in self.positions.items()
                if size
            ],
            "marginSummary": {"accountValue": "1000.0"},
            "withdrawable": "1000.0",
            "time": self.now(),
        }
