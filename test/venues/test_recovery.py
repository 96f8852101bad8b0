"""Recovery through real ccxt, against each stand-in and the database: what a dead worker left is finished."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tradelatch import AsyncClient, Receipt
from tradelatch.exchange import ModeRefused
from tradelatch.recovery import Recovered, Recovery

from .standin import PRICE, Fate, StandIn
from .test_errors import ACCESS, refusals
from .test_orders import ACCOUNT


@dataclass
class Stage:
    client: AsyncClient
    exchange: Any
    standin: StandIn
    age_leases: Callable[..., None]

    async def open(self, side: str = "long", **options: Any) -> Receipt:
        return await self.client.create_position(
            self.standin.name, self.standin.symbol, side, Decimal("61.8"), PRICE, stop_loss_percent=2, **options
        )

    async def send(self, receipt: Receipt) -> Any:
        """What the worker sends before it dies."""
        order = receipt.next_order
        assert order is not None
        return await self.exchange.send(
            receipt.symbol,
            order.side,
            order.quantity,
            kind="stop" if order.kind == "stop_loss" else "market",
            trigger=order.price,
            reduce_only=order.reduce_only,
            client_order_id=order.client_order_id,
            position_side=receipt.position_side,
            **ACCOUNT,
        )

    async def recover(self) -> Recovered:
        self.age_leases("2 minutes")
        recovery = Recovery(self.client, {self.standin.name: self.exchange}, grace=timedelta(milliseconds=10))
        (done,) = await recovery.run_once()
        return done


@pytest.fixture
async def stage(
    on_any: Any, any_standin: StandIn, bot_dsn: str, age_leases: Callable[..., None]
) -> AsyncIterator[Stage]:
    async with AsyncClient(bot_dsn) as client:
        yield Stage(client, on_any, any_standin, age_leases)


@pytest.mark.parametrize("side", ["long", "short"])
@pytest.mark.parametrize("hedge_mode", [False, True], ids=["one-way", "hedge"])
async def test_a_filled_entry_becomes_active(stage: Stage, side: str, hedge_mode: bool) -> None:
    stage.standin.hedge_mode = hedge_mode
    opened = await stage.open(side, position_side=side if hedge_mode else "both")
    if hedge_mode and not stage.standin.has_hedge_mode:
        with pytest.raises(ModeRefused):
            await stage.send(opened)
        return
    entry = await stage.send(opened)
    done = await stage.recover()
    assert (done.outcome, done.status, done.reason) == ("finished", "active", "it is protected")
    (row,) = await stage.client.open_positions()
    average = None if stage.standin.name == "hyperliquid" else PRICE  # which tells none of an order
    assert (row.filled_quantity, row.average_price, row.exchange_order_id) == (Decimal("61.8"), average, entry.order_id)
    stop = await stage.exchange.find(stage.standin.symbol, f"id:{row.stop_loss_order_id}", **ACCOUNT)
    assert (stop.status, stop.quantity, stop.trigger) == ("open", Decimal("61.8"), row.stop_loss_price)
    assert stop.side == ("sell" if side == "long" else "buy")
    assert abs(stage.standin.held(position_side=opened.position_side)) == Decimal("61.8")


async def test_an_entry_that_was_never_sent_fails(stage: Stage) -> None:
    await stage.open()
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "failed")
    assert stage.standin.orders == []


async def test_a_stop_whose_answer_was_lost_is_not_placed_twice(stage: Stage) -> None:
    await stage.send(await stage.open())
    stage.standin.next(*stage.standin.stop_order, Fate(arrives=True, answers=False))
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "active")
    assert [order.side for order in stage.standin.orders if order.trigger] == ["sell"]


async def test_a_stop_that_is_refused_three_times_ends_in_a_close(stage: Stage) -> None:
    await stage.send(await stage.open())
    refused = refusals(stage.standin, *[stage.standin.margin[0]] * 3)
    stage.standin.next(*stage.standin.stop_order, *refused)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("finished", "closed")
    assert stage.standin.held() == 0
    assert [order.reduce_only for order in stage.standin.orders] == [False, True]


async def test_a_venue_that_is_down_leaves_it_open_with_a_reason(stage: Stage) -> None:
    await stage.send(await stage.open())
    stage.standin.next(*stage.standin.find_order, *[Fate(503, "<html>")] * 20)
    done = await stage.recover()
    assert (done.outcome, done.status) == ("left", "pending_entry")
    assert done.reason == f"the exchange does not answer: {stage.standin.name}: HTTP 503"


async def test_a_key_that_is_refused_leaves_it_open_with_a_reason(stage: Stage) -> None:
    await stage.send(await stage.open())
    (code, *_) = ACCESS[stage.standin.name]
    stage.standin.next(*stage.standin.find_order, *refusals(stage.standin, code))
    done = await stage.recover()
    assert (done.outcome, done.status) == ("left", "pending_entry")
    assert done.reason.startswith(f"AccessRefused: {stage.standin.name}: ")
    assert done.reason.endswith(f"{code} no, with detail")
