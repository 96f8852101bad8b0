# ruff: noqa: PT012 (the block is what is tested)
"""An order from the receipt or the handle to the exchange, and what is made of each of the exchange's faults."""

import asyncio
import random
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tradelatch import (
    AsyncPosition,
    Client,
    InvalidArgument,
    LeaseExpired,
    NotFilled,
    StaleFence,
    cancel_orders,
    send_order,
)
from tradelatch.exchange import Order, OrderRefused, Unreachable
from tradelatch.testing import Delays, Exchange, Faults, Market, Odds

from ..recovery.stage import FIVE, PRICE, START, SYMBOL, Stage

BELOW = Decimal(98)  # where the stop-loss of a long position triggers


def opening(stage: Stage, **options: Any) -> AbstractAsyncContextManager[AsyncPosition]:
    wanted = {"stop_loss_percent": 2} | options
    return stage.client.opening("binance", SYMBOL, "long", 5, PRICE, **wanted)


def venue(stage: Stage, odds: Odds | None = None, seed: int = 1, **options: Any) -> Exchange:
    faults = Faults(odds or Odds(), seed=seed)
    stage.exchange = Exchange("binance", stage.clock, {SYMBOL: Market(PRICE)}, faults=faults, **options)
    return stage.exchange


def at_the_next_send(stage: Stage, odds: Odds) -> None:
    """What befalls the next order, and nothing else."""
    exchange = stage.exchange

    async def send(*arguments: Any, **options: Any) -> Order:
        exchange.send = Exchange.send.__get__(exchange)  # type: ignore[method-assign]
        exchange.faults.odds = odds
        sending = Exchange.send(exchange, *arguments, **options)
        try:
            return await sending
        finally:
            exchange.faults.odds = Odds()

    exchange.send = send  # type: ignore[method-assign, assignment]


def calls_of(stage: Stage) -> list[str]:
    """Every call of the exchange from now on: its name, and the order's."""
    calls: list[str] = []
    for name in ("send", "find", "cancel", "positions"):

        def note(call: Any, name: str = name) -> Any:
            async def noted(*arguments: Any, **options: Any) -> Any:
                order = options.get("client_order_id") or (arguments[1] if len(arguments) > 1 else "")
                calls.append(f"{name} {order[-2:]}".strip())
                return await call(*arguments, **options)

            return noted

        setattr(stage.exchange, name, note(getattr(stage.exchange, name)))
    return calls


# A whole opening


async def test_an_opening_in_ten_lines(stage: Stage) -> None:
    calls = calls_of(stage)

    async def trade() -> None:
        async with opening(stage) as position:
            entry = await send_order(stage.exchange, position, clock=stage.clock)
            assert (entry.status, entry.side, entry.quantity) == ("closed", "buy", FIVE)
            await position.confirm_entry(entry.filled, average_price=entry.average_price)
            stop_loss = await send_order(stage.exchange, position, clock=stage.clock)
            assert (stop_loss.trigger, stop_loss.status, stop_loss.filled) == (BELOW, "open", 0)
            await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)
        assert position.status == "active"

    await stage.play(trade)
    assert calls == ["send e1", "send s1"]  # nothing is looked up that was never given out, and answered at once
    assert stage.kinds == [("market", "closed"), ("stop", "open")]


async def test_a_receipt_is_as_good_as_a_handle_but_remembers_nothing(stage: Stage) -> None:
    calls = calls_of(stage)
    receipt = await stage.open()
    entry = await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert (entry.filled, entry.average_price) == (FIVE, PRICE)
    with pytest.raises(ValueError, match="only a stop-loss"):
        assert entry.trigger
    again = await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert again == entry
    assert calls == ["find e1", "send e1", "find e1"]
    assert stage.held == FIVE


async def test_a_synchronous_bot_sends_by_its_own_handle(stage: Stage, bot_dsn: str) -> None:
    exchange = venue(stage)

    def bot() -> str:
        with (
            asyncio.Runner() as runner,
            Client(bot_dsn) as client,
            client.opening("binance", SYMBOL, "long", 5, PRICE, stop_loss_percent=2) as position,
        ):
            entry = runner.run(stage.play(lambda: send_order(exchange, position, clock=stage.clock)))
            position.confirm_entry(entry.filled, average_price=entry.average_price)
            stop_loss = runner.run(stage.play(lambda: send_order(exchange, position, clock=stage.clock)))
            position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)
        return position.status

    assert await asyncio.to_thread(bot) == "active"
    assert stage.kinds == [("market", "closed"), ("stop", "open")]


async def test_in_hedge_mode_and_for_an_account_it_goes_where_it_belongs(stage: Stage) -> None:
    venue(stage, hedge_mode=True)
    receipt = await stage.open("short", position_side="short", account="sub-1")
    entry = await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert (entry.side, entry.filled) == ("sell", FIVE)
    assert str(stage.exchange.exposure(SYMBOL, account="sub-1", position_side="short")) == "short 5"


# The fill


@pytest.mark.parametrize(
    "options",
    [
        {"terse_answers": True},  # Bybit's answers have ids and nothing else
        {"delays": Delays(fill=4)},
        {"odds": Odds(hidden_fill=1, lie=4)},
        {"odds": Odds(in_parts=1), "delays": Delays(fill=2)},
    ],
)
async def test_an_entry_is_waited_for_until_it_is_filled(stage: Stage, options: dict[str, Any]) -> None:
    venue(stage, seed=3, **options)
    receipt = await stage.open()
    entry = await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert (entry.filled, entry.average_price, entry.side, stage.held) == (FIVE, PRICE, "buy", FIVE)


async def test_an_order_that_stands_may_be_unknown_for_a_while(stage: Stage) -> None:
    venue(stage, delays=Delays(fill=2))
    receipt = await stage.open()
    find = stage.exchange.find

    async def lagging(*arguments: Any, **options: Any) -> Order | None:
        found = await find(*arguments, **options)
        return found if stage.clock.now() > START + timedelta(seconds=4) else None

    stage.exchange.find = lagging  # type: ignore[method-assign]
    entry = await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert entry.filled == FIVE
    assert len(stage.kinds) == 1


async def test_an_entry_that_ends_with_a_part_of_it_filled_is_what_was_filled(stage: Stage) -> None:
    venue(stage).set_market(SYMBOL, Market(PRICE, depth=Decimal(2)))
    receipt = await stage.open()
    entry = await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert (entry.status, entry.filled, entry.quantity) == ("closed", 2, FIVE)


@pytest.mark.parametrize(
    ("options", "filled", "status"),
    [
        ({"delays": Delays(fill=600)}, 0, "open"),
        ({"delays": Delays(fill=7), "odds": Odds(in_parts=1)}, 2.5, "open"),
        ({"odds": Odds(hidden_fill=1, lie=3600)}, 0, "closed"),
    ],
)
async def test_what_does_not_fill_in_time_is_not_filled(
    stage: Stage, options: dict[str, Any], filled: float, status: str
) -> None:
    venue(stage, seed=1, **options)
    receipt = await stage.open()
    with pytest.raises(NotFilled, match=rf"is {status}, {filled}0* of 5") as caught:
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert caught.value.filled == Decimal(str(filled))
    assert timedelta(seconds=10) <= stage.clock.now() - START < timedelta(seconds=12)


async def test_what_was_seen_filled_is_not_unsaid_by_a_later_look(stage: Stage) -> None:
    venue(stage, Odds(in_parts=1), delays=Delays(fill=7))
    receipt = await stage.open()
    find = stage.exchange.find

    async def lagging(*arguments: Any, **options: Any) -> Order | None:
        found = await find(*arguments, **options)
        return replace(found, filled=Decimal(0)) if stage.clock.now() > START + timedelta(seconds=9) else found

    stage.exchange.find = lagging  # type: ignore[method-assign]
    with pytest.raises(NotFilled) as caught:
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert caught.value.filled == Decimal("2.5")


async def test_fill_timeout_is_the_callers(stage: Stage) -> None:
    venue(stage, delays=Delays(fill=600))
    receipt = await stage.open()
    with pytest.raises(NotFilled):
        await stage.play(lambda: send_order(stage.exchange, receipt, 60, clock=stage.clock))
    assert timedelta(seconds=60) <= stage.clock.now() - START < timedelta(seconds=62)


async def test_an_entry_that_was_taken_away_is_not_filled(stage: Stage) -> None:
    venue(stage, delays=Delays(fill=600))
    receipt = await stage.open()

    async def take_away() -> None:
        await stage.clock.sleep(2)
        (order,) = stage.exchange.orders(SYMBOL)
        stage.exchange.expire(order.order_id)

    with pytest.raises(NotFilled, match="is canceled, 0 of 5"):
        await stage.clock.play(send_order(stage.exchange, receipt, clock=stage.clock), take_away())


async def test_an_entry_that_did_not_fill_is_rolled_back_by_the_block(stage: Stage) -> None:
    venue(stage, delays=Delays(fill=600))

    async def trade() -> AsyncPosition:
        with pytest.raises(NotFilled):
            async with opening(stage) as position:
                await send_order(stage.exchange, position, clock=stage.clock)
        done = await stage.recovery.finish(position.receipt)
        assert (done.outcome, done.status) == ("finished", "rolled_back")
        return position

    await stage.play(trade)
    assert [status for _, status in stage.kinds] == ["canceled"]
    assert stage.held == 0


async def test_looks_that_are_not_answered_are_made_again(stage: Stage) -> None:
    venue(stage, delays=Delays(fill=1.5, answer=0.1, find=0.1))
    receipt = await stage.open()

    async def fail() -> None:
        await stage.clock.sleep(0.5)
        stage.exchange.go_down(2)

    entry, _ = await stage.clock.play(send_order(stage.exchange, receipt, clock=stage.clock), fail())
    assert entry.filled == FIVE


# Answers that do not come


async def test_a_refused_order_is_the_callers_to_judge(stage: Stage) -> None:
    async def trade() -> None:
        at_the_next_send(stage, Odds(refused=1))
        with pytest.raises(OrderRefused):
            async with opening(stage) as position:
                await send_order(stage.exchange, position, clock=stage.clock)
        assert position.status == "pending_rollback"

    await stage.play(trade)
    assert stage.kinds == []
    assert stage.clock.now() == START  # nothing was waited for


@pytest.mark.parametrize("odds", [Odds(unanswered=1), Odds(unanswered=1, late=1, arrival=4)])
async def test_an_unanswered_order_that_arrived_is_found(stage: Stage, odds: Odds) -> None:
    async def trade() -> None:
        async with opening(stage) as position:
            at_the_next_send(stage, odds)
            entry = await send_order(stage.exchange, position, clock=stage.clock)
            await position.confirm_entry(entry.filled, average_price=entry.average_price)
            at_the_next_send(stage, odds)
            stop_loss = await send_order(stage.exchange, position, clock=stage.clock)
            await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)

    await stage.play(trade)
    assert stage.kinds == [("market", "closed"), ("stop", "open")]


async def test_an_unanswered_order_that_is_unknown_at_the_first_look_is_found_at_the_second(stage: Stage) -> None:
    receipt = await stage.open()
    find, looks = stage.exchange.find, []

    async def lagging(*arguments: Any, **options: Any) -> Order | None:
        looks.append(stage.clock.now())
        return None if len(looks) <= 2 else await find(*arguments, **options)

    stage.exchange.find = lagging  # type: ignore[method-assign]
    at_the_next_send(stage, Odds(unanswered=1))
    entry = await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert entry.filled == FIVE
    assert (looks[2] - looks[1]).total_seconds() == 5  # the first one was before it was sent


async def test_an_unanswered_order_that_never_arrived_can_be_sent_again(stage: Stage) -> None:
    async def trade() -> None:
        async with opening(stage) as position:
            at_the_next_send(stage, Odds(lost=1))
            with pytest.raises(Unreachable, match="never arrived"):
                await send_order(stage.exchange, position, clock=stage.clock)
            assert stage.kinds == []
            entry = await send_order(stage.exchange, position, clock=stage.clock)
            await position.confirm_entry(entry.filled, average_price=entry.average_price)
            at_the_next_send(stage, Odds(lost=1))
            with pytest.raises(Unreachable, match="never arrived"):
                await send_order(stage.exchange, position, clock=stage.clock)
            stop_loss = await send_order(stage.exchange, position, clock=stage.clock)
            await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)

    await stage.play(trade)
    assert stage.kinds == [("market", "closed"), ("stop", "open")]


async def test_an_exchange_that_is_down_says_nothing_about_the_order(stage: Stage) -> None:
    receipt = await stage.open()
    stage.exchange.go_down(3600)
    with pytest.raises(Unreachable) as caught:
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert "never arrived" not in str(caught.value)


# What may have been sent before


@pytest.mark.parametrize("was_sent", [True, False])
async def test_a_handle_looks_up_what_it_gave_out_before(stage: Stage, was_sent: bool) -> None:
    async def trade() -> None:
        async with opening(stage) as position:
            assert not position.is_maybe_sent
            order = position.next_order  # the bot sends it by itself, perhaps
            assert position.is_maybe_sent
            if was_sent:
                options = {"client_order_id": order.client_order_id}
                await stage.exchange.send(SYMBOL, order.side, order.quantity, **options)
            entry = await send_order(stage.exchange, position, clock=stage.clock)
            await position.confirm_entry(entry.filled, average_price=entry.average_price)
            assert not position.is_maybe_sent  # the stop-loss is another order
            position.detach()

    await stage.play(trade)
    assert stage.held == FIVE


async def test_a_second_copy_of_an_entry_waits_until_the_first_is_proven_absent(stage: Stage) -> None:
    """The first was sent a moment ago, by somebody who died, and arrives while it is looked for."""
    attempt = uuid4()
    first = await stage.open(attempt=attempt)
    stage.exchange.faults.odds = Odds(unanswered=1, late=1, arrival=4)
    dying = asyncio.ensure_future(stage.send(first))
    with pytest.raises(Unreachable):
        await dying
    stage.exchange.faults.odds = Odds()
    stage.forget_once(first.next_order.client_order_id)
    again = await stage.open(attempt=attempt)
    assert (again.outcome, again.is_maybe_sent) == ("replayed", True)
    entry = await stage.play(lambda: send_order(stage.exchange, again, clock=stage.clock))
    assert entry.filled == FIVE
    assert len(stage.kinds) == 1


async def test_a_replayed_entry_that_was_never_sent_is_sent_after_two_looks(stage: Stage) -> None:
    attempt = uuid4()
    await stage.open(attempt=attempt)
    calls = calls_of(stage)
    again = await stage.open(attempt=attempt)
    await stage.play(lambda: send_order(stage.exchange, again, clock=stage.clock))
    assert calls == ["find e1", "find e1", "find e1", "send e1"]
    assert stage.clock.now() - START > timedelta(seconds=10)
    assert stage.held == FIVE


async def test_a_renewed_receipt_does_not_know_whether_its_entry_was_sent(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    renewed = await stage.client.renew_lease(receipt.position_id, receipt.fence)
    assert (renewed.outcome, renewed.next_order.kind, renewed.is_maybe_sent) == ("ok", "entry", True)
    stage.forget_once(renewed.next_order.client_order_id)
    assert (await stage.play(lambda: send_order(stage.exchange, renewed, clock=stage.clock))).filled == FIVE
    assert len(stage.kinds) == 1


async def test_a_handle_of_a_replayed_opening_looks_too(stage: Stage) -> None:
    attempt = uuid4()
    receipt = await stage.open(attempt=attempt)
    await stage.send(receipt)

    async def trade() -> None:
        async with opening(stage, attempt=attempt) as position:
            assert position.is_maybe_sent
            assert (await send_order(stage.exchange, position, clock=stage.clock)).filled == FIVE
            position.detach()

    await stage.play(trade)
    assert len(stage.kinds) == 1


@pytest.mark.parametrize("was_sent", [True, False])
async def test_a_claimed_entry_is_looked_up_and_never_sent(stage: Stage, was_sent: bool) -> None:
    receipt = await stage.open()
    if was_sent:
        await stage.send(receipt)
    stage.age_leases("2 minutes")
    (claimed,) = await stage.client.claim_stale()
    if was_sent:
        entry = await stage.play(lambda: send_order(stage.exchange, claimed, clock=stage.clock))
        assert entry.filled == FIVE
    else:
        with pytest.raises(NotFilled, match="does not know the entry"):
            await stage.play(lambda: send_order(stage.exchange, claimed, clock=stage.clock))
    assert len(stage.kinds) == was_sent


# The stop-loss


async def test_an_earlier_stop_loss_is_cancelled_once_the_new_one_stands(stage: Stage) -> None:
    venue(stage, Odds(in_parts=1), delays=Delays(fill=2))

    async def trade() -> list[str]:
        async with opening(stage) as position:
            entry = position.next_order
            await stage.exchange.send(SYMBOL, "buy", FIVE, client_order_id=entry.client_order_id)
            await stage.clock.sleep(2)
            await position.confirm_entry(Decimal("2.5"), average_price=PRICE)
            await send_order(stage.exchange, position, clock=stage.clock)
            await stage.clock.sleep(10)
            await position.confirm_entry(FIVE, average_price=PRICE)
            calls = calls_of(stage)
            stop_loss = await send_order(stage.exchange, position, clock=stage.clock)
            await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)
            return calls

    assert await stage.play(trade) == ["send s2", "cancel s1"]
    assert stage.kinds == [("market", "closed"), ("stop", "canceled"), ("stop", "open")]


async def test_an_earlier_stop_loss_stays_when_the_new_one_is_refused(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt, Decimal(2))
    await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    grown = await stage.filled(receipt)
    assert grown.cancels == (receipt.next_order.client_order_id,)
    at_the_next_send(stage, Odds(refused=1))
    with pytest.raises(OrderRefused):
        await stage.play(lambda: send_order(stage.exchange, grown, clock=stage.clock))
    assert stage.kinds == [("market", "closed"), ("stop", "open")]


async def test_that_an_earlier_stop_loss_cannot_be_cancelled_unsays_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt, Decimal(2))
    await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    grown = await stage.filled(receipt)

    async def unanswered(*_: Any, **__: Any) -> bool:
        raise Unreachable("no answer")

    stage.exchange.cancel = unanswered  # type: ignore[method-assign]
    stop_loss = await stage.play(lambda: send_order(stage.exchange, grown, clock=stage.clock))
    assert (stop_loss.status, stop_loss.quantity) == ("open", FIVE)
    (record,) = caplog.records
    assert record.getMessage() == "an earlier stop-loss was not cancelled: the exchange does not answer"


@pytest.mark.parametrize("how", ["expired", "triggered"])
async def test_a_stop_loss_that_has_ended_does_not_stand(stage: Stage, how: str) -> None:
    """Whoever activated the position with it would leave it without a stop-loss."""
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    stop = await stage.send(receipt)
    if how == "expired":
        stage.exchange.expire(stop.order_id)
    else:
        stage.exchange.set_market(SYMBOL, Market(Decimal(90)))
        await stage.play(lambda: stage.clock.sleep(2))
    with pytest.raises(OrderRefused, match="does not stand"):
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert len(stage.kinds) == 2


async def test_a_stop_loss_without_a_price_is_not_sent(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    receipt = await stage.adopt()
    with pytest.raises(InvalidArgument, match="no price"):
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))


# The close


async def test_what_stands_in_the_way_is_cancelled_before_a_close(stage: Stage) -> None:
    venue(stage, delays=Delays(fill=600))
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.client.rollback_position(receipt.position_id, receipt.fence, "test")
    calls = calls_of(stage)
    with pytest.raises(OrderRefused, match="reduce-only"):  # nothing was filled
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert calls == ["cancel e1", "find c1", "send c1"]
    assert stage.kinds == [("market", "canceled")]


async def test_a_close_is_not_sent_before_the_cancels_are_answered(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.client.rollback_position(receipt.position_id, receipt.fence, "test")
    stage.exchange.go_down(3600)
    with pytest.raises(Unreachable):
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert len(stage.kinds) == 1


# The right to send


async def test_a_lease_that_is_over_sends_nothing(stage: Stage) -> None:
    receipt = await stage.open(lease=timedelta(milliseconds=1))
    await until_over(receipt)
    calls = calls_of(stage)
    with pytest.raises(LeaseExpired):
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert calls == []


async def test_a_lease_that_ends_during_the_look_up_sends_nothing(stage: Stage) -> None:
    receipt = await stage.open(lease=timedelta(milliseconds=300))
    find = stage.exchange.find

    async def slow(*arguments: Any, **options: Any) -> Order | None:
        await until_over(receipt)
        return await find(*arguments, **options)

    stage.exchange.find = slow  # type: ignore[method-assign]
    with pytest.raises(LeaseExpired):
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert stage.kinds == []


async def test_an_order_that_waits_in_a_queue_does_not_leave_after_the_lease(stage: Stage) -> None:
    receipt = await stage.open(lease=timedelta(milliseconds=300))
    left = []

    async def queue(*_: Any, **__: Any) -> Order:
        await until_over(receipt)
        await asyncio.sleep(1)  # whoever is in front of it takes so long
        left.append("the order")
        raise Unreachable("no answer")

    stage.exchange.send = queue  # type: ignore[method-assign, assignment]
    with pytest.raises(Unreachable, match="never arrived"):
        await stage.play(lambda: send_order(stage.exchange, receipt, clock=stage.clock))
    assert left == []


async def test_a_handle_that_lost_its_drive_sends_nothing(stage: Stage) -> None:
    async def trade() -> None:
        with pytest.raises(StaleFence):
            async with opening(stage) as position:
                entry = await send_order(stage.exchange, position, clock=stage.clock)
                stage.age_leases("2 minutes")
                await stage.client.claim_stale()
                await position.confirm_entry(entry.filled)
        with pytest.raises((LeaseExpired, InvalidArgument)):
            await send_order(stage.exchange, position, clock=stage.clock)

    await stage.play(trade)
    assert len(stage.kinds) == 1


async def test_whoever_found_the_slot_taken_has_nothing_to_send(stage: Stage) -> None:
    await stage.open()
    taken = await stage.open()
    with pytest.raises(StaleFence, match="somebody else drives it"):
        await send_order(stage.exchange, taken, clock=stage.clock)


async def test_where_no_order_is_called_for_none_is_sent(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.client.place_entry(receipt.position_id, receipt.fence, "1")
    with pytest.raises(InvalidArgument, match="is entry_placed: no order is called for"):
        await send_order(stage.exchange, receipt, clock=stage.clock)


async def until_over(receipt: Any) -> None:
    while receipt.lease_left():  # noqa: ASYNC110 (nobody tells)
        await asyncio.sleep(0.005)


# cancel_orders


async def test_what_a_close_left_is_cancelled(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    stop = await stage.send(receipt)
    await stage.protected(receipt, stop_loss_order_id=stop.order_id)
    closed = await stage.client.confirm_close(receipt.position_id, "by hand")
    assert await stage.play(lambda: cancel_orders(stage.exchange, closed)) == (stop.client_order_id,)
    assert await stage.play(lambda: cancel_orders(stage.exchange, closed)) == ()  # unknown, or ended: that is fine
    assert stage.kinds == [("market", "closed"), ("stop", "canceled")]


async def test_one_that_is_not_answered_keeps_no_other_from_being_cancelled(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt, Decimal(2))
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    await stage.send(receipt)
    closed = await stage.client.confirm_close(receipt.position_id, "by hand", fence=receipt.fence)
    assert [name[-2:] for name in closed.cancels] == ["s1", "s2"]
    cancel, unanswered = stage.exchange.cancel, list(closed.cancels[:1])

    async def first_unanswered(symbol: str, name: str, **options: Any) -> bool:
        if name in unanswered:
            unanswered.remove(name)
            raise Unreachable("no answer")
        return await cancel(symbol, name, **options)

    stage.exchange.cancel = first_unanswered  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        await stage.play(lambda: cancel_orders(stage.exchange, closed))
    assert [status for _, status in stage.kinds] == ["closed", "open", "canceled"]
    assert await stage.play(lambda: cancel_orders(stage.exchange, closed)) == closed.cancels[:1]


async def test_with_a_client_the_book_is_told_and_the_slot_is_free(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    stop = await stage.send(receipt)
    receipt = await stage.protected(receipt, stop_loss_order_id=stop.order_id)
    await stage.play(lambda: stage.exchange.send(SYMBOL, "sell", FIVE, reduce_only=True))
    closed = await stage.client.confirm_close(receipt.position_id, "by hand")
    calls = calls_of(stage)
    gone = await stage.play(lambda: cancel_orders(stage.exchange, closed, stage.client, clock=stage.clock))
    assert gone == (stop.client_order_id,)
    assert calls == [
        "cancel s1",
        "find s1",
    ]  # nothing that could have filled is among them: the position is not looked at
    assert await stage.status(receipt) == "closed"


async def test_with_a_client_an_earlier_stop_loss_is_known_to_be_gone(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    await stage.protected(receipt, stop_loss_order_id=(await stage.send(receipt)).order_id)
    receipt = await stage.client.replace_stop_loss(receipt.position_id, 99)
    receipt = await stage.protected(receipt, stop_loss_order_id=(await stage.send(receipt)).order_id)
    await stage.play(lambda: cancel_orders(stage.exchange, receipt, stage.client, clock=stage.clock))
    (row,) = await stage.client.positions(receipt.position_id)
    assert (row.status, row.orders_left) == ("active", [row.stop_loss_order])
    assert stage.kinds == [("market", "closed"), ("stop", "canceled"), ("stop", "open")]


async def test_with_a_client_an_order_of_ones_own_that_filled_is_closed_again(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    stop = await stage.send(receipt)
    receipt = await stage.protected(receipt, stop_loss_order_id=stop.order_id)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["dca-1"])
    await stage.play(lambda: stage.exchange.send(SYMBOL, "sell", FIVE, reduce_only=True))
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", Decimal(3), client_order_id="dca-1"))
    closed = await stage.client.confirm_close(receipt.position_id, "by hand", orders_ended=[stop.client_order_id])
    await stage.play(lambda: cancel_orders(stage.exchange, closed, stage.client, clock=stage.clock))
    assert (await stage.status(receipt), stage.held) == ("closed", 0)


async def test_whoever_lost_the_drive_cancels_nothing_with_a_client(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    await stage.protected(receipt, stop_loss_order_id=(await stage.send(receipt)).order_id)
    closed = await stage.client.confirm_close(receipt.position_id, "by hand")
    stage.age_leases("2 minutes")
    await stage.client.claim_stale()
    with pytest.raises(StaleFence):
        await stage.play(lambda: cancel_orders(stage.exchange, closed, stage.client, clock=stage.clock))
    assert stage.kinds[-1] == ("stop", "open")


# Everything at once

ODDS = Odds(
    refused=0.05,
    lost=0.08,
    unanswered=0.1,
    late=0.3,
    in_parts=0.3,
    hidden_fill=0.4,
    arrival=4,
    lie=4,
    list_lag=4,
    step=0.5,
    slower=1,
)


async def open_under_faults(stage: Stage, seed: int) -> str:
    """What became of an opening; recovery has finished it where the block was left by an exception."""
    exchange = venue(stage, ODDS, seed=seed)
    dice = random.Random(seed)
    try:
        async with opening(stage, account=f"account-{seed}") as position:
            entry = await send_order(exchange, position, clock=stage.clock)
            await position.confirm_entry(entry.filled, average_price=entry.average_price)
            if dice.random() < 0.3:  # the price comes to the stop-loss before, while or after it is answered
                stage.clock.call_later(dice.choice([0, 0.2, 0.6]), lambda: exchange.set_market(SYMBOL, Market(BELOW)))
            stop_loss = await send_order(exchange, position, clock=stage.clock)
            await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)
    except (OrderRefused, Unreachable, NotFilled):
        exchange.faults.odds = Odds()
        done = await stage.recovery.finish(position.receipt)
        assert done.outcome == "finished", (seed, done)
    await stage.clock.sleep(60)
    (row,) = await stage.client.positions(position.position_id)
    return row.status


async def test_whatever_goes_wrong_nothing_is_doubled_or_left_unprotected(stage: Stage) -> None:
    outcomes = Counter[str]()
    for seed in range(200):
        status = await stage.play(lambda seed=seed: open_under_faults(stage, seed))
        orders = stage.exchange.orders(SYMBOL, account=f"account-{seed}")
        entries = [order for order in orders if not order.reduce_only]
        standing = [(order.kind, order.quantity) for order in orders if order.status == "open"]
        assert len(entries) <= 1, seed
        if status == "active" and stage.held:
            assert stage.held == entries[0].filled, seed
            assert standing == [("stop", stage.held)], seed
            outcomes["active"] += 1
        else:
            assert (stage.held, standing) == (0, []), seed
            outcomes["triggered" if status == "active" else status] += 1
    assert outcomes.keys() == {"active", "triggered", "rolled_back"}
    assert min(outcomes.values()) >= 3, outcomes
