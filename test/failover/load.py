"""The bot of test/crash on an AsyncClient, which it calls from its thread."""

import asyncio
import logging
import sys
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "crash"))

from load import Bot, in_background
from tradelatch import AsyncClient


class Called:
    """The methods of an AsyncClient, waited for by a thread that runs no loop."""

    def __init__(self, client: AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._loop = client, loop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(getattr(self._client, name)(**arguments), self._loop).result()

        return call


async def main() -> None:
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # it says that the server is away
    dsn, name, seed = sys.argv[1:]
    async with AsyncClient(dsn, worker=name, timeout=5) as client:
        bot: Any = Bot(Called(client, asyncio.get_running_loop()), name, seed)  # type: ignore[arg-type]

        def run() -> None:
            with suppress(CancelledError):  # the client is gone
                bot.run()

        in_background(run)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
