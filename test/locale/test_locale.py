"""The locale of a server changes under its database, as an upgrade of the system does it: slots and requests are found.

What sorted text before sorts it otherwise then, and an index that was built in the old order does not find what it has.
This asks for a server with ICU, whose locales are there on every machine.
"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tradelatch import Client, Receipt
from tradelatch.deployment import deploy_with_psql

ACCOUNTS = [
    "Main",
    "main",
    "MAIN",
    "main-2",
    "main_2",
    "main.2",
    "Sub-1",
    "sub-1",
    "sub1",
    "SUB1",
    "Sub_1",
    "a-b",
    "ab",
    "A.b",
    "aB",
]
# The column that has the locale is called datlocale from PostgreSQL 17 on.
LOCALE = "select attname from pg_attribute where attrelid = 'pg_database'::regclass and attname ~ '^dat(icu)?locale$'"


@pytest.fixture
def english(server) -> Iterator[str]:
    """The DSN of a database of its own whose text is sorted as in English."""
    name = f"{server.prefix}english"
    server.execute("create database {} locale_provider icu icu_locale 'en-US' template template0", name)
    deploy_with_psql(server.dsn_of(name))
    yield server.dsn_of(name)
    server.drop_database(name)


def change_the_locale(dsn: str) -> None:
    """Capitals come first, and what is neither letter nor digit counts for nothing."""
    with psycopg.connect(dsn) as connection:
        ((column,),) = connection.execute(LOCALE).fetchall()
        connection.execute(
            SQL("update pg_database set {} = 'en-US-u-ka-shifted-kf-upper' where datname = current_database()").format(
                Identifier(column)
            )
        )


def opened(client: Client) -> dict[str, Receipt]:
    """What a bot is told that opens a position in each account, for the one reason that this account has."""
    return {
        account: client.create_position(
            "binance", "APTUSDT", "short", 61, 3, account=account, request_id=f"signal of {account}"
        )
        for account in ACCOUNTS
    }


def test_the_same_slots_and_requests_are_found_in_another_locale(english: str) -> None:
    with Client(english) as client:
        made = opened(client)
    change_the_locale(english)
    existing = {account: ("existing", receipt.position_id) for account, receipt in made.items()}
    with Client(english) as client:
        again = opened(client)
        assert {account: (receipt.outcome, receipt.position_id) for account, receipt in again.items()} == existing
        for receipt in made.values():
            assert receipt.fence is not None
            client.cancel_position(receipt.position_id, receipt.fence, "not filled")
        again = opened(client)  # the slots are free, the requests were used
        assert {account: (receipt.outcome, receipt.position_id) for account, receipt in again.items()} == existing
