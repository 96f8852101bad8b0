"""`tradelatch take-over`, `close`, `release` and `adopt`: the true answer without --confirm, and nothing done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from tradelatch import StaleFence
from tradelatch.exchange import OrderRefused

from .desk import Desk

RECEIPT = [
    *("outcome", "position_id", "status", "fence", "lease_until", "exchange", "account", "symbol", "position_side"),
    *("order_kind", "order_side", "order_quantity", "order_price", "order_reduce_only", "order_client_order_id"),
    *("order_cancels", "answered_at"),
]
WHY = ["--reason", "three in the morning"]
ADOPT = ["adopt", "--exchange", "binance", "--symbol", "avl/usdt"]
FOUND = [*ADOPT, "--side", "short", "--quantity", "43", "--average-price", "0.1358"]
DRY = "Nothing was done: add --confirm to do it."
REFUSED_AT_COMMIT = """
    create function public.refuse() returns trigger language plpgsql as $$
    begin
        raise exception 'refused at commit' using errcode = '{}';
    end $$;
    create constraint trigger refuse after update on monitoring.positions
    deferrable initially deferred for each row execute function public.refuse();
"""


@pytest.mark.parametrize("command", [["take-over", "1", *WHY], ["close", "1", *WHY], ["release", "1", *WHY], FOUND])
@pytest.mark.parametrize("live", [[], ["--live"]])
def test_a_dry_run_changes_nothing(desk: Desk, command: list[str], live: list[str]) -> None:
    if live and command[0] not in ("take-over", "close"):
        live = ["--json"]
    desk.open()
    before = desk.rows()
    printed = desk.run(*command, *live)
    assert (printed.status, printed.err) == (0, "")
    assert max(map(len, printed.out.splitlines())) <= 80
    if live == ["--json"]:
        assert '"dry_run": true' in printed.out
    else:
        assert printed.out.splitlines()[-1] == DRY
    assert desk.rows() == before
    assert desk.orders() == []


@pytest.mark.parametrize("command", [["take-over", "1", *WHY], ["close", "1", *WHY], ["release", "1", *WHY], FOUND])
def test_json_has_the_columns_of_a_receipt(desk: Desk, command: list[str]) -> None:
    desk.open()
    for confirm in ([], ["--confirm"]):
        document = desk.json(*command, *confirm)
        assert list(document) == ["dry_run", "receipt"]
        assert document["dry_run"] is not bool(confirm)
        assert list(document["receipt"]) == RECEIPT


def test_take_over_does_not_wait_for_the_lease(desk: Desk) -> None:
    driver = desk.open(status="pending_rollback")
    printed = desk.run("take-over", "1", *WHY, "--confirm")
    assert printed.status == 0
    lines = printed.out.splitlines()
    assert lines[0] == "Position 1, binance APTUSDT, is pending_rollback now."
    assert "To send: sell 5 at market, reduce-only" in lines
    assert desk.fence(1) > driver.fence
    assert f"fence {desk.fence(1)}" in printed.out


def test_take_over_of_what_waits_for_its_cancels_gives_the_fence_too(desk: Desk) -> None:
    desk.open()
    desk.client.confirm_close(1, "take profit")
    printed = desk.run("take-over", "1", *WHY, "--confirm")
    words = " ".join(printed.out.split())
    assert words.startswith("Position 1, binance APTUSDT, is pending_cancels now.")
    assert f"To cancel on the exchange: {desk.row(1).order_key}s1 Yours to drive until " in words
    assert f"fence {desk.fence(1)}; recover takes over after." in words


def test_a_claimed_entry_is_never_to_be_sent(desk: Desk) -> None:
    desk.open(status="pending_entry")
    printed = desk.run("take-over", "1", *WHY, "--confirm")
    (order_id,) = [row.entry_client_order_id for row in desk.client.positions()]
    assert f"To look up, never to send: the entry order {order_id}" in printed.out.splitlines()


def test_take_over_live_goes_on_to_the_end(desk: Desk) -> None:
    receipt = desk.open(status="pending_sl", lease=timedelta(seconds=2))
    desk.trade("buy", 5, client_order_id=desk.row(1).entry_client_order_id)
    assert receipt.fence == desk.fence(1)
    printed = desk.run("take-over", "1", *WHY, "--live", "--confirm")
    assert (printed.status, printed.err) == (0, "")
    assert "info      finished  1         binance APTUSDT              active" in printed.out.splitlines()
    assert desk.orders() == [("market", "buy"), ("stop", "sell")]


def test_close_prints_the_order_and_with_live_sends_it(desk: Desk) -> None:
    desk.open()
    desk.open("METUSDT", "short")
    for symbol, side in (("APTUSDT", "buy"), ("METUSDT", "sell")):
        desk.trade(side, 5, symbol=symbol)
    printed = desk.run("close", "1", *WHY, "--confirm")
    assert "To send: sell 5 at market, reduce-only" in printed.out.splitlines()
    assert (desk.row(1).status, desk.held()) == ("pending_close", "long 5")
    printed = desk.run("close", "2", *WHY, "--live", "--confirm")
    assert (printed.status, printed.err) == (0, "")
    assert (desk.row(2).status, desk.held("METUSDT")) == ("closed", "flat")
    assert desk.row(2).exit_reason == "three in the morning"
    order = desk.exchange.orders("METUSDT")[-1]
    assert (order.side, order.quantity, order.reduce_only) == ("buy", 5, True)


def test_close_takes_over_what_somebody_drives_and_says_so(desk: Desk) -> None:
    desk.open(status="pending_sl")
    desk.trade("buy", 5)
    before = (desk.rows(), desk.fence(1))
    printed = desk.run("close", "1", *WHY)
    assert printed.status == 0
    assert printed.out.startswith("Position 1 would be taken over from its driver.\n")
    assert (desk.rows(), desk.fence(1)) == before
    printed = desk.run("close", "1", *WHY, "--confirm")
    assert printed.out.startswith("Position 1 was taken over from its driver.\n")
    assert (desk.row(1).status, desk.held()) == ("pending_close", "long 5")
    with pytest.raises(StaleFence):
        desk.client.begin_close(1, "exit", fence=before[1])
    desk.age("2 minutes")  # what the one before may still send
    assert desk.run("close", "1", *WHY, "--live", "--confirm").status == 0
    assert (desk.row(1).status, desk.held()) == ("closed", "flat")


def test_close_live_reports_what_the_exchange_refuses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open()
    desk.trade("buy", 5)

    async def refuse(*_: Any, **__: Any) -> None:
        raise OrderRefused("binance: 5 of APTUSDT is less than can be traded, 10")

    monkeypatch.setattr(desk.exchange, "send", refuse)
    printed = desk.run("close", "1", *WHY, "--live", "--confirm")
    assert printed.status == 1
    told = " ".join(printed.out.split())
    assert "critical left 1 binance APTUSDT pending_close" in told
    assert "5 is held, and its close was refused: binance: 5 of APTUSDT is less than can be traded" in told
    assert "-> close it on the exchange by hand, then recover again" in told


def test_close_live_moves_nothing_without_access(desk: Desk) -> None:
    desk.open(exchange="okx")
    before = desk.rows()
    printed = desk.run("close", "1", *WHY, "--live", "--confirm")
    assert (printed.status, printed.err) == (2, "tradelatch: no access to exchange okx\n")
    assert desk.rows() == before


def test_release_frees_the_slot_and_can_be_taken_back(desk: Desk) -> None:
    desk.open()
    printed = desk.run("release", "1", *WHY, "--confirm")
    assert printed.status == 0
    assert "To cancel on the exchange: " in printed.out
    assert desk.row(1).status == "closed"
    command = printed.out.splitlines()[-1].split()[1:]
    assert desk.run(*command).status == 0
    assert desk.row(1).status == "pending_sl"  # recover asks the exchange which of its orders are left


def test_adopt_by_hand(desk: Desk) -> None:
    printed = desk.run(*FOUND, "--confirm")
    assert printed.status == 0
    assert "To send: a stop-loss that buys 43 at a price of your choice, reduce-only" in printed.out.splitlines()
    row = desk.row(desk.client.open_positions()[0].position_id)
    assert (row.status, row.symbol, row.side, row.open_quantity) == ("pending_sl", "AVLUSDT", "short", 43)
    again = desk.run(*FOUND, "--confirm")
    assert again.status == 1
    assert "somebody else's" in again.out


def test_adopt_with_its_stop_loss_is_active(desk: Desk) -> None:
    printed = desk.run(*FOUND, "--stop-loss-price", "0.14", "--stop-loss-order-id", "77", "--confirm")
    assert "is active now" in printed.out
    (row,) = desk.client.open_positions()
    assert (row.status, str(row.stop_loss_price), row.stop_loss_order_id) == ("active", "0.14", "77")


def test_adopt_live_takes_what_the_exchange_says_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.trade("sell", 43, symbol="AVLUSDT")
    printed = desk.run(*ADOPT, "--live", "--confirm")
    assert printed.status == 0
    (row,) = desk.client.open_positions()
    assert (row.side, row.open_quantity, row.average_price) == ("short", 43, 100)
    missing = desk.run("adopt", "--exchange", "binanceusdm", "--symbol", "METUSDT", "--live", "--confirm")
    assert (missing.status, missing.err) == (2, "tradelatch: the exchange lists no position of METUSDT both\n")

    desk.run("release", row.position_id, *WHY, "--confirm")
    positions = desk.exchange.positions
    answers = []

    async def growing(*, account: str) -> Any:
        await desk.exchange.send("AVLUSDT", "sell", 1)
        answers.append(await positions(account=account))
        return answers[-1]

    monkeypatch.setattr(desk.exchange, "positions", growing)
    printed = desk.run(*ADOPT, "--live", "--confirm")
    assert (printed.status, len(answers)) == (2, 2)
    assert "something else at the second look" in printed.err
    assert desk.client.open_positions() == []


@pytest.mark.parametrize(
    "command",
    [
        ["take-over", "42", *WHY],
        ["close", "42", *WHY],
        ["release", "42", *WHY, "--confirm"],
        ["close", "42"],
        ["take-over", "everything", *WHY],
        ["release", "99999999999999999999", *WHY],
        ["release", "1", "--reason", ""],
        ADOPT,
        [*ADOPT, "--side", "short"],
        [*FOUND, "--live"],
        [*ADOPT, "--side", "long", "--quantity", "nan", "--average-price", "1"],
        [*ADOPT, "--side", "long", "--quantity", "1e5", "--average-price", "1"],
        [*ADOPT, "--side", "long", "--quantity", "0", "--average-price", "1"],
        [*FOUND, "--stop-loss-order-id", "77"],
    ],
)
def test_wrong_usage_is_one_line(desk: Desk, command: list[str]) -> None:
    desk.open()
    before = desk.rows()
    printed = desk.run(*command)
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert desk.rows() == before


@pytest.mark.parametrize("confirm", [[], ["--confirm"]])
@pytest.mark.parametrize(
    "command",
    [
        ["cleanup", "all"],
        ["restore", "00000000-0000-0000-0000-000000000007"],
        ["take-over", "1", *WHY],
        ["release", "1", *WHY],
    ],
)
def test_a_bot_may_not(desk: Desk, as_role: Callable[[str], str], command: list[str], confirm: list[str]) -> None:
    desk.open()
    before = desk.rows()
    desk.dsn = as_role("bot")
    printed = desk.run(*command, *confirm)
    assert (printed.status, printed.out) == (2, "")
    assert printed.err.startswith("tradelatch: PermissionDenied [42501]: permission denied for function ")
    assert len(printed.err.splitlines()) == 1
    assert desk.rows() == before


def test_a_bot_sees_no_backups(desk: Desk, as_role: Callable[[str], str]) -> None:
    desk.dsn = as_role("bot")
    printed = desk.run("backups")
    assert (printed.status, printed.out) == (2, "")
    assert printed.err == "tradelatch: PermissionDenied [42501]: permission denied for view backups\n"


def test_a_bot_may_close_and_adopt(desk: Desk, as_role: Callable[[str], str]) -> None:
    desk.open()
    desk.dsn = as_role("bot")
    assert desk.run("close", "1", *WHY, "--confirm").status == 0
    assert desk.run(*FOUND, "--confirm").status == 0


@pytest.mark.parametrize(
    "command",
    [
        ["diagnose"],
        ["reconcile", "--exchange", "binance", "--live"],
        ["recover"],
        ["recover", "--confirm"],
        ["cleanup", "all"],
        ["backups"],
        ["take-over", "1", *WHY],
        ["close", "1", *WHY],
        ["release", "1", *WHY],
        FOUND,
    ],
)
def test_no_connection_is_one_line(desk: Desk, command: list[str]) -> None:
    desk.dsn = "host=/nowhere password=sesame"
    printed = desk.run(*command)
    assert (printed.status, printed.out) == (2, "")
    assert printed.err.startswith("tradelatch: no connection: ")
    assert len(printed.err.splitlines()) == 1
    assert "sesame" not in printed.err


@pytest.mark.parametrize(
    ("sqlstate", "name"), [("40001", "RetriesExhausted"), ("23505", "TradelatchError"), ("P0001", "TradelatchError")]
)
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_what_is_refused_at_commit_has_no_receipt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, sqlstate: str, name: str, as_json: list[str]
) -> None:
    """A deferred constraint trigger raises when the row was sent already."""
    monkeypatch.setattr("tradelatch.core.flight.FIRST_PAUSE", 0.001)
    desk.open()
    with psycopg.connect(desk.superuser, autocommit=True) as connection:
        connection.execute(REFUSED_AT_COMMIT.format(sqlstate))
    before = desk.rows()
    printed = desk.run("close", "1", *WHY, "--confirm", *as_json)
    assert (printed.status, printed.out) == (1, "")
    assert printed.err == f"tradelatch: {name} [{sqlstate}]: refused at commit\n"
    assert desk.rows() == before
