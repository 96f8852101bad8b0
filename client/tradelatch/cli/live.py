"""The exchanges themselves, for commands that ask them: by ccxt, with the keys of the environment."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from rich.text import Text

from .. import recovery, venues
from ..core.receipt import Receipt
from ..exchange import ExchangeAccess, Holding, Unreachable
from ..recovery import Recovered, Recovery
from ..timeline import print_columns
from .connection import Server
from .errors import FAILED, Refused
from .findings import print_indented, slot
from .output import console, plain, print_json, progress, severity
from .receipts import move, show

WIDTHS = (8, 8, 8, 27, 16)
SEVERITY = {"left": "critical", "lost": "info", "finished": "info"}


@asynccontextmanager
async def exchange_of(name: str, account: str) -> AsyncIterator[ExchangeAccess]:
    """Access to one exchange for one account. Refused without, and when it does not answer inside."""
    try:
        async with venues.open_exchanges([name], [account]) as exchanges:
            yield exchanges[name]
    except venues.NotConfigured as error:
        raise Refused(str(error)) from None
    except venues.AccessRefused as error:
        raise Refused(f"{name} does not let us in: {error}") from None
    except Unreachable as error:
        raise Refused(f"the exchange does not answer: {error}") from None


async def held(exchange: ExchangeAccess, account: str) -> Sequence[Holding]:
    """What it lists now."""
    return [each for each in await exchange.positions(account=account) if each.size]


async def pause() -> None:
    """For the time that an exchange may lag."""
    with progress(f"waiting {recovery.GRACE.total_seconds():g} s for the exchange to settle"):
        await asyncio.sleep(recovery.GRACE.total_seconds())


def entries(holdings: Iterable[Holding]) -> list[dict[str, Any]]:
    """Holdings as a snapshot for reconcile. Nobody looked at their stop-losses."""
    return [
        {
            "symbol": each.symbol,
            "side": each.side,
            "quantity": each.quantity,
            "average_price": each.average_price or None,
            "position_side": each.position_side,
        }
        for each in holdings
    ]


async def drive(server: Server, command: str, exchange: ExchangeAccess, receipt: Receipt, adopted: bool) -> Recovered:
    """Bring a position to where it is finished. The receipt gives the right to drive it."""
    async with server.async_client(command) as client:
        driver = Recovery(client, {receipt.exchange: exchange}, grace=recovery.GRACE, close_adopted=adopted)
        with progress(f"position {receipt.position_id} is driven to its end"):
            return await driver.finish(receipt)


def status_of(recovered: Iterable[Recovered]) -> int:
    """The exit status: what is left needs a person."""
    return FAILED if any(each.outcome == "left" for each in recovered) else 0


def documents(recovered: Iterable[Recovered]) -> list[dict[str, Any]]:
    """As findings have it: each with its severity."""
    return [{"severity": SEVERITY[each.outcome]} | plain(each) for each in recovered]


def print_recovered(recovered: Sequence[Recovered], as_json: bool = False) -> None:
    """What became of each position."""
    if as_json:
        print_json({"dry_run": False, "recovered": documents(recovered)})
        return
    out = console()
    if not recovered:
        out.print("Nothing to recover.")
        return
    print_columns(out, ["severity", "outcome", "position", "slot", "status"], WIDTHS, style="bold")
    for each in recovered:
        facts = [each.outcome, str(each.position_id), slot(each), each.status]
        print_columns(out, [severity(SEVERITY[each.outcome]), *map(Text, facts)], WIDTHS)
        print_indented(out, each.reason)
        print_indented(out, f"-> {each.action}" if each.action else "")


def move_and_drive(server: Server, name: str, *, adopted: bool, as_json: bool, **arguments: object) -> int:
    """Make a move that gives the right to drive, then bring the position to where it is finished; the exit status."""
    return asyncio.run(_move_and_drive(server, name, adopted, as_json, arguments))


async def _move_and_drive(server: Server, name: str, adopted: bool, as_json: bool, arguments: dict[str, object]) -> int:
    would = move(server, False, name, **arguments)  # nothing moves where there is no access
    async with exchange_of(would.exchange, would.account) as exchange:
        receipt = move(server, True, name, **arguments)
        if receipt.fence is None:
            return show(receipt, confirm=True, as_json=as_json)
        recovered = [await drive(server, name, exchange, receipt, adopted)]
    print_recovered(recovered, as_json)
    return status_of(recovered)
