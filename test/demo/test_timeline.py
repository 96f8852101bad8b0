"""The renderer of timelines: 80 columns, no escape code where none is wanted."""

import io
from datetime import datetime

import pytest
from rich.text import Text
from tradelatch.timeline import Event, Mood, Timeline, plain_console, print_columns, print_text

AT = datetime(2025, 10, 22, 21, 50, 44, 738217)
LEFT, RIGHT = "signal handler", "synchronizer"


def drawn(*events: Event) -> list[str]:
    file = io.StringIO()
    timeline = Timeline(plain_console(file), [LEFT, RIGHT])
    timeline.heading()
    for event in events:
        timeline.add(event)
    return file.getvalue().splitlines()


def test_each_actor_has_a_column_and_the_time_stands_once() -> None:
    assert drawn(
        Event(AT, LEFT, "row 2548"),
        Event(AT, RIGHT, "asks"),
        Event(AT.replace(second=45), RIGHT, "asks again"),
    ) == [
        "time          signal handler                    synchronizer",
        "------------  --------------------------------  --------------------------------",
        "21:50:44.738  row 2548",
        "                                                asks",
        "21:50:45.738                                    asks again",
    ]


@pytest.mark.parametrize("actor", [LEFT, RIGHT])
@pytest.mark.parametrize("text", ["word " * 40, "x" * 200, "🔍 ポジション" * 20, "first\nsecond " + "y" * 90, ""])
def test_no_line_is_longer_than_80_columns_or_ends_in_blanks(actor: str, text: str) -> None:
    for line in drawn(Event(AT, actor, text)):
        assert Text(line).cell_len <= 80
        assert line == line.rstrip()


def test_nothing_of_a_long_text_is_lost() -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(300))
    lines = drawn(Event(AT, RIGHT, text))[2:]
    assert "".join(line[48:] for line in lines) == text


def test_markup_and_emoji_codes_are_text() -> None:
    assert "[bold]:smile:[/bold] 61.8" in drawn(Event(AT, LEFT, "[bold]:smile:[/bold] 61.8"))[2]


def test_columns_are_padded_by_what_a_terminal_shows() -> None:
    file = io.StringIO()
    print_columns(plain_console(file), ["ポジ", "next"], [6, 6])
    assert file.getvalue() == "ポジ    next\n"


def test_a_paragraph_is_wrapped() -> None:
    file = io.StringIO()
    print_text(plain_console(file), "word " * 40)
    lines = file.getvalue().splitlines()
    assert len(lines) == 3
    assert all(len(line) <= 80 and line == line.rstrip() for line in lines)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)


def coloured(mood: Mood) -> str:
    file = io.StringIO()
    timeline = Timeline(plain_console(file), [LEFT, RIGHT])
    timeline.heading()
    timeline.add(Event(AT, LEFT, "row 2548", mood))
    return file.getvalue()


@pytest.mark.usefixtures("terminal")
def test_a_terminal_gets_colour() -> None:
    assert "\x1b[1;31mrow 2548" in coloured("bad")
    assert "\x1b[32mrow 2548" in coloured("good")


@pytest.mark.usefixtures("terminal")
def test_with_no_color_not_one_escape_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in coloured("bad")


def test_a_pipe_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    assert "\x1b" not in coloured("bad")
