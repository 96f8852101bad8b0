"""Each scenario, told well and told badly; and what looks like one and is none."""

from datetime import timedelta
from typing import Any

import pytest

from .botlog import CONSTRAINT, EVENING, MANAGER, REPOSITORY, SYNCHRONIZER, BotLog, after, structlog
from .conftest import Read

AT = after(EVENING, 600)


@pytest.fixture
def log() -> BotLog:
    """A synchronizer runs on both exchanges, so that nothing follows from there being only one."""
    log = BotLog()
    for exchange in ("binance", "bybit"):
        for step in range(60):
            log.synchronizer(after(EVENING, step * 30 + 5), exchange)
    return log


def only(report: Any) -> dict[str, Any]:
    (incident,) = report.document()["incidents"]
    return incident  # type: ignore[no-any-return]


def kinds(report: Any) -> list[str]:
    return [finding["kind"] for finding in report.document()["other_findings"]]


def test_parallel_signals(read: Read, log: BotLog) -> None:
    log.parallel_signals(AT, "AUSDT", "bybit")
    incident = only(read(log))
    assert (incident["scenario"], incident["exchange"], incident["symbol"]) == ("A", "bybit", "AUSDT")
    assert (incident["positions"], incident["gap_seconds"], incident["winner"]) == ([7001, 7002], 2.0, 7001)
    assert {moment["actor"] for moment in incident["timeline"]} == {"first opening", "second opening"}


def test_the_first_of_two_signals_is_refused(read: Read, log: BotLog) -> None:
    """The second row is still `active` from its birth when the first becomes active again."""
    log.signal(AT, "AUSDT")
    log.row(after(AT, 0.05), "AUSDT", 11)
    log.entry(after(AT, 0.8), 11)
    log.signal(after(AT, 4.4), "AUSDT")
    log.row(after(AT, 4.5), "AUSDT", 12)
    log.stop_loss(after(AT, 4.6), "AUSDT")
    log.violation(after(AT, 5), "AUSDT", "bybit")
    log.rollback(after(AT, 5.1), "AUSDT", "pending_sl")
    log.say(after(AT, 6), REPOSITORY, "Updating position #11 to rolled_back")
    incident = only(read(log))
    assert (incident["scenario"], incident["positions"], incident["winner"]) == ("A", [11, 12], 12)
    assert "row 11 was rolled back after the violation" in incident["evidence"]


def test_which_row_was_refused_is_told_by_the_rollback(read: Read, log: BotLog) -> None:
    log.parallel_signals(AT, "AUSDT", "bybit")
    log.records = [record for record in log.records if not record.message.endswith("to active")]
    log.say(after(AT, 9), REPOSITORY, "Updating position #7002 to rolled_back")
    assert only(read(log))["winner"] == 7001


def test_a_second_caller_that_is_handed_the_first_ones_row(read: Read, log: BotLog) -> None:
    """What the first repair left: no violation, one row, two entry orders."""
    log.signal(AT, "AUSDT")
    log.row(after(AT, 0.05), "AUSDT", 21)
    log.entry(after(AT, 0.8), 21, 111)
    log.signal(after(AT, 2), "AUSDT")
    log.say(after(AT, 2.1), MANAGER, "✅ Position record created: ID=21")
    log.say(after(AT, 2.9), MANAGER, "✅ Entry order placed: 112")
    log.stop_loss(after(AT, 4), "AUSDT")
    incident = only(read(log))
    assert (incident["scenario"], incident["positions"], incident["gap_seconds"]) == ("A", [21], None)
    assert "two openings were given row 21, and each sent an entry order" in incident["evidence"]


def test_two_signals_without_a_violation(read: Read) -> None:
    log = BotLog()
    log.synchronizer(AT, "binance")
    log.parallel_signals(after(AT, 10), "AUSDT", "binance")
    log.records = [record for record in log.records if record.at < after(AT, 17.2)]
    log.say(after(AT, 120), REPOSITORY, "nothing else")
    incident = only(read(log))
    assert (incident["scenario"], incident["exchange"], incident["winner"]) == ("A", "binance", None)
    assert "no violation was seen" in incident["evidence"]


def test_a_synchronizers_row_needs_a_stop_loss_too(read: Read, log: BotLog) -> None:
    log.records = [record for record in log.records if record.at < after(EVENING, 300)]
    log.synchronizer_row(AT, "KUSDT", 5)
    log.say(after(AT, 60), "main", "Position sync started for binance")
    assert kinds(read(log)) == ["unprotected"]
    log.stop_loss(after(AT, 3), "KUSDT")
    assert kinds(read(log)) == []


def test_the_same_symbol_on_two_exchanges_is_two_slots(read: Read, log: BotLog) -> None:
    """Without a violation nothing says that two openings met: they may be of two exchanges."""
    log.parallel_signals(AT, "AUSDT", "binance")
    log.records = [record for record in log.records if record.at < after(AT, 7.2)]
    log.active(after(AT, 7.2), 7002)
    assert read(log).incidents == []


def test_json_fields_tell_the_exchanges_apart(read: Read) -> None:
    log = BotLog()
    log.opening(AT, "AUSDT", 31)
    log.opening(after(AT, 1), "AUSDT", 32)
    lines = log.text(structlog).splitlines()
    first = {"5483001", "31", "53190001"}
    told = [
        line.replace("}", ', "exchange": "' + ("binance" if any(f"{n}" in line for n in first) else "bybit") + '"}')
        for line in lines
    ]
    assert read("\n".join(told) + "\n").incidents == []


def test_the_synchronizer_comes_first_by_its_module(read: Read, log: BotLog) -> None:
    """Its row is inserted while the signal's opening waits for its own."""
    log.signal(AT, "BUSDT")
    log.synchronizer_row(after(AT, 0.5), "BUSDT", 41)
    log.row(after(AT, 1), "BUSDT", 42)
    log.entry(after(AT, 1.5), 42)
    log.active(after(AT, 5), 42)
    log.violation(after(AT, 5.01), "BUSDT", "binance")
    log.rollback(after(AT, 5.1), "BUSDT", "pending_sl")
    incident = only(read(log))
    assert (incident["scenario"], incident["positions"], incident["winner"]) == ("B", [41, 42], 41)
    actors = {moment["actor"] for moment in incident["timeline"] if moment["event"] in ("signal", "opening")}
    assert actors == {"signal handler"}


def test_a_synchronizers_row_without_a_violation(read: Read, log: BotLog) -> None:
    log.signal(AT, "BUSDT")
    log.row(after(AT, 0.05), "BUSDT", 51)
    log.entry(after(AT, 0.8), 51)
    log.synchronizer_row(after(AT, 2), "BUSDT", 52)
    log.stop_loss(after(AT, 3), "BUSDT")
    log.missing(after(AT, 4), "BUSDT")
    log.rollback(after(AT, 4.1), "BUSDT", "entry_placed")
    log.close(after(AT, 5))
    incident = only(read(log))
    assert (incident["scenario"], incident["positions"], incident["gap_seconds"]) == ("B", [51, 52], 1.95)
    assert incident["exchange"] is None  # its synchronizer ran on both


def test_a_retry_after_a_rollback_that_closed_nothing(read: Read, log: BotLog) -> None:
    log.retry_after_rollback(AT, "CUSDT")
    report = read(log)
    incident = only(report)
    assert (incident["scenario"], incident["positions"], incident["winner"]) == ("C", [7101, 7102], 7102)
    assert incident["gap_seconds"] == 30.0
    assert kinds(report) == ["unclosed_rollback", "retry_after_rollback"]


def test_a_retry_after_a_rollback_that_closed_is_no_incident(read: Read, log: BotLog) -> None:
    log.retry_after_rollback(AT, "CUSDT")
    log.close(after(AT, 6))
    assert only(read(log))["scenario"] == "C"  # the order was sent, no more
    log.closed(after(AT, 6.5), "CUSDT")
    report = read(log)
    assert report.incidents == []
    assert kinds(report) == ["retry_after_rollback"]


def test_a_retry_whose_order_was_refused_is_no_incident(read: Read, log: BotLog) -> None:
    log.retry_after_rollback(AT, "CUSDT")
    log.records = [record for record in log.records if record.at < after(AT, 30.5)]
    log.rollback(after(AT, 31), "CUSDT", "pending_entry")
    report = read(log)
    assert report.incidents == []


def test_a_violation_on_a_retry(read: Read, log: BotLog) -> None:
    log.retry_after_rollback(AT, "CUSDT")
    log.violation(after(AT, 35.21), "CUSDT", "bybit")
    incident = only(read(log))
    assert (incident["scenario"], incident["exchange"], incident["positions"]) == ("C", "bybit", [7101, 7102])


def test_a_crash_and_a_restart(read: Read, log: BotLog) -> None:
    log.crash_and_restart(AT, "DUSDT")
    incident = only(read(log))
    assert (incident["scenario"], incident["positions"], incident["winner"]) == ("D", [7201, 7202], 7202)
    assert incident["gap_seconds"] == 300.0


@pytest.mark.parametrize(
    "line", ["Starting trading bot", "🚀 Trading bot started", "Restarting the bot", "Starting up"]
)
def test_a_quick_restart_is_told_from_a_parallel_signal(read: Read, log: BotLog, line: str) -> None:
    log.crash_and_restart(AT, "DUSDT", pause=12)
    log.say(after(AT, 8), "main", line)
    incident = only(read(log))
    assert incident["scenario"] == "D"
    assert "a restart cut off row 7201, which was unfinished" in incident["evidence"]


def test_whoever_speaks_after_a_restart_was_not_cut_off(read: Read, log: BotLog) -> None:
    """Something else was started: the first opening lives."""
    log.parallel_signals(AT, "AUSDT", "bybit")
    log.say(after(AT, 1.5), "telegram", "Telegram bot started")
    assert only(read(log))["scenario"] == "A"


def test_a_crash_that_ends_in_a_violation(read: Read, log: BotLog) -> None:
    log.crash_and_restart(AT, "DUSDT", pause=120)
    log.violation(after(AT, 125.21), "DUSDT", "binance")
    incident = only(read(log))
    assert (incident["scenario"], incident["exchange"]) == ("D", "binance")


def test_an_opening_that_was_finished_is_no_crash(read: Read, log: BotLog) -> None:
    log.opening(AT, "DUSDT", 61)
    log.opening(after(AT, 600), "DUSDT", 62)
    assert read(log).incidents == []


def test_a_log_that_never_tells_of_active_rows(read: Read, log: BotLog) -> None:
    """A stop-loss is then as much as it tells of an opening that went well."""
    log.opening(AT, "DUSDT", 61)
    log.opening(after(AT, 600), "DUSDT", 62)
    log.records = [record for record in log.records if not record.message.endswith("to active")]
    report = read(log)
    assert (report.incidents, report.findings) == ([], [])


def test_rows_that_the_log_does_not_show(read: Read, log: BotLog) -> None:
    log.violation(AT, "EUSDT", "bybit")
    incident = only(read(log))
    assert (incident["scenario"], incident["exchange"], incident["symbol"]) == ("unknown", "bybit", "EUSDT")
    assert (incident["positions"], incident["gap_seconds"], incident["winner"]) == ([], None, None)


def test_a_row_that_nobody_tells_of_is_unknown(read: Read, log: BotLog) -> None:
    log.signal(AT, "EUSDT")
    log.row(after(AT, 0.05), "EUSDT", 71)
    log.entry(after(AT, 0.8), 71)
    text = "🔍 REPO DEBUG: INSERT completed, returned position_id=72 for EUSDT"
    log.say(after(AT, 2), "core.fallback_manager", text)
    log.active(after(AT, 5), 71)
    log.violation(after(AT, 5.1), "EUSDT", "bybit")
    incident = only(read(log))
    assert (incident["scenario"], incident["positions"], incident["winner"]) == ("unknown", [71, 72], 72)
    assert "row 72 came from the fallback" in incident["evidence"]


# Violations and their DETAIL


def test_the_detail_may_come_lines_later(read: Read) -> None:
    log = BotLog()
    log.aptusdt()
    lines = log.text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("DETAIL"))
    detail = lines.pop(at)
    lines[at:at] = [f"{line}" for line in lines[0:1]] + ["  a traceback's line"] * 30 + [detail]
    incident = only(read("\n".join(lines) + "\n"))
    assert (incident["symbol"], incident["exchange"]) == ("APTUSDT", "binance")


def test_another_index_with_other_columns(read: Read, log: BotLog) -> None:
    text = 'duplicate key value violates unique constraint "uq_slot"'
    key = "Key (exchange, account, symbol, position_side)=(bybit, main, 1000PEPE/USDT:USDT, both)"
    log.say(AT, REPOSITORY, f"{text}\nDETAIL:  {key} already exists.", "ERROR")
    incident = only(read(log))
    assert (incident["symbol"], incident["exchange"]) == ("1000PEPEUSDT", "bybit")


def test_another_constraint_is_no_incident(read: Read, log: BotLog) -> None:
    text = 'duplicate key value violates unique constraint "orders_pkey"'
    log.say(AT, REPOSITORY, f"{text}\nDETAIL:  Key (id)=(5) already exists.", "ERROR")
    log.say(after(AT, 1), REPOSITORY, text, "ERROR")
    log.say(after(AT, 2), REPOSITORY, text.replace("orders_pkey", "uq_signals"), "ERROR")
    log.say(after(AT, 3), REPOSITORY, text.replace("orders_pkey", "positions_pkey"), "ERROR")
    assert read(log).incidents == []


def test_a_violation_without_detail(read: Read, log: BotLog) -> None:
    log.opening(AT, "EUSDT", 81)
    text = f'❌ EUSDT: duplicate key value violates unique constraint "{CONSTRAINT}"'
    log.say(after(AT, 5.3), REPOSITORY, text, "ERROR")
    incident = only(read(log))
    assert (incident["scenario"], incident["symbol"], incident["exchange"]) == ("unknown", "EUSDT", None)


def test_a_violation_that_names_nothing(read: Read, log: BotLog) -> None:
    log.active(AT, 82)
    text = f'duplicate key value violates unique constraint "{CONSTRAINT}"'
    log.say(after(AT, 0.1), REPOSITORY, text, "ERROR")
    incident = only(read(log))
    assert (incident["scenario"], incident["symbol"], incident["positions"]) == ("unknown", None, [82])


def test_a_case_told_many_times_is_one(read: Read, log: BotLog) -> None:
    log.parallel_signals(AT, "AUSDT", "bybit")
    for step in range(5):
        log.violation(after(AT, 7.4 + step / 10), "AUSDT", "bybit")
    assert "the log tells of it 12 times" in only(read(log))["evidence"]


def test_two_cases_of_a_symbol_are_two(read: Read, log: BotLog) -> None:
    log.parallel_signals(AT, "AUSDT", "bybit")
    log.parallel_signals(after(AT, 15), "AUSDT", "bybit", first=7003)
    found = [incident["positions"] for incident in read(log).document()["incidents"]]
    assert found == [[7001, 7002], [7003, 7004]]


def test_cases_of_two_symbols_at_once(read: Read, log: BotLog) -> None:
    log.parallel_signals(AT, "AUSDT", "bybit")
    log.parallel_signals(after(AT, 0.3), "XUSDT", "binance", first=7011)
    found = [(i["symbol"], i["scenario"], i["positions"]) for i in read(log).document()["incidents"]]
    assert found == [("AUSDT", "A", [7001, 7002]), ("XUSDT", "A", [7011, 7012])]


# Other findings


@pytest.mark.parametrize("line", ["Closing FUSDT at market: BUY 43", "Emergency close: side=BUY FUSDT", None])
def test_a_doubled_rollback(read: Read, log: BotLog, line: str | None) -> None:
    """By the side of the closing order, or else by the size that it led to."""
    log.signal(AT, "FUSDT", "BUY", "43")
    log.row(after(AT, 0.1), "FUSDT", 91)
    log.entry(after(AT, 0.9), 91)
    log.missing(after(AT, 5), "FUSDT")
    log.rollback(after(AT, 5.1), "FUSDT", "entry_placed")
    if line:
        log.say(after(AT, 5.9), MANAGER, line)
    else:
        log.say(after(AT, 5.916), "stream", 'Position update: {"symbol": "FUSDT", "size": "86"}')
    log.close(after(AT, 6))
    (finding,) = read(log).document()["other_findings"]
    assert (finding["kind"], finding["symbol"], finding["positions"]) == ("doubled_rollback", "FUSDT", [91])


def test_a_rollback_that_closed(read: Read, log: BotLog) -> None:
    log.signal(AT, "FUSDT", "BUY", "43")
    log.row(after(AT, 0.1), "FUSDT", 91)
    log.entry(after(AT, 0.9), 91)
    log.rollback(after(AT, 5.1), "FUSDT", "entry_placed")
    log.say(after(AT, 5.9), MANAGER, "Closing FUSDT at market: SELL 43")
    log.say(after(AT, 5.95), "stream", "Position update: FUSDT size=43")
    log.say(after(AT, 6), "stream", "Position update: FUSDT size=0")
    report = read(log)
    assert (report.incidents, report.findings) == ([], [])


def test_a_rollback_that_closed_nothing(read: Read, log: BotLog) -> None:
    log.signal(AT, "ZEUSUSDT")
    log.row(after(AT, 0.1), "ZEUSUSDT", 92)
    log.entry(after(AT, 0.9), 92)
    log.missing(after(AT, 5), "ZEUSUSDT")
    log.rollback(after(AT, 5.1), "ZEUSUSDT", "entry_placed")
    assert kinds(read(log)) == ["unclosed_rollback"]


def test_a_rollback_before_any_order_needs_no_close(read: Read, log: BotLog) -> None:
    log.signal(AT, "ZBCNUSDT")
    log.row(after(AT, 0.1), "ZBCNUSDT", 93)
    log.say(after(AT, 0.5), MANAGER, "❌ Price higher than maximum buying price", "ERROR")
    log.rollback(after(AT, 0.6), "ZBCNUSDT", "pending_entry")
    assert kinds(read(log)) == []


@pytest.mark.parametrize(("later", "lasted"), [(25, None), (31, 31.0), (None, 895.01)])
def test_a_position_without_a_stop_loss(read: Read, log: BotLog, later: float | None, lasted: float | None) -> None:
    log.signal(AT, "GUSDT")
    log.row(after(AT, 0.1), "GUSDT", 94)
    log.entry(after(AT, 1), 94)
    if later:
        log.stop_loss(after(AT, 1 + later), "GUSDT")
    log.say(after(AT, 896.01), SYNCHRONIZER, "the end")
    log.records = [record for record in log.records if record.at <= after(AT, 896.01)]
    findings = read(log).document()["other_findings"]
    assert [(finding["kind"], finding["seconds"]) for finding in findings] == (
        [("unprotected", lasted)] if lasted else []
    )


@pytest.mark.parametrize(("pause", "found"), [(59, ["retry_after_rollback"]), (61, [])])
def test_an_opening_right_after_a_rollback(read: Read, log: BotLog, pause: float, found: list[str]) -> None:
    log.signal(AT, "HUSDT")
    log.row(after(AT, 0.1), "HUSDT", 95)
    log.rollback(after(AT, 0.6), "HUSDT", "pending_entry")
    log.opening(after(AT, 0.6 + pause), "HUSDT", 96)
    report = read(log)
    assert (kinds(report), report.incidents) == (found, [])


def test_a_day_between_the_rows_of_a_crash(read: Read) -> None:
    log = BotLog()
    log.crash_and_restart(AT, "DUSDT", pause=timedelta(days=1).total_seconds())
    log.synchronizer(AT, "binance")
    incident = only(read(log))
    assert (incident["scenario"], incident["exchange"], incident["gap_seconds"]) == ("D", "binance", 86400.0)
