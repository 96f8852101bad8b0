"""The programs of README.md and docs/client.md, run as they stand there: a real database, a simulated exchange."""

import asyncio
import re
import types
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier
from tradelatch import AsyncClient, ExchangeOrder, PositionRow
from tradelatch.testing import Delays, Exchange, Holding, Market, Order, OrderRefused, ScaledClock

ROOT = Path(__file__).parents[2]
SYMBOL = "APTUSDT"
AT_ONCE = Delays(fill=0, answer=0.1, stop=0, cancel=0, find=0, positions=0, stream=0)


def program(page: str) -> types.ModuleType:
    """The page's only Python block, as a module."""
    (source,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    module = types.ModuleType("bot")
    exec(compile(source, page, "exec"), module.__dict__)
    return module


bot = program("docs/client.md")
SIGNAL = bot.Signal(5483266, "binance", SYMBOL, "short", Decimal("61.8"), Decimal("3.2333"))


@dataclass
class Venue:
    """What the page asks of an exchange, by the simulated one."""

    exchange: Exchange
    refused: set[str] = field(default_factory=set)
    sent: list[ExchangeOrder] = field(default_factory=list)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)

    async def send(self, symbol: str, order: ExchangeOrder) -> Order:
        if action := self.before.pop(order.kind, None):
            result = action()
            if asyncio.iscoroutine(result):
                await result
        if order.kind in self.refused:
            raise bot.Refused(f"{order.kind} refused")
        self.sent.append(order)
        try:
            return await self.exchange.send(
                symbol,
                order.side,
                order.quantity,
                kind="stop" if order.kind == "stop_loss" else "market",
                trigger=order.price,
                reduce_only=order.reduce_only,
                client_order_id=order.client_order_id,
            )
        except OrderRefused as refusal:
            raise bot.Refused(str(refusal)) from refusal

    async def cancel(self, symbol: str, name: str) -> None:
        await self.exchange.cancel(symbol, name)

    async def find(self, symbol: str, client_order_id: str) -> Order | None:
        return await self.exchange.find(symbol, client_order_id)

    async def open_quantity(self, symbol: str) -> Decimal:
        return self.exposure.quantity

    @property
    def exposure(self) -> Holding:
        return self.exchange.exposure(SYMBOL)

    @property
    def kinds(self) -> list[str]:
        return [order.kind for order in self.sent]


@pytest.fixture
async def venue() -> Venue:
    clock = ScaledClock(datetime(2025, 10, 22, 21, 50, tzinfo=UTC), scale=0.001)
    return Venue(Exchange("binance", clock, {SYMBOL: Market(Decimal("3.2330"))}, delays=AT_ONCE))


@pytest.fixture
async def client(bot_dsn: str) -> AsyncClient:
    async with AsyncClient(bot_dsn, worker="bot") as client:
        yield client


async def only(client: AsyncClient) -> PositionRow:
    (row,) = await client.positions()
    return row


async def test_the_readme_opens_a_position_and_yields_a_taken_slot(client: AsyncClient, venue: Venue, capsys) -> None:
    on_signal = program("README.md").on_signal
    await on_signal(client, venue)
    row = await only(client)
    assert (row.status, row.average_price, row.open_quantity) == ("active", Decimal("3.2330"), Decimal("61.8"))
    assert str(venue.exposure) == "short 61.8"
    await on_signal(client, venue)
    assert capsys.readouterr().out == f"position {row.position_id} is active: nothing to send\n"
    assert venue.kinds == ["entry", "stop_loss"]


async def test_a_signal_becomes_a_protected_position(client: AsyncClient, venue: Venue) -> None:
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "active"
    row = await only(client)
    assert (row.status, row.stop_loss_price) == ("active", Decimal("3.29766"))
    assert venue.kinds == ["entry", "stop_loss"]


async def test_a_second_signal_finds_the_slot_taken(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    other = replace(SIGNAL, number=5483267)
    assert await program_bot.open_position(other) == f"taken by position {row.position_id}, active"
    assert await program_bot.open_position(SIGNAL) == f"taken by position {row.position_id}, active"
    assert (
        await program_bot.open_position(replace(SIGNAL, quantity=Decimal(7))) == "the signal had other numbers before"
    )
    assert venue.kinds == ["entry", "stop_loss"]


async def test_hedge_and_one_way_mode_do_not_mix(client: AsyncClient, venue: Venue) -> None:
    await client.create_position(
        exchange="binance", symbol=SYMBOL, side="long", quantity=1, entry_price=3, position_side="long"
    )
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "one-way and hedge mode are mixed"
    assert venue.sent == []


async def test_a_refused_entry_is_rolled_back(client: AsyncClient, venue: Venue) -> None:
    venue.refused.add("entry")
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled back"
    assert (await only(client)).status == "rolled_back"
    assert str(venue.exposure) == "flat"


async def test_a_refused_stop_loss_closes_what_was_filled(client: AsyncClient, venue: Venue) -> None:
    venue.refused.add("stop_loss")
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled back"
    assert venue.kinds == ["entry", "close"]
    assert (venue.sent[1].side, venue.sent[1].quantity, venue.sent[1].reduce_only) == ("buy", Decimal("61.8"), True)
    assert str(venue.exposure) == "flat"


async def test_a_close_that_leaves_something_is_sent_again_for_the_rest(client: AsyncClient, venue: Venue) -> None:
    venue.refused.add("stop_loss")
    shallow, deep = Market(Decimal("3.2"), depth=Decimal(50)), Market(Decimal("3.2"))
    venue.before["close"] = lambda: venue.exchange.set_market(SYMBOL, shallow)
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled back"
    assert [order.quantity for order in venue.sent[1:]] == [Decimal("61.8"), Decimal("11.8")]
    assert len({order.client_order_id for order in venue.sent}) == 3
    assert str(venue.exposure) == "flat"
    venue.exchange.set_market(SYMBOL, deep)


async def test_an_unfilled_entry_is_given_up(client: AsyncClient, venue: Venue) -> None:
    slow = Delays(fill=3600, answer=0, stop=0, cancel=0, find=0, positions=0, stream=0)
    clock = ScaledClock(datetime(2025, 10, 22, tzinfo=UTC))
    venue.exchange = Exchange("binance", clock, {SYMBOL: Market(Decimal("3.2"))}, delays=slow)
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled back"
    (entry,) = venue.exchange.orders(SYMBOL)
    assert entry.status == "canceled"


async def test_a_worker_that_was_overtaken_sends_nothing_more(
    client: AsyncClient, venue: Venue, age_leases: Callable[..., None]
) -> None:
    async def overtake() -> None:
        age_leases("2 minutes")
        (claimed,) = await client.claim_stale()
        assert claimed.status == "pending_sl"

    venue.before["stop_loss"] = overtake
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "driven by somebody else"
    assert (await only(client)).status == "pending_sl"


async def test_a_lost_database_leaves_it_to_recovery(
    client: AsyncClient, venue: Venue, database: str, bot_dsn: str, age_leases: Callable[..., None]
) -> None:
    def accept_connections(yes: bool) -> None:
        with psycopg.connect(make_conninfo(database, dbname="postgres"), autocommit=True) as connection:
            name = conninfo_to_dict(database)["dbname"]
            connection.execute(SQL("alter database {} allow_connections {}").format(Identifier(name), yes))
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])

    venue.before["stop_loss"] = lambda: accept_connections(False)
    async with AsyncClient(bot_dsn, timeout=1) as hasty:
        assert await bot.Bot(hasty, venue).open_position(SIGNAL) == "left to recovery: Unavailable"
    accept_connections(True)
    age_leases("2 minutes")
    assert await bot.Bot(client, venue).recover() == ["pending_sl"]
    assert (await only(client)).status == "active"
    assert venue.kinds == ["entry", "stop_loss"]  # the one that the first worker sent was found


async def test_no_database_at_all(venue: Venue, tmp_path: Path) -> None:
    async with AsyncClient(f"host={tmp_path} dbname=nothing", timeout=0.3) as client:
        assert await bot.Bot(client, venue).open_position(SIGNAL) == "no database"
    assert venue.sent == []


async def test_an_exit(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    assert await program_bot.close_position(row.position_id, "take profit") == "closed"
    assert (await only(client)).status == "closed"
    assert str(venue.exposure) == "flat"
    assert [order.status for order in venue.exchange.orders(SYMBOL) if order.kind == "stop"] == ["canceled"]
    assert await program_bot.close_position(row.position_id, "again") == "not to be closed: closed"


async def test_an_exit_that_somebody_else_began(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    await client.begin_close(position_id=row.position_id, reason="first")
    assert await program_bot.close_position(row.position_id, "second") == "somebody else is closing it"


async def test_a_stop_loss_moves_goes_and_triggers(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    venue.exchange.set_market(SYMBOL, Market(Decimal("3.0")))  # the stop-loss follows the price into the profit
    await program_bot.stop_loss_moved(row.position_id, Decimal("3.1"), "77")
    assert (await only(client)).stop_loss_price == Decimal("3.1")
    await program_bot.stop_loss_gone(row.position_id)
    row = await only(client)
    assert (row.status, venue.sent[-1].kind, venue.sent[-1].price) == ("active", "stop_loss", Decimal("3.1"))
    await program_bot.closed(row.position_id, "stop-loss", Decimal("3.1"))
    row = await only(client)
    assert (row.status, row.exit_price) == ("closed", Decimal("3.1"))


@pytest.mark.parametrize("died", ["before the entry", "after the entry", "while rolling back"])
async def test_recovery_finishes_what_a_dead_worker_left(
    client: AsyncClient, venue: Venue, age_leases: Callable[..., None], died: str
) -> None:
    receipt = await client.create_position(
        exchange="binance", symbol=SYMBOL, side="short", quantity=5, entry_price=3, stop_loss_percent=2
    )
    if died != "before the entry":
        await venue.send(SYMBOL, receipt.next_order)
    if died == "while rolling back":
        await client.rollback_position(position_id=receipt.position_id, fence=receipt.fence, reason="gave up")
    program_bot = bot.Bot(client, venue)
    assert await program_bot.recover() == []  # its lease lives
    age_leases("2 minutes")
    await program_bot.recover()
    expected = {
        "before the entry": ("failed", "flat"),
        "after the entry": ("active", "short 5"),
        "while rolling back": ("rolled_back", "flat"),
    }
    assert ((await only(client)).status, str(venue.exposure)) == expected[died]
