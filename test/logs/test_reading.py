"""Files as they are found: compressed, rotated, piped, cut off, damaged, huge, or no logs at all."""

import gzip
import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from tradelatch.logs import Options, Report, Unreadable, analyze, reading

from .botlog import EVENING, BotLog, after, bare, both, evening, hours, structlog, with_comma, with_dot, without_date
from .conftest import Read

BOTH = ["PERPUSDT", "APTUSDT"]


def symbols(report: Report) -> list[str | None]:
    return [incident.symbol for incident in report.incidents]


def write(path: Path, text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


@pytest.mark.parametrize("name", ["bot.log", "bot.log.gz"])
@pytest.mark.parametrize("piped", [False, True])
def test_plain_and_compressed_files_and_pipes(tmp_path: Path, name: str, piped: bool) -> None:
    path = write(tmp_path / name, evening().text())
    stdin = io.BytesIO(Path(path).read_bytes())
    report = analyze(["-" if piped else path], stdin=stdin)
    assert symbols(report) == BOTH
    assert (report.openings, report.unread_lines) == (21, 0)
    assert report.files[0].lines == evening().text().count("\n")
    assert report.files[0].name == ("standard input" if piped else path)


def test_a_named_pipe(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = Thread(target=fifo.write_text, args=[evening().text()])
    writer.start()
    assert symbols(analyze([str(fifo)])) == BOTH
    writer.join()


@pytest.fixture
def rotated(tmp_path: Path) -> list[str]:
    """The evening in four files, two of them compressed, cut inside both incidents; their names tell no order."""
    lines = evening().text().splitlines(keepends=True)
    third = next(number for number in range(12_000, len(lines)) if lines[number].startswith("2025"))
    cuts = sorted([0, _line(lines, "position_id=2438"), third, _line(lines, "position_id=2548"), len(lines)])
    names = ["b.log.2.gz", "z.log", "a.log.gz", "m.log.1"]
    parts = zip(names, cuts, cuts[1:], strict=False)
    return [write(tmp_path / name, "".join(lines[begin:end])) for name, begin, end in parts]


def _line(lines: list[str], text: str) -> int:
    return next(number for number, line in enumerate(lines) if text in line) + 1


def test_rotated_files_are_ordered_by_time(rotated: list[str]) -> None:
    for names in (rotated, rotated[::-1], sorted(rotated)):
        report = analyze(names)
        assert symbols(report) == BOTH
        assert [incident.gap for incident in report.incidents] == [770_000, 3_757_000]
        assert [file.name for file in report.files] == rotated


def test_logs_of_the_same_time_are_read_together(tmp_path: Path) -> None:
    """The signal handler and the synchronizer write a log each."""
    records = evening().records
    names = []
    for number, synchronizer in enumerate((True, False)):
        part = BotLog([record for record in records if ("sync" in record.module) == synchronizer])
        names.append(write(tmp_path / f"{number}.log", part.text()))
    report = analyze(names)
    assert symbols(report) == BOTH
    assert {incident.scenario for incident in report.incidents} == {"B"}


@pytest.mark.parametrize("kind", ["plain", "gz", "stdin", "rotated"])
@pytest.mark.parametrize("count", [1, 700, 25_000, 10_000_000])
def test_the_last_lines(tmp_path: Path, rotated: list[str], kind: str, count: int) -> None:
    lines = evening().text().splitlines(keepends=True)
    kept = lines[-count:]
    options = Options(last=count)
    if kind == "rotated":
        report = analyze(rotated, options)
    else:
        path = write(tmp_path / ("bot.log.gz" if kind == "gz" else "bot.log"), "".join(lines))
        report = analyze(["-" if kind == "stdin" else path], options, stdin=io.BytesIO(Path(path).read_bytes()))
    assert sum(file.lines for file in report.files) == len(kept)
    assert sum(file.size for file in report.files) == len("".join(kept).encode())
    assert report.unread_lines == 0
    assert symbols(report) == [name for name in BOTH if any(f"({name}, binance)" in line for line in kept)]


def test_the_last_lines_are_read_from_the_end(tmp_path: Path) -> None:
    """A hole of 100 GB before them."""
    path = tmp_path / "bot.log"
    with path.open("wb") as file:
        file.write(b"2025-10-22 20:00:00,000 - main - INFO - begin\n" * 2000)
        file.seek(100 << 30)
        file.write(b"\n" + evening().text().encode())
    assert symbols(analyze([str(path)], Options(last=10_000))) == ["APTUSDT"]


def test_the_last_lines_of_two_logs_are_those_of_each(tmp_path: Path) -> None:
    names = []
    for number in range(2):
        log = BotLog()
        log.parallel_signals(after(EVENING, 10 + number), f"A{number}USDT", "binance")
        names.append(write(tmp_path / f"{number}.log", log.text()))
    assert len(analyze(names, Options(last=1000)).incidents) == 2


def test_the_end_of_a_long_pipe_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_KEPT", 1 << 20)
    text = evening().text().encode()
    report = analyze(["-"], Options(last=25_000), stdin=io.BytesIO(text))
    (file,) = report.files
    assert 1 << 19 < file.size <= 1 << 20
    assert file.notes == [f"only its last 1 MB were kept, {file.lines} lines"]


# What could not be read


@pytest.mark.parametrize(
    ("before", "after", "unread"),
    [
        (b"nd of a line that was cut off\n", b"", 1),
        (b"one\ntwo\n\nthree\n", b"", 3),
        (b"", b"2025-10-22 21:5", 1),
        (b"", b"  a last line without its end", 0),
        (b"", b"\xff\xfe\x80 no text\n", 1),
        (b"", b"\0\0\0\0\0\0\n", 1),
        (b"\xef\xbb\xbf", b"", 0),
    ],
)
def test_what_cannot_be_read_is_counted(read: Read, before: bytes, after: bytes, unread: int) -> None:
    report = read(before + both().text().encode() + after)
    assert symbols(report) == BOTH
    assert report.unread_lines == unread


def test_bad_bytes_in_a_line_that_can_be_read(read: Read) -> None:
    text = both().text().encode().replace("📝 Creating".encode(), b"\xf0\x9f Creating")
    report = read(text)
    assert symbols(report) == BOTH
    assert report.unread_lines == 0
    assert report.files[0].replaced == text.count(b"\xf0\x9f Creating") > 0


def test_a_time_that_no_calendar_has(read: Read) -> None:
    text = both().text() + "2025-13-45 21:00:00,000 - main - INFO - Executing signal #5: XUSDT\n"
    assert read(text).unread_lines == 1


def test_broken_json_lines_are_counted(read: Read) -> None:
    lines = [*both().lines(structlog)[:1] * 8, *both().lines(structlog)]
    lines[5] = lines[5][:30]
    lines[6] = "a warning of some library"
    lines[7] = '{"event": "Executing signal #5: XUSDT" "broken"}'
    report = read("\n".join(lines) + '\n{"event": "cut of')
    assert symbols(report) == BOTH
    assert report.unread_lines == 4


def test_a_banner_before_json_lines(read: Read) -> None:
    report = read("2025-10-22 20:59:59 bot 4.2\n" + both().text(structlog))
    assert symbols(report) == BOTH
    assert [incident.gap for incident in report.incidents] == [770_000, 3_756_398]
    assert report.unread_lines == 0


def test_json_in_a_message_is_no_record(read: Read) -> None:
    log = both()
    log.say(after(EVENING, 5), "main", 'Answer:\n{"time": 1, "symbol": "XUSDT"}\n{\n  "time": 2\n}')
    report = read(log)
    assert symbols(report) == BOTH
    assert report.unread_lines == 0


def test_a_line_without_end_is_left_out(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 2 << 20)
    lines = both().text().splitlines(keepends=True)
    lines.insert(30, "2025-10-22 21:18:00,000 - main - INFO - " + "x" * (5 << 20) + "\n")
    report = read("".join(lines))
    assert symbols(report) == BOTH
    assert report.unread_lines == 1
    assert report.files[0].lines == len(lines)


def test_damaged_compressed_data_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bot.log.gz"
    data = gzip.compress(evening().text().encode())
    path.write_bytes(data[: len(data) * 9 // 10])
    report = analyze([str(path)])
    assert symbols(report) == BOTH
    assert report.files[0].notes == ["its compressed data is damaged or breaks off"]


# Times


def test_times_keep_their_zone_unless_told(read: Read) -> None:
    (incident,) = read(_shifted("+0300"), symbol="APTUSDT").document()["incidents"]
    assert incident["at"] == "2025-10-22T21:50:45.914+03:00"
    (incident,) = read(_shifted("+0300"), symbol="APTUSDT", zone=ZoneInfo("Europe/Berlin")).document()["incidents"]
    assert incident["at"] == "2025-10-22T20:50:45.914+02:00"


def _shifted(zone: str) -> str:
    lines = both().text().splitlines(keepends=True)
    return "".join(f"{line[:23]}{zone}{line[23:]}" if line.startswith("2025") else line for line in lines)


def test_times_without_a_zone_are_of_utc_or_of_the_zone_given(read: Read) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    (incident,) = read(both(), symbol="APTUSDT", zone=berlin).document()["incidents"]
    assert incident["at"] == "2025-10-22T23:50:45.914+02:00"
    (incident,) = read(both(), symbol="APTUSDT", zone=UTC, log_zone=berlin).document()["incidents"]
    assert incident["at"] == "2025-10-22T19:50:45.914Z"


def test_bounds_are_of_the_zone_that_is_shown(read: Read) -> None:
    zone = timezone(timedelta(hours=2))
    begin = datetime(2025, 10, 22, 23, 30)
    assert symbols(read(both(), zone=zone, begin=begin)) == ["APTUSDT"]
    assert symbols(read(both(), begin=begin)) == []
    assert symbols(read(both(), begin=begin.replace(tzinfo=zone))) == ["APTUSDT"]


def test_a_date_is_inferred_from_when_a_log_was_written(tmp_path: Path) -> None:
    log = BotLog()
    for hour in range(40):
        log.synchronizer(after(EVENING, hour * 3600), "binance")
    log.say(after(EVENING, 40 * 3600 - 1), "main", "the end")
    log.parallel_signals(after(EVENING, 30 * 3600), "AUSDT", "binance")
    path = tmp_path / "bot.log"
    write(path, log.text(without_date))
    written = datetime(2025, 10, 24, 13, 0, tzinfo=UTC).timestamp()
    os.utime(path, (written, written))
    (incident,) = (report := analyze([str(path)])).document()["incidents"]
    assert incident["at"] == "2025-10-24T03:00:07.210"
    assert report.begins is not None
    assert report.begins.startswith("2025-10-22T21:00:00")
    assert report.files[0].notes == ["its lines have no date; it was inferred from when it was last written"]
    last = analyze([str(path)], Options(last=60)).document()["incidents"]
    assert [each["at"] for each in last] == [incident["at"]]


def test_a_date_is_inferred_from_a_name(tmp_path: Path) -> None:
    (report,) = [analyze([write(tmp_path / "bot.log.2025-10-22", both().text(without_date))])]
    assert [i["at"] for i in report.document()["incidents"]] == ["2025-10-22T21:20:22.400", "2025-10-22T21:50:45.914"]
    assert report.files[0].notes == ["its lines have no date; it was inferred from its name"]


def test_no_date_is_inferred_for_a_pipe() -> None:
    report = analyze(["-"], stdin=io.BytesIO(both().text(without_date).encode()))
    document = report.document()
    assert [incident["at"] for incident in document["incidents"]] == ["day 1 21:20:22.400", "day 1 21:50:45.914"]
    assert list(document["summary"]["by_day"]) == ["day 1"]
    assert report.files[0].notes == [
        "its lines have no date; it was inferred from nothing: its days are counted from 1"
    ]


def test_rows_that_meet_at_midnight_without_dates(tmp_path: Path) -> None:
    log = BotLog()
    log.parallel_signals(datetime(2025, 10, 22, 23, 59, 57), "AUSDT", "binance")
    report = analyze([write(tmp_path / "bot.2025-10-22.log", log.text(without_date))])
    (incident,) = report.document()["incidents"]
    assert (incident["gap_seconds"], incident["at"]) == (2.0, "2025-10-23T00:00:04.210")


@pytest.mark.parametrize("form", [with_comma, with_dot, bare])
def test_a_continuation_that_begins_with_a_clock(read: Read, form: Callable[..., str]) -> None:
    """It has no date, so it belongs to the record before it."""
    log = both()
    log.say(after(EVENING, 1), "main", "Table:\n21:55:00 one\n03:00:00 two")
    report = read(log, form)
    assert symbols(report) == BOTH
    assert report.unread_lines == 0


# No logs


def test_what_is_no_log_is_said_in_one_line(tmp_path: Path) -> None:
    cases = {
        tmp_path: "is a directory: name the log files in it",
        tmp_path / "missing.log": "does not exist",
        tmp_path / "bad\nname": "does not exist",
        _made(tmp_path / "binary", os.urandom(100_000)): "is a binary file, not a log",
        _made(tmp_path / "zeros", bytes(1000)): "is a binary file, not a log",
        _made(tmp_path / "utf16.log", evening().text().encode("utf-16")): "is a binary file, not a log",
        _made(tmp_path / "readme", b"# Title\n\nNo times here.\n"): "is not a log: no line of it begins with a time",
        _made(tmp_path / "short.gz", gzip.compress(b"x")[:5]): "cannot be read: its gzip data breaks off at once",
        _made(tmp_path / "false.gz", b"\x1f\x8b" + b"x" * 100): "cannot be read: it begins as gzip data, and is none",
    }
    for path, message in cases.items():
        with pytest.raises(Unreadable) as error:
            analyze([str(path)])
        assert str(error.value).endswith(message)
        assert "\n" not in str(error.value)


def _made(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_nothing_is_read_when_one_file_is_no_log(tmp_path: Path) -> None:
    good = write(tmp_path / "good.log", evening().text())
    with pytest.raises(Unreadable, match=r"missing\.log does not exist"):
        analyze([good, str(tmp_path / "missing.log")])


def test_an_empty_file_among_others_is_said(tmp_path: Path) -> None:
    good, empty = write(tmp_path / "good.log", evening().text()), write(tmp_path / "empty.log", "")
    compressed = write(tmp_path / "empty.gz", "")
    report = analyze([empty, good, compressed])
    assert (symbols(report), report.notes) == (BOTH, [f"{empty} is empty", f"{compressed} is empty"])


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "bot.log", evening().text())
    assert symbols(analyze([path, path])) == BOTH


# Memory


@pytest.mark.parametrize(("way", "megabytes"), [("plain", 200), ("gz", 60), ("last", 100), ("pipe", 60)])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, way: str, megabytes: int) -> None:
    """As much for a file of many times the size; the end of a pipe is kept up to a bound."""
    peaks = []
    for size in (12 << 20, megabytes << 20):
        path = tmp_path / f"{size}.log"
        with gzip.open(path, "wb", compresslevel=1) if way == "gz" else path.open("wb") as file:
            file.writelines(hours(size))
        peaks.append(_peak(path, way))
        path.unlink()
    assert peaks[1] < 120 << 20
    assert peaks[1] - peaks[0] < (70 if way == "last" else 20) << 20


# Not ru_maxrss: a process begins with the peak of the one that started it.
PEAK = """
import re, sys
from tradelatch.logs import Options, analyze
last = 10_000_000 if sys.argv[2] == "last" else None
report = analyze(["-" if sys.argv[2] in ("last", "pipe") else sys.argv[1]], Options(last=last))
assert report.incident_count and report.counts["scenario"]["B"] == report.incident_count, report
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) * 1024)
"""


def _peak(path: Path, way: str) -> int:
    with path.open("rb") as stdin:
        run = subprocess.run([sys.executable, "-c", PEAK, path, way], stdin=stdin, capture_output=True, check=True)
    return int(run.stdout)
