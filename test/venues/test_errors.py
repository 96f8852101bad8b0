"""What a venue refuses is OrderRefused; whatever leaves the outcome open is Unreachable; no message has a key.

On every exchange of the table, by codes that it publishes.
"""

import asyncio
import itertools
import re
import traceback
from typing import Any

import pytest
from tradelatch.exchange import OrderRefused, Unreachable
from tradelatch.venues import VENUES, AccessRefused, open_exchanges
from tradelatch.venues import session as sessions
from tradelatch.venues import venue as venues

from .conftest import environment_of
from .standin import Fate, StandIn
from .test_orders import ACCOUNT, cancel, find, send, stop, symbol_of

GARBAGE = "<html>502 Bad Gateway</html>"


Code = int | str
REFUSED: dict[str, tuple[Code, ...]] = {
    "binance": (-1111, -2019, -2022, -4131, -4164),
    "bitget": (40762, 22002, 40917, 45035),
    "bybit": (110003, 110004, 110007, 110017, 110094),
    "gate": ("INSUFFICIENT_AVAILABLE", "REDUCE_EXCEEDED", "SIZE_TOO_LARGE", "NO_SUCH_LABEL"),
    "hyperliquid": ("Order must have minimum value of $10.", "Insufficient margin to place order. asset=0"),
    "okx": (51008, 51169, 51280, 50122),
}
UNSURE: dict[str, tuple[Code, ...]] = {
    "binance": (-1000, -1001, -1003, -1006, -1007, -1008, -1015),
    "bitget": (429, 40010, 40015, 40725, 45001),
    "bybit": (10000, 10006, 10014, 10016, 10018),
    "gate": ("INTERNAL", "SERVER_ERROR", "TOO_BUSY", "TOO_MANY_REQUESTS"),
    "hyperliquid": ("Too many cumulative requests sent (37986 > 10436).", "Invalid nonce: duplicate nonce"),
    "okx": (50001, 50004, 50011, 50013, 50026),
}
ACCESS: dict[str, tuple[Code, ...]] = {
    "binance": (-2014, -2015, -1022, -1002),
    "bitget": (40037, 40014),
    "bybit": (10003, 10004, 10005, 10010, 33004),
    "gate": ("INVALID_KEY", "FORBIDDEN", "USER_NOT_FOUND"),
    "hyperliquid": ("User or API Wallet 0x5b38da6a701c568545dcfcb03fcb875f56beddc4 does not exist.",),
    "okx": (50111, 50105),
}
CLOCK: dict[str, Code] = {"binance": -1021, "bitget": 40008, "bybit": 10002, "gate": "REQUEST_EXPIRED", "okx": 50102}


@pytest.fixture
def standin(any_standin: StandIn) -> StandIn:
    return any_standin


@pytest.fixture
def exchange(on_any: Any) -> Any:
    return on_any


def refusals(standin: StandIn, *codes: Code) -> list[Fate]:
    return [Fate(standin.error_status, standin.error(code, "no, with detail")) for code in codes]


def said(standin: StandIn, code: Code) -> str:
    """As a regular expression; Hyperliquid's errors are texts, before which stands what they are taken for."""
    return f"{standin.name}: {'[a-z]+ ' if standin.name == 'hyperliquid' else ''}{re.escape(str(code))} no, with detail"


async def test_a_refused_order_is_refused(exchange: Any, standin: StandIn) -> None:
    for code in (*REFUSED[standin.name], standin.margin[0], standin.reduce_only[0], standin.precision[0]):
        standin.next(*standin.entry, *refusals(standin, code))
        with pytest.raises(OrderRefused, match=said(standin, code)):
            await send(exchange, "en1")
    assert standin.orders == []


async def test_a_code_that_nobody_knows_is_a_refusal(exchange: Any, standin: StandIn) -> None:
    standin.next(*standin.entry, *refusals(standin, 999888))
    with pytest.raises(OrderRefused, match=said(standin, 999888)):
        await send(exchange, "en1")


async def test_a_code_that_leaves_it_open_is_unreachable(exchange: Any, standin: StandIn) -> None:
    for code in UNSURE[standin.name]:
        standin.next(*standin.entry, *refusals(standin, code))
        with pytest.raises(Unreachable, match=said(standin, code)):
            await send(exchange, "en1")
    assert standin.orders == []


@pytest.mark.parametrize("status", [408, 418, 429, 500, 502, 503, 504])
async def test_a_status_without_a_code_is_unreachable(exchange: Any, standin: StandIn, status: int) -> None:
    standin.next(*standin.entry, Fate(status, GARBAGE))
    with pytest.raises(Unreachable, match=f"{standin.name}: HTTP {status}"):
        await send(exchange, "en1")


@pytest.mark.parametrize("what", ["margin", "access"])
async def test_a_refusal_in_a_5xx_is_believed_by_nobody(exchange: Any, standin: StandIn, what: str) -> None:
    code = standin.margin[0] if what == "margin" else ACCESS[standin.name][0]
    standin.next(*standin.entry, Fate(503, standin.error(code, "?"), arrives=True))
    with pytest.raises(Unreachable):
        await send(exchange, "en1")
    assert (await find(exchange, "en1")).status == "closed"


@pytest.mark.parametrize("body", [GARBAGE, '{"code"', "[]", "{}", "null", '"text"', '{"result": 5, "retCode": 0}'])
async def test_an_answer_that_cannot_be_read_is_unreachable(exchange: Any, standin: StandIn, body: str) -> None:
    standin.next(*standin.entry, Fate(200, body, arrives=True))
    with pytest.raises(Unreachable):
        await send(exchange, "en1")
    assert (await find(exchange, "en1")).status == "closed"


@pytest.mark.parametrize(
    "body",
    [
        GARBAGE,
        "{}",
        '{"result": {"list": ""}, "retCode": 0}',
        '{"result": {"list": [{}]}, "retCode": 0}',
        '[{"symbol": "APTUSDT"}]',
    ],
)
async def test_a_list_that_cannot_be_read_is_not_an_empty_list(exchange: Any, standin: StandIn, body: str) -> None:
    standin.next(*standin.list_positions, Fate(200, body))
    with pytest.raises(Unreachable):
        await exchange.positions(**ACCOUNT)
    standin.next(*standin.find_order, Fate(200, body))
    with pytest.raises(Unreachable):
        await find(exchange, "en1")


async def test_a_cancel_that_is_not_answered_is_unreachable(exchange: Any, standin: StandIn) -> None:
    await stop(exchange)
    lost = Fate(answers=False)
    for fates in ([Fate(200, GARBAGE)], [Fate(503, GARBAGE)], [lost, lost], refusals(standin, 999888)):
        standin.next(*standin.cancel_order, *fates)  # aiohttp asks once more when a DELETE was lost
        with pytest.raises(Unreachable):
            await cancel(exchange, "sl1")
    assert (await find(exchange, "sl1")).status == "open"


async def test_an_order_whose_answer_is_lost_is_found(exchange: Any, standin: StandIn) -> None:
    standin.next(*standin.stop_order, Fate(arrives=True, answers=False))
    with pytest.raises(Unreachable, match="no answer"):
        await stop(exchange)
    assert (await find(exchange, "sl1")).status == "open"


async def test_an_order_that_never_arrived_is_not_found(exchange: Any, standin: StandIn) -> None:
    standin.next(*standin.stop_order, Fate(answers=False))
    with pytest.raises(Unreachable, match="no answer"):
        await stop(exchange)
    assert await find(exchange, "sl1") is None
    assert len(standin.asked(*standin.stop_order)) == 1, "nothing is sent twice"


@pytest.mark.parametrize(
    ("module", "said"), [(sessions, "RequestTimeout"), (venues, "within")], ids=["request", "call"]
)
async def test_an_answer_that_does_not_come_in_time_is_unreachable(
    standin: StandIn, monkeypatch: pytest.MonkeyPatch, module: Any, said: str
) -> None:
    async with open_exchanges([standin.name], environment=environment_of(standin)) as exchanges:
        exchange: Any = exchanges[standin.name]
        await exchange.positions(**ACCOUNT)
        monkeypatch.setattr(module, "TIMEOUT", 0.5)
        if module is sessions:
            monkeypatch.setattr(exchange.session("default")._exchange, "timeout", 500)
        standin.next(*standin.entry, Fate(arrives=True, hangs=True))
        with pytest.raises(Unreachable, match=f"no answer .*{said}"):
            await send(exchange, "en1")
        assert (await find(exchange, "en1")).status == "closed"


async def test_a_venue_that_is_down_is_unreachable(standin: StandIn) -> None:
    environment = environment_of(standin, **{f"TRADELATCH_{standin.name.upper()}_URL": "http://127.0.0.1:1"})
    async with open_exchanges([standin.name], environment=environment) as exchanges:
        for ask in (lambda exchange: exchange.positions(**ACCOUNT), lambda exchange: find(exchange, "en1")):
            with pytest.raises(Unreachable, match="no list of markets"):
                await ask(exchanges[standin.name])


async def test_a_question_that_is_refused_is_unreachable(exchange: Any, standin: StandIn) -> None:
    standin.next(*standin.find_order, *refusals(standin, 999888))
    with pytest.raises(Unreachable, match="999888"):
        await find(exchange, "en1")
    standin.next(*standin.list_positions, *refusals(standin, 999888))
    with pytest.raises(Unreachable, match="999888"):
        await exchange.positions(**ACCOUNT)


async def test_a_key_that_is_not_accepted_has_an_error_of_its_own(exchange: Any, standin: StandIn) -> None:
    for code in ACCESS[standin.name]:
        standin.next(*standin.entry, *refusals(standin, code))
        with pytest.raises(AccessRefused, match=said(standin, code)):
            await send(exchange, "en1")
        standin.next(*standin.find_order, *refusals(standin, code))
        with pytest.raises(AccessRefused, match=said(standin, code)):
            await find(exchange, "en1")


async def test_no_error_shows_a_key(exchange: Any, standin: StandIn) -> None:
    hidden = [value for part, value in standin.keys.items() if part in VENUES[standin.name].keys]
    echo = standin.error(999888, f"bad\r\n\tkey\a {' and '.join(hidden)} {'x' * 5000}")
    fates = [
        Fate(standin.error_status, echo),
        Fate(500, echo),
        Fate(answers=False),
        Fate(401, GARBAGE),
        Fate(200, "".join(hidden)),
        *refusals(standin, ACCESS[standin.name][0]),
    ]
    calls: list[tuple[tuple[str, str], Any]] = [
        (standin.entry, lambda: send(exchange, "en1")),
        (standin.find_order, lambda: find(exchange, "en1")),  # its address is signed
    ]
    for (route, call), fate in itertools.product(calls, fates):
        standin.next(*route, fate, fate)
        with pytest.raises((OrderRefused, Unreachable, AccessRefused)) as raised:
            await call()
        standin.forget()
        shown = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
        assert not [each for each in hidden if each in shown]
        assert "signature" not in shown
        assert str(raised.value).isprintable()
        assert len(str(raised.value)) <= 250
    session = exchange.session("default")
    shown = f"{exchange!r}{exchange}{session!r}{session}{session._keys!r}{session._keys}"
    assert not [each for each in hidden if each in shown]


async def test_a_wrong_secret_is_one_line(standin: StandIn) -> None:
    prefix = f"TRADELATCH_{standin.name.upper()}"
    part, another = ("KEY", "0x" + "7d" * 32) if standin.name == "hyperliquid" else ("SECRET", "another-secret")
    environment = environment_of(standin, **{f"{prefix}_{part}": another})
    async with open_exchanges([standin.name], environment=environment) as exchanges:
        with pytest.raises(AccessRefused) as refused:
            await exchanges[standin.name].positions(**ACCOUNT)
    assert not [each for each in (another, *standin.keys.values()) if each in str(refused.value)]


async def test_the_venues_clock_is_used(exchange: Any, standin: StandIn) -> None:
    standin.clock_offset = 90_000
    await send(exchange, "en1")
    assert len(standin.asked(*standin.entry)) == 1


async def test_a_clock_that_went_astray_is_set_and_the_order_sent_once_more(exchange: Any, standin: StandIn) -> None:
    await exchange.positions(**ACCOUNT)
    standin.clock_offset = -90_000
    await send(exchange, "en1")
    # of Gate it is asked first whether it has one of that id, and Hyperliquid takes a time that is a day away
    sent = 2 if standin.refuses_duplicates else 1
    assert (len(standin.asked(*standin.entry)), len(standin.orders)) == (sent, 1)


async def test_a_clock_that_cannot_be_set_is_unreachable(exchange: Any, standin: StandIn) -> None:
    code = CLOCK.get(standin.name, "Invalid nonce")
    standin.next(*standin.entry, *refusals(standin, code, code))
    with pytest.raises(Unreachable, match=said(standin, code)):
        await send(exchange, "en1")
    if standin.name not in CLOCK:
        return
    standin.next(*standin.entry, *refusals(standin, code))
    standin.next(*standin.clock, Fate(503, GARBAGE))
    with pytest.raises(Unreachable, match=r"no time \(HTTP 503\)"):
        await send(exchange, "en1")
    assert standin.orders == []


async def test_a_cancelled_call_is_cancelled(exchange: Any, standin: StandIn) -> None:
    await exchange.positions(**ACCOUNT)
    standin.next(*standin.entry, Fate(arrives=True, hangs=True))
    sending = asyncio.create_task(send(exchange, "en1"))
    await standin.hanging.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert (await exchange.find(symbol_of(exchange), "en1", **ACCOUNT)).status == "closed"
