"""How long sessions wait for locks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

EVERY_SECONDS = 0.01
WAITING = """
    select l.pid, l.waitstart, extract(epoch from clock_timestamp() - l.waitstart)::float8
    from pg_locks as l
    inner join pg_stat_activity as a on a.pid = l.pid
    where not l.granted and l.waitstart is not null and a.datname = current_database()
"""


@asynccontextmanager
async def watched_lock_waits(dsn: str) -> AsyncIterator[list[float]]:
    """The seconds of each wait in this database, filled in when the block ends.

    Seen by looking every 10 ms: shorter waits are missed, and each may have lasted 10 ms longer.
    """
    waits: list[float] = []
    seen: dict[tuple[object, ...], float] = {}
    ended = asyncio.Event()

    async def watch(connection: psycopg.AsyncConnection) -> None:
        while not ended.is_set():
            for *key, seconds in await (await connection.execute(WAITING)).fetchall():
                seen[tuple(key)] = seconds
            await asyncio.sleep(EVERY_SECONDS)

    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        watching = asyncio.create_task(watch(connection))
        try:
            yield waits
        finally:
            ended.set()
            await watching
            waits += seen.values()
