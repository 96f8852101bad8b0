"""What is a rule of Hyperliquid's: client order ids of 128 bits, errors that are texts, accounts that are addresses."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

from .row import get

# What a text says, the first that fits: another one is a refusal.
_TEXTS = {
    "unknown": "never placed, already canceled, or filled|unknownOid",
    "access": "User or API Wallet|Must deposit before performing actions|Vault not registered",
    "passed": "Invalid TP/SL price",
    "duplicate": "(?i)duplicate cloid",
    "unsure": "(?i)too many cumulative requests|rate limit|nonce|internal|try again",
}

# Names as the database makes them: 22 hexadecimal digits, a letter, and a number.
_OURS = re.compile("tl([0-9a-f]{22})([a-z])([1-9][0-9]{0,3})")
_SHORT = re.compile("[A-Za-z0-9._-]{1,15}")


def error(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    """The word for what the text of an error says, and the text."""
    status = answer.get("status")
    if status == "err":
        told: Any = answer.get("response")
    elif status == "unknownOid":
        told = status
    else:
        statuses = get(answer, "response.data.statuses") if isinstance(answer.get("response"), dict) else None
        told = next(
            (each["error"] for each in statuses or [] if isinstance(each, dict) and "error" in each),
            answer.get("error"),
        )
    if told is None:
        return None
    return next((word for word, text in _TEXTS.items() if re.search(text, str(told))), "refused"), str(told)


def cloid(name: str) -> str:
    """A client order id as the exchange has it: 16 bytes.

    Of one that the database made: its 22 hexadecimal digits, then the letter as a byte, then the number in four. A name
    of one's own, of up to 15 characters, stands at the end, after bytes of 0. One that is 16 bytes already stays so.
    """
    if ours := _OURS.fullmatch(name):
        return f"0x{ours[1]}{ord(ours[2]):02x}{int(ours[3]):08x}"
    return f"0x{name.encode().hex():0>32}" if _SHORT.fullmatch(name) else name


def name_of(told: str) -> str:
    """And back; 16 bytes that are no name of ours stay as they are."""
    if not re.fullmatch("0x[0-9a-f]{32}", told):
        return told
    end = bytes.fromhex(told[2:]).lstrip(b"\0")
    if len(end) < 16 and _SHORT.fullmatch(end.decode("latin-1")):
        return end.decode()
    key, letter, number = told[2:24], chr(int(told[24:26], 16)), int(told[26:], 16)
    ours = f"tl{key}{letter}{number}"
    return ours if _OURS.fullmatch(ours) else told


def kind(row: Any) -> str:
    """Of an order without a trigger: one that takes what is there, and does not rest, is a market order."""
    order = row.get("order", row)
    if order.get("isTrigger"):
        return "stop"
    return "market" if order.get("tif") in ("Ioc", "FrontendMarket") or order["orderType"] == "Market" else "limit"


def filled(row: Any) -> Decimal:
    return Decimal(str(get(row, "order.origSz|origSz"))) - Decimal(str(get(row, "order.sz|sz")))


def status(row: Any) -> str:
    """`canceled` by somebody, or one of a dozen reasons why the exchange did; rows of a list are of open orders."""
    told = str(row.get("status", "open"))
    return "ended" if told.endswith(("Canceled", "Cancel", "Rejected", "rejected")) else told


async def account_problem(exchange: Any, ask: Callable[..., Awaitable[Any]]) -> str:
    """Why the account cannot be used with this key; empty where it can.

    Everybody may read any account, an order goes to the one that the key belongs to: a wrong address would read as an
    account that holds nothing, and orders would go to another one.
    """
    wallet = exchange.walletAddress.lower()
    signer = exchange.eth_get_address_from_private_key(exchange.privateKey).lower()
    answer = await ask("public_post_info", {"type": "userRole", "user": wallet})
    role = get(answer, "role")
    if role == "agent":
        return "WALLET is the address of an API wallet: give the account's own"
    if role != "user":
        return f"WALLET is no account of its own: its role is {str(role)[:20]}"
    if signer == wallet:
        return ""
    answer = await ask("public_post_info", {"type": "userRole", "user": signer})
    belongs = get(answer, "role") == "agent" and str(get(answer, "data.user")).lower() == wallet
    return "" if belongs else "KEY is not the key of an API wallet of that account"
