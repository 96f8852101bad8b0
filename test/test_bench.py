"""`make bench` at a size that says nothing of speed: each row is measured, and reported as it was measured."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = Path(__file__).parent / "bench" / "run.py"
PAIRS = 2


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, str]:
    """What one run wrote as JSON, as Markdown and for people."""
    folder = tmp_path_factory.mktemp("bench")
    files = {name: folder / f"bench.{name}" for name in ("json", "markdown")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    done = subprocess.run([sys.executable, str(RUN), "--small", *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(files["json"].read_text()), files["markdown"].read_text(), done.stdout


def test_every_row_has_its_pairs(reports: tuple[dict[str, Any], str, str]) -> None:
    measured, _, _ = reports
    assert [row["number"] for row in measured["rows"]] == sorted(row["number"] for row in measured["rows"])
    assert {row["number"] for row in measured["rows"]} == set("123456789")
    for row in measured["rows"]:
        assert len(row["pairs"]) == measured["facts"]["pairs"] == PAIRS, row
        assert all(math.isfinite(figure) and figure > 0 for pair in row["pairs"] for figure in pair), row


def test_the_goals_stand_in_the_table(reports: tuple[dict[str, Any], str, str]) -> None:
    goals: dict[str, set[str | None]] = {}
    for row in reports[0]["rows"]:
        goals.setdefault(row["number"], set()).add(row["goal"])
    assert goals["1"] == {"<= 2.0"}
    assert goals["4"] == {"<= 1.1", "<= 1.2"}
    assert goals["5"] == {">= 50"}
    assert goals["9"] == {"<= 1.05", None}


def test_the_tables_say_what_the_json_says(reports: tuple[dict[str, Any], str, str]) -> None:
    measured, markdown, printed = reports
    head, _, *lines = [line.strip("| ").split(" | ") for line in markdown.splitlines() if line.startswith("|")]
    shown = [line for line in printed.splitlines() if " to " in line and line.split()[1].isdigit()]
    assert len(lines) == len(shown) == len(measured["rows"])
    for row, cells, line in zip(measured["rows"], lines, shown, strict=True):
        ratios = [of / to for to, of in row["pairs"]]
        ratio = sum(ratios) / len(ratios)  # the median of two
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        holds = row["goal"] and (
            ratio <= float(row["goal"][3:]) if row["goal"].startswith("<=") else ratio >= float(row["goal"][3:])
        )
        stated = dict(zip(head, cells, strict=False))
        assert (stated["row"], stated["what"], stated["lowest to highest"]) == (row["number"], row["what"], spread)
        assert stated["ratio"] == f"{ratio:.2f}"
        assert stated.get("holds", "").strip("| ") == ({True: "yes", False: "no"}[holds] if row["goal"] else "")
        assert spread in line


def test_the_facts_say_where(reports: tuple[dict[str, Any], str, str]) -> None:
    facts = reports[0]["facts"]
    assert facts["processors"] >= 1
    assert facts["postgresql"].split(".")[0].isdigit()
    assert facts["settings"]["synchronous_commit"] == "on"
    assert "synchronous_commit = on" in reports[1]
    assert "synchronous_commit = on" in reports[2]
