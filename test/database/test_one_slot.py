"""200 callers over 50 connections: one opens, the others learn that it is open."""

from collections import Counter
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

import psycopg
import pytest

CALLERS, CONNECTIONS = 200, 50
SPELLINGS = [
    ("binance", "APTUSDT"),
    ("BINANCE", "APT/USDT:USDT"),
    (" Binance ", "aptusdt"),
    ("binanceusdm", "APT/USDT"),
    ("BinanceUSDM", " aptusdt "),
]


@pytest.fixture
def race(admin, connect, crowd, database):
    """`race(calls)` makes each of the calls, all of them at once, and gives their receipts or SQLSTATEs."""

    def race(calls: list[dict]) -> list:
        def create(session, changes: dict) -> Any:
            try:
                return session.create(**changes)
            except psycopg.Error as error:
                return error.sqlstate

        bots, holder = crowd(CONNECTIONS), connect(database)
        with holder.connection.transaction():
            holder("select monitoring.lock_slot('binance', %s, 'APTUSDT')", admin.account)
            running = [bots.start(lambda session, changes=changes: create(session, changes)) for changes in calls]
            admin.until_waiters(CONNECTIONS)
        return [each.result() for each in running]

    return race


def to_trade_with(receipt) -> list:
    """What is in the receipt to trade with."""
    names = [name for name in receipt._fields if name in ("fence", "lease_until") or name.startswith("order_")]
    return [getattr(receipt, name) for name in names if getattr(receipt, name) is not None]


def assert_one_created(receipts: list, admin) -> None:
    assert Counter(receipt.outcome for receipt in receipts) == {"created": 1, "existing": len(receipts) - 1}
    (created,) = (receipt for receipt in receipts if receipt.outcome == "created")
    assert {receipt.position_id for receipt in receipts} == {created.position_id}
    assert created.fence is not None
    assert (created.order_kind, created.order_side) == ("entry", "sell")
    assert not any(to_trade_with(receipt) for receipt in receipts if receipt.outcome == "existing")
    assert len(admin.open_positions()) == 1
    assert Counter(admin.events(created.position_id)) == {
        "create_position": 1,
        "duplicate_prevented": 1,
    }
    refused = "select sum(refused) from monitoring.refusals where position_id = %s"
    assert admin.value(refused, created.position_id) == len(receipts) - 1


def test_one_of_200_callers_creates(race, admin) -> None:
    prevented = "select duplicates_prevented from tradelatch.health"
    before = admin.value(prevented)
    assert_one_created(race([{}] * CALLERS), admin)
    assert admin.value(prevented) == before + CALLERS - 1


def test_spellings_of_one_slot_are_one_slot(race, admin) -> None:
    calls = [{"exchange": exchange, "symbol": symbol} for exchange, symbol in islice(cycle(SPELLINGS), CALLERS)]
    assert_one_created(race(calls), admin)


def test_one_request_opens_once(race, admin) -> None:
    assert_one_created(race([{"request_id": "signal:5483266"}] * CALLERS), admin)


def test_both_directions_want_the_slot(race, admin) -> None:
    receipts = race([{"side": side} for side in islice(cycle(["long", "short"]), CALLERS)])
    assert Counter(receipt.outcome for receipt in receipts) == {"created": 1, "existing": CALLERS - 1}
    assert admin.conflicts() == 0


def test_one_attempt_gets_one_answer(race, admin) -> None:
    receipts = race([{"attempt": uuid4()}] * CALLERS)
    assert Counter(receipt.outcome for receipt in receipts) == {"created": 1, "replayed": CALLERS - 1}
    assert len({tuple(receipt._replace(outcome="", answered_at=None)) for receipt in receipts}) == 1
    assert admin.events(receipts[0].position_id) == ["create_position"]


def test_one_request_for_many_symbols_opens_one_of_them(admin, connect, crowd, database) -> None:
    """No lock is common to them: the index on the request decides."""
    symbols = ["APTUSDT", "AVLUSDT", "BTCUSDT", "ETHUSDT"]
    request = {"request_id": "signal:5483266"}
    bots, owner = crowd(CONNECTIONS), connect(database)
    # All of them wait for a row that is not committed, and then taken back.
    with owner.connection.transaction(force_rollback=True):
        assert owner.create(symbol="XRPUSDT", **request).outcome == "created"
        running = [
            (symbol, bots.start(lambda session, symbol=symbol: session.answer_create(symbol=symbol, **request)))
            for symbol in islice(cycle(symbols), CALLERS)
        ]
        admin.until_waiters(CONNECTIONS)
    answers = Counter((symbol, each.result()) for symbol, each in running)
    (winner,) = (symbol for symbol, answer in answers if answer == "created")
    each = CALLERS // len(symbols)
    others = {(symbol, "TL005"): each for symbol in symbols if symbol != winner}
    assert answers == {(winner, "created"): 1, (winner, "existing"): each - 1} | others
    assert [row.symbol for row in admin.open_positions()] == [winner]


def test_hedge_mode_against_one_way_mode(race, admin) -> None:
    sides = [("long", "both"), ("long", "long"), ("short", "short"), ("short", "both")]
    calls = [{"side": side, "position_side": position_side} for side, position_side in islice(cycle(sides), CALLERS)]
    answers = race(calls)
    outcomes = Counter(answer if isinstance(answer, str) else answer.outcome for answer in answers)
    assert set(outcomes) == {"created", "existing", "TL006"}
    open_sides = {row.position_side for row in admin.open_positions()}
    assert open_sides in ({"both"}, {"long", "short"})
    assert outcomes["created"] == len(open_sides)
    assert outcomes["TL006"] == CALLERS // 2  # all that wanted the other mode
