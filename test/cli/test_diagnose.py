"""`tradelatch diagnose`: findings in 80 columns, filters, JSON as the contract has it, and the exit status for cron."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tradelatch import Finding

from .desk import PRICE, Desk


@pytest.fixture
def troubled(desk: Desk) -> Desk:
    """One position of each kind, and their workers dead for two hours."""
    desk.open("APTUSDT")
    desk.open("AVLUSDT", status="pending_sl", exchange="bybit")
    desk.open("ZEUSUSDT", "short", status="pending_rollback")
    desk.open("METUSDT", status="pending_close", account="sub-1")
    desk.open("PERPUSDT", status="pending_entry")
    desk.age()
    return desk


def test_a_book_that_is_well(desk: Desk) -> None:
    desk.open()
    printed = desk.run("diagnose")
    assert (printed.status, printed.out, printed.err) == (0, "Nothing found.\n", "")
    assert desk.json("diagnose") == {"findings": []}


def test_findings_are_told_in_80_columns_the_critical_ones_first(troubled: Desk) -> None:
    printed = troubled.run("diagnose")
    assert (printed.status, printed.err) == (1, "")
    lines = printed.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[:2] for line in lines if line[:1].strip()] == [
        ["severity", "check"],
        ["critical", "no_stop_loss"],
        ["critical", "pending_close"],
        ["critical", "pending_rollback"],
        ["warning", "incomplete"],
        ["3", "critical,"],
    ]
    assert "critical  pending_close      4         binance/sub-1 METUSDT        2h 0m" in lines
    assert [line.strip() for line in lines if line.startswith("          tradelatch ")] == [
        "tradelatch recover --exchange bybit --confirm",
        "tradelatch recover --exchange binance --account sub-1 --confirm",
        "tradelatch recover --exchange binance --confirm",
        "tradelatch recover --exchange binance --confirm",
    ]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--exchange", "bybit"], [2]),
        (["--exchange", "BINANCE", "--account", "default"], [3, 5]),
        (["--account", "sub-1"], [4]),
        (["--symbol", "perp/usdt:usdt"], [5]),
        (["--symbol", "APTUSDT"], []),
        (["--stale-after", "3h"], [2, 4, 3, 5]),
    ],
)
def test_filters(troubled: Desk, filters: list[str], found: list[int]) -> None:
    assert [each["position_id"] for each in troubled.json("diagnose", *filters)["findings"]] == found


@pytest.mark.parametrize(
    ("filters", "status"),
    [([], 1), (["--symbol", "PERPUSDT"], 0), (["--symbol", "ZEUSUSDT", "--stale-after", "3h"], 0)],
)
def test_only_what_is_critical_wakes_somebody(troubled: Desk, filters: list[str], status: int) -> None:
    assert troubled.run("diagnose", *filters).status == status
    assert troubled.run("diagnose", *filters, "--json").status == status


def test_json_has_the_columns_of_a_finding(troubled: Desk) -> None:
    troubled.trade("buy", 3)
    troubled.trade("buy", 43, symbol="AVLUSDT")
    troubled.run("reconcile", "--exchange", "binance", "--live", "--evidence")
    findings: dict[str, Any] = {each["check_name"]: each for each in troubled.json("diagnose")["findings"]}
    assert set(findings) == {
        "no_stop_loss",
        "pending_close",
        "pending_rollback",
        "incomplete",
        "orphaned_exchange",
        "quantity_mismatch",
    }
    for each in findings.values():
        assert list(each) == [*(field.name for field in fields(Finding)), "commands"]
    assert 7200 <= findings["incomplete"]["age"] < 7300
    mismatch = findings["quantity_mismatch"]
    assert (mismatch["position_id"], mismatch["severity"], mismatch["account"]) == (1, "warning", "default")
    seen = mismatch["detail"]["seen"]
    assert (mismatch["detail"]["open_quantity"], seen["quantity"], seen["average_price"]) == ("5", "3", "100")
    assert seen["last_seen_at"].endswith("Z")
    orphan = findings["orphaned_exchange"]
    assert (orphan["position_id"], orphan["severity"], orphan["symbol"]) == (None, "critical", "AVLUSDT")
    assert orphan["detail"]["seen"]["quantity"] == "43"


def test_what_is_left_of_a_position_is_named(desk: Desk) -> None:
    desk.open("APTUSDT")
    desk.client.confirm_close(1, "take profit")
    desk.open("METUSDT")
    due = desk.client.replace_stop_loss(2, 99)
    desk.client.activate_position(2, due.fence, 99, due.next_order.client_order_id)
    found = desk.client.adopt_position("binance", "PERPUSDT", "long", 5, PRICE, datetime.now(UTC), stop_loss_price=98)
    desk.client.confirm_close(found.position_id, "take profit")
    desk.age()
    printed = desk.run("diagnose")
    assert max(map(len, printed.out.splitlines())) <= 80
    assert [line.strip() for line in printed.out.splitlines() if line.startswith("          ")] == [
        f"orders left: {desk.row(1).order_key}s1",
        "tradelatch recover --exchange binance --confirm",
        "orders left: every other order of the slot that can only reduce",
        "tradelatch recover --exchange binance --confirm",
        f"active; orders left: {desk.row(2).order_key}s1",
        "tradelatch recover --exchange binance --confirm",
    ]


def test_what_lists_of_orders_showed_is_told(desk: Desk) -> None:
    for symbol in ("APTUSDT", "AVLUSDT", "METUSDT", "ZEUSUSDT"):
        desk.open(symbol)
    desk.client.confirm_close(4, "take profit", orders_ended=desk.row(4).orders_left)
    key = [desk.row(position).order_key for position in (1, 2, 3, 4)]
    desk.age()
    listed = [
        {"symbol": "AVLUSDT", "client_order_id": f"{key[1]}s1", "side": "sell", "quantity": 5, "trigger": 97},
        {"symbol": "METUSDT", "client_order_id": f"{key[2]}s1", "side": "sell", "quantity": None, "trigger": 98},
        {"symbol": "ZEUSUSDT", "client_order_id": f"{key[3]}s1", "side": "sell", "quantity": 5, "trigger": 98},
        {"symbol": "ZEUSUSDT", "client_order_id": f"{key[3]}s2"},
    ]
    looked_at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    since = f"{looked_at:%Y-%m-%d %H:%M:%SZ}"

    def said(at: datetime, **options: Any) -> list[str]:
        desk.client.reconcile_orders("binance", listed, at, complete=True, **options)
        facts, is_said = [], True
        for line in desk.run("diagnose").out.splitlines():
            if not line.startswith("          "):  # a finding begins
                facts.append("")
                is_said = True
            elif line.startswith(("          -> ", "          tradelatch ")):  # its advice
                is_said = False
            elif is_said:
                facts[-1] += line
        return [" ".join(fact.split()) for fact in facts if fact]

    assert said(looked_at)[-1] == (  # the order of findings of one severity: by name
        f"active; the book has long 5; its stop-loss is at 98; the exchange lists {key[1]}s1, which sells 5 at 97,"
        f" since {since}, once"
    )
    assert said(looked_at + timedelta(seconds=10)) == [
        f"active; the book has long 5; the exchange does not list {key[0]}s1 since {since}",
        f"closed; the exchange lists {key[3]}s1, which sells 5 at 98, since {since}, which no open position has;"
        f" the exchange lists {key[3]}s2 since {since}, which no open position has",
        f"active; the book has long 5; its stop-loss is at 98; the exchange lists {key[1]}s1, which sells 5 at 97,"
        f" since {since}",
    ]
    listed.clear()
    assert "3 stop-losses are missing at once, at most 2 may be" in said(
        looked_at + timedelta(seconds=20), max_missing=2
    )


def test_a_reader_may_diagnose(troubled: Desk, reader_dsn: str) -> None:
    troubled.dsn = reader_dsn
    assert troubled.run("diagnose").status == 1


@pytest.mark.parametrize(
    "bad", [["--account", "x" * 65], ["--symbol", ""], ["--stale-after", "5"], ["--exchange", "\n"]]
)
def test_a_bad_filter_is_one_line(desk: Desk, bad: list[str]) -> None:
    printed = desk.run("diagnose", *bad)
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert bad[0].strip("-").replace("-", "") in printed.err.replace("_", "").replace("-", "")
