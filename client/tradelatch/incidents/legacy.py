"""The flow that tradelatch replaces: how a live bot opened its positions, on asyncpg, faults included.

Rebuilt from the description of the incidents of October 2025, to show what went wrong and to measure against.
Nothing is scripted to fail: check, lock, index and statements are those of the bot, and what becomes of them
depends on when the actors come to each step. Never trade with it.

The fault: a row is born `active`, inside the index that keeps positions apart. `mark_entry_placed` takes it out
of that index while its order settles. For 4 to 7 seconds nobody sees the position, and somebody opens it again;
then `activate` finds the index taken.
"""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, Literal

import asyncpg
from psycopg.conninfo import conninfo_to_dict

from ..testing import Clock, Holding, Order, OrderRefused
from ..testing.venue import Venue

OPEN_STATUSES = ("pending_entry", "entry_placed", "pending_sl", "active")
SETTLEMENT_SECONDS = 3
STOP_LOSS_PERCENT = Decimal(2)
STOP_LOSS_TRIES = 3
ROLLBACK_LOOKUPS = 20
ROLLBACK_LOOKUP_SECONDS = 1
_UPDATED = "updated_at = now() at time zone 'utc'"

Tell = Callable[[str, str], None]
"""Called at each step with its name (`row`, `entry`, `error`, ...) and a line for people."""


@dataclass(frozen=True)
class Signal:
    """A reason to open a position, as the bot's strategy sent it."""

    signal_id: int
    symbol: str
    exchange: str
    side: Literal["long", "short"]
    quantity: Decimal
    entry_price: Decimal

    @property
    def order_side(self) -> str:
        return "buy" if self.side == "long" else "sell"


class PositionMissing(Exception):
    """The entry order was taken, and the position list does not show its position."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"Position not found after order. Order status: {order.status}, filled: {order.filled}")


def stop_loss_price(side: str, price: Decimal) -> Decimal:
    """Two percent on the losing side of a price: 3.29 for the APTUSDT short at 3.2333."""
    distance = price * STOP_LOSS_PERCENT / 100
    return three_digits(price - distance if side == "long" else price + distance)


def three_digits(price: Decimal) -> Decimal:
    """A price cut to what the exchange takes."""
    return Context(prec=3, rounding=ROUND_DOWN).plus(price)


def lock_key(symbol: str, exchange: str) -> int:
    """The key of the advisory lock: the first 8 bytes of an md5, as a signed number."""
    digest = hashlib.md5(f"{symbol}:{exchange}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@asynccontextmanager
async def connect(dsn: str, *, connections: int = 4, **settings: Any) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """A pool for the bot, by any DSN that libpq understands, which is more than asyncpg does.

    `settings` are others of asyncpg's.
    """
    given: dict[str, Any] = conninfo_to_dict(dsn)
    hosts = given["host"].split(",") if "host" in given else None
    ports = [int(port) for port in str(given["port"]).split(",")] if "port" in given else [None]
    pool = await asyncpg.create_pool(
        host=hosts,
        port=ports if len(ports) > 1 else ports[0],
        user=given.get("user"),
        password=given.get("password"),
        database=given.get("dbname"),
        ssl=given.get("sslmode"),
        min_size=connections,
        max_size=connections,
        **settings,
    )
    async with pool:
        yield pool


class LegacyBook:
    """The table of positions, and the bot's statements on it.

    From opening to close a position takes 9 round trips and 4 commits: 5 and 1 to create it, 1 and 1 for each of
    two updates, 2 and 1 to close it.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", schema: str = "legacy") -> None:
        self._pool = pool
        self._schema = '"' + schema.replace('"', '""') + '"'
        self._table = f"{self._schema}.positions"

    async def create_tables(self) -> None:
        """The table as it stood, and the index that was to keep positions apart."""
        await self._pool.execute(
            f"""
            create schema {self._schema};

            create table {self._table} (
                id serial primary key,
                signal_id int,
                symbol varchar(20) not null,
                exchange varchar(50) not null,
                side varchar(10) not null,
                quantity numeric(20, 8) not null,
                entry_price numeric(20, 8) not null,
                current_price numeric(20, 8),
                stop_loss_price numeric(20, 8),
                take_profit_price numeric(20, 8),
                unrealized_pnl numeric(20, 8),
                realized_pnl numeric(20, 8),
                fees numeric(20, 8) default 0,
                status varchar(20) not null default 'active',
                exit_reason text,
                opened_at timestamp default (now() at time zone 'utc'),
                closed_at timestamp,
                updated_at timestamp default (now() at time zone 'utc'),
                created_at timestamp default (now() at time zone 'utc'),
                leverage numeric(10, 2) default 1.0,
                stop_loss numeric(20, 8),
                take_profit numeric(20, 8),
                pnl numeric(20, 8),
                pnl_percentage numeric(10, 4),
                trailing_activated boolean default false,
                error_details jsonb,
                retry_count int default 0,
                last_error_at timestamp,
                has_trailing_stop boolean default false,
                has_stop_loss boolean default false,
                exchange_order_id varchar(100)
            );

            create unique index idx_unique_active_position on {self._table} (symbol, exchange)
                where status = 'active';
            """
        )

    async def start_ids_at(self, position_id: int) -> None:
        """Give the next row this id."""
        sequence = await self._pool.fetchval("select pg_get_serial_sequence($1, 'id')", self._table)
        await self._pool.execute("select setval($1::text::regclass, $2, false)", sequence, position_id)

    async def find_active(self, symbol: str, exchange: str) -> int | None:
        """The synchronizer's look-up: a row that is on its way to `active` does not exist for it."""
        found: int | None = await self._pool.fetchval(
            f"select id from {self._table} where symbol = $1 and exchange = $2 and status = 'active'",
            symbol,
            exchange,
        )
        return found

    async def create_position(
        self,
        symbol: str,
        exchange: str,
        side: str,
        quantity: Decimal,
        entry_price: Decimal,
        signal_id: int | None = None,
    ) -> int:
        """TX 1: lock, look for an active row, else insert one. The lock ends here, the opening does not.

        The id of a row that was found is returned as if it were the caller's own.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", lock_key(symbol, exchange))
            position_id: int | None = await connection.fetchval(
                f"select id from {self._table} where symbol = $1 and exchange = $2 and status = 'active'",
                symbol,
                exchange,
            )
            if position_id is None:
                position_id = await connection.fetchval(
                    f"""
                    insert into {self._table}
                        (signal_id, symbol, exchange, side, quantity, entry_price, status)
                    values ($1, $2, $3, $4, $5, $6, 'active')
                    returning id
                    """,
                    signal_id,
                    symbol,
                    exchange,
                    side,
                    quantity,
                    entry_price,
                )
        assert position_id is not None
        return position_id

    async def mark_entry_placed(self, position_id: int, exchange_order_id: str, current_price: Decimal) -> None:
        """TX 2, without a lock: the row leaves the index."""
        await self._pool.execute(
            f"""
            update {self._table}
            set status = 'entry_placed', exchange_order_id = $2, current_price = $3, {_UPDATED}
            where id = $1
            """,
            position_id,
            exchange_order_id,
            current_price,
        )

    async def activate(self, position_id: int, stop_loss_price: Decimal) -> None:
        """TX 3, without a lock: the row enters the index again, or asyncpg.UniqueViolationError."""
        await self._pool.execute(
            f"""
            update {self._table}
            set status = 'active', stop_loss_price = $2, has_stop_loss = true, {_UPDATED}
            where id = $1
            """,
            position_id,
            stop_loss_price,
        )

    async def set_stop_loss(self, position_id: int, stop_loss_price: Decimal) -> None:
        """The synchronizer's row is active already; its stop-loss is a plain update."""
        await self._pool.execute(
            f"update {self._table} set stop_loss_price = $2, has_stop_loss = true where id = $1",
            position_id,
            stop_loss_price,
        )

    async def roll_back(self, position_id: int, reason: str) -> None:
        """The end of every error, whether or not anything was found and closed."""
        await self._pool.execute(
            f"""
            update {self._table}
            set status = 'rolled_back', exit_reason = $2, closed_at = now() at time zone 'utc', {_UPDATED}
            where id = $1
            """,
            position_id,
            reason,
        )

    async def close_position(self, symbol: str, exchange: str, reason: str, realized_pnl: Decimal) -> None:
        """An ordinary exit: the active row is looked up, then closed."""
        position_id = await self.find_active(symbol, exchange)
        await self._pool.execute(
            f"""
            update {self._table}
            set status = 'closed', exit_reason = $2, realized_pnl = $3, closed_at = now() at time zone 'utc',
                {_UPDATED}
            where id = $1
            """,
            position_id,
            reason,
            realized_pnl,
        )

    async def rows(self, symbol: str) -> list[dict[str, Any]]:
        """Every row of a symbol, by id: for verdicts."""
        rows = await self._pool.fetch(f"select * from {self._table} where symbol = $1 order by id", symbol)
        return [dict(row) for row in rows]


class LegacyBot:
    """The signal handler: it opens a position for a signal, and rolls back on any error."""

    def __init__(self, book: LegacyBook, exchange: Venue, clock: Clock, tell: Tell) -> None:
        self._book = book
        self._exchange = exchange
        self._clock = clock
        self._tell = tell

    async def open_position(self, signal: Signal) -> int | None:
        """The id of the active row; None when the opening was rolled back."""
        order = None
        position_id = await self._book.create_position(
            signal.symbol,
            signal.exchange,
            signal.side,
            signal.quantity,
            signal.entry_price,
            signal.signal_id,
        )
        self._tell("row", f"row {position_id}, active: {signal.side} {signal.quantity} at {signal.entry_price}")
        try:
            self._tell("entry", f"sends entry {signal.order_side.upper()} {signal.quantity}")
            order = await self._exchange.send(signal.symbol, signal.order_side, signal.quantity)
            self._tell("answer", f"order {order.order_id}: filled {order.filled}")
            current_price = order.average_price or signal.entry_price
            await self._book.mark_entry_placed(position_id, order.order_id, current_price)
            self._tell("entry_placed", f"row {position_id} to entry_placed: it leaves the index")
            await self._clock.sleep(SETTLEMENT_SECONDS)
            position = await look_up(self._exchange, signal.symbol)
            if position is None:
                raise PositionMissing(order)
            self._tell("found", f"the exchange lists {position}")
            price = await _send_stop_loss(self._exchange, position, self._tell)
            await self._book.activate(position_id, price)
        except Exception as error:
            self._tell("error", f"{type(error).__name__}: {error}")
            await self._roll_back(position_id, signal.symbol, order, error)
            return None
        self._tell("active", f"row {position_id} to active")
        return position_id

    async def _roll_back(self, position_id: int, symbol: str, order: Order | None, error: Exception) -> None:
        """Look for the position, close it at market, and call it rolled back whatever came of that.

        Two mistakes of the bot. The closing side comes from the exchange's answer to the order, and where that does
        not name a side, as on Bybit, it is BUY. And the order is not reduce-only: a BUY doubles a long position.
        """
        if order is not None:
            position = await look_up(self._exchange, symbol)
            for _ in range(ROLLBACK_LOOKUPS - 1):
                if position is not None:
                    break
                await self._clock.sleep(ROLLBACK_LOOKUP_SECONDS)
                position = await look_up(self._exchange, symbol)
            if position is not None:
                side = "sell" if order.side == "buy" else "buy"
                self._tell("close", f"rollback finds {position}, sends {side.upper()} {position.quantity}")
                await self._exchange.send(symbol, side, position.quantity)
        await self._book.roll_back(position_id, str(error))
        self._tell("rolled_back", f"row {position_id} to rolled_back")


class LegacySynchronizer:
    """Every 30 to 60 seconds it writes a row for whatever the exchange holds and the book does not show."""

    def __init__(self, book: LegacyBook, exchange: Venue, clock: Clock, tell: Tell) -> None:
        self._book = book
        self._exchange = exchange
        self._clock = clock
        self._tell = tell

    async def run(self, every: float = 30) -> None:
        """Until it is cancelled."""
        while True:
            await self.run_once()
            await self._clock.sleep(every)

    async def run_once(self) -> list[int]:
        """The ids of the rows that it created."""
        created = []
        self._tell("sync", "asks the exchange for positions")
        for position in await self._exchange.positions():
            self._tell("found", f"the exchange lists {position}")
            position_id = await self._book.find_active(position.symbol, self._exchange.name)
            if position_id is not None:
                self._tell("known", f"row {position_id} is active: fine")
                continue
            assert position.average_price is not None
            position_id = await self._book.create_position(
                position.symbol,
                self._exchange.name,
                position.side,
                position.quantity,
                position.average_price,
            )
            created.append(position_id)
            self._tell(
                "second_row",
                f"sees no active row, writes row {position_id}, active: {position.side} "
                f"{position.quantity} at {position.average_price}",
            )
            price = await _send_stop_loss(self._exchange, position, self._tell)
            await self._book.set_stop_loss(position_id, price)
        return created


async def look_up(exchange: Venue, symbol: str) -> Holding | None:
    """What the exchange's position list shows of a symbol."""
    return next((held for held in await exchange.positions() if held.symbol == symbol), None)


async def _send_stop_loss(exchange: Venue, position: Holding, tell: Tell) -> Decimal:
    """Up to three tries; the trigger's price."""
    assert position.average_price is not None
    price = stop_loss_price(position.side, position.average_price)
    side = "sell" if position.size > 0 else "buy"
    for tries_left in reversed(range(STOP_LOSS_TRIES)):
        tell("stop_loss", f"sends stop-loss {side.upper()} {position.quantity} at {price}")
        try:
            await exchange.send(position.symbol, side, position.quantity, kind="stop", trigger=price, reduce_only=True)
            break
        except OrderRefused:
            if not tries_left:
                raise
    return price
