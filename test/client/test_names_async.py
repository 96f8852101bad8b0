"""An exchange that is nearly spelt as a known one is a slot beside it: the log says so, once."""

import pytest
from tradelatch import AsyncClient
from tradelatch.core.names import near_name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("binanc", "binance"),
        ("byb1t", "bybit"),
        ("kucoim", "kucoin"),
        ("hyperliquit", "hyperliquid"),
        ("binance", None),
        ("mydex", None),
        ("x", None),
    ],
)
def test_a_name_that_is_nearly_one(name, meant):
    assert near_name(name) == meant


def said(caplog):
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


async def test_it_is_said_once(database, apt, caplog):
    async with AsyncClient(database) as client:
        for symbol in ("AUSDT", "BUSDT"):
            made = await client.create_position(**{**apt, "exchange": " Binanc ", "symbol": symbol})
            assert made.outcome == "created"
        await client.create_position(**{**apt, "exchange": "mydex"})
        await client.create_position(**apt)
    assert said(caplog) == ["exchange binanc was never in the book: did you mean binance?"]


async def test_what_the_book_has_is_no_slip(database, apt, caplog):
    async with AsyncClient(database) as client:
        await client.create_position(**{**apt, "exchange": "bybitx"})
    caplog.clear()
    async with AsyncClient(database) as client:
        await client.create_position(**{**apt, "exchange": "bybitx", "symbol": "BUSDT"})
    assert said(caplog) == []


async def test_an_answer_is_given_though_nobody_can_look(database, apt, caplog, monkeypatch):
    monkeypatch.setattr("tradelatch.core.calling_async.OTHERS", "select 1 / 0")
    async with AsyncClient(database) as client:
        made = await client.create_position(**{**apt, "exchange": "binanc"})
    assert (made.outcome, said(caplog)) == ("created", [])
