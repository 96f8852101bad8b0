# ruff: noqa: PT012 (the block is what is tested)
"""What becomes of orders on the exchange, as the handle says it to the book: an opening that fails, and is undone."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tradelatch import AsyncPosition, send_order
from tradelatch.exchange import Order, OrderRefused, Unreachable
from tradelatch.testing import Exchange

from ..recovery.stage import PRICE, SYMBOL, Stage


def at_the_next_send(stage: Stage, error: Exception) -> None:
    """The next order does not reach the exchange."""

    async def send(*arguments: Any, **options: Any) -> Order:
        stage.exchange.send = Exchange.send.__get__(stage.exchange)  # type: ignore[method-assign]
        raise error

    stage.exchange.send = send  # type: ignore[method-assign, assignment]


async def expires(stage: Stage, position: AsyncPosition) -> None:
    """It stood, and ended by itself."""
    await send_order(stage.exchange, position, clock=stage.clock)
    stage.exchange.expire(stage.exchange.orders(SYMBOL)[-1].order_id)


async def is_refused(stage: Stage, position: AsyncPosition) -> None:
    at_the_next_send(stage, OrderRefused("too many orders"))
    await send_order(stage.exchange, position, clock=stage.clock)


async def never_arrives(stage: Stage, position: AsyncPosition) -> None:
    """It was not answered, and looked up twice."""
    at_the_next_send(stage, Unreachable("no answer"))
    await send_order(stage.exchange, position, clock=stage.clock)


async def may_be_on_its_way(stage: Stage, position: AsyncPosition) -> None:
    """The bot read it, and sends it by itself."""
    assert position.next_order


async def stands(stage: Stage, position: AsyncPosition) -> None:
    await send_order(stage.exchange, position, clock=stage.clock)


@pytest.mark.parametrize(
    ("stop_loss", "status"),
    [
        (stands, "rolled_back"),
        (expires, "rolled_back"),
        (is_refused, "rolled_back"),
        (never_arrives, "rolled_back"),
        (may_be_on_its_way, "pending_cancels"),
    ],
)
async def test_the_stop_loss_of_an_opening_that_is_undone(
    stage: Stage, stop_loss: Callable[[Stage, AsyncPosition], Awaitable[None]], status: str
) -> None:
    async def trade() -> AsyncPosition:
        with pytest.raises((OrderRefused, Unreachable, ZeroDivisionError)):
            async with stage.client.opening("binance", SYMBOL, "long", 5, PRICE, stop_loss_percent=2) as position:
                entry = await send_order(stage.exchange, position, clock=stage.clock)
                await position.confirm_entry(entry.filled)
                await stop_loss(stage, position)
                raise ZeroDivisionError
        await send_order(stage.exchange, position, clock=stage.clock)  # the close, when the stop-loss is cancelled
        await stage.clock.sleep(1)
        await position.confirm_flat()
        return position

    position = await stage.play(trade)
    assert (position.status, stage.held) == (status, 0)
    assert [name[24:] for name in position.cancels] == (["s1"] if status == "pending_cancels" else [])
