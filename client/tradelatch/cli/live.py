"""The exchanges themselves, for commands that ask them: by ccxt, with the keys of the environment."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from rich.text import Text

from .. import recovery, venues
from ..core.client_async import AsyncClient
from ..core.receipt import Finding, PositionRow, Receipt
from ..exchange import ExchangeAccess, Holding, Unreachable, mode_mismatch, position_mode
from ..looking import Book, Seen, look, look_at_orders, order_entries, order_symbols
from ..recovery import Recovered, Recovery
from ..timeline import print_columns
from .connection import Server
from .errors import FAILED, Refused
from .findings import print_indented, slot
from .output import console, plain, print_json, progress, severity
from .receipts import move, show
from .repairs import Mover, repair

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


async def refuse_mode(exchange: ExchangeAccess, symbol: str, account: str, position_side: str) -> None:
    """Refused where the account is in another position mode than the position, as far as the exchange answers."""
    with suppress(Unreachable):
        if mismatch := mode_mismatch(position_side, await position_mode(exchange, symbol, account), []):
            raise Refused(f"mode_mismatch: {mismatch}")


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


async def sweep_orders(
    client: AsyncClient, server: Server, exchange: ExchangeAccess, name: str, account: str
) -> list[dict[str, str]]:
    """Look at an account's open orders, and cancel those of ours that are proven to be of no open position."""
    known = await client.diagnose(exchange=name, account=account)
    book = Book.of(account, [row for row in await client.open_positions() if row.exchange == name], known)
    seen = await look(exchange, book)
    observed_at = await asyncio.to_thread(server.now)
    found = await reconcile_orders(client, exchange, name, book, seen, observed_at, apply=True)
    cancelled = []
    for finding in found:
        if finding.check_name != "orphaned_order" or finding.symbol is None:
            continue
        for order in finding.detail["orders"]:
            if order["is_proven"] and await exchange.cancel(finding.symbol, order["order"], account=account):
                cancelled.append(
                    {"exchange": name, "account": account, "symbol": finding.symbol, "order": order["order"]}
                )
    return cancelled


async def reconcile_orders(
    client: AsyncClient,
    exchange: ExchangeAccess,
    name: str,
    book: Book,
    seen: Seen,
    observed_at: datetime,
    *,
    apply: bool,
    max_missing: int = 3,
) -> list[Finding]:
    """Ask for the open orders, and record and compare them."""
    orders = await look_at_orders(exchange, book, seen)
    left_out = {row.symbol for row in book.rows if row.position_id in seen.mismatched}
    covers = order_symbols(book, seen) | {order.symbol for order in orders} - left_out
    return await client.reconcile_orders(
        name,
        order_entries(orders, left_out),
        observed_at,
        account=book.account,
        complete=True,
        covers=sorted(covers),
        apply=apply,
        max_missing=max_missing,
    )


def print_recovered(
    recovered: Sequence[Recovered], as_json: bool = False, cancelled: Sequence[Mapping[str, str]] = ()
) -> None:
    """What became of each position, and which orders of none were cancelled."""
    if as_json:
        more = {"orders_cancelled": list(cancelled)} if cancelled else {}
        print_json({"dry_run": False, "recovered": documents(recovered)} | more)
        return
    out = console()
    for order in cancelled:
        out.print(f"Cancelled {order['order']} of {order['exchange']} {order['symbol']}: it is of no open position.")
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


def repair_and_drive(
    server: Server, row: PositionRow, moves: Callable[[Mover], Receipt], *, adopted: bool, as_json: bool
) -> int:
    """Make an operator's moves, then bring the position to where it is finished; the exit status."""

    async def run() -> int:
        async with exchange_of(row.exchange, row.account) as exchange:
            await refuse_mode(exchange, row.symbol, row.account, row.position_side)
            receipt = await asyncio.to_thread(repair, server, True, moves)
            if receipt.fence is None or receipt.next_order is None:
                return show(receipt, confirm=True, as_json=as_json)
            recovered = [await drive(server, "repair", exchange, receipt, adopted)]
        print_recovered(recovered, as_json)
        return status_of(recovered)

    return asyncio.run(run())


async def _move_and_drive(server: Server, name: str, adopted: bool, as_json: bool, arguments: dict[str, object]) -> int:
    would = move(server, False, name, **arguments)  # nothing moves where there is no access
    async with exchange_of(would.exchange, would.account) as exchange:
        await refuse_mode(exchange, would.symbol, would.account, would.position_side)
        receipt = move(server, True, name, **arguments)
        if receipt.fence is None:
            return show(receipt, confirm=True, as_json=as_json)
        recovered = [await drive(server, name, exchange, receipt, adopted)]
    print_recovered(recovered, as_json)
    return status_of(recovered)
