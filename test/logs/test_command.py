"""`tradelatch analyze-logs`: what it prints, where, and how it ends."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from threading import Thread

import pytest
from tradelatch.__main__ import main

from .botlog import EVENING, BotLog, after, evening, structlog

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "analyze-logs.md"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        return (main(["analyze-logs", *map(str, arguments)]), *capsys.readouterr())

    return run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "bot.log"
    path.write_text(evening().text())
    return path


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    path = tmp_path / "quiet.log"
    log = BotLog()
    log.opening(evening().records[0].at, "APTUSDT", 1)
    path.write_text(log.text())
    return path


def test_incidents_are_status_1(run: Run, path: Path) -> None:
    status, out, err = run(path)
    assert (status, err) == (1, "")
    assert "2 incidents and 1 other finding in 21 openings: 9.52 incidents per 100 openings" in out
    assert "2. APTUSDT, binance, 2025-10-22T21:50:45.914: B, signal and synchronizer" in out
    assert "rows 2548 and 2549, 3.757 s apart, 2549 won" in out
    assert "AVLUSDT, 2025-10-28T13:19:10.236: doubled_rollback" in out


def test_the_report_fits_80_columns_without_colour(run: Run, path: Path) -> None:
    _, out, _ = run(path)
    assert "\x1b" not in out
    assert max(len(line) for line in out.splitlines() if "/" not in line) <= 80


def test_the_timeline_has_a_column_for_each_actor(run: Run, path: Path) -> None:
    _, out, _ = run(path, "--symbol", "APTUSDT")
    heading = next(line for line in out.splitlines() if line.startswith("time "))
    assert re.split(r"  +", heading) == ["time", "signal handler", "synchronizer"]
    row = next(line for line in out.splitlines() if "Created position #2549 for" in line)
    assert row.index("Created") == heading.index("synchronizer")


def test_none_is_status_0(run: Run, quiet: Path) -> None:
    status, out, err = run(quiet)
    assert (status, err) == (0, "")
    assert "0 incidents and 0 other findings in 1 opening" in out


def test_a_doubled_rollback_alone_is_status_1_and_a_retry_is_not(run: Run, tmp_path: Path) -> None:
    doubled, retry = BotLog(), BotLog()
    doubled.avlusdt()
    at = evening().records[0].at
    retry.retry_after_rollback(at, "CUSDT")
    retry.close(at.replace(second=6))
    retry.closed(at.replace(second=7), "CUSDT")
    for log, status in ((doubled, 1), (retry, 0)):
        path = tmp_path / "one.log"
        path.write_text(log.text())
        assert run(path)[0] == status


def test_json_is_one_document_of_the_promised_form(run: Run, path: Path) -> None:
    status, out, err = run(path, "--json")
    assert (status, err) == (1, "")
    document = json.loads(out)
    assert list(document) == ["summary", "incidents", "other_findings", "unread_lines"]
    incident = document["incidents"][1]
    assert list(incident) == [
        "scenario",
        "exchange",
        "symbol",
        "at",
        "positions",
        "gap_seconds",
        "winner",
        "evidence",
        "timeline",
    ]
    assert (incident["positions"], incident["gap_seconds"], incident["winner"]) == ([2548, 2549], 3.757, 2549)
    assert document["other_findings"][0]["kind"] == "doubled_rollback"
    assert document["unread_lines"] == 0


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--from", "2025-10-22 21:30"], ["APTUSDT"]),
        (["--from", "21:30", "--to", "21:51"], ["APTUSDT"]),
        (["--to", "2025-10-22T21:30:00Z"], ["PERPUSDT"]),
        (["--from", "2025-10-23"], []),
        (["--symbol", "PERP/USDT"], ["PERPUSDT"]),
        (["--exchange", "bybit"], []),
        (["--last", "9000"], ["APTUSDT"]),
        (["--tz", "Europe/Berlin", "--from", "23:30"], ["APTUSDT"]),
        (["--context", "2s"], ["PERPUSDT", "APTUSDT"]),
    ],
)
def test_options(run: Run, path: Path, options: list[str], found: list[str]) -> None:
    _, out, err = run(path, "--json", *options)
    assert err == ""
    assert [incident["symbol"] for incident in json.loads(out)["incidents"]] == found


@pytest.mark.parametrize(
    "options",
    [["--from", "yesterday"], ["--tz", "Mars/Olympus"], ["--last", "0"], ["--context", "soon"], ["--last", "x"], []],
)
def test_wrong_usage_is_one_line_and_status_2(run: Run, path: Path, options: list[str]) -> None:
    status, out, err = run(*([path, *options] if options else []))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("tradelatch")


def test_what_is_no_log_is_one_line_and_status_2(run: Run, path: Path, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)) * 100)
    prose = tmp_path / "prose"
    prose.write_text("no times here\n")
    for given, message in (
        (tmp_path, "is a directory: name the log files in it"),
        (tmp_path / "missing", "does not exist"),
        (binary, "is a binary file, not a log"),
        (prose, "is not a log: no line of it begins with a time"),
    ):
        status, out, err = run(path, given)
        assert (status, out, err) == (2, "", f"tradelatch: {given} {message}\n")


def test_an_empty_file_is_one_line(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.log"
    empty.touch()
    status, out, err = run(empty)
    assert (status, out, err) == (0, f"{empty} is empty\n", "")


def test_no_match_is_one_line(run: Run, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.log"
    other.write_text("2025-10-22 21:00:00,000 - main - INFO - nothing\n" * 3)
    status, out, _ = run(other)
    assert status == 0
    assert out == "no match: none of 3 lines tells of an opening\n"
    status, out, _ = run(path, "--symbol", "aptusdt", "--exchange", "OKX", "--to", "21:01")
    assert status == 0
    assert out == "no match: none of 29,177 lines tells of an opening of APTUSDT on okx to 21:01:00\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--symbol", "apt"], "--symbol: no message that matters names APT; did you mean APTUSDT? They name "),
        (
            ["--exchange", "binanse"],
            "--exchange: no message that matters names binanse; did you mean binance? They name ",
        ),
    ],
)
def test_a_mistyped_filter_is_no_all_clear(run: Run, path: Path, tmp_path: Path, options: list[str], said: str) -> None:
    page = tmp_path / "page.html"
    status, out, err = run(path, *options, "--html", page)
    assert (status, out) == (2, "")
    assert err.startswith(f"tradelatch: {said}")
    assert not page.exists()


def test_unread_lines_are_shown(run: Run, path: Path) -> None:
    path.write_bytes(b"cut off\n" + path.read_bytes() + b"2025-10-2")
    _, out, _ = run(path, "--json")
    assert json.loads(out)["unread_lines"] == 2
    assert "2 unread" in " ".join(run(path)[1].split())


def test_standard_input(path: Path) -> None:
    with path.open("rb") as stdin:
        command = [sys.executable, "-m", "tradelatch", "analyze-logs", "-", "--json"]
        done = subprocess.run(command, stdin=stdin, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert len(json.loads(done.stdout)["incidents"]) == 2


def test_the_page_of_the_documentation_shows_what_is_printed(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    _, out, _ = run("bot.log", "--symbol", "APTUSDT")
    (shown,) = re.findall(r"^```text\n(.*?)^```$", DOCUMENTATION.read_text(), re.MULTILINE | re.DOTALL)
    assert out == shown


def test_a_bar_on_a_terminal(path: Path) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "tradelatch", "analyze-logs", path, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, env=os.environ | {"TERM": "xterm"}, check=False)
    os.close(end)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    assert re.search(r"reading.*\d+\.\d/\d+\.\d MB", shown)
    assert len(json.loads(done.stdout)["incidents"]) == 2


class Page(HTMLParser):
    """The tags of a page, and whatever it would ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.asked: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "path", "rect", "circle"):
            self.open.append(tag)
        self.asked += [f"{name}={value}" for name, value in attributes if name in ("src", "href", "action", "data")]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "rect", "circle"):
            assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing(run: Run, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    assert run(path, "--html", out)[0] == 1
    text = out.read_text()
    page = Page(text)
    assert page.open == []
    assert page.asked == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not re.search(r"url\(|@import|https?:", text)
    assert page.tags.count("article") == 3
    assert page.tags.count("svg") == 4  # the hours, two incidents, one finding
    assert "<title>Double openings: 2 incidents" in text


def test_a_page_that_cannot_be_written(run: Run, path: Path, tmp_path: Path) -> None:
    missing = tmp_path / "no" / "page.html"
    status, out, err = run(path, "--html", missing)
    assert (status, out, err) == (2, "", f"tradelatch: {missing} cannot be written: No such file or directory\n")


def test_a_page_never_replaces_a_file(run: Run, path: Path, tmp_path: Path) -> None:
    other, link = tmp_path / "other.html", tmp_path / "link.html"
    other.write_text("mine")
    link.symlink_to(tmp_path / "not-there")
    before = path.read_bytes()
    for out in (path, other, link):
        assert run(path, "--html", out) == (2, "", f"tradelatch: {out} is there already: name a new file\n")
    assert (path.read_bytes(), other.read_text()) == (before, "mine")
    assert not (tmp_path / "not-there").exists()


def test_a_file_that_comes_to_be_while_the_logs_are_read(tmp_path: Path, run: Run) -> None:
    """The page's name is looked at before the logs are read, and taken only if it is free then, too."""
    fifo, out = tmp_path / "fifo", tmp_path / "page.html"
    os.mkfifo(fifo)

    def write() -> None:
        with fifo.open("w") as file:  # returns when the command has opened the log
            out.write_text("mine")
            file.write(evening().text())

    writer = Thread(target=write)
    writer.start()
    status, _, err = run(fifo, "--html", out)
    writer.join()
    assert (status, err) == (2, f"tradelatch: {out} is there already: name a new file\n")
    assert out.read_text() == "mine"


EVIL = "\x1b[2J\x1b]0;title\x07\x9b31m\x08\x7f\u202e"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_nothing_in_a_log_reaches_the_terminal_as_a_command(run: Run, tmp_path: Path, options: list[str]) -> None:
    """In whatever part of a message it stands: a symbol, an exchange, an index, a JSON field, the text, a module."""
    violation = 'duplicate key value violates unique constraint "uq{}"\nDETAIL:  Key (symbol, exchange)=({}, {})'
    log = BotLog()
    log.parallel_signals(EVENING, "AUSDT", "binance")
    text = violation.format(EVIL, f"A{EVIL}USDT", f"bi{EVIL}nance")
    log.say(after(EVENING, 7.3), f"core{EVIL}", f"{text} already exists. {EVIL}", "ERROR")
    log.say(after(EVENING, 8.3), "core", f"🔄 Rolling back position for B{EVIL}USDT, state=entry_placed")
    log.say(after(EVENING, 60), "main", f"Opening position ATOMICALLY: C{EVIL}USDT SELL 5")
    path = tmp_path / "bot.log"
    fields = json.dumps({"symbol": f"D{EVIL}USDT", "exchange": EVIL})[1:-1]
    lines = log.lines(structlog) + log.lines()
    lines += [line.replace('"event"', f'{fields}, "event"') for line in log.lines(structlog)]
    path.write_text("\n".join(lines) + "\n")
    status, out, err = run(path, *options)
    assert (status, err) == (1, "")
    assert [letter for letter in out if not letter.isprintable() and letter != "\n"] == []
