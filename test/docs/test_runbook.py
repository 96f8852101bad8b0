"""Every command of docs/runbook.md, run as it stands there on the book and the exchange that its section tells of.

What it prints must be what the page shows, times and lengths of time included: the clock is the test's. Only what is
drawn by lot or the system's choice (ids, fences, logins, processes) has a name of its own in the page. With
TRADELATCH_WRITE_RUNBOOK=1 the page is written anew.
"""

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
from tradelatch.cli import live
from tradelatch.programs import server_programs

from ..cli.desk import Desk
from .clock import ClockedDesk
from .nights import NIGHTS

PAGE = Path(__file__).parents[2] / "docs/runbook.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))
TOLD = {  # what the page shows -> what may stand there
    "0b6e1c52-3f0d-4d43-9f0e-6d0c0a5f7a11": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "tl4c1f0a9be2d34f60a7c5d1": r"tl[0-9a-f]{22}(?=[esc][1-9])",
    "fence 4939873512": r"fence \d+",
    "by operator:": r"by \w+:",
    "process 4711 of user someone,": r"process \d+ of user \w+,",
    "pg_terminate_backend(4711)": r"pg_terminate_backend\(\d+\)",
}

NAMED_LATER = [shown for shown in TOLD if shown.startswith(("0b6e", "tl4c", "fence"))]  # by the commands that follow


def as_shown(text: str) -> str:
    """With what is never the same twice as the page shows it, and without blanks at the ends of lines."""
    for shown, pattern in TOLD.items():
        text = re.sub(pattern, shown, text, flags=re.MULTILINE)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"


@pytest.fixture
def prepared(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A book whose next position is 2548 and whose time is the test's, and a shell's variables and folder."""
    desk = ClockedDesk(**vars(desk))
    settle = live.pause

    async def pause() -> None:
        await settle()
        desk.age("5 seconds")

    monkeypatch.setattr(live, "pause", pause)
    with psycopg.connect(desk.superuser) as connection:
        connection.execute("alter sequence monitoring.positions_id_seq restart with 2548")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADELATCH_DSN", desk.dsn)
    monkeypatch.setenv("PATH", f"{server_programs()}{os.pathsep}{os.environ['PATH']}")
    return desk


def play(block: str, desk: Desk, seen: dict[str, str]) -> str:
    """Run the commands of a block; the block as it is then."""
    told = []
    for command in re.findall(r"^\$ (.*(?:\n> .*)*)", block, re.MULTILINE):
        desk.age("10 seconds")  # to type it
        told += [f"$ {command}", as_shown(_run(command.replace("\n> ", "\n"), desk, seen)).strip("\n")]
    return "\n".join(filter(None, told)) + "\n"


def _run(command: str, desk: Desk, seen: dict[str, str]) -> str:
    for shown, last in seen.items():
        command = command.replace(shown, last).replace(shown.replace(" ", " => "), last.replace(" ", " => "))
    if not command.startswith("tradelatch "):
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
    words = subprocess.run(
        ["sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, text=True, check=True
    ).stdout.split("\0")[1:-1]
    printed = desk.run(*words)
    for shown in NAMED_LATER:
        seen.update(dict.fromkeys([shown], found[-1]) if (found := re.findall(TOLD[shown], printed.out)) else {})
    status = "" if printed.status == 0 else f"exit status {printed.status}\n"
    return printed.out + printed.err + status


def test_every_section_has_its_night() -> None:
    assert list(NIGHTS) == [section for section, text in SECTIONS.items() if BLOCK.search(text)]


@pytest.mark.parametrize("section", NIGHTS)
def test_the_commands_print_what_the_page_shows(prepared: Desk, section: str) -> None:
    blocks = BLOCK.findall(SECTIONS[section])
    story, seen = NIGHTS[section](prepared), {}
    played = []
    for block, _ in zip(blocks, story, strict=True):
        played.append(play(block, prepared, seen))
    if os.environ.get("TRADELATCH_WRITE_RUNBOOK"):
        now = iter(played)
        text = BLOCK.sub(lambda _: f"```console\n{next(now)}```", SECTIONS[section])
        PAGE.write_text(PAGE.read_text().replace(SECTIONS[section], text))
    else:
        assert played == blocks
