"""The evening of 22 October 2025: an hour of ordinary traffic and the known incidents, in every form of log."""

from datetime import datetime, timedelta

import pytest

from .botlog import EVENING, FORMS, SYMBOLS, BotLog, evening, without_date
from .conftest import Read

DATED = [form for form in FORMS if form != without_date.__name__]
MICROSECONDS = ("with_dot", "bracketed", "coloured", "structlog")


@pytest.mark.parametrize("form", DATED)
def test_exactly_the_known_incidents(read: Read, form: str) -> None:
    document = read(evening(), FORMS[form]).document()
    assert [
        (i["scenario"], i["exchange"], i["symbol"], i["positions"], i["winner"]) for i in document["incidents"]
    ] == [
        ("B", "binance", "PERPUSDT", [2438, 2439], 2439),
        ("B", "binance", "APTUSDT", [2548, 2549], 2549),
    ]
    assert [(f["kind"], f["symbol"], f["positions"]) for f in document["other_findings"]] == [
        ("doubled_rollback", "AVLUSDT", [3011])
    ]
    assert document["unread_lines"] == 0
    gaps = [incident["gap_seconds"] for incident in document["incidents"]]
    assert gaps == [0.77, 3.756398 if form in MICROSECONDS else 3.757]
    assert document["incidents"][1]["at"].startswith("2025-10-22T21:50:45.914")
    assert document["summary"]["openings"] == 21


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_endings_change_nothing(read: Read, ending: str) -> None:
    document = read(evening().text().replace("\n", ending)).document()
    assert [incident["symbol"] for incident in document["incidents"]] == ["PERPUSDT", "APTUSDT"]
    assert document["unread_lines"] == 0
    assert "\\r" not in repr(document)


def test_the_counts_agree(read: Read) -> None:
    summary = read(evening()).document()["summary"]
    assert summary["by_scenario"] == {"A": 0, "B": 2, "C": 0, "D": 0, "unknown": 0}
    assert summary["by_day"]["2025-10-22"] == {"incidents": 2, "openings": 20}
    assert summary["by_hour"]["2025-10-22 21:00"] == {"incidents": 2, "openings": 20}
    assert summary["by_hour"]["2025-10-28 13:00"] == {"incidents": 0, "openings": 1}
    assert summary["by_symbol"] == {"APTUSDT": 1, "PERPUSDT": 1}
    assert summary["by_exchange"] == {"binance": 2}
    assert summary["incidents_per_100_openings"] == 9.52
    assert summary["rollbacks"] == 3


def test_the_timeline_of_an_incident_is_its_story(read: Read) -> None:
    (incident,) = read(evening(), symbol="APTUSDT").document()["incidents"]
    told = [(moment["actor"], moment["event"]) for moment in incident["timeline"]]
    assert told == [
        ("synchronizer", "sync"),
        ("synchronizer", "sync"),
        ("signal handler", "signal"),
        ("signal handler", "opening"),
        ("signal handler", "record"),
        ("signal handler", "row"),
        ("signal handler", "row"),
        ("signal handler", "order"),
        ("signal handler", "status"),
        ("synchronizer", "sync"),
        ("synchronizer", "sync"),
        ("synchronizer", "row"),
        ("synchronizer", "row"),
        ("signal handler", "stop_loss"),
        ("signal handler", "status"),
        ("signal handler", "violation"),
        ("signal handler", "violation"),
        ("signal handler", "rollback"),
        ("signal handler", "status"),
    ]
    assert "APTUSDT SELL 61.8" in incident["timeline"][3]["text"]
    assert "row 2549 came from the synchronizer" in incident["evidence"]


@pytest.mark.parametrize("seed", range(3))
def test_ordinary_hours_have_none(read: Read, seed: int) -> None:
    log = BotLog()
    log.traffic(EVENING, timedelta(hours=1), SYMBOLS, openings=40, seed=seed)
    report = read(log)
    assert (report.incidents, report.findings, report.openings) == ([], [], 40)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"begin": datetime(2025, 10, 22, 21, 30)}, ["APTUSDT", "AVLUSDT"]),
        ({"end": datetime(2025, 10, 22, 21, 30)}, ["PERPUSDT"]),
        ({"begin": datetime(2025, 10, 22, 21, 50, 45), "end": datetime(2025, 10, 22, 21, 50, 46)}, ["APTUSDT"]),
        ({"symbol": "perp/usdt:usdt"}, ["PERPUSDT"]),
        ({"symbol": "avlusdt"}, ["AVLUSDT"]),
        ({"exchange": "Binance"}, ["PERPUSDT", "APTUSDT"]),
        ({"exchange": "okx"}, []),
    ],
)
def test_only_what_is_asked_for(read: Read, options: dict[str, object], found: list[str]) -> None:
    document = read(evening(), **options).document()
    assert [each["symbol"] for each in document["incidents"] + document["other_findings"]] == found


def test_context_bounds_the_timeline_around_the_incident(read: Read) -> None:
    log = evening()
    log.stop_loss(datetime(2025, 10, 22, 21, 51, 15), "APTUSDT", "3.31")
    short, long = (
        read(log, symbol="APTUSDT", context=timedelta(seconds=seconds)).incidents[0].timeline for seconds in (5, 60)
    )
    assert [moment.text for moment in long if moment not in short] == ["🛡️ Placing stop-loss for APTUSDT at 3.31"]
