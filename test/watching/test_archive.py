"""`tradelatch archive`: what is old goes to a file, and is nowhere else."""

import json
import resource
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tradelatch.__main__ import main

AGE = """
set session_replication_role = replica;
update monitoring.positions
set closed_at = closed_at - interval '400 days', created_at = created_at - interval '400 days';
update monitoring.position_events set at = at - interval '400 days';
insert into monitoring.alerts (alert, severity, exchange, account, detail, at)
values
    ('no_stop_loss', 'critical', 'binance', 'default', '{}', now() - interval '400 days'),
    ('young', 'critical', 'binance', 'default', '{}', now() - interval '300 days');
insert into monitoring.health_findings (check_name, severity, exchange, account, detail, action, opened_at, cleared_at)
values
    ('incomplete', 'warning', 'binance', 'default', '{"a": 1}', '', '2020-01-01', now() - interval '400 days'),
    ('stands', 'warning', 'binance', 'default', '{}', '', '2020-01-01', null);
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], operator_dsn: str) -> Any:
    def run(*arguments: str) -> tuple[int, str, str]:
        return main(["--dsn", operator_dsn, "archive", *arguments]), *capsys.readouterr()

    return run


@pytest.fixture
def old(bot: Any, database: str) -> list[int]:
    """The ids of two old positions that are over; one that is old and open, and a young one are beside them."""
    over = []
    for symbol in ("AUSDT", "BUSDT"):
        position = bot.activate(symbol)
        bot.client.confirm_close(position.position_id, "gone", orders_ended=bot.orders_of(position))
        over.append(position.position_id)
    bot.activate("OPENUSDT")
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(AGE)
    young = bot.activate("YOUNGUSDT")
    bot.client.confirm_close(young.position_id, "gone", orders_ended=bot.orders_of(young))
    return over


def events(database: str) -> int:
    with psycopg.connect(database) as connection:
        return connection.execute("select count(*) from tradelatch.events").fetchone()[0]


def left(database: str) -> tuple[list[str], list[str]]:
    with psycopg.connect(database) as connection:
        alerts = connection.execute("select alert from tradelatch.alerts order by alert_id").fetchall()
        findings = connection.execute("select check_name from tradelatch.findings order by finding_id").fetchall()
    return [alert for (alert,) in alerts], [check_name for (check_name,) in findings]


def test_a_dry_run_changes_nothing(old: Any, run: Any, database: str, tmp_path: Path) -> None:
    before = events(database)
    file = tmp_path / "events.jsonl"
    assert run(str(file)) == (
        0,
        "8 events of 2 positions, 1 alerts and 1 findings to be archived: --confirm does it\n",
        "",
    )
    assert (events(database), file.exists()) == (before, False)


def test_what_is_old_is_moved(old: Any, run: Any, database: str, bot: Any, tmp_path: Path) -> None:
    before = events(database)
    told = [event for position in old for event in bot.client.position_timeline(position)]
    file = tmp_path / "events.jsonl"
    file.write_text('{"event_id": 0}\n')
    status, out, err = run(str(file), "--batch", "1", "--confirm", "--json")
    assert (status, err) == (0, "")
    archived = {"events": 8, "positions": 2, "alerts": 1, "findings": 1}
    assert json.loads(out) == {"confirmed": True, **archived, "file": str(file)}
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines[0] == {"event_id": 0}  # what was there stays
    assert [(line["position_id"], line["event_id"], line["event"]) for line in lines[1:-2]] == [
        (event.position_id, event.event_id, event.event) for event in told
    ]
    assert [lines[-2]["alert"], lines[-1]["check_name"], lines[-1]["detail"]] == [
        "no_stop_loss",
        "incomplete",
        {"a": 1},
    ]
    assert lines[1]["details"]["quantity"] == "61.8"
    assert events(database) == before - 8
    assert run(str(file), "--confirm") == (
        0,
        f"0 events of 0 positions, 0 alerts and 0 findings archived in {file}\n",
        "",
    )
    assert left(database) == (["young"], ["stands"])


def test_what_cannot_be_written_stays(old: Any, run: Any, database: str, tmp_path: Path) -> None:
    before = events(database)
    assert run(str(tmp_path / "nowhere" / "x"), "--confirm")[0] == 2
    assert run("/dev/full", "--confirm") == (2, "", "tradelatch: /dev/full is something else: name a new file\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # as a disk that is full in the middle of a line
    try:
        status, out, err = run(str(tmp_path / "full"), "--confirm")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (status, out) == (2, "")
    assert err == f"tradelatch: {tmp_path}/full cannot be written: File too large\n"
    assert (tmp_path / "full").read_bytes() == b""
    assert events(database) == before


def test_a_week_is_the_shortest(run: Any, tmp_path: Path) -> None:
    status, _, err = run(str(tmp_path / "x"), "--older-than", "6d")
    assert (status, "at least 7d" in err) == (2, True)


def test_a_bot_may_not(old: Any, bot_dsn: str, tmp_path: Path, capsys: Any, database: str) -> None:
    before = events(database)
    assert main(["--dsn", bot_dsn, "archive", str(tmp_path / "x"), "--confirm"]) == 2
    assert "PermissionDenied [42501]" in capsys.readouterr().err
    assert events(database) == before
