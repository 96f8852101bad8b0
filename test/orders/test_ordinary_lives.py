"""The calls of an ordinary life: how many a bot makes for each thing that it does, and what is left on the exchange."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tradelatch import AsyncPosition, Receipt, cancel_orders, send_order
from tradelatch.core.arguments import Call
from tradelatch.core.calling_async import AsyncCaller
from tradelatch.exchange import Order
from tradelatch.orders import cancel
from tradelatch.testing import Market

from ..recovery.stage import FIVE, PRICE, SYMBOL, Stage

BELOW = Decimal(98)  # where the stop-loss triggers


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that were called, renewals aside."""
    named: list[str] = []
    perform = AsyncCaller.perform

    async def noted(self: AsyncCaller, flight: Any, call: Call) -> Any:
        named.extend({call.name} - {"renew_lease", "positions"})  # the background's, and the test's own
        return await perform(self, flight, call)

    monkeypatch.setattr(AsyncCaller, "perform", noted)
    return named


async def send(stage: Stage, position: AsyncPosition | Receipt) -> Any:
    return await send_order(stage.exchange, position, clock=stage.clock)


async def own_order(stage: Stage, side: str, quantity: Decimal, name: str = "", **options: Any) -> Order:
    """An order that the bot sends by itself, and waits for."""
    order = await stage.exchange.send(SYMBOL, side, quantity, client_order_id=name or None, **options)
    await stage.clock.sleep(1)
    return order


async def opened(stage: Stage) -> AsyncPosition:
    """README's ten lines."""
    async with stage.client.opening("binance", SYMBOL, "long", 5, PRICE, stop_loss_percent=2) as position:
        entry = await send(stage, position)
        await position.confirm_entry(entry.filled, average_price=entry.average_price)
        stop_loss = await send(stage, position)
        await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)
    return position


async def protect(stage: Stage, receipt: Receipt) -> Receipt:
    """Send the stop-loss that a receipt calls for; the ones before it are cancelled once it stands."""
    stop_loss = await send(stage, receipt)
    assert receipt.fence is not None
    return await stage.client.activate_position(
        receipt.position_id,
        receipt.fence,
        stop_loss.trigger,
        stop_loss.client_order_id,
        stop_loss_order_id=stop_loss.order_id,
        orders_ended=stop_loss.orders_ended,
    )


async def left(stage: Stage, position_id: int) -> tuple[str, Decimal, list[str]]:
    """Status, what is open in the book, and the orders left; as on the exchange."""
    (row,) = await stage.client.positions(position_id)
    standing = [order.client_order_id for order in stage.exchange.orders(SYMBOL) if order.status == "open"]
    assert sorted(row.orders_left) == sorted(standing)
    assert row.open_quantity == stage.held
    return row.status, row.open_quantity, [name.removeprefix(row.order_key) for name in row.orders_left]


Life = Callable[[Stage, AsyncPosition], Awaitable[Any]]


async def stop_loss_triggers(stage: Stage, position: AsyncPosition) -> None:
    stage.exchange.set_market(SYMBOL, Market(BELOW))
    await stage.clock.sleep(1)
    (*_, stop_loss) = stage.exchange.orders(SYMBOL)  # as the stream has it
    await stage.client.confirm_close(
        position.position_id,
        "stop-loss",
        orders_ended=[stop_loss.client_order_id],
        exit_price=stop_loss.average_price,
    )


async def market_close(stage: Stage, position: AsyncPosition) -> None:
    await position.begin_close("target")
    close = await send(stage, position)
    await stage.clock.sleep(1)
    (stop_loss,) = (order.client_order_id for order in stage.exchange.orders(SYMBOL) if order.kind == "stop")
    assert await cancel(stage.exchange, position, [stop_loss]) == {stop_loss: True}  # the handle notes that it ended
    await position.confirm_close("target", exit_price=close.average_price)


async def trailing_by_a_new_order(stage: Stage, position: AsyncPosition) -> None:
    await position.replace_stop_loss(99)
    stop_loss = await send(stage, position)
    await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)


async def trailing_without_a_handle(stage: Stage, position: AsyncPosition) -> None:
    await protect(stage, await stage.client.replace_stop_loss(position.position_id, 99))


async def trailing_by_an_amended_order(stage: Stage, position: AsyncPosition) -> None:
    await stage.client.update_stop_loss(position.position_id, 99)


async def part_exit_at_market(stage: Stage, position: AsyncPosition) -> None:
    await own_order(stage, "sell", Decimal(2), reduce_only=True)
    await position.resize(3, "half of it")
    stop_loss = await send(stage, position)
    await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)


async def part_exit_by_a_resting_limit(stage: Stage, position: AsyncPosition) -> None:
    client, position_id = stage.client, position.position_id
    await client.confirm_orders(position_id, orders_placed=["half"])
    order = await own_order(stage, "sell", Decimal(2), "half", kind="limit", price=Decimal(101), reduce_only=True)
    await client.confirm_orders(position_id, orders_placed=[order.client_order_id])
    assert (await left(stage, position_id))[2] == ["s1", "half"]
    stage.exchange.set_market(SYMBOL, Market(Decimal(101)))
    await stage.clock.sleep(1)
    await protect(stage, await client.resize_position(position_id, 3, "half of it", orders_ended=["half"]))


async def adding_to_it(stage: Stage, position: AsyncPosition) -> None:
    await position.replace_stop_loss(BELOW)  # its new stop-loss is in hand: the slot is kept, whatever triggers
    await position.confirm_orders(orders_placed=["dca"])
    await own_order(stage, "buy", FIVE, "dca")
    await position.resize(10, "added", orders_ended=["dca"])
    stop_loss = await send(stage, position)
    await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)


@pytest.mark.parametrize(
    ("life", "expected", "ends_as"),
    [
        (stop_loss_triggers, ["confirm_close"], ("closed", 0, [])),
        (market_close, ["begin_close", "confirm_close"], ("closed", 0, [])),
        (trailing_by_a_new_order, ["replace_stop_loss", "activate_position"], ("active", 5, ["s2"])),
        (trailing_without_a_handle, ["replace_stop_loss", "activate_position"], ("active", 5, ["s2"])),
        (trailing_by_an_amended_order, ["update_stop_loss"], ("active", 5, ["s1"])),
        (part_exit_at_market, ["resize_position", "activate_position"], ("active", 3, ["s2"])),
        (
            part_exit_by_a_resting_limit,
            ["confirm_orders", "confirm_orders", "resize_position", "activate_position"],
            ("active", 3, ["s2"]),
        ),
        (
            adding_to_it,
            ["replace_stop_loss", "confirm_orders", "resize_position", "activate_position"],
            ("active", 10, ["s3"]),
        ),
    ],
)
async def test_calls(
    stage: Stage, calls: list[str], life: Life, expected: list[str], ends_as: tuple[str, int, list[str]]
) -> None:
    position = await stage.play(lambda: opened(stage))
    assert calls == ["create_position", "confirm_entry", "activate_position"]
    assert await left(stage, position.position_id) == ("active", 5, ["s1"])
    calls.clear()
    await stage.play(lambda: life(stage, position))
    assert calls == expected
    assert await left(stage, position.position_id) == ends_as


async def test_restart_after_the_fill(stage: Stage, calls: list[str]) -> None:
    """The process died when its entry had filled. The next one is given the same signal."""
    attempt = uuid4()
    options = {"request_id": "signal:1", "attempt": attempt}
    first = await stage.open(**options)
    await stage.send(first)
    calls.clear()

    async def again() -> AsyncPosition:
        async with stage.client.opening(
            "binance", SYMBOL, "long", 5, PRICE, stop_loss_percent=2, **options
        ) as position:
            entry = await send(stage, position)
            await position.confirm_entry(entry.filled, average_price=entry.average_price)
            stop_loss = await send(stage, position)
            await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)
        return position

    position = await stage.play(again)
    assert calls == ["create_position", "confirm_entry", "activate_position"]
    assert position.position_id == first.position_id
    assert await left(stage, position.position_id) == ("active", 5, ["s1"])


async def test_an_opening_that_fails_before_its_stop_loss_is_over_when_it_is_flat(
    stage: Stage, calls: list[str]
) -> None:
    """The stop-loss and the close were never given out, so nothing of them is to be looked for."""

    async def trade() -> AsyncPosition:
        try:
            async with stage.client.opening("binance", SYMBOL, "long", 5, PRICE, stop_loss_percent=2) as position:
                entry = await send(stage, position)
                await position.confirm_entry(entry.filled)
                raise RuntimeError
        except RuntimeError:
            await own_order(stage, "sell", FIVE, reduce_only=True)  # a person was faster
            await position.confirm_flat()
        return position

    position = await stage.play(trade)
    assert calls == ["create_position", "confirm_entry", "rollback_position", "confirm_flat"]
    assert await left(stage, position.position_id) == ("rolled_back", 0, [])


async def test_an_opening_that_fails_after_its_stop_loss(stage: Stage, calls: list[str]) -> None:
    async def trade() -> AsyncPosition:
        try:
            async with stage.client.opening("binance", SYMBOL, "long", 5, PRICE, stop_loss_percent=2) as position:
                entry = await send(stage, position)
                await position.confirm_entry(entry.filled)
                await send(stage, position)
                raise RuntimeError
        except RuntimeError:
            await send(stage, position)  # it cancels the stop-loss, and closes
            await stage.clock.sleep(1)
            await position.confirm_flat()
        return position

    position = await stage.play(trade)
    assert calls == ["create_position", "confirm_entry", "rollback_position", "confirm_flat"]
    assert await left(stage, position.position_id) == ("rolled_back", 0, [])


async def test_an_entry_that_was_filled_in_part_and_ended(stage: Stage) -> None:
    """What it filled at its end is said with it: nothing more will come of it."""

    async def trade() -> AsyncPosition:
        stage.exchange.set_market(SYMBOL, Market(PRICE, depth=Decimal(3)))
        async with stage.client.opening("binance", SYMBOL, "long", 5, PRICE, stop_loss_percent=2) as position:
            entry = await send(stage, position)
            assert (entry.status, entry.filled) == ("closed", 3)
            await position.confirm_entry(entry.filled, average_price=entry.average_price)
            stop_loss = await send(stage, position)
            await position.activate(stop_loss.trigger, stop_loss_order_id=stop_loss.order_id)
        return position

    position = await stage.play(trade)
    assert await left(stage, position.position_id) == ("active", 3, ["s1"])


async def test_cancels_of_a_pending_cancels(stage: Stage) -> None:
    """Nothing is open, and the stop-loss stands still: it is cancelled, and the slot is free."""

    async def end(position: AsyncPosition) -> Receipt:
        await own_order(stage, "sell", FIVE, reduce_only=True)
        receipt = await stage.client.confirm_close(position.position_id, "by hand")
        assert receipt.status == "pending_cancels"
        were_open = await cancel_orders(stage.exchange, receipt)
        return await stage.client.confirm_orders(position.position_id, orders_ended=were_open, fence=receipt.fence)

    position = await stage.play(lambda: opened(stage))
    ended = await stage.play(lambda: end(position))
    assert ended.status == "closed"
    assert await left(stage, position.position_id) == ("closed", 0, [])
