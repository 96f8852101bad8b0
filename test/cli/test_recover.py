"""`tradelatch recover`: what it would take over, what it finishes, what it leaves to people, and how it is ended."""

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from tradelatch import Unavailable
from tradelatch.cli import recover as module
from tradelatch.cli.connection import NoConnection
from tradelatch.testing import Market

from .desk import Desk

DRY = "would be taken over and finished. Nothing was done: add --confirm to do it."


@pytest.fixture
def dead(desk: Desk) -> Desk:
    """Dead workers left 1 filled, without a stop-loss, 2 in a rollback, filled, and 3, which was never sent."""
    desk.send(desk.open(status="pending_entry"))
    desk.send(desk.open("ZEUSUSDT", "short", status="pending_entry", exchange="bybit"))
    desk.client.rollback_position(2, desk.fence(2), "gave up")
    desk.open("METUSDT", status="pending_entry")
    desk.age()
    desk.open("AVLUSDT", status="pending_sl")  # its worker lives
    desk.open("PERPUSDT")
    desk.protect(5)
    return desk


def statuses(desk: Desk) -> list[str]:
    return [row.status for row in reversed(desk.client.positions())]


def test_nothing_to_recover(desk: Desk) -> None:
    desk.open()
    desk.protect(1)
    for options in ([], ["--live"], ["--confirm"]):
        printed = desk.run("recover", *options)
        assert (printed.status, printed.out, printed.err) == (0, "Nothing to recover.\n", "")
    assert desk.json("recover") == {"dry_run": True, "positions": []}
    assert desk.json("recover", "--confirm") == {"dry_run": False, "recovered": []}


def test_a_dry_run_takes_nothing_over(dead: Desk) -> None:
    before, sent = dead.rows(), dead.orders()
    printed = dead.run("recover")
    assert (printed.status, printed.err) == (0, "")
    lines = printed.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[:4] for line in lines[1:-1]] == [
        ["1", "binance", "APTUSDT", "pending_entry"],
        ["2", "bybit", "ZEUSUSDT", "pending_rollback"],
        ["3", "binance", "METUSDT", "pending_entry"],
    ]
    assert lines[-1] == f"3 {DRY}"
    live = dead.run("recover", "--live")
    assert live.out.count("the exchange: ") == 3
    assert "          the exchange: short 5 at 100\n" in live.out
    assert "          the exchange: flat\n" in live.out
    assert (dead.rows(), dead.orders()) == (before, sent)


def test_a_dry_run_in_json_has_the_columns_of_a_position(dead: Desk) -> None:
    document = dead.json("recover", "--live")
    assert document["dry_run"] is True
    assert [(each["position_id"], each["open_quantity"], each["held"]) for each in document["positions"]] == [
        (1, "0", "long 5 at 100"),
        (2, "0", "short 5 at 100"),
        (3, "0", "flat"),
    ]
    assert document["positions"][0]["lease_until"].endswith("Z")


def test_orders_that_are_left_are_named_before_and_gone_after(desk: Desk) -> None:
    for symbol in ("APTUSDT", "METUSDT"):
        receipt = desk.open(symbol, status="pending_sl")
        desk.trade("buy", 5, symbol=symbol)
        stop = desk.send(receipt)
        due = receipt.next_order
        desk.client.activate_position(
            receipt.position_id, receipt.fence, due.price, due.client_order_id, stop_loss_order_id=stop.order_id
        )
    desk.trade("sell", 5, reduce_only=True)
    desk.client.confirm_close(1, "take profit")  # and its worker dies
    due = desk.client.replace_stop_loss(2, 99)
    stop = desk.send(due)
    desk.client.activate_position(2, due.fence, 99, due.next_order.client_order_id, stop_loss_order_id=stop.order_id)
    desk.age()
    key = [desk.row(position).order_key for position in (1, 2)]
    printed = desk.run("recover")
    assert max(map(len, printed.out.splitlines())) <= 80
    left = [line.split() for line in printed.out.splitlines() if "orders left: " in line]
    assert left == [["orders", "left:", f"{key[0]}s1"], ["orders", "left:", f"{key[1]}s1"]]
    assert desk.run("recover", "--confirm").status == 0
    assert (desk.row(1).status, desk.row(1).orders_left) == ("closed", [])
    assert (desk.row(2).status, desk.row(2).orders_left) == ("active", [f"{key[1]}s2"])


def test_confirm_finishes_them(dead: Desk) -> None:
    printed = dead.run("recover", "--confirm")
    assert (printed.status, printed.err) == (0, "")
    assert max(map(len, printed.out.splitlines())) <= 80
    assert statuses(dead) == ["active", "rolled_back", "failed", "pending_sl", "active"]
    assert dead.orders() == [("market", "buy"), ("stop", "sell")]
    assert dead.held("ZEUSUSDT", "bybit") == "flat"
    assert "info      finished  2         bybit ZEUSUSDT               rolled_back" in printed.out.splitlines()


@pytest.mark.parametrize(
    ("filters", "finished"),
    [(["--exchange", "BYBIT"], {2}), (["--account", "default"], {1, 2, 3}), (["--exchange", " BinanceUSDM "], {1, 3})],
)
def test_filters(dead: Desk, filters: list[str], finished: set[int]) -> None:
    before = {each["position_id"] for each in dead.json("recover", *filters)["positions"]}
    done = dead.json("recover", *filters, "--confirm")
    assert {each["position_id"] for each in done["recovered"]} == before == finished
    assert all(each["severity"] == "info" and each["outcome"] == "finished" for each in done["recovered"])


def test_what_is_left_is_critical_with_what_to_do(dead: Desk) -> None:
    dead.exchange.go_down(3600)
    printed = dead.run("recover", "--confirm")
    assert printed.status == 1
    told = " ".join(printed.out.split())
    assert "critical left 1 binance APTUSDT pending_entry the exchange does not answer" in told
    assert "-> recover again when it does" in told
    assert statuses(dead)[:3] == ["pending_entry", "rolled_back", "pending_entry"]


def test_an_exchange_without_access_is_left_and_not_claimed(desk: Desk) -> None:
    desk.open(exchange="okx", status="pending_close")
    desk.age()
    before = desk.rows()
    document = desk.json("recover", "--confirm")
    (left,) = document["recovered"]
    assert (left["severity"], left["outcome"], left["reason"]) == ("critical", "left", "no access to exchange okx")
    assert desk.rows() == before
    assert "no access to exchange okx" in desk.run("recover", "--live").out


def test_an_adopted_position_is_closed_only_when_asked_for(desk: Desk) -> None:
    desk.trade("buy", 5)
    desk.client.adopt_position("binance", "APTUSDT", "long", 5, 100, datetime.now(UTC))
    desk.age()
    printed = desk.run("recover", "--confirm")
    assert (printed.status, desk.held()) == (1, "long 5")
    assert "it was adopted, and is not closed unasked" in " ".join(printed.out.split())
    desk.age()
    printed = desk.run("recover", "--adopted", "--confirm")
    assert (printed.status, desk.held()) == (0, "flat")
    assert desk.row(1).status == "closed"


def test_a_stop_loss_that_the_market_has_passed_ends_in_a_close(dead: Desk) -> None:
    dead.exchange.set_market("APTUSDT", Market(dead.exchange.market("APTUSDT").price - 10))  # past the trigger
    printed = dead.run("recover", "--exchange", "binance", "--confirm")
    assert (printed.status, dead.held()) == (0, "flat")
    assert "the market has passed the stop-loss; it is closed" in " ".join(printed.out.split())
    assert dead.row(1).status == "closed"


def test_any_number_may_run_at_once(dead: Desk, operator_dsn: str) -> None:
    for symbol in ("ZBCNUSDT", "AVLUSDT"):
        dead.send(dead.open(symbol, status="pending_entry", account="default", exchange="bybit"))
    dead.age(positions=[6, 7])
    rounds = [module.Rounds(module.Server(operator_dsn), None, None, False, 100) for _ in range(3)]

    async def together() -> list[Any]:
        return await asyncio.gather(*(each.once() for each in rounds))

    done = asyncio.run(together())
    assert sorted(each.position_id for one in done for each in one) == [1, 2, 3, 6, 7]
    assert {each.outcome for one in done for each in one} == {"finished"}
    for symbol in ("ZBCNUSDT", "AVLUSDT"):
        assert dead.orders(symbol, "bybit") == [("market", "buy"), ("stop", "sell")]


@pytest.mark.parametrize(
    "options",
    [
        ["--watch", "5s"],
        ["--watch", "5s", "--confirm", "--json"],
        ["--watch", "0s", "--confirm"],
        ["--watch", "5", "--confirm"],
        ["--max-positions", "0"],
        ["--symbol", "APTUSDT"],
    ],
)
def test_wrong_usage_is_one_line(desk: Desk, options: list[str]) -> None:
    printed = desk.run("recover", *options)
    assert (printed.status, printed.out) == (2, "")
    assert len(printed.err.splitlines()) == 1
    assert options[0].strip("-") in printed.err or "at least a second" in printed.err


class Watched:
    """`recover --watch`: what happens between its rounds, one action after the other, and then Ctrl-C."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *actions: Any) -> None:
        self.pauses: list[float] = []
        sleep = asyncio.sleep

        async def between(seconds: float) -> None:
            if seconds != 7:
                await sleep(seconds)
                return
            self.pauses.append(seconds)
            if len(self.pauses) > len(actions):
                signal.raise_signal(signal.SIGINT)
                await sleep(3600)
            await asyncio.to_thread(actions[len(self.pauses) - 1])

        monkeypatch.setattr(asyncio, "sleep", between)


def test_watch_goes_on_until_somebody_ends_it(dead: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch, lambda: None, lambda: dead.age(positions=[4]))
    printed = dead.run("recover", "--watch", "7s", "--exchange", "binance", "--confirm")
    assert printed.err == ""
    assert watched.pauses == [7, 7, 7]
    rounds = [line for line in printed.out.splitlines() if line.endswith("Z")]
    assert len(rounds) == 2  # the second had nothing to do
    assert dead.row(4).status == "active"
    assert printed.status == 0


@pytest.mark.parametrize(
    "error", [Unavailable, NoConnection, psycopg.OperationalError], ids=lambda error: error.__name__
)
def test_watch_outlives_a_lost_database(
    dead: Desk, monkeypatch: pytest.MonkeyPatch, error: Callable[[str], Exception]
) -> None:
    """Whoever meets it: a call of the client, a connection that is made, and a question on one of its own."""
    stale, asked = module.Rounds.stale, []

    async def lost_once(self: Any, client: Any) -> Any:
        asked.append(client)
        if len(asked) == 1:
            raise error("open_positions: the connection was lost")
        return await stale(self, client)

    monkeypatch.setattr(module.Rounds, "stale", lost_once)
    Watched(monkeypatch, lambda: None)
    printed = dead.run("recover", "--watch", "7s", "--exchange", "binance", "--confirm")
    assert printed.err == "recover: open_positions: the connection was lost; again in 7.0s\n"
    assert (printed.status, dead.row(1).status) == (0, "active")


def test_the_end_of_a_watch_tells_what_was_left(dead: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dead.exchange.go_down(3600)
    Watched(monkeypatch)
    assert dead.run("recover", "--watch", "7s", "--exchange", "binance", "--confirm").status == 1
