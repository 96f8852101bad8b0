"""Names of exchanges that are known to be spelt right, for a word about one that is nearly one of them."""

from difflib import get_close_matches

# As the book spells them: ccxt's names of exchanges with futures, without the other names that the database resolves.
# fmt: off
EXCHANGES = (
    "apex", "aster", "backpack", "binance", "bingx", "bitfinex", "bitget", "bitmart", "bitmex", "bybit", "coinbase",
    "coinex", "deribit", "dydx", "gate", "gemini", "hashkey", "htx", "hyperliquid", "kraken", "kucoin", "mexc", "okx",
    "paradex", "phemex", "whitebit", "woo", "woofipro", "xt",
)
# fmt: on


def near_name(name: str) -> str | None:
    """The known exchange that a name is nearly spelt as; None for one that is known, or like none."""
    if name in EXCHANGES:
        return None
    return next(iter(get_close_matches(name, EXCHANGES, n=1, cutoff=0.75)), None)
