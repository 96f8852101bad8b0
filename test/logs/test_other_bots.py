"""freqtrade's and hummingbot's logs: entries, exits, double entries, positions without a stop-loss, and orphans.

The lines are in the form that the two bots print by default; nothing here is made from the tables.
"""

from datetime import timedelta
from typing import Any

import pytest

from .botlog import EVENING, after
from .conftest import Read

Lines = list[tuple[float, str]]


def freqtrade(*scripts: Lines) -> str:
    lines = [(-60.0, 'Using Exchange "Binance"', "freqtrade.exchange.exchange")]
    lines += [(at, text, "freqtrade.freqtradebot") for script in scripts for at, text in script]
    lines += [
        (at * 60.0, "Bot heartbeat. PID=12, version='2024.9', state='RUNNING'", "freqtrade.worker") for at in range(90)
    ]
    return _text(lines, "{at:%Y-%m-%d %H:%M:%S},000 - {module} - INFO - {text}")


def hummingbot(*scripts: Lines) -> str:
    module = "hummingbot.connector.derivative.binance_perpetual.binance_perpetual_derivative.BinancePerpetualDerivative"
    lines = [(at, text, module) for script in scripts for at, text in script]
    lines += [(at * 60.0, "Starting networks is done", "hummingbot.client.hummingbot_application") for at in range(90)]
    return _text(lines, "{at:%Y-%m-%d %H:%M:%S},000 - 4711 - {module} - INFO - {text}")


def _text(lines: list[tuple[float, str, str]], form: str) -> str:
    ordered = sorted(lines, key=lambda line: line[0])
    return "".join(form.format(at=after(EVENING, at), text=text, module=module) + "\n" for at, text, module in ordered)


def trade(number: int, pair: str, closed: bool = False) -> str:
    since = "closed" if closed else "2025-10-22 21:00:00"
    return (
        f"Trade(id={number}, pair={pair}, amount=0.50000000, is_short=False, leverage=1.0, "
        f"open_rate=2000.00000000, open_since={since})"
    )


def entry(at: float, number: int, pair: str = "ETH/USDT:USDT", filled: float = 1) -> Lines:
    return [
        (at, f"Long signal found: about create a new trade for {pair} with stake_amount: 100.0 ..."),
        (at + 0.5, f"Order 83897{number} was created for {pair} and status is open."),
        (at + filled, f"Updating trade (id={number}) ..."),
        (at + filled, f"LIMIT_BUY has been fulfilled for {trade(number, pair)}."),
    ]


def leave(at: float, number: int, pair: str = "ETH/USDT:USDT") -> Lines:
    done = trade(number, pair, closed=True)
    return [
        (at, f"Exit for {pair} detected. Reason: roi"),
        (at + 1, f"LIMIT_SELL has been fulfilled for {trade(number, pair)}."),
        (at + 1, f"Marking {done} as closed as the trade is fulfilled and found no open orders for it."),
    ]


def incidents(report: Any) -> list[tuple[str, str | None, str | None, list[int]]]:
    return [(i["scenario"], i["exchange"], i["symbol"], i["positions"]) for i in report.document()["incidents"]]


def findings(report: Any) -> list[tuple[str, str | None]]:
    return [(each["kind"], each["symbol"]) for each in report.document()["other_findings"]]


def test_freqtrades_ordinary_hours(read: Read) -> None:
    """Trades one after the other, of several pairs, one filled late, one added to, one that was never filled."""
    held = trade(2, "BTC/USDT:USDT")
    adjusted = f"Position adjust: about to create a new order for BTC/USDT:USDT with stake_amount: 50 for {held}"
    never = [
        (50.0, "Long signal found: about create a new trade for SOL/USDT:USDT with stake_amount: 100.0 ..."),
        (50.5, "Order 99 was created for SOL/USDT:USDT and status is open."),
        (600.0, f"Buy order fully cancelled. Removing {trade(4, 'SOL/USDT:USDT')} from database."),
    ]
    more: Lines = [
        (300.0, adjusted),
        (300.5, "Order 77 was created for BTC/USDT:USDT and status is closed."),
        (301.0, f"LIMIT_BUY has been fulfilled for {held}."),
    ]
    report = read(
        freqtrade(
            entry(0, 1),
            leave(100, 1),
            entry(130, 3, filled=200),
            leave(900, 3),
            entry(5, 2, "BTC/USDT:USDT"),
            more,
            leave(1000, 2, "BTC/USDT:USDT"),
            never,
            entry(700, 5, "SOL/USDT:USDT"),
        )
    )
    assert (incidents(report), findings(report), report.openings) == ([], [], 5)


@pytest.mark.parametrize(("second", "scenario"), [(2, "A"), (40, "A"), (1800, "unknown")])
def test_freqtrades_double_entry(read: Read, second: float, scenario: str) -> None:
    report = read(freqtrade(entry(0, 1), entry(second, 2)))
    assert incidents(report) == [(scenario, "binance", "ETHUSDT", [1, 2])]
    assert "row 1 was filled and not closed when row 2 was filled" in report.incidents[0].evidence


def test_freqtrades_double_entry_after_a_restart(read: Read) -> None:
    assert incidents(read(freqtrade(entry(0, 1), [(20.0, "Starting worker 2024.9")], entry(40, 2))))[0][0] == "D"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Could not create trailing stoploss order for pair ETH/USDT:USDT.", ("unprotected", "ETHUSDT")),
        ("Unable to handle stoploss on exchange for ETH/USDT:USDT: timed out", ("unprotected", "ETHUSDT")),
        ("Unable to place a stoploss order on exchange. Order would trigger immediately", ("unprotected", None)),
        ("All Stoploss orders are cancelled, but unable to recreate one.", ("unprotected", None)),
        ("Unable to exit trade ETH/USDT:USDT: Insufficient margin", ("orphaned", "ETHUSDT")),
        (f"Not enough ETH in wallet to exit {trade(1, 'ETH/USDT:USDT')}. Trying to recover.", ("orphaned", "ETHUSDT")),
        ("Found previously unknown order 8389799 for ETH/USDT:USDT.", ("orphaned", "ETHUSDT")),
        ("Order 8389800 has no trade attached. This may suggest a database corruption.", ("orphaned", None)),
    ],
)
def test_what_freqtrade_says_of_itself(read: Read, line: str, found: tuple[str, str | None]) -> None:
    report = read(freqtrade(entry(0, 1), [(30.0, line), (45.0, line)], leave(100, 1)))
    assert (incidents(report), findings(report)) == ([], [found])
    assert report.alarming


def test_freqtrades_messages_are_read_in_its_own_logs_only(read: Read) -> None:
    text = freqtrade(entry(0, 1), entry(2, 2)).replace("freqtrade", "another")
    assert read(text).openings == 0


def opened(at: float, order: str, side: str = "BUY", filled: bool = True, kind: str = "MARKET") -> Lines:
    lines = [(at, f"Created {kind} {side} order {order} for 0.5 to OPEN a ETH-USDT position at 2000.")]
    return [*lines, (at + 1, f"{side} order {order} completely filled.")] if filled else lines


def closed(at: float, order: str, side: str = "SELL") -> Lines:
    created = f"Created MARKET {side} order {order} for 0.5 to CLOSE a ETH-USDT position at NaN."
    return [(at, created), (at + 1, f"{side} order {order} completely filled.")]


def test_hummingbots_ordinary_hours(read: Read) -> None:
    """Entries and exits in turns, both sides at once, quotes that are canceled or fail."""
    report = read(
        hummingbot(
            opened(0, "HB1"),
            closed(60, "HB2"),
            opened(100, "HB3"),
            opened(100, "HB4", "SELL"),
            closed(200, "HB5"),
            opened(300, "HB6", filled=False, kind="LIMIT"),
            [(330.0, "Successfully canceled order HB6.")],
            opened(340, "HB7", filled=False, kind="LIMIT"),
            [(341.0, "Order HB7 has failed. Order Update: OrderUpdate(trading_pair='ETH-USDT')")],
            opened(350, "HB8", kind="LIMIT"),
        )
    )
    assert (incidents(report), findings(report), report.openings) == ([], [], 6)


@pytest.mark.parametrize(("second", "scenario"), [(2, "A"), (1800, "unknown")])
def test_hummingbots_double_entry(read: Read, second: float, scenario: str) -> None:
    report = read(hummingbot(opened(0, "HB1"), opened(second, "HB2"), closed(3000, "HB3")))
    assert incidents(report) == [(scenario, "binance", "ETHUSDT", [])]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Close order failed HB2. Retrying 1/10", ("unprotected", "ETHUSDT")),
        (
            "The order HB1(8389765) will be considered lost. Please check its status in the exchange.",
            ("orphaned", "ETHUSDT"),
        ),
        ("More than one open position in ONEWAY position mode. Kindly ensure", ("orphaned", None)),
    ],
)
def test_what_hummingbot_says_of_itself(read: Read, line: str, found: tuple[str, str | None]) -> None:
    report = read(hummingbot(opened(0, "HB1"), closed(50, "HB2")[:1], [(52.0, line)]))
    assert (incidents(report), findings(report)) == ([], [found])


def test_an_hour_of_each_in_one_log(read: Read) -> None:
    """Two bots of one account, in one container's output."""
    text = freqtrade(entry(0, 1)) + hummingbot(opened(timedelta(hours=2).total_seconds(), "HB1"))
    assert read(text).openings == 2
