"""Orders that are left: recovery cancels them, sees what became of each, and only then is the slot free."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import AsyncClient, Receipt
from tradelatch.recovery import Recovery
from tradelatch.testing import Exchange, Market

from .stage import FIVE, PRICE, SYMBOL, Stage

TWO, THREE = Decimal(2), Decimal(3)


async def protected(stage: Stage, quantity: Decimal = FIVE, **options: Any) -> Receipt:
    """An active position whose entry and stop-loss are on the exchange."""
    receipt = await stage.open(**options)
    await stage.send(receipt)
    receipt = await stage.filled(receipt, quantity)
    stop = await stage.send(receipt)
    return await stage.protected(receipt, stop_loss_order_id=stop.order_id)


async def resting_entry(stage: Stage, limit: int = 90) -> Receipt:
    """An active position of 2, and its entry, which rests on the exchange for 3 more."""
    receipt = await stage.open()
    order = receipt.next_order
    assert order is not None
    options = {"kind": "limit", "price": Decimal(limit), "client_order_id": order.client_order_id}
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE, **options))
    await price_is(stage, limit, depth=TWO)
    await price_is(stage, 100)
    assert (stage.held, stage.kinds) == (TWO, [("limit", "open")])
    receipt = await stage.filled(receipt, TWO)
    stop = await stage.send(receipt)
    return await stage.protected(receipt, stop_loss_order_id=stop.order_id)


async def price_is(stage: Stage, price: float, depth: Decimal | None = None) -> None:
    stage.exchange.set_market(SYMBOL, Market(Decimal(str(price)), depth))
    await stage.play(lambda: stage.clock.sleep(2))


def stops(stage: Stage) -> list[tuple[str, Decimal, str]]:
    orders = stage.exchange.orders(SYMBOL)
    return [(order.client_order_id[-2:], order.quantity, order.status) for order in orders if order.kind == "stop"]


def names(receipt: Receipt) -> list[str]:
    return [name[-2:] for name in receipt.cancels]


async def left(stage: Stage, receipt: Receipt) -> list[str]:
    return [order.name for order in await stage.client.orders(receipt.position_id)]


async def price_falls_to_the_stop(stage: Stage) -> None:
    await price_is(stage, 97)
    await price_is(stage, 100)


# pending_cancels


async def test_a_death_between_the_confirmed_close_and_its_cancels(stage: Stage) -> None:
    receipt = await protected(stage)
    await stage.play(lambda: stage.exchange.send(SYMBOL, "sell", FIVE, reduce_only=True))
    closed = await stage.client.confirm_close(receipt.position_id, "by hand")
    assert (closed.status, names(closed)) == ("pending_cancels", ["s1"])
    assert (await stage.open()).outcome == "existing"
    done = await stage.recover()
    assert (done.outcome, done.status, done.reason) == ("finished", "closed", "no order is left")
    assert stops(stage) == [("s1", FIVE, "canceled")]
    (row,) = await stage.client.positions(receipt.position_id)
    assert (row.orders_left, row.exit_reason) == ([], "by hand")
    assert (await stage.open()).outcome == "created"


async def test_a_rollback_that_waits_for_its_cancels_ends_as_one(stage: Stage) -> None:
    receipt = await stage.open()
    receipt = await stage.filled(receipt)
    await stage.send(receipt)  # the stop-loss
    receipt = await stage.client.rollback_position(receipt.position_id, receipt.fence, "gave up")
    receipt = await stage.client.confirm_flat(receipt.position_id, receipt.fence)
    assert receipt.status == "pending_cancels"
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "rolled_back")
    assert stops(stage) == [("s1", FIVE, "canceled")]


async def test_the_entry_fills_after_the_stop_loss_has_triggered(stage: Stage) -> None:
    receipt = await resting_entry(stage)
    await price_falls_to_the_stop(stage)
    assert stage.held == 0
    closed = await stage.client.confirm_close(receipt.position_id, "stop-loss", orders_ended=await stop_of(stage))
    assert (closed.status, names(closed)) == ("pending_cancels", ["e1"])
    await price_is(stage, 90)
    assert stage.held == THREE
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)
    assert done.reason.startswith("the entry was filled after all")
    close = stage.exchange.orders(SYMBOL)[-1]
    assert (close.side, close.quantity, close.reduce_only) == ("sell", THREE, True)


async def test_an_entry_that_rests_after_the_stop_loss_has_triggered_is_cancelled(stage: Stage) -> None:
    receipt = await resting_entry(stage)
    await price_falls_to_the_stop(stage)
    await stage.client.confirm_close(receipt.position_id, "stop-loss", orders_ended=await stop_of(stage))
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)
    assert not [order for order in stage.exchange.orders(SYMBOL) if order.status == "open"]


async def stop_of(stage: Stage) -> list[str]:
    """The stop-losses that are no more."""
    orders = stage.exchange.orders(SYMBOL)
    return [order.client_order_id for order in orders if order.kind == "stop" and order.status != "open"]


async def test_a_take_profit_of_ones_own_goes_with_its_position(stage: Stage) -> None:
    receipt = await protected(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["tp-1"])
    await stage.play(
        lambda: stage.exchange.send(
            SYMBOL, "sell", FIVE, kind="limit", price=Decimal(110), reduce_only=True, client_order_id="tp-1"
        )
    )
    await price_falls_to_the_stop(stage)
    closed = await stage.client.confirm_close(receipt.position_id, "stop-loss", orders_ended=await stop_of(stage))
    assert closed.cancels == ("tp-1",)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "closed")
    assert stage.exchange.orders(SYMBOL)[-1].status == "canceled"


async def test_an_order_that_adds_fills_after_the_stop_loss_has_triggered(stage: Stage) -> None:
    receipt = await protected(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["dca-1"])
    await stage.play(
        lambda: stage.exchange.send(SYMBOL, "buy", THREE, kind="limit", price=Decimal(95), client_order_id="dca-1")
    )
    await price_falls_to_the_stop(stage)
    await stage.client.confirm_close(receipt.position_id, "stop-loss", orders_ended=await stop_of(stage))
    await price_is(stage, 94)
    assert stage.held == THREE
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)
    assert done.reason.startswith("an order of the bot's own was filled")


async def test_what_somebody_else_holds_of_the_symbol_is_not_closed(stage: Stage) -> None:
    receipt = await resting_entry(stage)
    await price_falls_to_the_stop(stage)
    await stage.client.confirm_close(receipt.position_id, "stop-loss", orders_ended=await stop_of(stage))
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", Decimal(7)))  # by nobody that the book knows
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("left", "pending_cancels", 7)
    assert done.reason == "7 is held, and no order of it is known to have filled"


async def test_an_exchange_that_does_not_answer_keeps_the_slot(stage: Stage) -> None:
    receipt = await protected(stage)
    await stage.client.confirm_close(receipt.position_id, "by hand")
    stage.exchange.go_down(3600)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("left", "pending_cancels")
    assert "does not answer" in done.reason
    await stage.play(lambda: stage.clock.sleep(3600))
    assert (await stage.recover()).status == "closed"


async def test_an_order_that_is_unknown_at_the_first_look_is_cancelled_at_the_second(stage: Stage) -> None:
    receipt = await protected(stage)
    closed = await stage.client.confirm_close(receipt.position_id, "by hand")
    cancel, find = stage.exchange.cancel, stage.exchange.find
    is_known = False

    async def lagging_cancel(*arguments: Any, **options: Any) -> bool:
        return is_known and await cancel(*arguments, **options)

    async def lagging_find(*arguments: Any, **options: Any) -> Any:
        nonlocal is_known
        found, is_known = await find(*arguments, **options) if is_known else None, True
        return found

    stage.exchange.cancel, stage.exchange.find = lagging_cancel, lagging_find  # type: ignore[method-assign]
    assert (await stage.recover()).status == "closed"
    assert stops(stage) == [("s1", FIVE, "canceled")]
    assert closed.status == "pending_cancels"


async def test_an_order_that_adds_fills_while_the_position_is_closed(stage: Stage) -> None:
    receipt = await protected(stage)
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["dca-1"])
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", THREE, client_order_id="dca-1"))
    await stage.client.begin_close(receipt.position_id, "take profit")
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)
    assert sum(order.filled for order in stage.exchange.orders(SYMBOL) if order.side == "sell") == 8


async def test_an_opening_that_never_began_is_rolled_back_where_another_order_of_it_is_left(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.client.confirm_orders(receipt.position_id, orders_placed=["tp-1", "tp-1"], fence=receipt.fence)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "rolled_back")
    assert done.reason.startswith("the entry ended without a fill, and another order is left")


# Active, with an order beside its stop-loss


async def test_an_entry_that_rests_while_nobody_drives_is_cancelled(stage: Stage) -> None:
    receipt = await resting_entry(stage)
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "active", TWO)
    assert stage.kinds[0] == ("limit", "canceled")
    assert stops(stage) == [("s1", TWO, "open")]
    assert [name[-2:] for name in await left(stage, receipt)] == ["s1"]
    assert await stage.play(stage.recovery.run_once) == []


async def test_an_entry_that_fills_while_nobody_drives_is_protected_wholly(stage: Stage) -> None:
    receipt = await resting_entry(stage, 99)
    await price_is(stage, 98.5)
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "active", FIVE)
    assert stops(stage) == [("s1", TWO, "canceled"), ("s2", FIVE, "open")]
    assert [name[-2:] for name in await left(stage, receipt)] == ["s2"]


@pytest.mark.parametrize("replacements", [1, 4])
async def test_a_death_while_the_stop_loss_is_moved_leaves_one(stage: Stage, replacements: int) -> None:
    receipt = await protected(stage)
    for number in range(replacements):
        receipt = await stage.client.replace_stop_loss(
            receipt.position_id, 95 + number, fence=None if number == 0 else receipt.fence
        )
        await stage.send(receipt)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "active")
    standing = [(name, status) for name, _, status in stops(stage) if status == "open"]
    assert standing == [(f"s{1 + replacements}", "open")]
    (row,) = await stage.client.positions(receipt.position_id)
    assert (row.stop_loss_price, row.orders_left) == (94 + replacements, [row.stop_loss_order])


async def test_a_stop_loss_of_before_goes_once_the_new_one_stands(stage: Stage) -> None:
    receipt = await protected(stage)
    receipt = await stage.client.replace_stop_loss(receipt.position_id, 97)
    stop = await stage.send(receipt)
    receipt = await stage.protected(receipt, stop_loss_order_id=stop.order_id)  # and dies before it cancels
    assert names(receipt) == ["s1"]
    done = await stage.recover()
    assert (done.outcome, done.status, done.reason) == ("finished", "active", "what stood beside its stop-loss is gone")
    assert stops(stage) == [("s1", FIVE, "canceled"), ("s2", FIVE, "open")]
    assert [name[-2:] for name in await left(stage, receipt)] == ["s2"]


async def test_a_stop_loss_of_before_that_has_triggered_ends_the_position(stage: Stage) -> None:
    receipt = await protected(stage)
    receipt = await stage.client.replace_stop_loss(receipt.position_id, 95)
    stop = await stage.send(receipt)
    await stage.protected(receipt, stop_loss_order_id=stop.order_id)
    await price_falls_to_the_stop(stage)
    assert stage.held == 0
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "closed")
    assert "an earlier stop-loss has triggered" in done.reason
    assert [status for _, _, status in stops(stage)] == ["closed", "canceled"]


@pytest.mark.parametrize(("price", "status"), [(98.5, "closed"), (100, "active")])
async def test_a_stop_loss_that_is_no_more_is_seen_before_the_earlier_one_goes(
    stage: Stage, price: float, status: str
) -> None:
    receipt = await protected(stage)
    receipt = await stage.client.replace_stop_loss(receipt.position_id, 99)
    stop = await stage.send(receipt)
    await stage.protected(receipt, stop_loss_order_id=stop.order_id)  # the earlier one, at 98, stands too
    if status == "active":
        stage.exchange.expire(stop.order_id)
    await price_is(stage, price)
    await price_is(stage, 100)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", status)
    reason = "the stop-loss has triggered" if status == "closed" else "its stop-loss had ended; it is protected"
    assert done.reason.startswith(reason)
    last = [("s3", FIVE, "open")] if status == "active" else []
    assert stops(stage)[2:] == last
    assert [name for name, _, state in stops(stage) if state == "open"] == [name for name, _, _ in last]


async def test_no_earlier_stop_loss_is_cancelled_before_the_new_one_stands(stage: Stage) -> None:
    receipt = await protected(stage)
    await stage.client.replace_stop_loss(receipt.position_id, 97)
    calls: list[str] = []
    for call in ("send", "cancel"):

        def note(original: Any, call: str = call) -> Any:
            async def noted(*arguments: Any, **options: Any) -> Any:
                calls.append(call)
                return await original(*arguments, **options)

            return noted

        setattr(stage.exchange, call, note(getattr(stage.exchange, call)))
    assert (await stage.recover()).status == "active"
    assert calls == ["send", "cancel"]


async def test_an_expired_stop_loss_is_replaced_at_once_also_under_a_long_lease(stage: Stage) -> None:
    receipt = await protected(stage, lease=timedelta(hours=1))
    stop = stage.exchange.orders(SYMBOL)[-1]
    stage.exchange.expire(stop.order_id)
    await stage.client.confirm_orders(receipt.position_id, orders_ended=[stop.client_order_id])  # the stream
    done = await stage.recover(aged=False)
    assert (done.outcome, done.status) == ("finished", "active")
    assert stops(stage) == [("s1", FIVE, "canceled"), ("s2", FIVE, "open")]


# * stands for closing orders that nobody can name


async def strangers(stage: Stage, position_side: str = "both", closing: str = "sell") -> None:
    """A stop-loss and a take-profit that the book does not know, and an order that adds."""
    adding = "buy" if closing == "sell" else "sell"
    options = {"position_side": position_side}
    only_reduces = options | {"reduce_only": position_side == "both"}
    for side, kind, at, more in (
        (closing, "stop", {"trigger": Decimal(80 if closing == "sell" else 120)}, only_reduces),
        (closing, "limit", {"price": Decimal(130 if closing == "sell" else 70)}, only_reduces),
        (adding, "limit", {"price": Decimal(70 if closing == "sell" else 130)}, options),
    ):
        sent = {"kind": kind, "client_order_id": f"theirs-{position_side}-{kind}-{side}"} | at | more
        await stage.play(lambda side=side, sent=sent: stage.exchange.send(SYMBOL, side, FIVE, **sent))


def open_orders(stage: Stage) -> list[str]:
    return [order.client_order_id for order in stage.exchange.orders(SYMBOL) if order.status == "open"]


async def test_the_closing_orders_of_an_adopted_position_go_with_it(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    await strangers(stage)
    receipt = await stage.adopt(stop_loss_price=80, stop_loss_order_id="2")
    await price_is(stage, 79)
    closed = await stage.client.confirm_close(receipt.position_id, "stop-loss", orders_ended=["id:2"])
    assert (closed.status, closed.cancels) == ("pending_cancels", ("*",))
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "closed")
    assert open_orders(stage) == ["theirs-both-limit-buy"]  # may add: it is nobody's to cancel


async def test_once_its_own_stop_loss_stands_the_others_go(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    await strangers(stage)
    receipt = await stage.adopt(stop_loss_percent=2)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "active")
    (row,) = await stage.client.positions(receipt.position_id)
    assert open_orders(stage) == ["theirs-both-limit-buy", row.stop_loss_order]
    assert row.orders_left == [row.stop_loss_order]


async def test_in_hedge_mode_only_those_of_its_side_go(stage: Stage) -> None:
    stage.exchange = Exchange("binance", stage.clock, {SYMBOL: Market(PRICE)}, hedge_mode=True)
    for position_side, side, closing in (("long", "buy", "sell"), ("short", "sell", "buy")):
        await stage.play(
            lambda side=side, position_side=position_side: stage.exchange.send(
                SYMBOL, side, FIVE, position_side=position_side
            )
        )
        await strangers(stage, position_side, closing)
    await stage.adopt(position_side="long", stop_loss_percent=2)
    assert (await stage.recover()).status == "active"
    assert [name for name in open_orders(stage) if name.startswith("theirs-long")] == ["theirs-long-limit-buy"]
    assert len([name for name in open_orders(stage) if name.startswith("theirs-short")]) == 3


async def test_orders_of_ones_own_that_the_book_names_are_no_strangers(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    receipt = await stage.adopt(stop_loss_percent=2)
    await strangers(stage)
    tp = "theirs-both-limit-sell"
    await stage.client.confirm_orders(receipt.position_id, orders_placed=[tp])
    assert (await stage.recover()).status == "active"
    assert tp in open_orders(stage)


async def test_a_list_that_lags_is_read_twice(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    await strangers(stage)
    await stage.adopt(stop_loss_percent=2)
    listed, answers = stage.exchange.open_orders, []

    async def lagging(*arguments: Any, **options: Any) -> Any:
        answers.append(await listed(*arguments, **options))
        return [] if len(answers) == 1 else answers[-1]

    stage.exchange.open_orders = lagging  # type: ignore[method-assign]
    assert (await stage.recover()).status == "active"
    assert "theirs-both-stop-sell" not in open_orders(stage)


# Whose they are


async def test_nothing_is_claimed_while_the_driver_before_may_still_send(stage: Stage) -> None:
    await stage.open()
    stage.age_leases("62 seconds")
    recovery = Recovery(stage.client, {"binance": stage.exchange}, clock=stage.clock, grace=timedelta(seconds=0.1))
    assert await stage.play(recovery.run_once) == []
    stage.age_leases("4 seconds")
    assert [done.status for done in await stage.play(recovery.run_once)] == ["failed"]


async def test_after_the_drive_is_lost_nothing_is_cancelled(stage: Stage) -> None:
    receipt = await protected(stage)
    await stage.client.confirm_close(receipt.position_id, "by hand")
    stage.age_leases("2 minutes")
    (claimed,) = await stage.client.claim_stale()
    stage.age_leases("2 minutes")
    await stage.client.claim_stale()
    done = await stage.play(lambda: stage.recovery.finish(claimed))
    assert (done.outcome, stops(stage)) == ("lost", [("s1", FIVE, "open")])


async def test_after_the_drive_is_lost_no_stranger_is_cancelled(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    await strangers(stage)
    receipt = await stage.adopt(stop_loss_price=80, stop_loss_order_id="2")
    await stage.client.confirm_close(receipt.position_id, "by hand", orders_ended=["id:2"])
    listed = stage.exchange.open_orders

    async def overtaken(*arguments: Any, **options: Any) -> Any:
        found = await listed(*arguments, **options)
        stage.age_leases("2 minutes")
        await stage.client.claim_stale()
        await stage.clock.sleep(30)
        return found

    stage.exchange.open_orders = overtaken  # type: ignore[method-assign]
    done = await stage.recover()
    assert done.outcome == "lost"
    assert {"theirs-both-stop-sell", "theirs-both-limit-sell"} <= set(open_orders(stage))


@pytest.mark.parametrize("seconds", [40, 60])  # is waited for, and by this clock in vain; is longer than a lease
async def test_an_entry_that_its_driver_may_still_send_is_left_with_the_time(
    stage: Stage, operator: AsyncClient, seconds: int
) -> None:
    receipt = await stage.open(lease=timedelta(seconds=seconds))
    until = receipt.lease_until + timedelta(seconds=5)
    taken = await operator.take_over(receipt.position_id, "it hangs")
    done = await stage.play(lambda: stage.recovery.finish(taken))
    assert (done.outcome, done.status) == ("left", "pending_entry")
    assert done.reason == (
        f"{receipt.next_order.client_order_id} may still be sent by whoever had it before,"
        f" until {until:%Y-%m-%d %H:%M:%S} UTC"
    )
    assert done.action == "recover again after that"


async def test_a_stop_loss_that_its_driver_may_still_send_is_waited_for_under_a_fresh_one(
    stage: Stage, operator: AsyncClient, age_hands: Callable[[str], None]
) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    late = await stage.filled(receipt)  # its s1 is under way
    taken = await operator.take_over(receipt.position_id, "it hangs")
    done = await stage.play(lambda: stage.recovery.finish(taken))
    assert (done.outcome, done.status) == ("left", "active")  # protected, and one more may come
    assert stops(stage) == [("s2", FIVE, "open")]
    await stage.send(late)
    stage.age_leases("2 minutes")
    age_hands("2 minutes")
    done = await stage.recover(aged=False)
    assert (done.outcome, done.status) == ("finished", "active")
    assert stops(stage) == [("s2", FIVE, "open"), ("s1", FIVE, "canceled")]


async def test_an_entry_that_was_sent_after_the_last_look_is_not_called_unsent(
    stage: Stage, operator: AsyncClient, age_hands: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recovery hangs before its call, and meanwhile the lease of the driver before passes, and the grace time."""
    receipt = await stage.open(lease=timedelta(seconds=40))
    taken = await operator.take_over(receipt.position_id, "it hangs")
    fail = stage.client.fail_position

    async def late(*arguments: Any) -> Receipt:
        await stage.exchange.send(SYMBOL, "buy", FIVE, client_order_id=receipt.next_order.client_order_id)
        age_hands("2 minutes")
        return await fail(*arguments)

    monkeypatch.setattr(stage.client, "fail_position", late)
    done = await stage.play(lambda: stage.recovery.finish(taken))
    assert (done.outcome, done.status, stage.kinds) == ("left", "pending_entry", [])
    await stage.send(receipt)
    age_hands("2 minutes")
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "active", FIVE)


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_stop_loss_that_was_sent_after_the_last_look_is_still_left(
    stage: Stage,
    operator: AsyncClient,
    age_hands: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    is_closed: bool,
) -> None:
    receipt = await stage.open(lease=timedelta(seconds=40))
    await stage.send(receipt)
    late = await stage.filled(receipt)  # its s1 is under way
    taken = await operator.take_over(receipt.position_id, "it hangs")
    if is_closed:
        taken = await stage.client.begin_close(receipt.position_id, "exit", fence=taken.fence)
    confirm = stage.client.confirm_orders

    async def hangs(*arguments: Any, **options: Any) -> Receipt:
        if not stops_named(stage, "s1"):
            await stage.exchange.send(
                SYMBOL,
                "sell",
                FIVE,
                kind="stop",
                trigger=Decimal(90),
                reduce_only=True,
                client_order_id=late.next_order.client_order_id,
            )
            age_hands("2 minutes")
        return await confirm(*arguments, **options)

    monkeypatch.setattr(stage.client, "confirm_orders", hangs)
    done = await stage.play(lambda: stage.recovery.finish(taken))
    assert (done.outcome, done.status) == ("finished", "closed" if is_closed else "active")
    assert stops_named(stage, "s1") == ["canceled"]


def stops_named(stage: Stage, name: str) -> list[str]:
    return [status for ending, _, status in stops(stage) if ending == name]
