"""`tradelatch reconcile`"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from ..core.receipt import Finding
from .connection import Server
from .filters import resolve, symbol_on
from .findings import print_findings, slot, status_of, with_commands
from .options import NOW, confirm_option, filter_options, json_option, moment
from .output import console, print_json, progress
from .snapshots import read_snapshot, symbols_of


@click.command()
@filter_options
@click.option("--snapshot", metavar="FILE", help="The positions that it showed, as JSON; - is standard input.")
@click.option("--orders", metavar="FILE", help="The open orders that it showed, conditional ones included.")
@click.option(
    "--observed-at",
    type=moment,
    metavar="TIME",
    help="When it was asked, by the database's clock, or now; with a FILE.",
)
@click.option("--complete", is_flag=True, help="What is not in FILE is not on the exchange. --live is complete.")
@click.option("--live", is_flag=True, help="Ask the exchange.")
@click.option("--evidence", is_flag=True, help="With --live: ask twice, a grace time apart. So do --apply and --adopt.")
@click.option("--apply", is_flag=True, help="Close in the book what is proven gone.")
@click.option("--adopt", is_flag=True, help="Adopt what is proven there, and is in no row.")
@click.option("--max-closes", type=click.IntRange(0, 100000), default=3, help="Where more are missing, none is closed.")
@click.option(
    "--max-missing", type=click.IntRange(0, 100000), default=3, help="The same for stop-losses: none has ended."
)
@confirm_option
@json_option
@click.pass_context
def reconcile(
    context: click.Context,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    snapshot: str | None,
    orders: str | None,
    observed_at: datetime | None,
    complete: bool,
    live: bool,
    evidence: bool,
    apply: bool,
    adopt: bool,
    max_closes: int,
    max_missing: int,
    confirm: bool,
    as_json: bool,
) -> int:
    """Record what an exchange shows, and compare the book with it.

    --live looks at the positions, and at the open orders. What was seen is recorded in any case: it is the evidence
    that diagnose and cleanup work from. Proven is what two looks showed, 5 s apart, and 5 s after the slot last moved.
    The book changes with --apply or --adopt, and --confirm; what is closed and adopted is backed up. A position whose
    stop-loss is proven gone waits for recover to protect it. --symbol narrows what is shown, and goes with neither:
    cleanup works on one symbol. Exit status 1: something critical was found.

    --snapshot FILE is an array of {"symbol", "side", "quantity", "average_price"}, with "stop_loss_price" and
    "stop_loss_order_id" if somebody looked; null means that there is none. --orders FILE is an array of {"symbol",
    "client_order_id", "order_id", "side", "quantity", "trigger", "reduce_only"}, one of the two ids at least.
    """
    server: Server = context.obj
    if exchange is None:
        raise click.UsageError("which one: --exchange EXCHANGE")
    has_files = snapshot is not None or orders is not None
    if live == has_files:
        raise click.UsageError("either --live, or --snapshot FILE, or --orders FILE, or both files")
    if (observed_at is None) == has_files:
        raise click.UsageError("--observed-at TIME goes with --snapshot FILE or --orders FILE")
    if adopt and snapshot is None and not live:
        raise click.UsageError("--adopt goes with --snapshot FILE or --live")
    if symbol is not None and (apply or adopt):
        raise click.UsageError(
            "--apply and --adopt work on the whole account, --symbol on what is shown: look with --evidence, then"
            " cleanup orphaned_db or orphaned_exchange with --symbol"
        )
    if confirm and not (apply or adopt):
        raise click.UsageError("--confirm goes with --apply or --adopt")
    listed = None if snapshot is None else read_snapshot(snapshot)
    open_orders = None if orders is None else read_snapshot(orders, "orders")
    only = resolve(server, exchange, account)
    wanted: dict[str, Any] = {
        "exchange": only.exchange,
        "account": only.account or "default",
        "max_closes": max_closes,
        "apply": apply and confirm,
        "adopt": adopt and confirm,
    }
    not_covered: list[str] = []
    if observed_at is None:
        looks = 2 if evidence or apply or adopt else 1
        findings, not_covered = asyncio.run(_ask(server, wanted, symbol, looks, max_missing))
    else:
        observed_at = server.now() if observed_at == NOW else observed_at
        resolve(server, only.exchange, symbol=symbol, listed=symbols_of([*(listed or ()), *(open_orders or ())]))
        findings = _record(server, wanted, listed, open_orders, observed_at, complete, max_missing)
    if symbol is not None:
        canonical = symbol_on(server, wanted["exchange"], symbol)
        findings = [
            each
            for each in findings
            if each.symbol in (canonical, None) or canonical in (each.detail.get("held_as") or ())
        ]
    if as_json:
        said_nothing = {"not_covered": not_covered} if not_covered else {}
        print_json({"dry_run": not confirm, "findings": with_commands(findings)} | said_nothing)
    else:
        print_findings(findings)
        if not_covered:
            console().print(
                f"Of {', '.join(not_covered)} nothing is known: the exchange lists no such market, and absence from its"
                " lists proves nothing."
            )
        _print_what_was_done(findings, apply, adopt, confirm)
    return status_of(findings)


def _record(
    server: Server,
    wanted: dict[str, Any],
    listed: Sequence[Mapping[str, Any]] | None,
    orders: Sequence[Mapping[str, Any]] | None,
    observed_at: datetime,
    complete: bool,
    max_missing: int,
) -> list[Finding]:
    """What files show; the positions first, so that orders are compared with what is left of them."""
    findings: list[Finding] = []
    with server.client("reconcile") as client:
        if listed is not None:
            findings += client.reconcile(snapshot=listed, observed_at=observed_at, complete=complete, **wanted)
        if orders is not None:
            findings += client.reconcile_orders(
                wanted["exchange"],
                orders,
                observed_at,
                account=wanted["account"],
                complete=complete,
                apply=wanted["apply"],
                max_missing=max_missing,
            )
    return _newest(findings)


async def _ask(
    server: Server, wanted: dict[str, Any], symbol: str | None, looks: int, max_missing: int
) -> tuple[list[Finding], list[str]]:
    """What was found, and the symbols of open positions that the exchange's lists do not cover."""
    from ..looking import Book, look
    from .live import exchange_of, pause, reconcile_orders

    name, account = wanted["exchange"], wanted["account"]
    only_look = wanted | {"apply": False, "adopt": False}
    async with server.async_client("reconcile") as client, exchange_of(name, account) as exchange:
        for number in range(1, looks + 1):
            if number > 1:
                await pause()
            options = wanted if number == looks else only_look
            known = await client.diagnose(exchange=name, account=account)
            book = Book.of(account, [row for row in await client.open_positions() if row.exchange == name], known)
            observed_at = await asyncio.to_thread(server.now)
            with progress(f"{name} is asked for its positions"):
                seen = await look(exchange, book)
            if number == 1:
                await asyncio.to_thread(resolve, server, symbol=symbol, listed=symbols_of(seen.entries()))
            findings = seen.findings(book) + await client.reconcile(
                snapshot=seen.entries(), observed_at=observed_at, complete=True, covers=seen.covers, **options
            )
            observed_at = await asyncio.to_thread(server.now)
            with progress(f"{name} is asked for its open orders"):
                listed = await reconcile_orders(
                    client, exchange, name, book, seen, observed_at, apply=options["apply"], max_missing=max_missing
                )
            findings = _newest([*findings, *listed])
    return findings, list(seen.not_covered)


def _newest(findings: Sequence[Finding]) -> list[Finding]:
    """Without what the second list says anew: of a stop-loss both lists tell."""
    newest: dict[object, Finding] = {}
    for each in findings:
        is_of_orders = "orders_observed_at" in each.detail
        newest[each.check_name, each.position_id, each.symbol, each.position_side, is_of_orders] = each
    return list(newest.values())


def _print_what_was_done(findings: Sequence[Finding], apply: bool, adopt: bool, confirm: bool) -> None:
    out = console()
    if confirm:
        done = [each for each in findings if "backup_id" in each.detail]
        out.print(f"Recorded. {len(done)} {'position was' if len(done) == 1 else 'positions were'} closed or adopted.")
        for backup_id in sorted({each.detail["backup_id"] for each in done}):
            out.print(f"To take it back:\n  tradelatch restore {backup_id} --confirm")
        return
    out.print("Recorded. Nothing was closed, and nothing adopted.")
    due = [each for each in findings if "to_status" in each.detail]
    closes = [str(each.position_id) for each in due if each.check_name == "orphaned_db" and apply]
    adoptions = [slot(each) for each in due if each.check_name == "orphaned_exchange" and adopt]
    if closes:
        out.print(f"With --confirm it would close in the book: {', '.join(closes)}")
    if adoptions:
        out.print(f"With --confirm it would adopt: {', '.join(adoptions)}")
