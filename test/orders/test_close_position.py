"""A close, from the decision to the free slot: nothing is believed at one look, and nobody else's drive is touched."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tradelatch import IllegalTransition, Receipt, StaleFence, Unsettled, close_position
from tradelatch.exchange import OrderRefused, Unreachable
from tradelatch.testing import Delays, Exchange, Faults, Market, Odds

from ..recovery.stage import FIVE, PRICE, SYMBOL, Stage


async def opened(stage: Stage, side: str = "long", quantity: Decimal = FIVE, **options: Any) -> int:
    """The id of an active position whose stop-loss stands."""
    receipt = await stage.open(side, **options)
    await stage.send(receipt)
    receipt = await stage.filled(receipt, quantity)
    stop = await stage.send(receipt)
    await stage.protected(receipt, stop_loss_order_id=stop.order_id)
    return receipt.position_id


async def close(stage: Stage, position_id: int, **options: Any) -> Receipt:
    closing = close_position(stage.client, stage.exchange, position_id, "take profit", clock=stage.clock, **options)
    [receipt] = await stage.clock.play(closing)
    return receipt


@pytest.mark.parametrize("side", ["long", "short"])
async def test_a_position_is_closed_and_its_stop_loss_taken_away(stage: Stage, side: str) -> None:
    position_id = await opened(stage, side)
    began_at = stage.clock.now()
    receipt = await close(stage, position_id)
    assert (receipt.position_id, receipt.status, stage.held) == (position_id, "closed", 0)
    assert stage.kinds == [("market", "closed"), ("stop", "canceled"), ("market", "closed")]
    (row,) = await stage.client.positions(position_id)
    assert (row.status, row.exit_reason, row.exit_price) == ("closed", "take profit", PRICE)
    assert stage.clock.now() - began_at > timedelta(seconds=10)
    assert (await stage.open()).outcome == "created"


async def test_in_hedge_mode_only_its_own_side_is_closed(stage: Stage) -> None:
    stage.exchange = Exchange("binance", stage.clock, {SYMBOL: Market(PRICE)}, hedge_mode=True)
    position_id = await opened(stage, "short", position_side="short")
    await opened(stage, "long", position_side="long")
    await close(stage, position_id)
    assert sorted(str(held) for held in stage.exchange.exposures()) == ["flat", "long 5"]


async def test_what_the_market_took_in_part_is_closed_again_for_the_rest(stage: Stage) -> None:
    position_id = await opened(stage)
    stage.exchange.set_market(SYMBOL, Market(PRICE, depth=Decimal(2)))
    assert (await close(stage, position_id)).status == "closed"
    assert [order.quantity for order in stage.exchange.orders(SYMBOL)[2:]] == [5, 3, 1]
    assert stage.held == 0


async def test_an_entry_that_rests_is_cancelled_first(stage: Stage) -> None:
    stage.exchange = Exchange(
        "binance", stage.clock, {SYMBOL: Market(PRICE)}, delays=Delays(fill=8), faults=Faults(Odds(in_parts=1), seed=1)
    )
    receipt = await stage.open()
    await stage.send(receipt)
    stage.exchange.faults.odds = Odds()
    await stage.play(lambda: stage.clock.sleep(8))
    part = stage.held
    assert 0 < part < 5
    receipt = await stage.filled(receipt, part)
    await stage.protected(receipt)
    assert (await close(stage, receipt.position_id)).status == "closed"
    await stage.play(lambda: stage.clock.sleep(60))
    assert stage.held == 0
    assert stage.kinds[0] == ("market", "canceled")


async def test_a_list_that_lags_and_fills_that_are_hidden_are_outlived(stage: Stage) -> None:
    position_id = await opened(stage)
    stage.exchange.faults.odds = Odds(hidden_fill=1, lie=4.5, list_lag=4.5)
    assert (await close(stage, position_id)).status == "closed"
    assert [order.side for order in stage.exchange.orders(SYMBOL)] == ["buy", "sell", "sell"]  # one close was enough
    assert stage.held == 0


async def test_a_close_that_is_not_answered_is_not_sent_twice(stage: Stage) -> None:
    position_id = await opened(stage)
    send = stage.exchange.send

    async def unanswered(*arguments: Any, **options: Any) -> Any:
        stage.exchange.faults.odds = Odds(unanswered=1)
        try:
            return await send(*arguments, **options)
        finally:
            stage.exchange.faults.odds = Odds()

    stage.exchange.send = unanswered  # type: ignore[method-assign]
    assert (await close(stage, position_id)).status == "closed"
    assert len(stage.kinds) == 3


async def test_what_the_stop_loss_closed_already_is_closed(stage: Stage) -> None:
    position_id = await opened(stage)
    stage.exchange.set_market(SYMBOL, Market(Decimal(90)))
    await stage.play(lambda: stage.clock.sleep(2))
    assert (await close(stage, position_id)).status == "closed"
    assert stage.held == 0


@pytest.mark.parametrize("status", ["pending_sl", "pending_close"])
async def test_what_somebody_else_drives_is_not_touched(stage: Stage, status: str) -> None:
    if status == "pending_sl":
        receipt = await stage.filled(await stage.open())
    else:
        receipt = await stage.client.begin_close(await opened(stage), "first")
    before = stage.kinds
    with pytest.raises(StaleFence, match=f"is {status}, and somebody else drives it"):
        await close(stage, receipt.position_id)
    assert stage.kinds == before
    stage.age_leases("2 minutes")  # nobody does any more
    if status == "pending_close":
        assert (await close(stage, receipt.position_id)).status == "closed"


async def test_whoever_lost_the_drive_meanwhile_stops(stage: Stage) -> None:
    position_id = await opened(stage)
    find = stage.exchange.find

    async def overtaken(*arguments: Any, **options: Any) -> Any:
        stage.exchange.find = find  # type: ignore[method-assign]
        stage.age_leases("2 minutes", position_id)
        await stage.client.claim_stale()
        return await find(*arguments, **options)

    stage.exchange.find = overtaken  # type: ignore[method-assign]
    with pytest.raises(StaleFence):
        await close(stage, position_id)
    assert [kind for kind, _ in stage.kinds] == ["market", "stop"]  # no close was sent


async def test_what_is_closed_already_is_an_error(stage: Stage) -> None:
    position_id = await opened(stage)
    await close(stage, position_id)
    with pytest.raises(IllegalTransition):
        await close(stage, position_id)


async def test_a_close_that_is_refused_three_times_is_left_with_what_to_do(stage: Stage) -> None:
    position_id = await opened(stage)

    async def refuse(*_: Any, **__: Any) -> Any:
        raise OrderRefused("no such symbol: it was delisted")

    stage.exchange.send = refuse  # type: ignore[method-assign]
    with pytest.raises(Unsettled, match="5 is held, and its close was refused: no such symbol") as caught:
        await close(stage, position_id)
    assert caught.value.action == "close it on the exchange by hand, then recover again"
    (row,) = await stage.client.positions(position_id)
    assert row.status == "pending_close"


async def test_the_same_attempt_goes_on_where_the_exchange_was_away(stage: Stage) -> None:
    position_id, attempt = await opened(stage), uuid4()
    stage.exchange.go_down(60)
    with pytest.raises(Unreachable):
        await close(stage, position_id, attempt=attempt)
    await stage.play(lambda: stage.clock.sleep(60))
    with pytest.raises(StaleFence):
        await close(stage, position_id)
    assert (await close(stage, position_id, attempt=attempt)).status == "closed"
    assert stage.held == 0


async def test_an_adopted_position_is_closed_where_it_is_asked_for(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    receipt = await stage.adopt(stop_loss_price=97, stop_loss_order_id="77")
    assert (await close(stage, receipt.position_id)).status == "closed"
    assert stage.held == 0
