"""`tradelatch reproduce` as people run it: every scenario, what it prints, how it ends, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import psycopg
import pytest

PROGRAM = [sys.executable, "-m", "tradelatch"]
SCALE = ["--time-scale", "0.05"]
SCENARIOS = ["a", "b", "c", "d", "e", "stress"]


def run(dsn: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADELATCH_")}
    named = [] if dsn is None else ["--dsn", dsn]
    return subprocess.run(
        [*PROGRAM, *named, "reproduce", *arguments], env=environment, capture_output=True, text=True, timeout=120
    )


def left_behind(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("select datname from pg_database where datname like 'tradelatch\\_reproduce\\_%'")
        return {name for (name,) in rows}


@pytest.fixture(scope="module")
def server_dsn(server: Any) -> str:
    return str(server.dsn)


@pytest.fixture(scope="module")
def document(server_dsn: str) -> dict[str, Any]:
    """Everything, as `--json` prints it."""
    done = run(server_dsn, "all", *SCALE, "--duration", "2s", "--workers", "6", "--symbols", "2", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert not left_behind(server_dsn)
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def outcome(document: dict[str, Any], scenario: str, flow: str) -> dict[str, Any]:
    (found,) = (o for o in document["outcomes"] if (o["scenario"], o["flow"]) == (scenario, flow))
    return dict(found)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_tradelatch_holds(document: dict[str, Any], scenario: str) -> None:
    held = outcome(document, scenario, "tradelatch")
    assert held["faults"] == []
    assert held["open_at_once"] == 1
    assert held["largest_exposure"] in ("0", "61.8")
    assert held["entry_orders"] == held["rows_opened"] > 0
    assert held["turned_away"] > 0
    assert all(slot["on_exchange"] == slot["in_book"] for slot in held["exposure"])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_legacy_flow_fails(document: dict[str, Any], scenario: str) -> None:
    failed = outcome(document, scenario, "legacy")
    assert failed["faults"]
    assert failed["turned_away"] == 0
    if scenario == "b":  # the second row comes from the synchronizer, which sends no entry
        assert failed["open_at_once"] == 2
    elif scenario == "e":  # the second position is gone, and the book does not know
        assert failed["exposure"] == [{"symbol": "DOODUSDT", "on_exchange": "0", "in_book": "-61.8"}]
        assert "DOODUSDT: 1 stop-losses stand, and the position is flat" in failed["faults"]
    else:
        assert failed["entry_orders"] > 1
        assert float(failed["largest_exposure"]) > 61.8


def test_the_document(document: dict[str, Any]) -> None:
    assert document["held"] is True
    assert document["seed"] == 1
    assert [(o["scenario"], o["flow"]) for o in document["outcomes"]] == [
        (scenario, flow) for scenario in SCENARIOS for flow in ("legacy", "tradelatch")
    ]
    assert len(outcome(document, "stress", "tradelatch")["exposure"]) == 2
    opened = outcome(document, "a", "tradelatch")["steps"]
    assert set(opened) == {"row", "answer", "entry_placed", "found", "stop_loss", "active"}
    assert opened["row"]["count"] == 1
    assert 0 < opened["row"]["median"] <= opened["row"]["longest"]


def test_recovery_finishes_the_rollback(document: dict[str, Any]) -> None:
    held = outcome(document, "c", "tradelatch")
    assert (held["errors"], held["recovered"]) == ({"Unreachable": 1}, {"rolled_back": 1})
    assert outcome(document, "c", "legacy")["errors"] == {"Unreachable": 1}


def test_recovery_finishes_what_the_killed_process_left(document: dict[str, Any]) -> None:
    held = outcome(document, "d", "tradelatch")
    assert (held["rows_opened"], held["turned_away"]) == (1, 1)
    assert held["recovered"] == {"active": 1}
    assert held["exposure"] == [{"symbol": "METUSDT", "on_exchange": "-61.8", "in_book": "-61.8"}]
    assert "METUSDT: row 1 is entry_placed still" in outcome(document, "d", "legacy")["faults"]


def test_the_slot_is_held_until_the_old_stop_loss_is_gone(document: dict[str, Any]) -> None:
    held = outcome(document, "e", "tradelatch")
    assert (held["rows_opened"], held["turned_away"], held["recovered"]) == (2, 1, {"closed": 1})
    assert held["exposure"] == [{"symbol": "DOODUSDT", "on_exchange": "-61.8", "in_book": "-61.8"}]


def test_a_private_cluster_where_no_server_is_named() -> None:
    done = run(None, "b", "--flow", "legacy", *SCALE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "legacy flow: failed, as expected\n  PERPUSDT: 2 rows were open at once\n" in done.stdout


def test_ctrl_c_leaves_nothing_behind(server_dsn: str) -> None:
    command = [*PROGRAM, "--dsn", server_dsn, "reproduce", "d", "--flow", "legacy", "--time-scale", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not has_row(server_dsn):  # now the process that is to be killed is at work
            assert time.monotonic() < deadline
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert err.strip() == "tradelatch: interrupted"
    assert not left_behind(server_dsn)


def has_row(server_dsn: str) -> bool:
    """Whether the legacy flow has begun to open a position."""
    for name in left_behind(server_dsn):
        with suppress(psycopg.Error), psycopg.connect(server_dsn, dbname=name) as connection:
            return connection.execute("select from legacy_d.positions").rowcount > 0
    return False
