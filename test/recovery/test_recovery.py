"""Recovery finishes what a worker left at any step, believes nothing once, and sends no entry."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import Receipt, Unavailable
from tradelatch.testing import Delays, Exchange, Faults, Market, Odds, OrderRefused

from .stage import FIVE, PRICE, START, SYMBOL, Stage


async def test_nothing_is_taken_over_while_its_lease_lives(stage: Stage) -> None:
    await stage.open()
    assert await stage.play(stage.recovery.run_once) == []


async def test_an_entry_that_is_absent_twice_was_never_sent(stage: Stage) -> None:
    receipt = await stage.open()
    done = await stage.recover()
    assert (done.outcome, done.status, done.position_id) == ("finished", "failed", receipt.position_id)
    assert stage.clock.now() - START >= timedelta(seconds=10)
    assert stage.kinds == []


@pytest.mark.parametrize(("side", "trigger"), [("long", 98), ("short", 102)])
async def test_a_filled_entry_is_protected_at_the_stored_percentage(stage: Stage, side: str, trigger: int) -> None:
    receipt = await stage.open(side)
    await stage.send(receipt)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "active")
    (row,) = await stage.client.positions(receipt.position_id)
    entry, stop = stage.exchange.orders(SYMBOL)
    assert (row.stop_loss_price, row.stop_loss_order_id, row.exchange_order_id) == (trigger, stop.order_id, "1")
    assert (stop.kind, stop.quantity, stop.trigger, stop.reduce_only) == ("stop", 5, trigger, True)
    assert (entry.kind, abs(stage.held)) == ("market", 5)


async def test_a_hedged_position_is_recovered_on_its_own_side(stage: Stage) -> None:
    stage.exchange = Exchange("binance", stage.clock, {SYMBOL: Market(PRICE)}, hedge_mode=True)
    receipts = [await stage.open(side, position_side=side) for side in ("long", "short")]
    for receipt in receipts:
        await stage.send(receipt)
    await stage.client.rollback_position(receipts[1].position_id, receipts[1].fence, "gave up")
    stage.age_leases("2 minutes")
    done = await stage.play(stage.recovery.run_once)
    assert sorted(each.status for each in done) == ["active", "rolled_back"]
    assert [str(held) for held in stage.exchange.exposures()] == ["long 5", "flat"]


async def test_an_entry_in_parts_is_cut_short_and_what_was_filled_is_protected(stage: Stage) -> None:
    stage.exchange = Exchange(
        "binance", stage.clock, {SYMBOL: Market(PRICE)}, delays=Delays(fill=60), faults=Faults(Odds(in_parts=1), seed=1)
    )
    receipt = await stage.open()
    await stage.send(receipt)
    await stage.play(lambda: stage.clock.sleep(70))
    done = await stage.recover()
    assert done.status == "active"
    entry, stop = stage.exchange.orders(SYMBOL)
    assert entry.status == "canceled"
    assert 0 < entry.filled < 5
    assert stop.quantity == entry.filled == stage.held


async def test_a_fill_that_grew_after_it_was_confirmed_is_protected_wholly(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    await stage.filled(receipt, Decimal(2))
    assert (await stage.recover()).status == "active"
    assert stage.exchange.orders(SYMBOL)[-1].quantity == 5


async def test_an_entry_that_ended_without_a_fill_is_cancelled(stage: Stage) -> None:
    stage.exchange = Exchange("binance", stage.clock, {SYMBOL: Market(PRICE)}, delays=Delays(fill=600))
    receipt = await stage.open()
    await stage.send(receipt)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "canceled")
    await stage.play(lambda: stage.clock.sleep(700))
    assert stage.held == 0


async def test_without_a_percentage_it_is_closed(stage: Stage) -> None:
    receipt = await stage.open(stop_loss_percent=None)
    await stage.send(receipt)
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)


async def test_a_stop_loss_that_the_dead_worker_sent_is_used(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    await stage.send(receipt)
    assert (await stage.recover()).status == "active"
    assert stage.kinds == [("market", "closed"), ("stop", "open")]


async def test_a_stop_loss_that_triggered_meanwhile_ends_the_position(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    await stage.send(receipt)
    stage.exchange.set_market(SYMBOL, Market(Decimal(90)))
    await stage.play(lambda: stage.clock.sleep(2))
    assert (await stage.recover()).status == "closed"
    assert stage.held == 0


async def test_a_stop_loss_that_the_market_has_passed_is_not_tried_again(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    stage.exchange.set_market(SYMBOL, Market(Decimal(90)))
    done = await stage.recover()
    assert (done.status, stage.held) == ("closed", 0)
    assert "the market has passed the stop-loss" in done.reason
    (row,) = await stage.client.positions(receipt.position_id)
    assert row.exit_reason == "the market has passed the stop-loss"
    events = await stage.client.position_timeline(receipt.position_id)
    assert "reissue_order" not in [event.event for event in events]


async def test_a_stop_loss_that_is_refused_three_times_gives_way_to_a_close(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    send = stage.exchange.send

    async def refuse_stops(*arguments: Any, kind: str, **options: Any) -> Any:
        if kind == "stop":
            raise OrderRefused("margin is insufficient")
        return await send(*arguments, kind=kind, **options)

    monkeypatch.setattr(stage.exchange, "send", refuse_stops)
    done = await stage.recover()
    assert (done.status, stage.held) == ("closed", 0)
    assert "refused 3 times" in done.reason
    (row,) = await stage.client.positions(receipt.position_id)
    assert "refused 3 times" in (row.exit_reason or "")


@pytest.mark.parametrize("sent", ["nothing", "the entry", "entry and close"])
async def test_a_rollback_is_carried_on(stage: Stage, sent: str) -> None:
    receipt = await stage.open()
    if sent != "nothing":
        await stage.send(receipt)
    receipt = await stage.client.rollback_position(receipt.position_id, receipt.fence, "gave up")
    if sent == "entry and close":
        await stage.send(receipt)
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "rolled_back", 0)
    assert len(stage.kinds) == {"nothing": 0, "the entry": 2, "entry and close": 2}[sent]


async def test_a_close_is_carried_on_and_its_stop_loss_taken_away(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    stop = await stage.send(receipt)
    await stage.protected(receipt, stop_loss_order_id=stop.order_id)
    await stage.client.begin_close(receipt.position_id, "take profit")
    done = await stage.recover()
    assert (done.status, stage.held) == ("closed", 0)
    (row,) = await stage.client.positions(receipt.position_id)
    assert (row.exit_reason, row.exit_price) == ("take profit", PRICE)
    assert stage.kinds == [("market", "closed"), ("stop", "canceled"), ("market", "closed")]


async def test_a_close_that_the_market_took_in_part_is_repeated_for_the_rest(stage: Stage) -> None:
    receipt = await stage.open(stop_loss_percent=None)
    await stage.send(receipt)
    stage.exchange.set_market(SYMBOL, Market(PRICE, depth=Decimal(2)))
    assert (await stage.recover()).status == "closed"
    assert [order.filled for order in stage.exchange.orders(SYMBOL)] == [5, 2, 2, 1]
    assert stage.held == 0


async def test_lies_about_fills_and_a_lagging_list_are_outlived(stage: Stage) -> None:
    stage.exchange = Exchange(
        "binance",
        stage.clock,
        {SYMBOL: Market(PRICE)},
        delays=Delays(list_lag=4.3),
        faults=Faults(Odds(hidden_fill=1, lie=4.5), seed=3),
    )
    receipt = await stage.open()
    await stage.send(receipt)
    await stage.client.rollback_position(receipt.position_id, receipt.fence, "position not found after order")
    assert (await stage.recover()).status == "rolled_back"
    assert stage.held == 0
    assert [order.side for order in stage.exchange.orders(SYMBOL)] == ["buy", "sell"]


async def test_an_hour_of_downtime_leaves_it_open_until_it_is_over(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    stage.exchange.go_down(3600)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("left", "pending_entry")
    assert "does not answer" in done.reason
    await stage.play(lambda: stage.clock.sleep(3600))
    assert (await stage.recover()).status == "active"


async def test_a_stop_loss_whose_answer_is_lost_is_not_sent_twice(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    await stage.filled(receipt)

    async def unanswered(*args: Any, **options: Any) -> Any:
        stage.exchange.faults.odds = Odds(unanswered=1)
        try:
            return await Exchange.send(stage.exchange, *args, **options)
        finally:
            stage.exchange.faults.odds = Odds()

    stage.exchange.send = unanswered
    assert (await stage.recover()).status == "active"
    assert stage.kinds == [("market", "closed"), ("stop", "open")]


async def test_who_lost_the_drive_sends_nothing(stage: Stage) -> None:
    await stage.open()
    stage.age_leases("2 minutes")
    (claimed,) = await stage.client.claim_stale()
    stage.age_leases("2 minutes")
    await stage.client.claim_stale()
    done = await stage.play(lambda: stage.recovery.finish(claimed))
    assert (done.outcome, stage.kinds) == ("lost", [])


@pytest.mark.parametrize("is_placed", [False, True])
async def test_a_holding_beside_an_unknown_entry_is_ours_only_if_it_was_taken(stage: Stage, is_placed: bool) -> None:
    receipt = await stage.open()
    if is_placed:
        await stage.client.place_entry(receipt.position_id, receipt.fence, "77")
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))  # under no id of ours
    done = await stage.recover()
    if is_placed:
        assert (done.outcome, done.status, stage.held) == ("finished", "rolled_back", 0)
    else:
        assert (done.outcome, done.status, stage.held) == ("left", "pending_entry", 5)
        assert "knows no fill" in done.reason


async def test_what_is_held_on_the_other_side_is_left_and_reported(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.client.rollback_position(receipt.position_id, receipt.fence, "gave up")
    await stage.play(lambda: stage.exchange.send(SYMBOL, "sell", FIVE))
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("left", "pending_rollback", -5)
    assert "on the other side" in done.reason


async def test_database_errors_leave_it_to_a_later_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = await stage.open()
    await stage.send(receipt)

    async def fail(*_: Any, **__: Any) -> Receipt:
        raise Unavailable("confirm_entry: the connection was lost")

    with monkeypatch.context() as patch:
        patch.setattr(stage.client, "confirm_entry", fail)
        done = await stage.recover()
    assert (done.outcome, done.reason) == ("left", "Unavailable: confirm_entry: the connection was lost")
    assert (await stage.recover()).status == "active"
    assert await stage.status(receipt) == "active"
