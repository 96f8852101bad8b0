"""`tradelatch after-restore`: nothing without --confirm; then nobody drives what he drove."""

import re
import shlex
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from tradelatch import StaleFence

from .desk import Desk

PAGE = Path(__file__).parents[2] / "docs" / "high-availability.md"


def test_what_was_not_restored_is_not_reported(desk: Desk) -> None:
    desk.open("APTUSDT", status="pending_close")
    printed = desk.run("after-restore", "--reason", "x")
    assert printed.status == 0
    assert [line.rstrip() for line in printed.out.splitlines()] == [
        "Nothing found.",
        "The history of this server would be noted.",
        "Every sequence would be moved by 1000000, and 1 open positions would lose their",
        "driver.",
        "Nothing was done: add --confirm to do it.",
    ]
    with psycopg.connect(desk.superuser) as connection:
        (numbers,) = connection.execute("select array_agg(number) from monitoring.histories").fetchone() or ()
    assert numbers == [1]


def test_a_restored_database(desk: Desk) -> None:
    position = desk.open("APTUSDT", status="pending_close").position_id
    with psycopg.connect(desk.superuser) as connection:
        connection.execute("update monitoring.histories set timeline = 7")
        (fence,) = connection.execute("select fence from monitoring.positions").fetchone() or ()
    told = desk.run("after-restore", "--reason", "last night's backup", "--skip", "0")
    assert "critical  history_changed" in told.out
    assert "the whole database" in told.out
    assert "The history of this server would be noted.\n" in told.out
    assert desk.run("status").status == 1

    done = desk.run("after-restore", "--reason", "last night's backup", "--confirm")
    assert done.status == 0
    assert max(map(len, done.out.splitlines())) <= 80
    for line in (
        "binance",
        f"{position}         binance APTUSDT",
        "-> it asks the exchange:",
        "tradelatch recover --exchange binance --confirm",
        "Connect the bots when this is compared.",
    ):
        assert line in done.out
    with pytest.raises(StaleFence):
        desk.client.renew_lease(position, fence, lease=timedelta(minutes=1))
    assert "history_changed" not in desk.run("diagnose").out
    assert desk.open("METUSDT").position_id > 1000000


def test_nothing_was_lost(desk: Desk) -> None:
    with psycopg.connect(desk.superuser) as connection:
        connection.execute("update monitoring.histories set timeline = 7")
    done = desk.run("after-restore", "--reason", "synchronous failover", "--skip", "0", "--confirm")
    assert (done.status, done.out) == (0, "The history of this server is noted.\n")
    assert desk.json("after-restore", "--reason", "x", "--skip", "0") == {
        "dry_run": True,
        "open_positions": 0,
        "findings": [],
    }


def test_sequences_that_lag_are_named(desk: Desk) -> None:
    desk.open("APTUSDT")
    with psycopg.connect(desk.superuser) as connection:
        connection.execute("select setval('monitoring.position_events_id_seq', 1)")
    refused = desk.run("after-restore", "--reason", "x", "--skip", "0", "--confirm")
    assert refused.status == 1
    assert "HistoryLost [TL010]: sequences lag behind their tables: monitoring.position_events_id_seq" in refused.err


def test_the_way_back_to_a_quiet_book(desk: Desk) -> None:
    """By the commands of the page, on an exchange that knows what the book has lost."""
    desk.open("APTUSDT")  # as it was
    desk.trade("buy")
    desk.protect(1)
    desk.open("METUSDT")  # ended since: nothing of it is there
    desk.send(desk.open("ZEUSUSDT", status="pending_entry"))  # filled since
    desk.trade("sell", symbol="AVLUSDT")  # opened since
    with psycopg.connect(desk.superuser) as connection:
        connection.execute("update monitoring.histories set timeline = 7")
    desk.run("after-restore", "--reason", "last night's backup", "--confirm")
    desk.age("2 minutes")  # in which an order that was about to be sent would have been
    (commands,) = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    evidence, apply, recover = [shlex.split(line)[1:] for line in commands.splitlines()]
    found = {(each["check_name"], each["symbol"]) for each in desk.json(*evidence)["findings"]}
    assert found >= {("orphaned_db", "METUSDT"), ("orphaned_exchange", "AVLUSDT")}
    desk.run(*apply)
    recovered = desk.run(*recover)
    assert recovered.status == 1
    assert re.search(r"left +10000\d\d +binance AVLUSDT", recovered.out)  # nobody knows a price for its stop-loss
    assert {row.symbol: row.status for row in desk.client.positions()} == {
        "APTUSDT": "active",
        "METUSDT": "closed",
        "ZEUSUSDT": "active",
        "AVLUSDT": "pending_sl",
    }
    key = str(desk.row(3).order_key)
    assert desk.row(3).orders_left == [f"{key}s1001"]
    assert desk.orders("ZEUSUSDT")[-1] == ("stop", "sell")
    assert desk.json("diagnose")["findings"] == []
