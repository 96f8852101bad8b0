"""The table: what differs from one exchange to the next, and nothing that a class would have to be written for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from . import hyperliquid
from .row import Codes, Mode, OrderFields, Pages, Params, Place, PositionFields, Pricing, Row, get, numbered


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
        mode=_codes(-4061),
        duplicate=_codes(-4116),
        passed=_codes(-2021),
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
    mode=Mode("fetch_position_mode", "dualSidePosition", {"True": "hedge", "False": "one-way"}),
    side_params=_binance_side,
    stop_params=lambda side, trigger, by: {
        "stopLossPrice": trigger,
        "workingType": "MARK_PRICE" if by == "mark" else None,  # the last price unless it is told
        "newOrderRespType": None,
    },
    largest="limits.market.max",
    client_ids="[A-Za-z0-9.:/_-]{1,36}",
    testnet="enable_demo_trading",
    options={
        "leverageBrackets": {},  # nobody asks for them here
        "warnOnFetchOpenOrdersWithoutSymbol": False,  # it costs 40 times as much, and is asked once in a look
    },
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
        mode=_codes(110025, 3400073),
        duplicate=_codes(110072),
        passed=_codes(110092, 110093),
        mode_said="position idx not match position mode",
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
    mode=Mode(
        "fetch_positions", "result.list.0.positionIdx", {"0": "one-way", "1": "hedge", "2": "hedge"}, of_list=True
    ),
    side_params=lambda position_side, side, reduce_only: {
        "positionIdx": ("both", "long", "short").index(position_side),
        "reduceOnly": reduce_only,
    },
    stop_params=lambda side, trigger, by: {
        "triggerPrice": trigger,
        "triggerDirection": "ascending" if side == "buy" else "descending",
        "triggerBy": {"last": "LastPrice", "mark": "MarkPrice"}[by],
    },
    largest="info.lotSizeFilter.maxMktOrderQty",
    options={"enableUnifiedMargin": False, "enableUnifiedAccount": True, "unifiedMarginStatus": 6},
    order_pages=Pages(50, "cursor", "result.nextPageCursor"),
    position_pages=Pages(200, "cursor", "result.nextPageCursor"),
    all_orders={"type": "swap", "openOnly": 0},
    is_listed_by_settle=True,
)

# OKX perpetual swaps, sized in contracts. Stop orders are algo orders, as on Binance, in lists of their own for each
# type. An order is refused by the code of its row; the answer's own code says only that something in it failed.

_OKX_SIDES = {"net": "both", "": "both", "long": "long", "short": "short"}


def _okx_error(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    code, message = str(answer.get("code", "0")), str(answer.get("msg", ""))
    rows = answer.get("data")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and str(row.get("sCode", "0")) not in ("0", ""):
            return str(row["sCode"]), str(row.get("sMsg", ""))
    return None if code == "0" else (code, message)


OKX = Row(
    name="okx",
    ccxt_class="okx",
    error=_okx_error,
    codes=Codes(
        access=_codes(
            *(50030, 50035, 50100, 50101, *range(50103, 50112), 50113, 50114),
            *(50117, 50118, 50119, 50120, 50121, 50123, 50124, 51010, 53000, 59200),
        ),
        clock=_codes(50102, 50112),
        unsure=_codes(1, 2, 50001, 50004, 50005, 50011, 50013, 50026, 50040, 50061, 51030, 51054, 51149, 51410, 59000),
        unknown=_codes(51400, 51401, 51402, 51509, 51603),
        mode=_codes(59107),
        duplicate=_codes(51016, 51065, 51068),
        passed=_codes(51278, 51280, 51302, 51304),
        mode_said="posSide",
    ),
    ids="[0-9]{1,20}",
    client_ids="[A-Za-z0-9]{1,32}",
    places=(
        Place(
            by_client_id="clientOrderId",
            one_at="data.0",
            created_at="data.0",
            is_terse=True,
            fields=OrderFields(
                symbol="instId",
                id="ordId",
                client_id="clOrdId",
                status="state",
                statuses={
                    "live": "open",
                    "partially_filled": "open",
                    "filled": "closed",
                    "canceled": "canceled",
                    "mmp_canceled": "canceled",
                },
                canceled_if=("cancelSource", "1"),
                quantity="sz",
                filled="accFillSz",
                average="avgPx",
                side="side",
                reduces=("reduceOnly",),
                position_side="posSide",
                position_sides=_OKX_SIDES,
                trigger="",
                type="ordType",
                price="px",
                time="cTime",
            ),
        ),
        Place(
            by_client_id="clientOrderId",
            ids_of_new=("algoClOrdId",),
            params={"trigger": True},
            lists=(
                {"ordType": "conditional,oco"},
                *({"ordType": kind} for kind in ("trigger", "move_order_stop", "chase", "iceberg", "twap")),
            ),
            one_at="data.0",
            created_at="data.0",
            is_terse=True,
            is_conditional=True,
            fields=OrderFields(
                symbol="instId",
                id="algoId",
                client_id="algoClOrdId",
                status="state",
                statuses={
                    **dict.fromkeys(("live", "pause", "partially_effective"), "open"),
                    **dict.fromkeys(("canceled", "order_failed", "partially_failed"), "canceled"),
                    "effective": "closed",
                },
                quantity="sz",
                filled="",
                average="",
                side="side",
                reduces=("reduceOnly",),
                position_side="posSide",
                position_sides=_OKX_SIDES,
                trigger="slTriggerPx|triggerPx|tpTriggerPx",
                type="ordType",
                price="",
                time="cTime",
                went_on_as="ordIdList.0|ordId",
            ),
        ),
    ),
    positions=PositionFields(
        symbol="instId",
        size="pos",
        average="avgPx",
        position_side="posSide",
        position_sides=_OKX_SIDES,
        side="posSide",
        signs={"net": 1, "long": 1, "short": -1},
    ),
    orders_list="data",
    positions_list="data",
    position_params={"instType": "SWAP"},
    all_orders={"instType": "SWAP"},
    mode=Mode("fetch_position_mode", "data.0.posMode", {"net_mode": "one-way", "long_short_mode": "hedge"}),
    side_params=lambda position_side, side, reduce_only: (
        {"reduceOnly": reduce_only} if position_side == "both" else {"positionSide": position_side}
    ),
    stop_params=lambda side, trigger, by: {"stopLossPrice": trigger, "slTriggerPxType": by},
    largest="info.maxMktSz",
    options={"createOrder": "privatePostTradeOrder", "brokerId": None},
    order_pages=Pages(100, "after", only_full=True),
    market_types=("swap",),
    keys={"KEY": "apiKey", "SECRET": "secret", "PASSPHRASE": "password"},
    guess=lambda market_id: market_id.upper().removesuffix("-SWAP").replace("-", ""),
)

# Bitget USDT futures, of classic accounts. A stop-loss is a plan order of its own kind, which can only reduce and ends
# with its position. In hedge mode `side` is the position's, and not the order's.

_BITGET_SIDES = {"net": "both", "long": "long", "short": "short"}
_BITGET_REDUCING = ("loss_plan", "profit_plan", "moving_plan", "pos_loss", "pos_profit")


def _bitget_error(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    code = str(answer.get("code", "00000"))
    if code != "00000":
        return code, str(answer.get("msg", ""))
    failed = get(answer, "data.failureList") if isinstance(answer.get("data"), dict) else None
    if failed:
        told = str(failed[0].get("errorMsg", ""))
        return str(failed[0].get("errorCode", "")) or ("gone" if told == "notExistend" else "failed"), told
    return None


def _bitget_side(row: Any) -> str:
    if row.get("posMode") != "hedge_mode":
        return str(row["side"])
    is_closing = "close" in str(row.get("tradeSide")) or row.get("planType") in _BITGET_REDUCING
    opening = "buy" if row["posSide"] == "long" else "sell"
    return {"buy": "sell", "sell": "buy"}[opening] if is_closing else opening


_BITGET_ORDER = OrderFields(
    symbol=lambda row: row["symbol"].upper(),
    id="orderId",
    client_id="clientOid",
    status="state|status",
    statuses={
        **dict.fromkeys(("live", "init", "new", "partially_filled"), "open"),
        "filled": "closed",
        "canceled": "canceled",
        "cancelled": "canceled",
    },
    quantity="size",
    filled="baseVolume",
    average="priceAvg",
    side=_bitget_side,
    reduces=("reduceOnly",),
    position_side="posSide",
    position_sides=_BITGET_SIDES,
    trigger="",
    type="orderType",
    price="price",
    time="cTime",
)

BITGET = Row(
    name="bitget",
    ccxt_class="bitget",
    error=_bitget_error,
    codes=Codes(
        access=_codes(
            *(40001, 40002, 40003, 40006, 40009, 40011, 40012, 40014, 40016, 40018, 40036, 40037, 40038, 40040, 40041),
            *(40000, 40013, 40025, 40031, 40048, 40049, 40065, 40301, 40807),
        ),
        clock=_codes(40004, 40005, 40008),
        unsure=_codes(429, 30007, 40010, 40015, 40200, 40725, 40910, 45001) | {"failed"},
        unknown=_codes(40109, 40768, 43001, 43020, 43025, 45057, 22001, 31007) | {"gone"},
        mode=_codes(40774),
        duplicate=_codes(40786, 43118, 45034, 50060),
        passed=_codes(31005, 40834, 40836, 40917, 43015, 43016),
    ),
    ids="[0-9]{1,20}",
    client_ids="[A-Za-z0-9_-]{1,32}",
    places=(
        Place(
            by_client_id="clientOrderId",
            one_at="data",
            created_at="data",
            is_terse=True,
            fields=_BITGET_ORDER,
        ),
        Place(
            by_client_id="clientOrderId",
            by_id="orderId",
            params={"trigger": True},
            of_one={"planType": "profit_loss"},
            lists=({"planType": "profit_loss"}, {"planType": "normal_plan"}, {"planType": "track_plan"}),
            find=("fetch_open_orders", "fetch_canceled_and_closed_orders"),
            cancel_says={"planType": "planType"},
            created_at="data",
            is_terse=True,
            is_conditional=True,
            fields=replace(
                _BITGET_ORDER,
                status="planStatus",
                statuses={
                    **dict.fromkeys(("live", "not_trigger", "executing"), "open"),
                    **dict.fromkeys(("cancelled", "canceled", "fail_trigger", "fail_execute"), "canceled"),
                    "executed": "closed",
                },
                filled="",
                average="",
                reduces=("reduceOnly",),
                reducing=("planType", _BITGET_REDUCING),
                trigger="triggerPrice",
                price="",
                went_on_as="executeOrderId",
            ),
        ),
    ),
    positions=PositionFields(
        symbol="symbol",
        size="total",
        average="openPriceAvg",
        position_side="posMode",
        position_sides={"one_way_mode": "both", "hedge_mode": "side"},
        side="holdSide",
        signs={"long": 1, "short": -1},
    ),
    orders_list="data.entrustedList",
    positions_list="data",
    position_params={"productType": "USDT-FUTURES"},
    all_orders={"productType": "USDT-FUTURES", "type": "swap"},
    mode=Mode("fetch_margin_mode", "data.posMode", {"one_way_mode": "one-way", "hedge_mode": "hedge"}),
    side_params=lambda position_side, side, reduce_only: {
        "hedged": position_side != "both",
        "reduceOnly": reduce_only or (position_side, side) in (("long", "sell"), ("short", "buy")),
    },
    stop_params=lambda side, trigger, by: {
        "stopLossPrice": trigger,
        "planType": "loss_plan",
        "triggerType": {"last": "fill_price", "mark": "mark_price"}[by],
        "force": None,
    },
    largest="info.maxMarketOrderQty",
    options={"uta": False},
    order_pages=Pages(100, "idLessThan", "data.endId", only_full=True),
    market_types=("swap",),
    keys={"KEY": "apiKey", "SECRET": "secret", "PASSPHRASE": "password"},
)

# Gate USDT perpetuals, sized in contracts; below zero is a sale. Errors are words. Orders do not say which position
# side they are for: in hedge mode one that reduces is for the other side. Price-triggered orders have a list of their
# own, are found and cancelled by the exchange's id alone, and go on as an ordinary order. That they give a client order
# id back is not documented: an open one without a name makes every name unsure.

_GATE_SIDES = {"single": "both", "dual_long": "long", "dual_short": "short"}
_GATE_OURS = re.compile("tl([0-9a-f]{22}[a-z][0-9]+)")


def _gate_error(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    label = answer.get("label")
    return None if label is None else (str(label), str(answer.get("message") or answer.get("detail") or ""))


def _gate_name(name: str) -> str:
    """28 characters at most, by ccxt's count, of which `t-` takes two: it stands for the `tl` of ours."""
    ours = _GATE_OURS.fullmatch(name)
    return f"t-{ours[1] if ours else name}"


def _gate_ours(text: str) -> str:
    """Nothing for what is no client order id: where an order was made."""
    name = text[2:] if text.startswith("t-") else ""
    return f"tl{name}" if _GATE_OURS.fullmatch(f"tl{name}") else name


def _gate_size(row: Any) -> Decimal:
    return Decimal(str(row["size"]))


def _gate_time(row: Any) -> int:
    """Milliseconds, of seconds or microseconds."""
    told = Decimal(str(row["create_time"]))
    return int(told / 1000 if told > 10**14 else told * 1000)


def _gate_stop_size(row: Any) -> Decimal:
    return Decimal(str(get(row, "initial.amount|initial.size") or 0))


def _gate_stop_side(row: Any) -> str | None:
    """Of one that closes the whole position by what it is for, as far as that is said."""
    size = _gate_stop_size(row)
    if size:
        return "sell" if size < 0 else "buy"
    closes = re.search("long|short", f"{get(row, 'initial.auto_size')} {row.get('order_type')}")
    return {"long": "sell", "short": "buy"}[closes[0]] if closes else None


def _gate_position(row: Any) -> Decimal:
    size = _gate_size(row)
    return size if row["mode"] == "single" else abs(size) * (1 if row["mode"] == "dual_long" else -1)


_GATE_ORDER = OrderFields(
    symbol="contract",
    id="id_string|id",
    client_id="text",
    status="status",
    statuses={"open": "open", "finished": "ended"},
    canceled_if=("finish_as", "cancelled"),
    quantity=lambda row: abs(_gate_size(row)),
    filled=lambda row: abs(_gate_size(row)) - abs(Decimal(str(row["left"]))),
    average="fill_price",
    side=lambda row: "sell" if _gate_size(row) < 0 else "buy",
    reduces=("is_reduce_only", "is_close"),
    position_side="",
    position_sides={},
    trigger="",
    type=lambda row: "limit" if Decimal(str(row["price"])) else "market",
    price="price",
    time=_gate_time,
)

GATE = Row(
    name="gate",
    ccxt_class="gate",
    error=_gate_error,
    codes=Codes(
        access=frozenset(
            {"INVALID_CREDENTIALS", "INVALID_KEY", "IP_FORBIDDEN", "READ_ONLY", "INVALID_SIGNATURE", "FORBIDDEN"}
            | {"AUTHENTICATION_FAILED", "MISSING_REQUIRED_HEADER", "ACCOUNT_LOCKED", "USER_NOT_FOUND"}
            | {"SUB_ACCOUNT_NOT_FOUND", "SUB_ACCOUNT_LOCKED", "ACCOUNT_EXCEPTION"}
        ),
        clock=frozenset({"REQUEST_EXPIRED"}),
        unsure=frozenset({"INTERNAL", "SERVER_ERROR", "TOO_BUSY", "TOO_FAST", "TOO_MANY_REQUESTS"}),
        unknown=frozenset(
            {"ORDER_NOT_FOUND", "ORDER_FINISHED", "ORDER_CLOSED", "ORDER_CANCELLED", "CLIENT_ID_NOT_FOUND"}
            | {"AUTO_ORDER_NOT_FOUND"}
        ),
        mode=frozenset({"POSITION_DUAL_MODE"}),
        duplicate=frozenset({"ORDER_EXISTS", "REPEATED_CREATION", "DUPLICATE_REQUEST"}),
        passed=frozenset({"AUTO_TRIGGER_PRICE_LESS_LAST", "AUTO_TRIGGER_PRICE_GREATE_LAST"}),
    ),
    ids="[0-9]{1,20}",
    client_ids="[A-Za-z0-9._-]{1,28}",
    to_exchange=_gate_name,
    from_exchange=_gate_ours,
    nameless="(api)?",
    refuses_duplicates=False,
    is_mode_asked=True,
    places=(
        Place(
            by_client_id="",
            searched=("fetch_closed_orders",),
            fields=_GATE_ORDER,
        ),
        Place(
            by_client_id="",
            params={"trigger": True},
            searched=("fetch_open_orders", "fetch_closed_orders"),
            is_found_by_id_alone=True,
            is_terse=True,
            is_conditional=True,
            fields=replace(
                _GATE_ORDER,
                symbol="initial.contract",
                client_id="initial.text",
                status=lambda row: row["finish_as"] if row["status"] == "finished" else row["status"],
                statuses={
                    **dict.fromkeys(("open", "inactive"), "open"),
                    **dict.fromkeys(("cancelled", "failed", "expired", "invalid"), "canceled"),
                    "succeeded": "closed",
                },
                canceled_if=("", ""),
                quantity=lambda row: abs(_gate_stop_size(row)),
                filled="",
                average="",
                side=_gate_stop_side,
                reduces=("initial.is_reduce_only", "initial.is_close", "initial.reduce_only", "initial.close"),
                trigger="trigger.price",
                type=lambda row: "stop",
                price="",
                went_on_as=lambda row: {"0": ""}.get(str(told := get(row, "trade_id_string|trade_id") or ""), told),
            ),
        ),
    ),
    positions=PositionFields(
        symbol="contract",
        size=_gate_position,
        average="entry_price",
        position_side="mode",
        position_sides=_GATE_SIDES,
    ),
    orders_list="",
    positions_list="",
    position_params={"type": "swap", "settle": "usdt", "holding": "true"},
    position_pages=Pages(100, "offset", only_full=True, by_offset=True),
    all_orders={"type": "swap", "settle": "usdt"},
    mode=Mode(
        "fetch_balance",
        "position_mode|in_dual_mode",
        {"single": "one-way", "False": "one-way", "dual": "hedge", "True": "hedge"},
        argument={"type": "swap", "settle": "usdt"},
    ),
    side_params=lambda position_side, side, reduce_only: {
        "reduceOnly": reduce_only or (position_side, side) in (("long", "sell"), ("short", "buy"))
    },
    stop_params=lambda side, trigger, by: {"stopLossPrice": trigger, "price_type": {"last": 0, "mark": 1}[by]},
    largest="info.market_order_size_max|limits.amount.max",
    options={"unifiedAccount": False, "swap": {"fetchMarkets": {"settlementCurrencies": ["usdt"]}}},
    order_pages=Pages(100, "offset", only_full=True, by_offset=True),
    market_types=("swap",),
    guess=lambda market_id: market_id.upper().replace("_", "", 1),
)

# Hyperliquid perpetuals, in USDC. There is no hedge mode, and no market order: one is a limit order that does not rest.
# Stops wait for the mark price, and keep their id when they are triggered. ccxt would send a referral code and the
# approval of a builder, who may take a fee of each order: nothing of that is sent.


def _either(name: str) -> str:
    """A field of an order that was asked for by its id, and of one in a list."""
    return f"order.{name}|{name}"


HYPERLIQUID = Row(
    name="hyperliquid",
    ccxt_class="hyperliquid",
    error=hyperliquid.error,
    codes=Codes(
        access=frozenset({"access"}),
        clock=frozenset(),
        unsure=frozenset({"unsure"}),
        unknown=frozenset({"unknown"}),
        mode=frozenset(),
        duplicate=frozenset({"duplicate"}),
        passed=frozenset({"passed"}),
    ),
    ids="[0-9]{1,20}",
    client_ids="tl[0-9a-f]{22}[a-z][1-9][0-9]{0,3}|0x[0-9a-f]{32}|[A-Za-z0-9._-]{1,15}",
    to_exchange=hyperliquid.cloid,
    from_exchange=hyperliquid.name_of,
    refuses_duplicates=False,
    places=(
        Place(
            by_client_id="clientOrderId",
            one_at="order",
            created_at="response.data.statuses.0",
            created_id="resting.oid|filled.oid",
            is_terse=True,
            fields=OrderFields(
                symbol=_either("coin"),
                id=_either("oid"),
                client_id=_either("cloid"),
                status=hyperliquid.status,
                statuses={
                    "open": "open",
                    "triggered": "open",
                    "filled": "closed",
                    "canceled": "canceled",
                    "ended": "ended",
                },
                quantity=_either("origSz"),
                filled=hyperliquid.filled,
                average="",
                side=lambda row: {"A": "sell", "B": "buy"}[get(row, _either("side"))],
                reduces=(_either("reduceOnly"),),
                position_side="no.such",
                position_sides={"None": "both"},
                trigger=lambda row: get(row, _either("triggerPx")) if get(row, _either("isTrigger")) else None,
                type=hyperliquid.kind,
                price=_either("limitPx"),
                time=_either("timestamp"),
            ),
        ),
    ),
    positions=PositionFields(
        symbol="position.coin",
        size="position.szi",
        average="position.entryPx",
        position_side="type",
        position_sides={"oneWay": "both"},
    ),
    orders_list="",
    positions_list="assetPositions",
    mode=None,
    side_params=lambda position_side, side, reduce_only: {"reduceOnly": reduce_only},
    stop_params=lambda side, trigger, by: {"stopLossPrice": trigger},
    largest="",
    triggers=("mark",),
    options={"refSet": True, "builderFee": False},
    unasked=("initialize_client",),
    account_problem=hyperliquid.account_problem,
    market_id="info.name",
    others=".*[@/:].*",
    significant=5,
    priced_by=Pricing("fetch_order_book", {"buy": "levels.1.0.px", "sell": "levels.0.0.px"}, "0.05", "0.1"),
    market_types=("swap",),
    keys={"KEY": "privateKey", "WALLET": "walletAddress"},
    key_forms={"KEY": "(0x)?[0-9a-fA-F]{64}", "WALLET": "0x[0-9a-fA-F]{40}"},
    guess=lambda market_id: f"{market_id.upper()}USDC",
)

TABLE: Mapping[str, Row] = {row.name: row for row in (BINANCE, BITGET, BYBIT, GATE, HYPERLIQUID, OKX)}
