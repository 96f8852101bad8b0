"""A task that is cancelled wherever it waits, once or from there on: it ends in time, and no connection is lost."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal

import pytest
from psycopg_pool import AsyncConnectionPool
from tradelatch import AsyncClient, Unavailable

from .conftest import hurried, within

FILL = {"filled_quantity": Decimal("61.8"), "average_price": Decimal("3.23")}
MOST = 200  # waits; a whole opening has far fewer


class Waits:
    """Runs a coroutine, and has its task cancelled when it waits for the nth time; with `on`, every time after, too."""

    def __init__(self, coroutine, at, on=False):
        self._coroutine, self._at, self._on = coroutine, at, on
        self.count = 0

    async def run(self):
        return await self

    def __await__(self):
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        error = None
        while True:
            try:
                waited_for = self._coroutine.send(None) if error is None else self._coroutine.throw(error)
            except StopIteration as end:
                return end.value
            self.count += 1
            if self.count == self._at or (self._on and self.count > self._at):
                loop.call_soon(task.cancel)
            error = None
            try:
                yield waited_for
            except BaseException as thrown:
                error = thrown


async def cancelled(coroutine, at, on):
    """How often it waited, and what it came to: nothing, or an exception."""
    waits = Waits(coroutine, at, on)
    task = asyncio.create_task(waits.run())
    await asyncio.wait([task])
    return waits.count, asyncio.CancelledError() if task.cancelled() else task.exception()


async def open_one(client, apt, handles):
    async with client.opening(**apt) as position:
        handles.append(position)
        entry = position.next_order
        await position.place_entry("53190368")
        await position.confirm_entry(**FILL)
        assert entry
        await position.activate(Decimal("3.29"))


@asynccontextmanager
async def whole_pool(dsn, size):
    """A pool that has all of its connections again at the end."""
    async with AsyncConnectionPool(dsn, min_size=size, open=False, kwargs={"autocommit": True}) as pool:
        await pool.wait()
        yield pool
        await all_of(pool)


async def all_of(pool):
    async with AsyncExitStack() as stack:
        for _ in range(pool.max_size):
            connection = await stack.enter_async_context(pool.connection(timeout=5))
            assert await (await connection.execute("select 1", prepare=False)).fetchone() == (1,)
    assert pool.get_stats()["pool_size"] == pool.max_size


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("size", [1, 2])
async def test_opening(database, admin, apt, size, on):
    """What is in the book is what the handle says; what nobody has a handle for is cancelled."""
    outcomes = Counter()
    async with whole_pool(database, size) as pool:
        client = AsyncClient(pool=pool)
        for at in range(1, MOST):
            handles = []
            wanted = {**apt, "symbol": f"S{at}USDT"}
            count, error = await cancelled(open_one(client, wanted, handles), at, on)
            (row,) = await client.positions(limit=1)
            assert row.symbol == wanted["symbol"]
            assert row.status == (handles[0].status if handles else "canceled"), at
            assert row.status in ("canceled", "pending_rollback", "active"), at
            outcomes[row.status] += 1
            await all_of(pool)
            if count < at:
                assert error is None
                break
            assert isinstance(error, asyncio.CancelledError)
    assert len(outcomes) == 3, outcomes


@pytest.mark.parametrize("size", [1, 2])
async def test_task_of_a_call(database, apt, size):
    """Whoever cancels every task of the loop reaches those of the calls as well."""
    at = 0
    reached = Counter()

    def factory(loop, coroutine, **options):
        if coroutine.__qualname__ == "run.<locals>.fly":
            waits = Waits(coroutine, at)
            task = asyncio.Task(waits.run(), loop=loop, **options)
            task.add_done_callback(lambda done: reached.update([done.cancelled()]))
            return task
        return asyncio.Task(coroutine, loop=loop, **options)

    async with whole_pool(database, size) as pool:
        client = AsyncClient(pool=pool)
        await client.schema_version()
        asyncio.get_running_loop().set_task_factory(factory)
        for at in range(1, 20):  # noqa: B007 (the factory reads it)
            others = [asyncio.create_task(client.normalize_symbol("aptusdt")) for _ in range(3)]
            await asyncio.wait([asyncio.create_task(client.create_position(**apt)), *others])
        asyncio.get_running_loop().set_task_factory(None)
        await all_of(pool)
    assert min(reached[True], reached[False]) > 5


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("size", [1, 2])
async def test_pool_that_is_exhausted(database, apt, size, on):
    async with whole_pool(database, size) as pool:
        client = AsyncClient(pool=pool, timeout=0.3)
        async with AsyncExitStack() as stack:
            for _ in range(size):
                await stack.enter_async_context(pool.connection())
            for at in range(1, MOST):
                with within(0.3):
                    count, error = await cancelled(client.create_position(**apt), at, on)
                if count < at:
                    assert isinstance(error, Unavailable)
                    break
                assert isinstance(error, asyncio.CancelledError)
        assert await client.open_positions() == []


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("act", ["create_position", "opening"])
async def test_database_that_is_down(proxy, apt, act, on):
    dsn = proxy.dsn
    proxy.close()
    async with AsyncClient(dsn, timeout=0.3) as client:
        for at in range(1, MOST):
            call = client.create_position(**apt) if act == "create_position" else open_one(client, apt, [])
            with within(0.3):
                count, error = await cancelled(call, at, on)
            if count < at:
                assert isinstance(error, Unavailable)
                break
            assert isinstance(error, asyncio.CancelledError)


@pytest.mark.parametrize("size", [1, 2])
async def test_database_that_goes_while_a_block_is_left(proxy, apt, size):
    """Cancelled again and again while nothing answers: the exit ends in time, and says that it failed."""
    async with AsyncConnectionPool(proxy.dsn, min_size=size, open=False, kwargs={"autocommit": True}) as pool:
        client = AsyncClient(pool=pool)

        entered = asyncio.Event()

        async def leave():
            async with client.opening(**apt) as position:
                assert position.next_order
                proxy.silence()
                entered.set()
                await asyncio.Event().wait()

        async def told():
            try:
                await leave()
            except asyncio.CancelledError as error:
                return error.__notes__

        leaving = asyncio.create_task(told())
        await entered.wait()
        with hurried(client):
            while not leaving.done():
                leaving.cancel()
                await asyncio.sleep(0.001)
        assert "could not be undone: Unavailable" in (await leaving)[0]
