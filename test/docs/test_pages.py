"""The programs of README.md and docs/client.md, run as they stand there: a real database, a simulated exchange."""

import asyncio
import re
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier
from tradelatch import AsyncClient, OrderUpdate, PositionRow, TradelatchError, public, send_order
from tradelatch.core.errors import BY_CLASS, BY_SQLSTATE
from tradelatch.orders import WallClock
from tradelatch.testing import Delays, Exchange, Holding, Market, Order, OrderRefused, ScaledClock

ROOT = Path(__file__).parents[2]
SYMBOL = "APTUSDT"
AT_ONCE = Delays(fill=0, answer=0.1, stop=0, cancel=0, find=0, positions=0, stream=0)
PAGES = ["README.md", "docs/client.md", "docs/exchanges.md"]


def source(page: str) -> str:
    """The page's only Python block."""
    (block,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    return block


def program(page: str) -> types.ModuleType:
    """It, as a module."""
    module = types.ModuleType("bot")
    exec(compile(source(page), page, "exec"), module.__dict__)
    return module


TESTED = """
from tradelatch.testing import Exchange

async def test(client: AsyncClient, exchange: Exchange) -> None:
    await on_signal(client, exchange)
"""  # by whoever has the README's program

bot = program("docs/client.md")
SIGNAL = bot.Signal(5483266, "binance", SYMBOL, "short", Decimal("61.8"), Decimal("3.2333"))


class Venue(Exchange):
    """The simulated exchange, with what a test does to it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.refused: set[str] = set()
        self.before: dict[str, Callable[[], object]] = {}
        self.kinds: list[str] = []

    async def send(self, symbol: str, side: str, quantity: Decimal, **options: Any) -> Order:
        kind = "entry" if not options["reduce_only"] else "stop_loss" if options["kind"] == "stop" else "close"
        if action := self.before.pop(kind, None):
            result = action()
            if asyncio.iscoroutine(result):
                await result
        if kind in self.refused:
            raise OrderRefused(f"{kind} refused")
        self.kinds.append(kind)
        return await super().send(symbol, side, quantity, **options)

    @property
    def held(self) -> Holding:
        return self.exposure(SYMBOL)


def venue_of(clock: ScaledClock, delays: Delays = AT_ONCE) -> Venue:
    return Venue("binance", clock, {SYMBOL: Market(Decimal("3.2330"))}, delays=delays)


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> ScaledClock:
    """The clock of the exchange, and the machine's for whoever waits for it: a second takes a millisecond."""
    clock = ScaledClock(datetime(2025, 10, 22, 21, 50, tzinfo=UTC), scale=0.001)
    monkeypatch.setattr(WallClock, "now", lambda self: clock.now())
    monkeypatch.setattr(WallClock, "sleep", lambda self, seconds: clock.sleep(seconds))
    return clock


@pytest.fixture
async def venue(clock: ScaledClock) -> Venue:
    return venue_of(clock)


@pytest.fixture
async def client(bot_dsn: str) -> AsyncClient:
    async with AsyncClient(bot_dsn, worker="bot") as client:
        yield client


async def only(client: AsyncClient) -> PositionRow:
    (row,) = await client.positions()
    return row


@pytest.mark.parametrize("page", PAGES)
def test_the_programs_are_typed_strictly(page: str, tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(source(page) + (TESTED if page == "README.md" else ""))
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache/pages"), "--config-file="]
    done = subprocess.run([*mypy, str(tmp_path / "bot.py")], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout + done.stderr


def test_the_picture_of_a_positions_life_has_every_status_and_move(database: str) -> None:
    (section,) = re.findall(r"^## The life of a position\n(.*?)^## ", (ROOT / "README.md").read_text(), re.M | re.S)
    (picture,) = re.findall(r"^```text\n(.*?)^```$", section, re.M | re.S)
    with psycopg.connect(database) as connection:
        statuses = connection.execute("select status from monitoring.position_statuses").fetchall()
        moves = connection.execute(
            "select distinct move from monitoring.position_transitions where from_status is distinct from to_status"
        ).fetchall()
    assert {status for (status,) in statuses} <= set(re.findall(r"\w+", picture))
    assert {move for (move,) in moves} <= set(re.findall(r"\w+", section))


def test_the_table_of_exceptions_has_each_of_them_and_its_sqlstates() -> None:
    text = (ROOT / "docs/client.md").read_text()
    (section,) = re.findall(r"^## What can be raised\n(.*?)^## ", text, re.M | re.S)
    rows = re.findall(r"^\| (`[^|]*)\|([^|]*)\|", section, re.M)
    told = {name: codes for names, codes in rows for name in re.findall(r"`(\w+)`", names)}
    errors = {each for each in vars(public).values() if isinstance(each, type) and issubclass(each, TradelatchError)}
    assert told.keys() == {each.__name__ for each in errors}
    kinds = {f"{kind}…": raised for kind, raised in BY_CLASS.items() if kind != "22"}  # the others of 22023's class
    for sqlstate, raised in (BY_SQLSTATE | kinds).items():
        assert sqlstate in re.split("[ ,]+", told[raised.__name__])


async def test_the_readme_opens_a_position_and_yields_a_taken_slot(
    client: AsyncClient, clock: ScaledClock, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange = Exchange("binance", clock, {SYMBOL: Market(Decimal("3.2330"))})
    on_signal = program("README.md").on_signal
    await on_signal(client, exchange)
    row = await only(client)
    assert (row.status, row.average_price, row.open_quantity) == ("active", Decimal("3.2330"), Decimal("61.8"))
    assert str(exchange.exposure(SYMBOL)) == "short 61.8"
    await on_signal(client, exchange)
    assert capsys.readouterr().out == f"position {row.position_id} is active: nothing to send\n"
    stop_loss = exchange.orders(SYMBOL)[-1]
    assert [order.kind for order in exchange.orders(SYMBOL)] == ["market", "stop"]
    assert (row.stop_loss_price, row.stop_loss_order_id) == (stop_loss.trigger, stop_loss.order_id)


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
    assert venue.kinds == []


async def test_a_refused_entry_is_rolled_back(client: AsyncClient, venue: Venue) -> None:
    venue.refused.add("entry")
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled_back"
    assert (await only(client)).status == "rolled_back"
    assert str(venue.held) == "flat"


async def test_a_refused_stop_loss_closes_what_was_filled(client: AsyncClient, venue: Venue) -> None:
    venue.refused.add("stop_loss")
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled_back"
    assert venue.kinds == ["entry", "close"]
    close = venue.orders(SYMBOL)[-1]
    assert (close.side, close.quantity, close.reduce_only) == ("buy", Decimal("61.8"), True)
    assert str(venue.held) == "flat"


async def test_a_close_that_leaves_something_is_sent_again_for_the_rest(client: AsyncClient, venue: Venue) -> None:
    venue.refused.add("stop_loss")
    shallow, deep = Market(Decimal("3.2"), depth=Decimal(50)), Market(Decimal("3.2"))
    venue.before["close"] = lambda: venue.set_market(SYMBOL, shallow)
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled_back"
    assert [order.quantity for order in venue.orders(SYMBOL)] == [Decimal("61.8"), Decimal("61.8"), Decimal("11.8")]
    assert len({order.client_order_id for order in venue.orders(SYMBOL)}) == 3
    assert str(venue.held) == "flat"
    venue.set_market(SYMBOL, deep)


async def test_an_unfilled_entry_is_given_up(client: AsyncClient, clock: ScaledClock) -> None:
    venue = venue_of(clock, replace(AT_ONCE, fill=3600))
    assert await bot.Bot(client, venue).open_position(SIGNAL) == "rolled_back"
    (entry,) = venue.orders(SYMBOL)
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
    assert await bot.Bot(client, venue).recover() == ["active"]
    assert (await only(client)).status == "active"
    assert venue.kinds == ["entry", "stop_loss"]  # the one that the first worker sent was found


async def test_no_database_at_all(venue: Venue, tmp_path: Path) -> None:
    async with AsyncClient(f"host={tmp_path} dbname=nothing", timeout=0.3) as client:
        assert await bot.Bot(client, venue).open_position(SIGNAL) == "no database"
    assert venue.kinds == []


async def test_an_exit(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    assert await program_bot.close_position(row.position_id, "take profit") == "closed"
    assert (await only(client)).status == "closed"
    assert str(venue.held) == "flat"
    assert [order.status for order in venue.orders(SYMBOL) if order.kind == "stop"] == ["canceled"]
    assert await program_bot.close_position(row.position_id, "again") == "not to be closed: closed"


async def test_an_exit_that_somebody_else_began(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    await client.begin_close(position_id=row.position_id, reason="first")
    assert await program_bot.close_position(row.position_id, "second") == "somebody else drives it"


async def test_a_stop_loss_moves_goes_and_triggers(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    venue.set_market(SYMBOL, Market(Decimal("3.0")))  # the stop-loss follows the price into the profit
    assert await program_bot.move_stop_loss(row.position_id, Decimal("3.1"))
    await program_bot.stop_loss_amended(row.position_id, Decimal("3.2"))
    row = await only(client)
    assert (row.status, row.stop_loss_price, len(row.orders_left)) == ("active", Decimal("3.2"), 1)
    assert [order.status for order in venue.orders(SYMBOL) if order.kind == "stop"] == ["canceled", "open"]

    venue.expire(venue.orders(SYMBOL)[-1].order_id)
    assert await program_bot.on_order(venue.orders(SYMBOL)[-1]) == "stop_loss"
    assert await program_bot.recover() == ["active"]
    stop_loss = venue.orders(SYMBOL)[-1]
    assert (stop_loss.trigger, stop_loss.status) == (Decimal("3.2"), "open")

    triggered = asyncio.Event()
    venue.listen(lambda held: triggered.set())
    venue.set_market(SYMBOL, Market(Decimal("3.2")))
    await triggered.wait()
    assert await program_bot.on_order(venue.orders(SYMBOL)[-1]) == "stop_loss"
    row = await only(client)
    assert (row.status, row.exit_price, row.orders_left) == ("closed", Decimal("3.2"), [])


async def test_a_part_is_taken(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    await program_bot.take_part(row.position_id, Decimal("21.8"))
    order = venue.orders(SYMBOL)[-1]
    assert (order.kind, order.status, order.filled) == ("market", "closed", Decimal("21.8"))
    assert await program_bot.on_order(order) == "active"
    row = await only(client)
    assert (row.status, row.open_quantity, len(row.orders_left)) == ("active", 40, 1)
    assert venue.held.size == -40
    standing = [(order.kind, order.quantity) for order in venue.orders(SYMBOL) if order.status == "open"]
    assert standing == [("stop", 40)]


async def test_a_stream_says_what_is_not_ours_and_what_is_to_be_carried_out(
    client: AsyncClient, venue: Venue, clock: ScaledClock
) -> None:
    program_bot = bot.Bot(client, venue)
    assert await program_bot.on_order(OrderUpdate(order_id="9", client_order_id="web-1", status="open")) == "not ours"
    await program_bot.open_position(SIGNAL)
    row = await only(client)
    await client.confirm_orders(row.position_id, orders_placed=["profit"])
    order = await venue.send(
        SYMBOL, "buy", Decimal("61.8"), kind="limit", price=Decimal(3), reduce_only=True, client_order_id="profit"
    )
    await program_bot.on_order(order)
    triggered = asyncio.Event()
    venue.listen(lambda held: triggered.set())
    venue.set_market(SYMBOL, Market(Decimal("2.9")))
    await triggered.wait()
    assert await program_bot.on_order(venue.orders(SYMBOL)[-1]) == "closed"
    assert [order.status for order in venue.orders(SYMBOL) if order.kind == "stop"] == ["canceled"]
    assert (await only(client)).status == "closed"


async def test_an_exit_that_is_refused_is_left_with_the_reason(client: AsyncClient, venue: Venue) -> None:
    program_bot = bot.Bot(client, venue)
    await program_bot.open_position(SIGNAL)
    venue.refused.add("close")
    row = await only(client)
    left = "left to recovery: 61.8 is held, and its close was refused: close refused"
    assert await program_bot.close_position(row.position_id, "take profit") == left
    assert (await only(client)).status == "pending_close"


@pytest.mark.parametrize("died", ["before the entry", "after the entry", "while rolling back"])
async def test_recovery_finishes_what_a_dead_worker_left(
    client: AsyncClient, venue: Venue, age_leases: Callable[..., None], died: str
) -> None:
    receipt = await client.create_position(
        exchange="binance", symbol=SYMBOL, side="short", quantity=5, entry_price=3, stop_loss_percent=2
    )
    if died != "before the entry":
        await send_order(venue, receipt)
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
    assert ((await only(client)).status, str(venue.held)) == expected[died]
