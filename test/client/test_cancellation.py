# ruff: noqa: PT012 (the block is what is tested)
"""Tasks that are cancelled, in flight and while they leave the block of `opening`."""

import asyncio
import random
from asyncio import CancelledError
from contextlib import ExitStack
from decimal import Decimal

import pytest
from tradelatch import AsyncClient

from .conftest import hurried

FILL = {"filled_quantity": Decimal("61.8"), "average_price": Decimal("3.23")}


async def cancel(task, times=3):
    """Cancel a task again and again; it must not end."""
    for _ in range(times):
        task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        assert not task.done()


async def open_and(client, apt, act):
    async with client.opening(**apt) as position:
        await act(position)


async def test_create_in_flight(proxy, admin, apt, tasks):
    async with AsyncClient(proxy.dsn) as client:
        proxy.hold("create_position")
        creating = asyncio.create_task(client.create_position(**apt))
        await tasks.until(proxy.held.is_set)
        await cancel(creating)
        proxy.release()
        with pytest.raises(CancelledError):
            await creating
    assert admin("select status from tradelatch.positions") == ["canceled"]


async def test_create_of_an_opening_in_flight(proxy, admin, apt, tasks):
    async with AsyncClient(proxy.dsn) as client:
        proxy.hold("create_position")
        opening = asyncio.create_task(open_and(client, apt, lambda position: pytest.fail("entered")))
        await tasks.until(proxy.held.is_set)
        await cancel(opening)
        proxy.release()
        with pytest.raises(CancelledError):
            await opening
    assert admin("select status from tradelatch.positions") == ["canceled"]


async def test_create_that_found_a_holder(proxy, admin, apt, tasks):
    async with AsyncClient(proxy.dsn) as client:
        await client.create_position(**apt)
        proxy.hold("create_position")
        creating = asyncio.create_task(client.create_position(**apt))
        await tasks.until(proxy.held.is_set)
        await cancel(creating)
        proxy.release()
        with pytest.raises(CancelledError):
            await creating
    assert admin("select status from tradelatch.positions") == ["pending_entry"]


async def test_move_in_flight(proxy, admin, apt, tasks):
    handles = []

    async def act(position):
        handles.append(position)
        assert position.next_order
        proxy.hold("confirm_entry")
        await position.confirm_entry(**FILL)
        pytest.fail("went on")

    async with AsyncClient(proxy.dsn) as client:
        opening = asyncio.create_task(open_and(client, apt, act))
        await tasks.until(proxy.held.is_set)
        await cancel(opening)
        proxy.release()
        with pytest.raises(CancelledError):
            await opening
        (position,) = handles
        events = ["create_position", "confirm_entry", "rollback_position"]
        assert admin.events(position.position_id) == events
        assert position.next_order.quantity == Decimal("61.8")  # the fill was known when it was rolled back
        assert (await position.confirm_flat()).status == "rolled_back"


async def test_twice_while_leaving(proxy, admin, apt, tasks):
    handles = []

    async def act(position):
        handles.append(position)
        assert position.next_order
        proxy.hold("rollback_position")
        await asyncio.Event().wait()

    async with AsyncClient(proxy.dsn) as client:
        opening = asyncio.create_task(open_and(client, apt, act))
        await tasks.until(lambda: handles)
        opening.cancel()
        await tasks.until(proxy.held.is_set)
        await cancel(opening)
        proxy.release()
        with pytest.raises(CancelledError):
            await opening
        assert handles[0].next_order.kind == "close"


async def test_while_leaving_by_another_error(proxy, admin, apt, tasks):
    async def act(position):
        proxy.hold("cancel_position")
        raise ValueError

    async with AsyncClient(proxy.dsn) as client:
        opening = asyncio.create_task(open_and(client, apt, act))
        await tasks.until(proxy.held.is_set)
        await cancel(opening)
        proxy.release()
        with pytest.raises(CancelledError) as caught:
            await opening
        assert isinstance(caught.value.__context__, ValueError)
    assert admin("select status from tradelatch.positions") == ["canceled"]


async def test_timeout_around_the_block(database, admin, apt):
    async with AsyncClient(database) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(None) as limit, client.opening(**apt) as position:
                assert position.next_order
                limit.reschedule(asyncio.get_running_loop().time())
                await asyncio.Event().wait()
        assert position.status == "pending_rollback"


async def test_bounded_when_nobody_answers(proxy, apt):
    async def act(position):
        assert position.next_order
        proxy.silence()
        after.enter_context(hurried(client))
        silent.set()
        await position.confirm_entry(**FILL)

    silent = asyncio.Event()
    async with AsyncClient(proxy.dsn) as client:
        with ExitStack() as after, pytest.raises(CancelledError) as caught:
            opening = asyncio.create_task(open_and(client, apt, act))
            await silent.wait()
            opening.cancel()
            await opening
        proxy.close()
        assert "could not be undone" in caught.value.__notes__[0]


async def test_at_any_moment(database, admin, apt):
    """Cancelled wherever it happens to be, an opening never leaves a position without an owner."""
    chance = random.Random(5483266)
    handles = []

    async def act(position):
        handles.append(position)
        if position.next_order:
            await position.place_entry("1")
            await position.confirm_entry(**FILL)
            await position.activate(Decimal("3.29"))

    async with AsyncClient(database) as client:
        await client.schema_version()
        openings = []
        for number in range(60):
            openings.append(asyncio.create_task(open_and(client, {**apt, "symbol": f"S{number}"}, act)))
            if number < 50:
                asyncio.get_running_loop().call_later(chance.random() * 0.3, openings[-1].cancel)
        await asyncio.wait(openings)
        known = {handle.position_id: handle.status for handle in handles}
        for row in await client.positions():
            assert row.status == known.get(row.position_id, "canceled")
            assert row.status in ("canceled", "active", "pending_rollback")
    assert list(known.values()).count("active") >= 10
