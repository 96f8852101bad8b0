"""A pooler in transaction mode, and a client that was not told of it."""

from concurrent.futures import ThreadPoolExecutor

from psycopg_pool import ConnectionPool
from tradelatch import Client

from ..pgbouncer import pgbouncer

ROUNDS = 20


def test_nothing_is_prepared_behind_a_pooler(server, direct_database):
    """Its sessions change with each transaction, and psycopg's names for statements are the same in each."""

    def ask(number: int) -> None:
        for turn in range(ROUNDS):
            name = f"S{number}{turn}"
            # Two functions with the same arguments: one name for both would mix them up without an error.
            if number % 2:
                assert client.normalize_symbol(f"{name}/USDT") == f"{name}USDT"
            else:
                assert client.normalize_exchange(f" {name} ") == name.lower()

    with (
        pgbouncer(server.dsn, ["postgres"]) as pooler,
        ConnectionPool(pooler.through(direct_database), min_size=4, open=True) as pool,
    ):
        client = Client(pool=pool)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(ask, range(4)))
        with pool.connection() as connection:
            assert connection.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)
