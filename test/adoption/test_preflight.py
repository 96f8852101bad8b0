"""What stands against taking a table over is said before anything is changed, and can be settled."""

import json
import re
from decimal import Decimal

import pytest
from tradelatch.programs import ProgramError
from tradelatch.project import sqitch_project

from .conftest import OWNER, Live

SETTLE = sqitch_project() / "deploy" / "adoption" / "settle.psql"


def insert(live: Live, **row: object) -> int:
    """A good row, with these columns of it changed; returns its id."""
    values = {"symbol": "APTUSDT", "exchange": "binance", "side": "long", "quantity": 1, "entry_price": 2} | row
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    return live.value(f"insert into monitoring.positions ({names}) values ({places}) returning id", *values.values())


def refusal(live: Live) -> list[dict]:
    """The rows of TL007."""
    with pytest.raises(ProgramError) as raised:
        live.deploy()
    assert "TL007" in str(raised.value)
    (detail,) = re.findall(r"DETAIL:  (.*)", str(raised.value))
    return json.loads(detail)


BAD = [
    ("unknown status", {"status": "open"}),
    ("unknown status", {"status": "ACTIVE"}),
    ("unknown side", {"side": "up"}),
    ("bad symbol", {"symbol": "APT USDT"}),
    ("bad symbol", {"symbol": ""}),
    ("bad exchange", {"exchange": " "}),
    ("bad quantity", {"quantity": 0}),
    ("bad quantity", {"quantity": -1}),
    ("bad quantity", {"quantity": Decimal("NaN")}),
    ("bad entry_price", {"entry_price": 0}),
    ("bad entry_price", {"entry_price": Decimal("NaN")}),
    ("bad stop_loss_price", {"stop_loss_price": -1}),
    ("bad stop_loss_price", {"stop_loss_price": Decimal("NaN")}),
    ("bad realized_pnl", {"realized_pnl": Decimal("NaN")}),
    ("bad fees", {"fees": Decimal("NaN")}),
]


def test_every_kind_of_bad_row_is_listed_and_nothing_is_changed(live: Live) -> None:
    ids = [insert(live, **({"symbol": f"S{n}USDT"} | row)) for n, (_, row) in enumerate(BAD)]
    insert(live, symbol="FINEUSDT", stop_loss_price=1)
    insert(live, symbol="NOSTOPUSDT", stop_loss_price=0)
    before = live.schema(), live.rows()
    listed = refusal(live)
    assert [(row["id"], row["problem"]) for row in listed] == [
        (row_id, problem) for row_id, (problem, _) in zip(ids, BAD, strict=True)
    ]
    assert listed[0]["found"] == {"status": "open"}
    assert (live.schema(), live.rows()) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"symbol": "APTUSDT"}, {"symbol": "APT/USDT:USDT"}),
        ({"symbol": "APT/USDT"}, {"symbol": " aptusdt "}),
        ({"symbol": "BTCUSDT_261225"}, {"symbol": "BTC/USDT:USDT-261225"}),
        ({"exchange": "binance"}, {"exchange": "Binance"}),
        ({"exchange": "binance"}, {"exchange": "binanceusdm"}),
        ({"status": "active"}, {"status": "entry_placed"}),
        ({"status": "pending_entry"}, {"status": "pending_sl"}),
        ({"symbol": "APTUSDT", "side": "LONG"}, {"symbol": "aptusdt", "side": "buy"}),
    ],
)
def test_two_open_rows_of_a_slot_are_seen_through_their_spelling(live: Live, first: dict, second: dict) -> None:
    ids = [insert(live, **first), insert(live, **second)]
    insert(live, symbol="APTUSDT", exchange="bybit")
    insert(live, symbol="APTUSDT", status="closed")
    listed = refusal(live)
    assert [(row["id"], row["problem"], row["found"]["others"]) for row in listed] == [
        (ids[0], "duplicate", [ids[1]]),
        (ids[1], "duplicate", [ids[0]]),
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("alter table monitoring.positions alter quantity type double precision", "other type of column"),
        ("alter table monitoring.positions drop exit_reason", "missing column"),
        ("alter table monitoring.positions add account text", "column in the way"),
        ("alter table monitoring.positions drop constraint positions_pkey", "no primary key on id"),
        ("create view monitoring.book as select symbol from monitoring.positions", "view on the table"),
        ("alter table monitoring.positions enable row level security", "row level security"),
        ("create table monitoring.position_events ()", "object in the way"),
        ("create table monitoring.alerts ()", "object in the way"),
        (
            "create function monitoring.touch() returns trigger language plpgsql as 'begin return new; end';"
            " create trigger touch before update on monitoring.positions"
            " for each row execute function monitoring.touch()",
            "trigger on the table",
        ),
    ],
)
def test_a_table_of_another_shape_is_refused(live: Live, change: str, problem: str) -> None:
    live.execute(change)
    before = live.schema()
    assert problem in [row["problem"] for row in refusal(live)]
    assert live.schema() == before


def test_settling_shows_first_and_then_does_what_it_showed(live: Live) -> None:
    kept = insert(live, symbol="APTUSDT", stop_loss_price=1)
    older = insert(live, symbol="APT/USDT:USDT", status="entry_placed")
    newer = insert(live, symbol="aptusdt", side="BUY")
    bad = [insert(live, **({"symbol": f"S{n}USDT"} | row)) for n, (_, row) in enumerate(BAD)]
    before = live.rows()

    shown = live.psql(file=SETTLE)
    assert "Nothing was changed" in shown
    for row_id in (older, newer, *bad):
        assert re.search(rf"^ *{row_id} \|", shown, re.MULTILINE)
    assert not re.search(rf"^ *{kept} \|", shown, re.MULTILINE)
    assert live.rows() == before
    assert live.value("select to_regclass('monitoring.settled_positions')") is None

    live.psql(f"--username={OWNER}", file=SETTLE, confirm="1")
    settled = dict(live.all("select id, action from monitoring.settled_positions"))
    assert settled[older] == settled[newer] == "roll back"
    assert [settled[row_id] for row_id in bad] == ["close", "set", *["take out"] * 9, *["set"] * 4]
    assert live.rows(f"id = {kept}") == [row for row in before if row[0] == kept]
    after = {
        row[0]: row[1:]
        for row in live.all("select id, status, exit_reason, closed_at is null from monitoring.positions")
    }
    assert after[older] == after[newer] == ("rolled_back", "settled before tradelatch: duplicate", False)
    assert after[bad[0]] == ("closed", "settled before tradelatch: unknown status", False)
    assert after[bad[1]] == ("active", None, True)
    assert set(after) == {row[0] for row in before} - {row_id for row_id in bad if settled[row_id] == "take out"}
    assert (
        live.value("select count(*) from monitoring.settled_positions as s where s.position ->> 'symbol' is null") == 0
    )

    live.deploy()
    assert live.value("select status from tradelatch.positions where position_id = %s", bad[1]) == "pending_sl"


def test_the_preflight_spells_as_the_functions_do(live: Live) -> None:
    live.deploy()
    compared = live.psql("--tuples-only", "--no-align", file="spelling.psql")
    total, symbols, different, unknown = map(int, compared.split("|"))
    assert total > 100_000
    assert symbols > 10_000
    assert (different, unknown) == (0, 0)
