"""A bot in a process of its own, which is killed; the exchange stays in ours, and outlives it."""

import asyncio
import multiprocessing
import signal as signals
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from ...testing import Holding, Order, ScaledClock
from ..legacy import Signal
from .flows import Place
from .stage import VENUE, Stage

LAST_STEP = "entry_placed"


class TooEarly(Exception):
    """The process did not come as far as it should."""


async def open_and_die(stage: Stage, signal: Signal) -> None:
    """Let a new process open a position, and kill it when the order stands in the book and no stop-loss is sent."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_open, args=(theirs, stage.place, signal), daemon=True)
    handler = signals.signal(signals.SIGINT, signals.SIG_IGN)  # inherited: a terminal's Ctrl-C is for us, who end it
    process.start()
    signals.signal(signals.SIGINT, handler)
    theirs.close()
    try:
        await _serve(ours, stage)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        ours.close()


async def _serve(connection: Connection, stage: Stage) -> None:
    """Answer for the exchange until the last step is told: no later order is ever taken."""
    tell = stage.teller()
    while True:
        try:
            kind, *arguments = await asyncio.to_thread(connection.recv)
        except EOFError:
            raise TooEarly("the process ended before it could be killed") from None
        if kind == "told":
            step, text = arguments
            tell(step, text)
            if step == LAST_STEP:
                return
        elif kind == "failed":
            raise TooEarly(*arguments)
        else:
            name, positional, named = arguments
            try:
                answer = await getattr(stage.exchange, name)(*positional, **named)
            except Exception as error:
                answer = error
            connection.send(answer)


# In the process that dies


def _open(connection: Connection, place: Place, signal: Signal) -> None:
    asyncio.run(_open_position(connection, place, signal))


async def _open_position(connection: Connection, place: Place, signal: Signal) -> None:
    clock = ScaledClock(datetime.now(UTC), place.scale)

    def tell(step: str, text: str) -> None:
        connection.send(("told", step, text))

    try:
        async with place.enter(_Elsewhere(connection), clock) as flow:
            tell("started", "")
            await flow.open_position(signal, tell)
    except Exception as error:
        connection.send(("failed", f"{type(error).__name__}: {error}"))


class _Elsewhere:
    """The exchange, in the process that started this one."""

    name = VENUE

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def positions(self) -> Sequence[Holding]:
        holdings: Sequence[Holding] = await self._ask("positions")
        return holdings

    async def find(self, symbol: str, name: str) -> Order | None:
        order: Order | None = await self._ask("find", symbol, name)
        return order

    async def send(self, symbol: str, side: str, quantity: Decimal, **options: Any) -> Order:
        order: Order = await self._ask("send", symbol, side, quantity, **options)
        return order

    async def cancel(self, symbol: str, name: str) -> bool:
        canceled: bool = await self._ask("cancel", symbol, name)
        return canceled

    async def _ask(self, name: str, *positional: Any, **named: Any) -> Any:
        self._connection.send(("asked", name, positional, named))
        answer = await asyncio.to_thread(self._connection.recv)
        if isinstance(answer, Exception):
            raise answer
        return answer
