"""`tradelatch status` and `tradelatch timeline`, in a pipe."""

import json
import re
from typing import Any

import pytest
from tradelatch.__main__ import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], reader_dsn: str) -> Any:
    def run(*arguments: str) -> tuple[int, str, str]:
        return main(["--dsn", reader_dsn, *arguments]), *capsys.readouterr()

    return run


def test_status(bot: Any, run: Any, age_leases: Any) -> None:
    bot.activate("APTUSDT")
    status, out, err = run("status")
    assert (status, err) == (0, "")
    assert "1 open  0 unfinished  0 unprotected" in out
    assert "…" not in out  # a pipe cuts nothing
    bot.fill("METUSDT")
    age_leases("2 minutes")
    status, out, err = run("status")
    assert (status, err) == (1, "")
    assert "! no_stop_loss binance METUSDT" in out


def test_status_as_json(bot: Any, run: Any) -> None:
    bot.activate("APTUSDT")
    status, out, _ = run("status", "--json")
    document = json.loads(out)
    assert status == 0
    assert list(document) == ["at", "behind", "health", "only", "positions", "findings", "events"]
    assert document["health"]["open_positions"] == 1
    assert document["positions"][0]["symbol"] == "APTUSDT"


@pytest.fixture
def story(bot: Any) -> Any:
    """A rolled back position, then one that met a duplicate."""
    old = bot.fill("APTUSDT")
    bot.client.rollback_position(old.position_id, old.fence, "gave up")
    bot.client.confirm_flat(old.position_id, old.fence, orders_ended=bot.orders_of(old))
    new = bot.activate("APTUSDT")
    bot.create("APTUSDT")
    bot.activate("METUSDT")
    return old, new


def test_timeline_of_a_symbol(story: Any, bot: Any, run: Any) -> None:
    old, new = story
    status, out, err = run("timeline", "apt/usdt")
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    headings = [line for line in out.splitlines() if line.startswith("position ")]
    assert headings == [
        f"position {old.position_id}  binance APTUSDT short  rolled_back",
        f"position {new.position_id}  binance APTUSDT short  active",
    ]
    assert re.search(r"^\d{4}-\d\d-\d\d UTC$", out, re.MULTILINE)
    assert "rollback_position  pending_sl → pending_rollback" in out
    assert out.count("(application_name=scanner)") == 8  # who it says that it is; the login comes first
    assert "reason gave up" in out
    assert "duplicate_prevented  tradelatch_test_" in out
    assert "+0." in out
    (left,) = [line for line in out.splitlines() if line.startswith("orders left")]
    assert left.split() == ["orders", "left", *bot.orders_of(new)]


@pytest.mark.parametrize(("exchange", "found"), [("binanceusdm", 2), (" Binance ", 2), ("bybit", 0)])
def test_timeline_of_a_venue(story: Any, run: Any, exchange: str, found: int) -> None:
    status, out, err = run("timeline", "APTUSDT", "--exchange", exchange, "--json")
    assert (status, err, len(json.loads(out)["positions"])) == (0, "", found)


def test_timeline_of_what_is_no_venue(run: Any) -> None:
    status, out, err = run("timeline", "--exchange", "")
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "exchange" in err


def test_timeline_of_a_position_and_of_the_latest(story: Any, run: Any) -> None:
    old, _ = story
    _, out, _ = run("timeline", str(old.position_id))
    assert out.count("position ") == 1 + out.count("_position ")
    _, out, _ = run("timeline", "--last", "1")
    assert "METUSDT" in out
    assert "APTUSDT" not in out


def test_timeline_as_json(story: Any, run: Any) -> None:
    old, new = story
    _, out, _ = run("timeline", "APTUSDT", "--json")
    first, second = json.loads(out)["positions"]
    assert [first["position_id"], second["position_id"]] == [old.position_id, new.position_id]
    assert [event["event"] for event in second["timeline"]] == [
        "create_position", "confirm_entry", "activate_position", "duplicate_prevented",
    ]  # fmt: skip


def test_timeline_of_what_is_not_there(run: Any) -> None:
    assert run("timeline", "4711") == (2, "", "tradelatch: there is no position 4711\n")
    assert run("timeline", "9" * 30)[0] == 2
    assert run("timeline", "NOBODY")[0] == 2
    assert run("timeline", "")[0] == 2
    assert run("timeline") == (0, "no position was ever opened\n", "")
