"""One incident on one flow: the actors play it by the incident's clock, and the timeline shows it as it happens."""

from collections import Counter
from collections.abc import Mapping

import psycopg
from rich.console import Console

from ... import AsyncClient
from ...testing import Holding
from ...timeline import Event, Mood, Timeline
from ..legacy import LegacyBook, LegacyBot, LegacySynchronizer, Tell, connect
from ..reproduce.aftermath import Aftermath, Row, latched_rows, legacy_rows
from ..reproduce.bots import Bot, Synchronizer
from .incidents import Incident

SIGNAL_HANDLER = "signal handler"
SYNCHRONIZER = "synchronizer"
STREAM = "the exchange's private stream"

LEGACY_MOODS: Mapping[str, Mood] = {"second_row": "bad", "error": "bad", "close": "bad"}
LATCHED_MOODS: Mapping[str, Mood] = {
    "second_row": "bad",
    "error": "bad",
    "existing": "good",
    "active": "good",
    "flat": "good",
}


async def play_legacy(incident: Incident, dsn: str, console: Console, pace: float = 0.0) -> Aftermath:
    """The incident as it was, on the legacy table, which gets a schema of its own."""
    symbol = incident.signal.symbol
    async with connect(dsn) as pool:
        book = LegacyBook(pool, schema=f"legacy_{symbol.lower()}")
        await book.create_tables()
        await book.start_ids_at(incident.first_position_id)
        stage = _Stage(incident, console, LEGACY_MOODS, pace)
        await stage.perform(
            LegacyBot(book, stage.exchange, stage.clock, stage.teller(SIGNAL_HANDLER)),
            LegacySynchronizer(book, stage.exchange, stage.clock, stage.teller(SYNCHRONIZER)),
        )
        return stage.aftermath(await legacy_rows(book, symbol, like=incident.signal.quantity))


async def play_latched(
    incident: Incident, dsn: str, client: AsyncClient, console: Console, pace: float = 0.0
) -> Aftermath:
    """The same on tradelatch, which is deployed in the database of `dsn`."""
    await _start_ids_at(dsn, incident.first_position_id)
    stage = _Stage(incident, console, LATCHED_MOODS, pace)
    await stage.perform(
        Bot(client, stage.exchange, stage.clock, stage.teller(SIGNAL_HANDLER)),
        Synchronizer(client, stage.exchange, stage.teller(SYNCHRONIZER)),
    )
    return stage.aftermath(await latched_rows(dsn, incident.signal.symbol))


class _Stage:
    """An incident's clock and exchange, and the timeline that its actors write."""

    def __init__(self, incident: Incident, console: Console, moods: Mapping[str, Mood], pace: float) -> None:
        self.clock = incident.clock(pace)
        self.exchange = incident.venue(self.clock)
        self._incident = incident
        self._moods = moods
        self._steps: Counter[str] = Counter()
        has_synchronizer = incident.synchronizer_after is not None
        self._timeline = Timeline(console, [SIGNAL_HANDLER, SYNCHRONIZER if has_synchronizer else STREAM])
        self._timeline.heading()
        if not has_synchronizer:
            self.exchange.listen(self._show_position)

    def teller(self, actor: str) -> Tell:
        """What the actor calls at each step."""

        def tell(step: str, text: str) -> None:
            self._steps[step] += 1
            self._timeline.add(Event(self.clock.now(), actor, text, self._moods.get(step, "plain")))

        return tell

    async def perform(self, bot: Bot | LegacyBot, synchronizer: Synchronizer | LegacySynchronizer) -> None:
        """The signal comes at once; the synchronizer when it came in the incident, if it did."""

        async def synchronize(after: float) -> None:
            await self.clock.sleep(after)
            await synchronizer.run_once()

        actors = [bot.open_position(self._incident.signal)]
        if self._incident.synchronizer_after is not None:
            actors.append(synchronize(self._incident.synchronizer_after))
        await self.clock.play(*actors)

    def aftermath(self, rows: list[Row]) -> Aftermath:
        symbol = self._incident.signal.symbol
        return Aftermath(
            rows=rows,
            orders=self.exchange.orders(symbol),
            entries=self._steps["entry"],
            position=self.exchange.exposure(symbol),
        )

    def _show_position(self, position: Holding) -> None:
        doubled = position.quantity > self._incident.signal.quantity
        text = f"position: {position}"
        self._timeline.add(Event(self.clock.now(), STREAM, text, "bad" if doubled else "plain"))


async def _start_ids_at(dsn: str, position_id: int) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute(
            "select setval(pg_get_serial_sequence('monitoring.positions', 'id'), v.n) from (values (%s)) as v (n)"
            " where v.n > 0",  # its last value, as after ordinary calls
            [position_id - 1],
        )
