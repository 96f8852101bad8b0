"""`tradelatch cleanup`, `backups` and `restore`: nothing without --confirm, and all of it can be taken back."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tradelatch import BackupRow, CleanupAction

from .desk import PRICE, Desk


@pytest.fixture
def untidy(desk: Desk) -> Desk:
    """Gone from the exchange: 1, active, and 2, unfinished. Not looked at: 3. On the exchange alone: AVLUSDT."""
    desk.open("APTUSDT")
    desk.open("PERPUSDT", status="pending_entry")
    desk.open("METUSDT", status="pending_close", account="sub-1")
    desk.age()
    desk.trade("sell", 43, symbol="AVLUSDT")
    desk.run("reconcile", "--exchange", "binance", "--live", "--evidence")
    desk.age()
    return desk


def statuses(desk: Desk) -> dict[str, str]:
    return {row.symbol: row.status for row in desk.client.positions()}


BEFORE = {"APTUSDT": "active", "PERPUSDT": "pending_entry", "METUSDT": "pending_close"}
AFTER = BEFORE | {"APTUSDT": "pending_cancels", "AVLUSDT": "pending_sl"}


def test_nothing_to_do(desk: Desk) -> None:
    printed = desk.run("cleanup", "all", "--confirm")
    assert (printed.status, printed.out, printed.err) == (0, "Nothing to clean up.\n", "")
    assert desk.json("cleanup", "all") == {"dry_run": True, "actions": [], "skipped": []}
    assert desk.run("backups").out == "No backups.\n"


def test_a_finding_of_any_age_is_looked_at(desk: Desk) -> None:
    desk.open(status="pending_close")
    desk.age("2 minutes")
    assert "needs recover  1         binance APTUSDT              pending_close" in desk.run("cleanup", "all").out
    assert desk.run("cleanup", "all", "--older-than", "1h").out.startswith("Nothing to clean up.\n")


def test_what_is_skipped_is_said_with_the_reason(desk: Desk) -> None:
    """Nothing to clean up, of what was asked for, is no all-clear."""
    desk.open("APTUSDT", status="pending_close")
    desk.protect(desk.open("METUSDT").position_id)
    desk.age("20 minutes")
    desk.trade("sell", 5, symbol="METUSDT")
    desk.run("reconcile", "--exchange", "binance", "--live", "--evidence")
    printed = desk.run("cleanup", "all", "--older-than", "1h")
    assert printed.status == 1
    lines = printed.out.splitlines()
    assert lines[:2] == ["Nothing to clean up.", "Left alone:"]
    words = " ".join(printed.out.split())
    assert re.search(
        "pending_close 1 binance APTUSDT 2\\dm \\d+s .*it has stood for less than 1h 0m tradelatch recover ", words
    )
    assert "cleanup does not deal with that" in words
    duplicates = desk.run("cleanup", "duplicates", "--confirm")
    assert (duplicates.status, "cleanup incomplete looks at that" in " ".join(duplicates.out.split())) == (1, True)
    document = desk.json("cleanup", "duplicates")
    assert [(each["check_name"], each["detail"]["skipped"]) for each in document["skipped"]] == [
        ("pending_close", "cleanup incomplete looks at that"),
        ("side_mismatch", "cleanup does not deal with that"),
    ]
    assert desk.run("cleanup", "duplicates", "--exchange", "bybit").status == 0


def test_a_dry_run_says_what_would_happen_and_changes_nothing(untidy: Desk) -> None:
    before = untidy.rows()
    printed = untidy.run("cleanup", "all")
    assert (printed.status, printed.err) == (1, "")
    assert max(map(len, printed.out.splitlines())) <= 80
    for line in (
        "end            1         binance APTUSDT              active -> pending_cancels",
        "needs recover  2         binance PERPUSDT             pending_entry",
        "needs recover  3         binance/sub-1 METUSDT        pending_close",
        "adopt                    binance AVLUSDT              pending_sl",
        "Nothing was done: add --confirm to do it.",
    ):
        assert line in printed.out.splitlines()
    assert untidy.rows() == before


def test_confirm_does_it_and_restore_takes_it_back(untidy: Desk) -> None:
    printed = untidy.run("cleanup", "all", "--reason", "found at three", "--confirm")
    assert "Done: 2 of 4." in printed.out
    assert statuses(untidy) == AFTER
    command = printed.out.splitlines()[-1].split()[1:]

    before = untidy.rows()
    rehearsed = untidy.run(*command[:2])
    assert "Nothing was done: add --confirm to do it." in rehearsed.out
    assert untidy.rows() == before
    restored = untidy.run(*command)
    assert (restored.status, rehearsed.status) == (0, 0)
    assert restored.out + "Nothing was done: add --confirm to do it.\n" == rehearsed.out
    assert statuses(untidy) == BEFORE | {"APTUSDT": "pending_sl", "AVLUSDT": "closed"}
    again = untidy.run(*command)
    assert again.status == 1
    assert again.out.count("it was restored already") == 2


def test_what_is_left_on_the_exchange_is_named(desk: Desk) -> None:
    desk.client.adopt_position("binance", "AVLUSDT", "long", 5, PRICE, datetime.now(UTC), stop_loss_price=98)
    desk.age()
    desk.run("reconcile", "--exchange", "binance", "--live", "--evidence")
    desk.age()
    words = " ".join(desk.run("cleanup", "orphaned_db", "--confirm").out.split())
    assert "active -> pending_cancels" in words
    assert "to cancel on the exchange: every other order of the slot that can only reduce" in words


def test_json_has_the_columns_of_an_action(untidy: Desk) -> None:
    document = untidy.json("cleanup", "all")
    assert document["dry_run"] is True
    for each in document["actions"]:
        assert list(each) == [field.name for field in fields(CleanupAction)]
        assert each["backup_id"] is None
    done = untidy.json("cleanup", "orphaned_exchange", "--confirm")
    assert done["dry_run"] is False
    (action,) = done["actions"]
    assert (action["action"], action["position_id"], action["to_status"]) == ("adopt", 4, "pending_sl")
    assert action["detail"]["seen"]["quantity"] == "43"
    restored = untidy.json("restore", action["backup_id"], "--confirm")
    assert restored["actions"] == [
        {
            "backup_id": action["backup_id"],
            "position_id": 4,
            "action": "restore",
            "from_status": "pending_sl",
            "to_status": "closed",
            "detail": {"exchange": "binance", "account": "default", "symbol": "AVLUSDT", "position_side": "both"},
        }
    ]


@pytest.mark.parametrize(
    ("options", "touched"),
    [
        (["duplicates"], set()),
        (["incomplete"], set()),
        (["orphaned_db"], {"APTUSDT"}),
        (["all", "--symbol", "apt/usdt"], {"APTUSDT"}),
        (["all", "--exchange", "bybit"], set()),
        (["all", "--account", "sub-1"], set()),
        (["all", "--older-than", "1d"], set()),
    ],
)
def test_modes_and_filters(untidy: Desk, options: list[str], touched: set[str]) -> None:
    untidy.run("cleanup", *options, "--confirm")
    assert {symbol for symbol, status in statuses(untidy).items() if status != BEFORE.get(symbol)} == touched


def test_backups_are_listed_by_what_they_hold(untidy: Desk) -> None:
    untidy.run("cleanup", "all", "--reason", "found at three", "--confirm")
    printed = untidy.run("backups")
    assert (printed.status, printed.err) == (0, "")
    assert max(map(len, printed.out.splitlines())) <= 80
    assert printed.out.splitlines()[1].endswith(": found at three")
    assert "          position 1, binance APTUSDT: was active, 3 events\n" in printed.out
    assert "          position 4, binance AVLUSDT: adopted then, 0 events\n" in printed.out
    backup_id = printed.out.split()[0]
    untidy.run("restore", backup_id, "--confirm")
    assert "; restored at " in " ".join(untidy.run("backups").out.split())


def test_backups_as_json_and_as_a_file(untidy: Desk, tmp_path: Path) -> None:
    untidy.run("cleanup", "all", "--confirm")
    document = untidy.json("backups")
    rows: dict[int, Any] = {each["position_id"]: each for each in document["backups"]}
    assert set(rows) == {1, 4}
    for each in rows.values():
        assert list(each) == [field.name for field in fields(BackupRow)]
    assert (rows[1]["position"]["quantity"], rows[1]["position"]["status"]) == ("5", "active")
    assert rows[1]["position"]["created_at"].endswith("Z")
    assert [event["event"] for event in rows[1]["events"]] == ["create_position", "confirm_entry", "activate_position"]
    assert rows[4]["position"] is None
    file = tmp_path / "backups.json"
    printed = untidy.run("backups", "--export", file)
    assert (printed.status, printed.out) == (0, "2 positions with their events were written.\n")
    assert json.loads(file.read_text()) == document
    again = untidy.run("backups", "--export", file)
    assert (again.status, again.err) == (2, f"tradelatch: {file} is there already: name a new file\n")
    nowhere = untidy.run("backups", "--export", tmp_path / "no" / "file")
    assert nowhere.status == 2
    assert "cannot be written: No such file" in nowhere.err


@pytest.mark.parametrize(
    ("filters", "found"),
    [(["--symbol", "apt/usdt"], {1}), (["--exchange", "BinanceUSDM"], {1, 4}), (["--account", "sub-1"], set())],
)
def test_backups_are_filtered(untidy: Desk, filters: list[str], found: set[int]) -> None:
    untidy.run("cleanup", "all", "--confirm")
    assert {each["position_id"] for each in untidy.json("backups", *filters)["backups"]} == found


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["cleanup", "everything"], "everything"),
        (["cleanup", "all", "--older-than", "soon"], "soon"),
        (["restore", "42"], "42"),
        (["restore", "00000000-0000-0000-0000-000000000007"], "backup_id is not one of a backup"),
    ],
)
def test_wrong_usage_is_one_line(desk: Desk, command: list[str], told: str) -> None:
    printed = desk.run(*command)
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert told in printed.err
