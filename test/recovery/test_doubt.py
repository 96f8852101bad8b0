"""What recovery leaves to people, and what it does not believe at the first look."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tradelatch.testing import Market, OrderRefused

from .stage import FIVE, PRICE, SYMBOL, Stage


async def test_an_adopted_position_that_cannot_be_protected_is_left(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    receipt = await stage.adopt()
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("left", "pending_sl", 5)
    assert done.reason == "it was adopted, and is not closed unasked: no percentage is stored for a stop-loss"
    assert "--adopted" in done.action
    assert len(stage.kinds) == 1
    stage.close_adopted = True
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)
    assert await stage.status(receipt) == "closed"


async def test_a_position_that_came_with_its_table_is_left_too(stage: Stage, database: str) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(
            "insert into monitoring.positions (exchange, symbol, side, quantity, entry_price, origin, status,"
            " filled_quantity, open_quantity) values ('binance', %s, 'long', 5, %s, 'legacy', 'pending_sl', 5, 5)",
            (SYMBOL, PRICE),
        )
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("left", "pending_sl", 5)
    assert len(stage.kinds) == 1


async def test_an_adopted_position_that_is_gone_is_closed_in_the_book_without_an_order(stage: Stage) -> None:
    receipt = await stage.adopt()
    done = await stage.recover()
    assert (done.outcome, done.status, stage.kinds) == ("finished", "closed", [])
    assert await stage.status(receipt) == "closed"


async def test_an_adopted_position_gets_its_lost_stop_loss_back(stage: Stage) -> None:
    await stage.play(lambda: stage.exchange.send(SYMBOL, "buy", FIVE))
    receipt = await stage.adopt(stop_loss_price=97, stop_loss_order_id="77")
    await stage.client.update_stop_loss(receipt.position_id, None)
    assert (await stage.recover()).status == "active"
    stop = stage.exchange.orders(SYMBOL)[-1]
    assert (stop.kind, stop.trigger, stop.quantity) == ("stop", 97, 5)


@pytest.mark.parametrize("refusal", ["quantity is less than can be traded", "no such symbol: it was delisted"])
async def test_a_close_that_is_refused_three_times_is_left_with_what_to_do(stage: Stage, refusal: str) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    await stage.client.rollback_position(receipt.position_id, receipt.fence, "gave up")
    sent = []

    async def refuse(*_: Any, **options: Any) -> Any:
        sent.append(options["client_order_id"])
        raise OrderRefused(refusal)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage.exchange, "send", refuse)
        done = await stage.recover()
    assert (done.outcome, done.status) == ("left", "pending_rollback")
    assert done.reason == f"5 is held, and its close was refused: {refusal}"
    assert done.action == "close it on the exchange by hand, then recover again"
    assert len(sent) == 3
    await stage.play(lambda: stage.exchange.send(SYMBOL, "sell", FIVE))
    assert (await stage.recover()).status == "rolled_back"


async def test_a_close_of_what_is_flat_already_ends_it(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt)
    await stage.protected(receipt)
    await stage.client.begin_close(receipt.position_id, "take profit")
    await stage.play(lambda: stage.exchange.send(SYMBOL, "sell", FIVE, reduce_only=True))  # by hand
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)


async def test_an_entry_that_ends_while_the_history_lags_is_protected_wholly(stage: Stage) -> None:
    receipt = await stage.open()
    entry = await stage.send(receipt)
    await stage.filled(receipt, Decimal(2))
    stage.forget_once(entry.client_order_id)
    assert (await stage.recover()).status == "active"
    assert stage.exchange.orders(SYMBOL)[-1].quantity == 5


async def test_a_stop_loss_that_triggers_while_the_history_lags_is_not_placed_again(stage: Stage) -> None:
    receipt = await stage.open()
    await stage.send(receipt)
    receipt = await stage.filled(receipt, Decimal(2))
    stop = await stage.send(receipt)
    await stage.filled(receipt)
    stage.exchange.set_market(SYMBOL, Market(Decimal(90)))
    await stage.play(lambda: stage.clock.sleep(2))
    stage.exchange.set_market(SYMBOL, Market(PRICE))  # where another stop-loss would be taken
    stage.forget_once(stop.client_order_id)
    done = await stage.recover()
    assert (done.outcome, done.status, stage.held) == ("finished", "closed", 0)
    assert "earlier stop-loss has triggered" in done.reason
    assert [kind for kind, _ in stage.kinds] == ["market", "stop", "market"]
