"""Logs that were written to hurt: lines without end, patterns that almost match, bytes that are anything."""

import io
import json
import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tradelatch.logs import Options, Unreadable, analyze
from tradelatch.logs.findings import WITHOUT_STOP_KEPT
from tradelatch.logs.grammar import Grammar
from tradelatch.logs.html import page
from tradelatch.logs.messages import canonical, printable
from tradelatch.logs.records import Head
from tradelatch.logs.report import LISTED

from .botlog import EVENING, FORMS, REPOSITORY, BotLog, after, both, structlog
from .conftest import Read

LONG = 10_000_000
START = "2025-10-22 21:00:00,000 - main - INFO - "
ALMOST = {
    "size": "size" * (LONG // 4),
    "spaces after size": "size " + " " * LONG,
    "digits": "Executing signal #" + "5" * LONG,
    "symbol": "Opening position ATOMICALLY: " + "A" * LONG,
    "openings": "Opening position ATOMICALLY: " * (LONG // 29),
    "key": "duplicate key value violates unique constraint " + "Key (" * (LONG // 5),
    "keys": "Key (a)=(" * (LONG // 9) + "already exists",
    "close": "close BU" * (LONG // 8),
    "started": "bot bot " * (LONG // 8) + "started",
    "rollbacks": "Rolling back position for X, state=" * (LONG // 35),
    "times": "2025-10-22 21:00:00,000 " * (LONG // 24),
    "escapes": "\x1b[" + "0;" * (LONG // 2),
    "brackets": "[" * LONG,
    "json": '{"event": "' + "Executing signal #5: X " * (LONG // 23) + '"}',
    "nested": "[" * 100_000 + "size" * 1000,
}


@pytest.mark.parametrize("name", ALMOST)
def test_a_line_of_ten_megabytes(read: Read, name: str) -> None:
    """In a minute of the incident, as a message and as a line without a time."""
    lines = both().text().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if "position_id=2549" in line)
    lines[at:at] = [f"2025-10-22 21:50:44,700 - main - INFO - {ALMOST[name]}\n", f"{ALMOST[name]}\n"]
    report = read("".join(lines))
    assert [incident.symbol for incident in report.incidents if incident.scenario == "B"] == ["PERPUSDT", "APTUSDT"]
    assert len(report.incidents[-1].timeline[0].text) < 200


@pytest.mark.parametrize("name", ALMOST)
def test_a_json_line_of_ten_megabytes(read: Read, name: str) -> None:
    lines = both().lines(structlog)
    lines.insert(30, json.dumps({"timestamp": "2025-10-22T21:50:00Z", "event": ALMOST[name]}))
    lines.insert(30, "{" + ALMOST[name])
    report = read("\n".join(lines) + "\n")
    assert [incident.symbol for incident in report.incidents if incident.scenario == "B"] == ["PERPUSDT", "APTUSDT"]
    assert report.unread_lines == 1


@given(st.binary(max_size=3000))
def test_any_bytes(data: bytes) -> None:
    for prefix in (b"", START.encode() + b"x\n", b'{"timestamp": "2025-10-22T21:00:00Z", "event": "x"}\n'):
        text = prefix + data
        with suppress(Unreadable):  # and nothing else
            report = analyze(["-"], stdin=io.BytesIO(text))
            lines = text.count(b"\n") + (bool(text) and text[-1:] != b"\n")
            assert sum(file.lines for file in report.files) == lines


WORDS = [needle for message in Grammar().messages for needle in message.needles]
PIECES = st.sampled_from(
    [*WORDS, "APTUSDT", "binance", " ", "\n", "#1", "=2", ": ", "Key (symbol, exchange)=(", ")", '"x"', "BUY 5", START]
    + [line + "\n" for line in BotLog().lines()]
)


@given(st.lists(PIECES, max_size=60), st.sampled_from(sorted(FORMS)))
@settings(max_examples=200, deadline=None)
def test_any_pieces_of_messages(pieces: list[str], form: str) -> None:
    """Nothing breaks, and the report can be shown."""
    log = BotLog()
    log.say(EVENING, "main", "begin")
    log.say(after(EVENING, 1), "main", "".join(pieces))
    log.parallel_signals(after(EVENING, 2), "AUSDT", "binance")
    report = analyze(["-"], stdin=io.BytesIO(log.text(FORMS[form]).encode()))
    assert any(incident.symbol == "AUSDT" for incident in report.incidents)
    json.dumps(report.document())
    assert page(report).endswith("</html>\n")


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_lines_in_any_order(seed: int) -> None:
    """A shuffled story breaks nothing, whatever it then tells."""
    log = BotLog()
    log.aptusdt()
    log.avlusdt(EVENING)
    log.retry_after_rollback(after(EVENING, 3000), "CUSDT")
    log.crash_and_restart(after(EVENING, 3100), "DUSDT")
    lines = log.lines()
    random.Random(seed).shuffle(lines)
    report = analyze(["-"], stdin=io.BytesIO("\n".join(lines).encode()))
    json.dumps(report.document())
    assert page(report)


@given(st.text(max_size=400))
def test_printable_text_is_one_bounded_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= 160


@given(st.text(max_size=100))
def test_every_spelling_of_a_symbol_settles(symbol: str) -> None:
    assert len(canonical(symbol)) <= 120


def test_spellings_of_a_symbol() -> None:
    spellings = ["APT/USDT:USDT", "APT/USDT", " aptusdt ", "APTUSDT"]
    assert {canonical(spelling) for spelling in spellings} == {"APTUSDT"}
    assert canonical("BTC/USD:BTC") == "BTCUSD:BTC"


def test_a_log_full_of_violations_keeps_a_bounded_list(read: Read) -> None:
    log = BotLog()
    for number in range(LISTED + 500):
        log.violation(after(EVENING, number * 40), f"A{number % 7}USDT", "binance")
    report = read(log)
    assert report.incident_count == LISTED + 500
    assert len(report.incidents) == LISTED
    assert report.document()["summary"]["incidents_not_listed"] == 500


def test_more_symbols_than_are_remembered(read: Read) -> None:
    log = BotLog()
    for number in range(WITHOUT_STOP_KEPT * 2):
        at = after(EVENING, number)
        log.signal(at, f"S{number}USDT")
        log.row(after(at, 0.1), f"S{number}USDT", number)
        log.entry(after(at, 0.5), number)
    report = read(log)
    assert report.openings == WITHOUT_STOP_KEPT * 2
    assert report.kinds["unprotected"] > WITHOUT_STOP_KEPT


def test_a_log_cannot_write_to_a_terminal_or_into_a_page(read: Read) -> None:
    log = BotLog()
    log.aptusdt()
    evil = "<script>alert(1)</script>\x1b]0;title\x07\x1b[2J"
    log.say(after(EVENING, 3044.5), REPOSITORY, f"Updating position #2548 to entry_placed {evil}")
    report = read(log)
    assert any("script" in moment.text for moment in report.incidents[0].timeline)
    assert "\x1b" not in json.dumps(report.document(), ensure_ascii=False)
    assert "<script" not in page(report)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page(report)


def test_facts_of_a_line_with_everything(read: Read) -> None:
    """One line may tell several things."""
    text = "Executing signal #7: APTUSDT Opening position ATOMICALLY: APTUSDT BUY 5 Syncing positions from bybit"
    found = [(fact.kind, fact.symbol) for fact in Grammar().facts(text, Head(0, None), 0)]
    assert found == [("signal", "APTUSDT"), ("opening", "APTUSDT"), ("sync", None)]


def test_options_bound_nothing_by_default() -> None:
    assert (Options().begin, Options().end, Options().symbol, Options().last) == (None, None, None, None)
