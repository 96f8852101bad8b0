"""A bot whose positions are watched."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from tradelatch import Client, Receipt

SHORT = {"exchange": "binance", "side": "short", "quantity": Decimal("61.8"), "entry_price": Decimal("3.2333")}


class Bot:
    """Brings positions to a status."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def create(self, symbol: str, **changes: object) -> Receipt:
        return self.client.create_position(symbol=symbol, **SHORT | changes)

    def fill(self, symbol: str, **changes: object) -> Receipt:
        position = self.create(symbol, **changes)
        return self.client.confirm_entry(position.position_id, position.fence, Decimal("61.8"))

    def activate(self, symbol: str) -> Receipt:
        position = self.fill(symbol)
        stop = position.next_order.client_order_id
        return self.client.activate_position(position.position_id, position.fence, Decimal("3.29"), stop)

    def orders_of(self, position: Receipt) -> list[str]:
        """The names of the orders that are left of it."""
        return [order.name for order in self.client.orders(position.position_id)]


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `watch --alerts` notes what it has told."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def bot(bot_dsn: str) -> Iterator[Bot]:
    with Client(bot_dsn, worker="scanner") as client:
        yield Bot(client)


@pytest.fixture
def connect(bot_dsn: str) -> Iterator[Callable[..., psycopg.Connection]]:
    """Connections of a bot, or of whoever is named."""
    made: list[psycopg.Connection] = []

    def connect(dsn: str | None = None, *, autocommit: bool = True) -> psycopg.Connection:
        made.append(psycopg.connect(dsn or bot_dsn, autocommit=autocommit))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()
