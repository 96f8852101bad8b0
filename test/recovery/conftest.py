from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from tradelatch import AsyncClient
from tradelatch.testing import Exchange, Faults, Market, SimulatedClock

from .stage import PRICE, START, SYMBOL, Stage


@pytest.fixture
async def stage(bot_dsn: str, age_leases: Callable[..., None]) -> AsyncIterator[Stage]:
    clock = SimulatedClock(START)
    exchange = Exchange("binance", clock, {SYMBOL: Market(PRICE)}, faults=Faults())
    async with AsyncClient(bot_dsn) as client:
        yield Stage(clock, exchange, client, age_leases)


@pytest.fixture
async def operator(operator_dsn: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(operator_dsn) as client:
        yield client


@pytest.fixture
def age_hands(database: str) -> Callable[[str], None]:
    """`age_hands("2 minutes")`: what earlier drivers may still send, they may send for so much less long."""

    def age(interval: str) -> None:
        with psycopg.connect(database) as connection:
            connection.execute("set local session_replication_role = replica")
            connection.execute(
                """
                update monitoring.positions as p
                set orders_in_hand = (
                    select jsonb_object_agg(
                        h.name, h.hand || jsonb_build_object('until', (h.hand ->> 'until')::timestamptz - %s::interval)
                    )
                    from jsonb_each(p.orders_in_hand) as h (name, hand)
                )
                where p.orders_in_hand is not null
                """,
                [interval],
            )

    return age
