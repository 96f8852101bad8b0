"""Logs as the bot of the incidents wrote them: a clock, its messages, an hour's ordinary traffic, and each incident.

Lines come in the order of time, whatever the order in which they were told.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count

EVENING = datetime(2025, 10, 22, 21, 0)
CONSTRAINT = "idx_unique_active_position"
MANAGER = "core.atomic_position_manager"
REPOSITORY = "database.repository"
SYNCHRONIZER = "core.position_synchronizer"
PROCESSOR = "core.signal_processor_websocket"
STREAM = "websocket.private_stream"

TRACEBACK = """Traceback (most recent call last):
  File "/opt/bot/core/atomic_position_manager.py", line 347, in open_position_atomic
    await self.repository.update_position(position_id, **fields)
  File "/opt/bot/venv/lib/python3.11/site-packages/asyncpg/connection.py", line 350, in execute
    _, status, _ = await self._execute(query, args, 0, timeout, return_status=True)"""


@dataclass(frozen=True)
class Record:
    at: datetime
    module: str
    level: str
    message: str


Form = Callable[[Record], str]


def with_comma(record: Record) -> str:
    return f"{record.at:%Y-%m-%d %H:%M:%S},{record.at:%f}"[:23] + tail(record)


def with_dot(record: Record) -> str:
    return f"{record.at:%Y-%m-%d %H:%M:%S.%f}{tail(record)}"


def without_date(record: Record) -> str:
    return f"{record.at:%H:%M:%S},{record.at:%f}"[:12] + tail(record)


def bare(record: Record) -> str:
    """Without module and level."""
    return f"{record.at:%Y-%m-%d %H:%M:%S},{record.at:%f}"[:23] + f" {record.message}"


def bracketed(record: Record) -> str:
    return f"[{record.at:%Y-%m-%dT%H:%M:%S.%f}+00:00] {record.level} {record.module}: {record.message}"


def coloured(record: Record) -> str:
    """The level first, and colours."""
    return f"\x1b[32m{record.level}\x1b[0m: \x1b[2m{record.at:%Y/%m/%d %H:%M:%S.%f}\x1b[0m {record.message}"


def from_containers(record: Record) -> str:
    """As docker compose shows it."""
    return "\n".join(f"bot-1  | {line}" for line in with_comma(record).split("\n"))


def tail(record: Record) -> str:
    return f" - {record.module} - {record.level} - {record.message}"


def structlog(record: Record) -> str:
    message, _, exception = record.message.partition("\n")
    document = {"event": message, "level": record.level.lower(), "logger": record.module}
    document["timestamp"] = record.at.isoformat(timespec="microseconds") + "Z"
    if exception:
        document["exception"] = exception
    return json.dumps(document)


def python_json_logger(record: Record) -> str:
    message, _, exception = record.message.partition("\n")
    document = {"asctime": with_comma(record)[:23], "name": record.module, "levelname": record.level}
    document["message"] = message
    if exception:
        document["exc_info"] = exception
    return json.dumps(document, ensure_ascii=False)


FORMS: dict[str, Form] = {
    form.__name__: form
    for form in (
        with_comma,
        with_dot,
        without_date,
        bare,
        bracketed,
        coloured,
        from_containers,
        structlog,
        python_json_logger,
    )
}


@dataclass
class BotLog:
    """A bot's log, and the ids it gives."""

    records: list[Record] = field(default_factory=list)
    signals: Iterator[int] = field(default_factory=lambda: count(5483001))
    orders: Iterator[int] = field(default_factory=lambda: count(53190001))
    rows: Iterator[int] = field(default_factory=lambda: count(2500))

    def say(self, at: datetime, module: str, message: str, level: str = "INFO") -> None:
        self.records.append(Record(at, module, level, message))

    def lines(self, form: Form = with_comma) -> list[str]:
        return [form(record) for record in sorted(self.records, key=lambda record: record.at)]

    def text(self, form: Form = with_comma) -> str:
        return "\n".join(self.lines(form)) + "\n"

    # What an opening says, step by step

    def signal(self, at: datetime, symbol: str, side: str = "SELL", quantity: str = "61.8") -> None:
        self.say(at, PROCESSOR, f"Executing signal #{next(self.signals)}: {symbol}")
        self.say(after(at, 0.004), MANAGER, f"Opening position ATOMICALLY: {symbol} {side} {quantity}")

    def row(self, at: datetime, symbol: str, position_id: int) -> None:
        self.say(after(at, -0.002), MANAGER, f"📝 Creating position record for {symbol}")
        text = f"🔍 REPO DEBUG: INSERT completed, returned position_id={position_id} for {symbol}"
        self.say(at, REPOSITORY, text)
        self.say(after(at, 0.001), MANAGER, f"✅ Position record created: ID={position_id}")

    def entry(self, at: datetime, position_id: int, order: object = None) -> None:
        self.say(at, MANAGER, f"✅ Entry order placed: {order or next(self.orders)}")
        self.say(after(at, 0.02), REPOSITORY, f"Updating position #{position_id} to entry_placed")

    def stop_loss(self, at: datetime, symbol: str, price: str = "3.29") -> None:
        self.say(at, MANAGER, f"🛡️ Placing stop-loss for {symbol} at {price}")

    def active(self, at: datetime, position_id: int) -> None:
        self.say(at, REPOSITORY, f"Updating position #{position_id} to active")

    def synchronizer(self, at: datetime, exchange: str) -> None:
        self.say(at, SYNCHRONIZER, f"Position sync started for {exchange}")
        self.say(after(at, 0.01), SYNCHRONIZER, f"🔄 Syncing positions from {exchange}")

    def synchronizer_row(self, at: datetime, symbol: str, position_id: int) -> None:
        text = f"🔍 REPO DEBUG: INSERT completed, returned position_id={position_id} for {symbol}"
        self.say(at, REPOSITORY, text)
        self.say(after(at, 0.001), SYNCHRONIZER, f"Created position #{position_id} for {symbol}")

    def violation(self, at: datetime, symbol: str, exchange: str, constraint: str = CONSTRAINT) -> None:
        """Told twice: by who failed, and by who caught it, with its traceback."""
        text = f'duplicate key value violates unique constraint "{constraint}"'
        detail = f"DETAIL:  Key (symbol, exchange)=({symbol}, {exchange}) already exists."
        self.say(at, REPOSITORY, f"❌ update failed: {text}\n{detail}", "ERROR")
        error = f"asyncpg.exceptions.UniqueViolationError: {text}\n{detail}"
        self.say(after(at, 0.003), MANAGER, f"❌ Atomic position creation failed\n{TRACEBACK}\n{error}", "ERROR")

    def rollback(self, at: datetime, symbol: str, state: str) -> None:
        self.say(at, MANAGER, f"🔄 Rolling back position for {symbol}, state={state}", "WARNING")

    def close(self, at: datetime, order: str = "ad2e7637-9a51-4a2c-b6d7-0d3c9f1c0e55") -> None:
        self.say(at, MANAGER, f"✅ Emergency close executed: {order}")

    def closed(self, at: datetime, symbol: str) -> None:
        """What proves that a closing order closed."""
        self.say(at, STREAM, f"Position update: {symbol} size=0")

    def missing(self, at: datetime, symbol: str) -> None:
        text = f"❌ Position not found for {symbol} after order. Order status: closed, filled: 0.0"
        self.say(at, MANAGER, text, "ERROR")

    def opening(self, at: datetime, symbol: str, position_id: int) -> None:
        """One that goes as it should."""
        self.signal(at, symbol)
        self.row(after(at, 0.05), symbol, position_id)
        self.entry(after(at, 0.9), position_id)
        self.stop_loss(after(at, 4.3), symbol)
        self.active(after(at, 5.2), position_id)

    # The incidents

    def aptusdt(self) -> None:
        """Scenario B, to the microsecond."""
        at = datetime(2025, 10, 22, 21, 50, 40, 981819)
        self.say(after(at, -0.05), PROCESSOR, "Executing signal #5483266: APTUSDT")
        self.say(after(at, -0.04), MANAGER, "Opening position ATOMICALLY: APTUSDT SELL 61.8")
        self.row(at, "APTUSDT", 2548)
        self.entry(after(at, 0.68), 2548, 53190368)
        self.synchronizer(after(at, 3.5), "binance")
        self.synchronizer_row(datetime(2025, 10, 22, 21, 50, 44, 738217), "APTUSDT", 2549)
        self.stop_loss(after(at, 4.2), "APTUSDT")
        failed = datetime(2025, 10, 22, 21, 50, 45, 914876)
        self.active(after(failed, -0.002), 2548)
        self.violation(failed, "APTUSDT", "binance")
        self.rollback(after(failed, 0.01), "APTUSDT", "pending_sl")
        self.say(after(failed, 0.6), REPOSITORY, "Updating position #2548 to rolled_back")

    def perpusdt(self) -> None:
        """Scenario B: the synchronizer's row comes 0.77 s after the signal's; its run had begun before both."""
        at = datetime(2025, 10, 22, 21, 20, 17, 100000)
        self.synchronizer(after(at, -17), "binance")
        self.signal(after(at, -0.05), "PERPUSDT", "BUY", "410")
        self.row(at, "PERPUSDT", 2438)
        self.entry(after(at, 0.6), 2438)
        self.synchronizer_row(after(at, 0.77), "PERPUSDT", 2439)
        self.stop_loss(after(at, 4.1), "PERPUSDT", "0.52")
        self.violation(after(at, 5.3), "PERPUSDT", "binance")
        self.rollback(after(at, 5.4), "PERPUSDT", "pending_sl")
        self.close(after(at, 6.2))

    def avlusdt(self, day: datetime = datetime(2025, 10, 28)) -> None:
        """The rollback that doubled."""
        at = day.replace(hour=13, minute=19, second=5)
        self.signal(after(at, -0.3), "AVLUSDT", "BUY", "43")
        self.row(after(at, -0.2), "AVLUSDT", 3011)
        self.entry(after(at, 0.9), 3011, "b21c0a55-7f0d")
        self.say(after(at, 1.036), STREAM, "Position update: AVLUSDT size=43")
        self.missing(after(at, 5.234), "AVLUSDT")
        self.rollback(after(at, 5.236), "AVLUSDT", "entry_placed")
        self.say(after(at, 5.910), MANAGER, "Closing AVLUSDT at market: BUY 43", "WARNING")
        self.say(after(at, 5.916), STREAM, "Position update: AVLUSDT size=86")
        self.close(after(at, 6.3))

    def parallel_signals(self, at: datetime, symbol: str, exchange: str, first: int = 7001) -> None:
        """Scenario A."""
        self.signal(at, symbol)
        self.row(after(at, 0.05), symbol, first)
        self.entry(after(at, 0.8), first)
        self.signal(after(at, 2), symbol)
        self.row(after(at, 2.05), symbol, first + 1)
        self.entry(after(at, 2.9), first + 1)
        self.stop_loss(after(at, 4.2), symbol)
        self.active(after(at, 5.1), first)
        self.stop_loss(after(at, 6.3), symbol)
        self.active(after(at, 7.2), first + 1)
        self.violation(after(at, 7.21), symbol, exchange)
        self.rollback(after(at, 7.22), symbol, "pending_sl")
        self.close(after(at, 8))

    def retry_after_rollback(self, at: datetime, symbol: str, first: int = 7101) -> None:
        """Scenario C: nothing was found to close, and the retry opens a second one."""
        self.signal(at, symbol)
        self.row(after(at, 0.05), symbol, first)
        self.entry(after(at, 0.8), first)
        self.missing(after(at, 4.2), symbol)
        self.rollback(after(at, 4.21), symbol, "entry_placed")
        self.say(after(at, 24), REPOSITORY, f"Updating position #{first} to rolled_back")
        self.opening(after(at, 30), symbol, first + 1)

    def crash_and_restart(self, at: datetime, symbol: str, pause: float = 300, first: int = 7201) -> None:
        """Scenario D: the first one stays at entry_placed."""
        self.signal(at, symbol)
        self.row(after(at, 0.05), symbol, first)
        self.entry(after(at, 0.8), first)
        self.opening(after(at, pause), symbol, first + 1)

    # Everything else

    def traffic(self, begin: datetime, length: timedelta, symbols: list[str], openings: int, seed: int = 1) -> None:
        """Ordinary hours: prices, synchronizer runs every 30 s, openings, multi-line messages between them."""
        chance = random.Random(seed)
        seconds = length.total_seconds()
        for step in range(int(seconds / 30)):
            self.synchronizer(after(begin, step * 30 + chance.random()), chance.choice(["binance", "bybit"]))
        for _ in range(openings):
            at = after(begin, chance.random() * (seconds - 20))
            self.opening(at, chance.choice(symbols), next(self.rows))
        for _ in range(int(seconds * 4)):
            at = after(begin, chance.random() * seconds)
            self.say(at, *chance.choice(NOISE)(chance, chance.choice(symbols)))


def after(at: datetime, seconds: float) -> datetime:
    return at + timedelta(microseconds=round(seconds * 1_000_000))


def _price(chance: random.Random, symbol: str) -> tuple[str, str, str]:
    return (
        "core.price_monitor",
        f"📊 {symbol}: mark price {chance.uniform(0.1, 9):.4f}, PnL {chance.uniform(-5, 5):+.2f}%",
        "INFO",
    )


def _request(chance: random.Random, symbol: str) -> tuple[str, str, str]:
    return "exchange.manager", f"GET /fapi/v1/ticker?symbol={symbol} 200 in {chance.randint(20, 90)} ms", "DEBUG"


def _table(chance: random.Random, symbol: str) -> tuple[str, str, str]:
    rows = "\n".join(f"  {name:<8} {chance.uniform(0, 99):8.2f}" for name in ("balance", "margin", "free"))
    return "core.risk", f"Account before {symbol}:\n{rows}", "INFO"


def _failure(chance: random.Random, symbol: str) -> tuple[str, str, str]:
    return "exchange.manager", f"Request for {symbol} failed, again in 1 s\n{TRACEBACK}\nTimeoutError: 10 s", "WARNING"


NOISE = (_price, _price, _price, _price, _request, _request, _request, _table, _failure)
NAMES = (
    "BTC ETH SOL XRP DOGE ADA AVAX LINK DOT LTC BCH NEAR ATOM FIL ARB OP INJ SUI SEI TIA "
    "APE AAVE UNI CRV LDO RUNE FTM GALA SAND MANA AXS CHZ ENJ ZIL IOTA NEO EOS XLM TRX VET"
)
SYMBOLS = [f"{name}USDT" for name in NAMES.split()]


def both() -> BotLog:
    """PERPUSDT and APTUSDT alone."""
    log = BotLog()
    log.perpusdt()
    log.aptusdt()
    return log


def evening() -> BotLog:
    """An hour of ordinary traffic of 40 symbols, with APTUSDT and PERPUSDT in it, and AVLUSDT six days later."""
    return BotLog(list(_evening().records))


@cache
def _evening() -> BotLog:
    log = BotLog()
    log.traffic(EVENING, timedelta(hours=1), SYMBOLS, openings=18)
    log.perpusdt()
    log.aptusdt()
    log.avlusdt()
    return log


def hours(size: int, seed: int = 1) -> Iterator[bytes]:
    """Ordinary hours, one after the other, until there are so many bytes; each sixth has an incident of B."""
    quiet = BotLog()
    quiet.traffic(EVENING, timedelta(hours=1), SYMBOLS, openings=18, seed=seed)
    bad = BotLog(list(quiet.records))
    bad.aptusdt()
    texts = [log.text().encode() for log in (quiet, bad)]
    written = number = 0
    while written < size:
        at = EVENING + timedelta(hours=number)
        text = texts[number % 6 == 5].replace(b"2025-10-22 21:", f"{at:%Y-%m-%d %H}:".encode())
        for before in (b"position_id=25", b"ID=25", b"osition #25"):
            text = text.replace(before, before[:-2] + b"%d25" % (number + 1))
        yield text
        written += len(text)
        number += 1
