"""Every wording of the bot, in logs written as the description of the incidents quotes it, among ordinary traffic.

Nothing here is made from the tables: the lines are quotations, with other names and numbers.
"""

import random
from datetime import timedelta
from typing import Any

import pytest

from .botlog import EVENING, SYMBOLS, BotLog, after
from .conftest import Read

AT = after(EVENING, 900)
MODULE = "core.some_module"
Lines = list[tuple[float, str]]


def told(*scripts: Lines, seed: int = 0, exchange: str = "binance") -> BotLog:
    """Half an hour of traffic with other openings in it, and these lines: seconds after AT, and what they say."""
    log = BotLog()
    log.traffic(EVENING, timedelta(minutes=30), SYMBOLS, openings=12, seed=seed)
    log.records = [record for record in log.records if "sync" not in record.module]
    for step in range(60):
        log.synchronizer(after(EVENING, step * 30 + 7), exchange)
    for script in scripts:
        for seconds, message in script:
            log.say(after(AT, seconds), MODULE, message)
    random.Random(seed).shuffle(log.records)  # lines() sorts by time alone
    return log


def order_first(symbol: str, order: int, row: int, at: float = 0, existing: str | None = None) -> Lines:
    """An opening as it is printed since 28 October 2025."""
    lines = [
        (at, f"Opening position ATOMICALLY: {symbol} SELL 61.8 (params from .env)"),
        (at + 0.7, f"✅ Entry order placed: {order} (type=market)"),
        (at + 0.8, f"📝 Creating position record for {symbol} with exec price $3.23"),
        (at + 0.82, f"✅ Position record created: ID={row} (entry=$3.23)"),
    ]
    if existing:
        lines.insert(3, (at + 0.81, existing))
    return lines


def protected(symbol: str, at: float) -> Lines:
    return [(at, f"🛡️ Placing stop-loss for {symbol} at 3.29")]


ALREADY = (
    "⚠️ Position {} already exists in DB (id={}, status=active). "
    "Returning existing position instead of creating duplicate."
)
INTEGRITY = "⚠️ IntegrityError caught: Duplicate active position {} on binance. Fetching existing position."


def incidents(report: Any) -> list[tuple[str, str | None, str | None, list[int]]]:
    return [
        (each["scenario"], each["exchange"], each["symbol"], each["positions"])
        for each in report.document()["incidents"]
    ]


def findings(report: Any) -> list[tuple[str, str | None]]:
    return [(each["kind"], each["symbol"]) for each in report.document()["other_findings"]]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("existing", [ALREADY.format("APTUSDT", 7553), INTEGRITY.format("APTUSDT"), None])
@pytest.mark.parametrize("gap", [0.05, 0.75, 2.0])
def test_two_orders_and_one_row(read: Read, seed: int, existing: str | None, gap: float) -> None:
    """The second one's order is sent before the first one's row is written, or after it."""
    log = told(
        order_first("APTUSDT", 1001, 7553),
        order_first("APTUSDT", 1002, 7553, gap, existing),
        order_first("ETCUSDT", 1003, 7554, gap / 2),
        protected("APTUSDT", 5),
        protected("ETCUSDT", 5),
        seed=seed,
    )
    report = read(log)
    assert incidents(report) == [("A", "binance", "APTUSDT", [7553])]
    assert findings(report) == []
    assert report.openings == 15


@pytest.mark.parametrize("seed", range(4))
def test_openings_whose_order_comes_first_are_ordinary(read: Read, seed: int) -> None:
    chance = random.Random(seed)
    scripts = []
    for number, symbol in enumerate(["ETCUSDT", "BNBUSDT", "TONUSDT", "币安人生USDT", "ETCUSDT"]):
        at = number * 0.4 + (120 if number == 4 else 0) + chance.random() / 10
        scripts += [order_first(symbol, 1001 + number, 7553 + number, at), protected(symbol, at + 4)]
    report = read(told(*scripts, seed=seed))
    assert (incidents(report), findings(report), report.openings) == ([], [], 17)


@pytest.mark.parametrize("stopped", [True, False])
def test_an_order_that_names_no_symbol_is_of_who_writes_a_row(read: Read, stopped: bool) -> None:
    """The older opening was refused by the exchange: it sent nothing that would have to be closed."""
    log = told(
        order_first("BNBUSDT", 1000, 7552, -100),
        protected("BNBUSDT", -96),
        order_first("ETCUSDT", 1001, 7553)[:1],
        [(1.5, "🔄 Rolling back position for ETCUSDT, state=pending_entry")],
        order_first("TONUSDT", 1002, 7554, 0.1),
        protected("TONUSDT", 4) if stopped else [],
    )
    assert findings(read(log)) == ([] if stopped else [("unprotected", "TONUSDT")])


def test_a_repository_that_returns_a_row_to_the_synchronizer_is_ordinary(read: Read) -> None:
    log = told(order_first("ETCUSDT", 1001, 7553), protected("ETCUSDT", 4))
    log.say(after(AT, 100), "core.position_synchronizer", ALREADY.format("ETCUSDT", 7553))
    assert incidents(read(log)) == []


def test_a_row_that_was_there_before_the_log_began(read: Read) -> None:
    log = told(order_first("ETCUSDT", 1001, 7553, existing=ALREADY.format("ETCUSDT", 7553)), protected("ETCUSDT", 4))
    assert incidents(read(log)) == [("A", "binance", "ETCUSDT", [7553])]


@pytest.mark.parametrize(
    "line", ["🚀 Starting Trading Bot...", "Trading Bot initializing in production mode", "TRADING BOT INITIALIZATION"]
)
def test_a_restart_between_an_order_and_its_row(read: Read, line: str) -> None:
    log = told(order_first("ETCUSDT", 1001, 7553)[:2], [(10, line)], order_first("ETCUSDT", 1002, 7554, 20))
    report = read(log)
    assert incidents(report) == [("D", "binance", "ETCUSDT", [7554])]
    assert "a restart cut off an opening without a row, which was unfinished" in report.incidents[0].evidence


def test_a_retry_of_an_order_without_a_row(read: Read) -> None:
    log = told(
        order_first("ETCUSDT", 1001, 7553)[:2],
        [(3, "❌ Position ETCUSDT not found after 10 attempts!")],
        [(3.1, "🔄 Rolling back position for ETCUSDT, state=entry_placed")],
        order_first("ETCUSDT", 1002, 7554, 20),
        protected("ETCUSDT", 24),
    )
    assert incidents(read(log)) == [("C", "binance", "ETCUSDT", [7554])]


DETECTED = [
    (0, "🔴 DUPLICATE ACTIVE POSITION DETECTED!"),
    (0, "Cannot activate position #8001 (APTUSDT on bybit)."),
    (0, "Position #8002 is already active (created 2025-10-28 13:19:05)."),
]


@pytest.mark.parametrize("one_record", [False, True])
def test_the_bots_own_check(read: Read, one_record: bool) -> None:
    lines = [(0.0, "\n".join(text for _, text in DETECTED))] if one_record else [(at, text) for at, text in DETECTED]
    log = BotLog()
    for seconds, text in lines:
        log.say(after(AT, seconds), MODULE, text)
    traffic = told(seed=1)
    traffic.records.sort(key=lambda record: record.at)
    traffic.records += log.records
    report = read(traffic)
    assert incidents(report) == [("unknown", "bybit", "APTUSDT", [8001, 8002])]
    assert report.document()["incidents"][0]["winner"] == 8002


def test_the_bots_own_check_names_rows_that_the_log_shows(read: Read) -> None:
    log = told(protected("APTUSDT", 5), protected("APTUSDT", 7))
    for at, row in ((0.0, 8002), (1.0, 8001)):
        log.signal(after(AT, at), "APTUSDT")
        log.row(after(AT, at + 0.1), "APTUSDT", row)
        log.entry(after(AT, at + 0.8), row)
    log.records.sort(key=lambda record: record.at)
    for seconds, text in DETECTED:
        log.say(after(AT, 6 + seconds), MODULE, text)
    report = read(log)
    assert incidents(report) == [("A", "bybit", "APTUSDT", [8002, 8001])]
    assert report.document()["incidents"][0]["winner"] == 8002


def test_the_bots_own_check_without_its_details(read: Read) -> None:
    assert incidents(read(told(DETECTED[:1]))) == [("unknown", "binance", None, [])]


BEGUN: Lines = [
    (0, "Opening position ATOMICALLY: AVLUSDT BUY 43 (params from .env)"),
    (0.6, "✅ Entry order placed: 3001 (type=market)"),
    (0.7, "📝 Creating position record for AVLUSDT with exec price $0.1358"),
    (0.71, "✅ Position record created: ID=3011 (entry=$0.1358)"),
    (4.0, "❌ Position AVLUSDT not found after 10 attempts!"),
    (4.1, "🔄 Rolling back position for AVLUSDT, state=entry_placed"),
]
SENT = (5.0, "✅ Emergency close executed: 3002")


def test_a_closing_order_alone_proves_nothing(read: Read) -> None:
    report = read(told(BEGUN, [SENT]))
    assert findings(report) == [("unclosed_rollback", "AVLUSDT")]
    assert report.findings[0].evidence[0] == "a closing order was sent, and no line says that it closed the position"


@pytest.mark.parametrize("size", ["Position update: AVLUSDT size=0.0", "📊 [USER] Position update: AVLUSDT amount=0.0"])
def test_what_the_exchange_holds_proves_it(read: Read, size: str) -> None:
    assert findings(read(told(BEGUN, [SENT, (5.5, size)]))) == []


@pytest.mark.parametrize(
    "size", ["Position update: AVLUSDT size=86.0", "📊 [USER] Position update: AVLUSDT amount=86.0"]
)
def test_a_size_that_doubled(read: Read, size: str) -> None:
    assert findings(read(told(BEGUN, [SENT, (5.5, size)]))) == [("doubled_rollback", "AVLUSDT")]


@pytest.mark.parametrize("one_record", [False, True])
@pytest.mark.parametrize(("side", "found"), [("buy", "doubled_rollback"), ("sell", "unclosed_rollback")])
def test_the_side_of_a_closing_order(read: Read, one_record: bool, side: str, found: str) -> None:
    """Without the opening: the rollback says itself what it holds."""
    lines = ["📤 Rollback: Creating close order for AVLUSDT:", "   position.side: 'long'", f"   close_side: '{side}'"]
    script = [(4.5, "\n".join(lines))] if one_record else [(4.5 + n / 1000, line) for n, line in enumerate(lines)]
    assert findings(read(told(BEGUN[-1:], script, [SENT]))) == [(found, "AVLUSDT")]


def test_a_position_that_the_bot_may_have_left(read: Read) -> None:
    lines = [
        (6.0, "❌ CRITICAL: Could not verify AVLUSDT position was closed after rollback!"),
        (6.001, "⚠️ POTENTIAL ORPHANED POSITION"),
    ]
    report = read(told(BEGUN, [SENT], lines))
    assert findings(report) == [("orphaned", "AVLUSDT")]
    assert len(report.findings[0].evidence) == 2
    assert report.alarming


def test_a_position_that_may_have_no_stop_loss(read: Read) -> None:
    report = read(told(BEGUN[4:5], [(4.01, "⚠️ ALERT: Open position without SL may exist on exchange!")]))
    assert findings(report) == [("unprotected", "AVLUSDT")]


def test_symbols_of_another_script_in_a_whole_story(read: Read) -> None:
    symbol = "币安人生USDT"
    log = told(
        order_first(symbol, 1, 7), order_first(symbol, 2, 7, 0.3, ALREADY.format(symbol, 7)), protected(symbol, 3)
    )
    log.say(
        after(AT, 400),
        MODULE,
        f'duplicate key value violates unique constraint "i"\nDETAIL:  Key (symbol)=({symbol}) already exists.',
    )
    assert [each[2] for each in incidents(read(log))] == [symbol, symbol]
    assert [each[2] for each in incidents(read(log, symbol=symbol.lower()))] == [symbol, symbol]


@pytest.mark.parametrize(
    "line", [INTEGRITY.format("ETCUSDT"), "Opening position ATOMICALLY: ETCUSDT SELL 61.8 (binance)"]
)
def test_an_exchange_is_taken_from_any_message_that_names_one(read: Read, line: str) -> None:
    """Two exchanges in the log: what is of which is said by its own messages."""
    first, second = order_first("ETCUSDT", 1, 7), order_first("ETCUSDT", 2, 7, 1, ALREADY.format("ETCUSDT", 7))
    if line.startswith("Opening"):
        first[0] = (0, line)
    else:
        second.insert(3, (1.805, line))
    log = told(first, second, protected("ETCUSDT", 5), exchange="bybit")
    assert incidents(read(log)) == [("A", "binance", "ETCUSDT", [7])]
