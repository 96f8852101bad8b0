"""`tradelatch exchange-check`"""

import asyncio
import os
from collections.abc import Mapping
from decimal import Decimal
from importlib.metadata import entry_points
from typing import Any

import click

from .. import venues
from ..exchange import OrderRefused, Unreachable
from ..testing.conformance import Bench, NotConforming, conform
from ..venues import checked
from .errors import FAILED, Refused
from .options import amount, confirm_option, json_option
from .output import console, print_json


@click.command("exchange-check")
@click.argument("name", metavar="EXCHANGE")
@click.option("--testnet", is_flag=True, help="The exchange's own sandbox, with the keys that it gave you for it.")
@click.option("--account", default="default", metavar="ACCOUNT", help="The exchange account.")
@click.option("--symbol", default="BTCUSDT", metavar="SYMBOL", help="As the book has it; nothing may be open in it.")
@click.option("--quantity", type=amount, metavar="NUMBER", help="Else the smallest that the market trades.")
@click.option(
    "--position-side",
    type=click.Choice(["both", "long", "short"]),
    default="both",
    help="long or short for an account in hedge mode.",
)
@confirm_option
@json_option
def exchange_check(
    name: str,
    testnet: bool,
    account: str,
    symbol: str,
    quantity: Decimal | None,
    position_side: str,
    confirm: bool,
    as_json: bool,
) -> int:
    """Check that an exchange does what tradelatch relies on. It needs no database.

    One position is opened, protected, and closed, in the smallest size: with --testnet in the exchange's sandbox, else
    at TRADELATCH_<EXCHANGE>_URL, or on the exchange itself. What was opened is closed in the end, whatever failed.
    Without --confirm no order is sent: only the keys, the lists and the position mode are tried. Exit status 1: the
    exchange does something else.

    An exchange of another package is refused by every command until this has been run for it with --confirm, by the
    same user, for the same version of that package: it is noted under $XDG_STATE_HOME/tradelatch/exchanges.
    """
    variables = dict(os.environ) | ({f"TRADELATCH_{name.upper()}_TESTNET": "1"} if testnet else {})
    told: list[str] = []
    problem = ""
    try:
        asyncio.run(_check(name, variables, account, symbol, quantity, position_side, confirm, told))
    except (venues.NotConfigured, venues.AccessRefused) as error:
        raise Refused(str(error)) from None
    except (NotConforming, OrderRefused, Unreachable) as error:
        problem = " ".join(str(error).split())
    noted = None if problem or not confirm else _note(name, testnet, position_side)
    if as_json:
        print_json(
            {"dry_run": not confirm, "exchange": name, "checked": told, "problem": problem or None, "noted": noted}
        )
        return FAILED if problem else 0
    out = console()
    for check in told:
        out.print(check, markup=False)
    if problem:
        out.print(f"It does not conform: {problem}", markup=False)
        return FAILED
    if noted:
        out.print(f"Noted in {noted}: every command takes {name} now.", markup=False)
    out.print("It conforms." if confirm else "No order was sent: add --confirm to open, protect and close a position.")
    return 0


def _note(name: str, testnet: bool, position_side: str) -> str | None:
    """Write down that an exchange of another package conforms; where."""
    if name not in entry_points(group=venues.GROUP).names:
        return None
    try:
        return str(checked.note(venues.registered(name), is_testnet=testnet, position_side=position_side))
    except OSError as error:
        raise Refused(f"{name} conforms, but that cannot be noted: {error}") from None


async def _check(
    name: str,
    variables: Mapping[str, str],
    account: str,
    symbol: str,
    quantity: Decimal | None,
    position_side: str,
    confirm: bool,
    told: list[str],
) -> None:
    async with venues.open_exchanges([name], [account], environment=variables, unchecked=True) as exchanges:
        access = exchanges[name]
        least = quantity or await _smallest(access, symbol, account)
        bench = Bench(access, symbol, least, account=account, position_side=position_side)
        await conform(bench, told.append, may_send=confirm)


async def _smallest(access: Any, symbol: str, account: str) -> Decimal:
    """The smallest quantity that can be traded, where a class can tell."""
    ask = getattr(access, "smallest", None)
    told: Decimal | None = None if ask is None else await ask(symbol, account=account)
    if told is None:
        raise Refused(f"how much can be traded of {symbol} is not known: --quantity NUMBER")
    return told
