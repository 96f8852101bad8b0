"""`tradelatch recover`"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import psycopg
from rich.text import Text

from .. import recovery, venues
from ..core.client_async import AsyncClient
from ..core.errors import TradelatchError
from ..core.receipt import PositionRow
from ..exchange import ExchangeAccess, Holding, Unreachable
from ..recovery import Recovered, Recovery
from ..timeline import print_columns
from ..visible import visible
from ..watching.figures import age
from .connection import NoConnection, Server
from .filters import resolve
from .findings import orders_in_words, print_indented, slot
from .live import held as held_by
from .live import print_recovered, status_of, sweep_orders
from .options import adopted_option, confirm_option, duration, json_option
from .output import cell, console, plain, print_json, progress

log = logging.getLogger("tradelatch")

WIDTHS = (8, 27, 16, 12, 9)
FROM_ELSEWHERE = "recover where its keys are, or set them; another exchange needs a recovery of its own"


@click.command()
@click.option("--exchange", metavar="EXCHANGE", help="Only this venue.")
@click.option("--account", metavar="ACCOUNT", help="Only this exchange account.")
@click.option("--live", is_flag=True, help="Without --confirm: show what the exchange holds, too.")
@click.option("--watch", type=duration, metavar="DURATION", help="Do it again and again, until Ctrl-C.")
@adopted_option
@click.option("--max-positions", type=click.IntRange(1, 1000), default=100, help="Of each venue, at once.")
@confirm_option
@json_option
@click.pass_context
def recover(
    context: click.Context,
    exchange: str | None,
    account: str | None,
    live: bool,
    watch: timedelta | None,
    adopted: bool,
    max_positions: int,
    confirm: bool,
    as_json: bool,
) -> int:
    """Finish what dead workers left: unfinished positions whose lease is over.

    Each is taken over and looked up on the exchange. What was filled gets its stop-loss; when that is refused three
    times, or there is no price for one, the position is closed, reduce-only. Orders that are left are cancelled and
    looked up, also those beside the stop-loss of an active position. Entries that were never sent are marked `failed`.
    A stop-loss that is missing from two lists of open orders is placed again; an order of ours that belongs to no open
    position is cancelled. No entry is ever sent. Any number may run at once. Without --confirm nothing is taken over,
    and nothing sent. Exit status 1: something was left, with what to do about it.
    """
    server: Server = context.obj
    if watch is not None and (as_json or not confirm):
        raise click.UsageError("--watch goes with --confirm, and without --json")
    if watch is not None and watch < timedelta(seconds=1):
        raise click.BadParameter("at least a second", param_hint="--watch")
    only = resolve(server, exchange, account)
    round_of = Rounds(server, only.exchange, only.account, adopted, max_positions)
    if not confirm:
        return asyncio.run(round_of.rehearse(live, as_json))
    if watch is None:
        recovered = asyncio.run(round_of.once())
        print_recovered(recovered, as_json, round_of.cancelled)
        return status_of(recovered)
    try:
        asyncio.run(round_of.forever(watch))
    except KeyboardInterrupt:  # how it is ended
        return round_of.status
    return 0


@dataclass
class Rounds:
    """One round of recovery after the other, with what they have in common."""

    server: Server
    exchange: str | None
    account: str | None
    adopted: bool
    max_positions: int
    status: int = 0
    exchanges: dict[str, ExchangeAccess] = field(default_factory=dict)
    cancelled: list[dict[str, str]] = field(default_factory=list)  # orders of no open position, in this round

    async def rehearse(self, live: bool, as_json: bool) -> int:
        """Show what would be taken over."""
        async with self.server.async_client("recover") as client, AsyncExitStack() as stack:
            rows = await self.stale(client)
            held = await self.held(stack, rows) if live else None
        if as_json:
            documents = [plain(row) | ({} if held is None else {"held": held[row.position_id]}) for row in rows]
            print_json({"dry_run": True, "positions": documents})
        else:
            _print_stale(rows, held, await asyncio.to_thread(self.server.now))
        return 0

    async def once(self) -> list[Recovered]:
        async with self.server.async_client("recover") as client, AsyncExitStack() as stack:
            return await self.round(client, stack)

    async def forever(self, every: timedelta) -> None:
        """Until somebody ends it. The database may be away for a while."""
        out = console()
        async with self.server.async_client("recover") as client, AsyncExitStack() as stack:
            while True:
                try:
                    recovered = await self.round(client, stack)
                    self.status = status_of(recovered)
                    if recovered or self.cancelled:
                        out.print(cell(datetime.now(UTC)), style="bold")
                        print_recovered(recovered, cancelled=self.cancelled)
                except (TradelatchError, NoConnection, psycopg.Error) as error:
                    click.echo(visible(" ".join(f"recover: {error}; again in {age(every)}".split())), err=True)
                await asyncio.sleep(every.total_seconds())

    async def round(self, client: AsyncClient, stack: AsyncExitStack) -> list[Recovered]:
        """Finish what is stale. What cannot be asked for is left where it is, and reported."""
        await self.look_at_orders(client, stack)
        rows = await self.stale(client)
        refused = await self.open(stack, rows)
        due = {row.exchange for row in rows if row.exchange not in refused}
        driver = Recovery(
            client,
            {name: self.exchanges[name] for name in due},
            grace=recovery.GRACE,
            close_adopted=self.adopted,
        )
        with progress("recovering"):
            done = await driver.run_once(max_positions=self.max_positions, account=self.account)
        return done + [_left(row, refused[row.exchange]) for row in rows if row.exchange in refused]

    async def look_at_orders(self, client: AsyncClient, stack: AsyncExitStack) -> None:
        """Look at the open orders of every account that has an open position and can be asked.

        A stop-loss that is proven gone makes its position pending_sl, for this round to protect. Orders of ours that
        are proven to be of no open position are cancelled. An exchange that does not answer stops nothing.
        """
        self.cancelled = []
        orphans = [each for each in await client.diagnose() if each.check_name == "orphaned_order"]
        open_rows = [row for row in await client.open_positions() if self._is_ours(row)]
        looked_at: list[Any] = [*open_rows, *(each for each in orphans if self._is_ours(each))]
        await self.open(stack, looked_at)
        for name, account in sorted({(row.exchange, row.account) for row in looked_at}):
            if name not in self.exchanges:
                continue
            try:
                self.cancelled += await sweep_orders(client, self.server, self.exchanges[name], name, account)
            except (Unreachable, TradelatchError) as error:
                log.warning("the open orders of %s are not known: %s", name, type(error).__name__)

    def _is_ours(self, row: Any) -> bool:
        return self.exchange in (None, row.exchange) and self.account in (None, row.account)

    async def stale(self, client: AsyncClient) -> list[PositionRow]:
        """What claim_stale would hand out, the oldest lease first."""
        before = await asyncio.to_thread(self.server.now) - recovery.GRACE
        rows = [
            row
            for row in await client.open_positions()
            if (row.status != "active" or row.is_unguarded)
            and row.lease_until is not None
            and row.lease_until < before
            and self._is_ours(row)
        ]
        return sorted(rows, key=lambda row: (row.lease_until, row.position_id))

    async def open(self, stack: AsyncExitStack, rows: Sequence[PositionRow]) -> dict[str, str]:
        """Access to the exchanges of these; why there is none, of those to which there is none."""
        refused = {}
        for name in {row.exchange for row in rows} - self.exchanges.keys():
            accounts = sorted({row.account for row in rows if row.exchange == name})
            try:
                self.exchanges |= await stack.enter_async_context(venues.open_exchanges([name], accounts))
            except venues.NotConfigured as error:
                refused[name] = str(error)
        return refused

    async def held(self, stack: AsyncExitStack, rows: Sequence[PositionRow]) -> dict[int, str]:
        """What the exchange lists in the slot of each, in words."""
        refused = await self.open(stack, rows)
        told: dict[int, str] = {}
        listed: dict[tuple[str, str], Sequence[Holding] | str] = {}
        for row in rows:
            account = (row.exchange, row.account)
            if account not in listed:
                listed[account] = refused.get(row.exchange) or await self._list(*account)
            answer = listed[account]
            told[row.position_id] = answer if isinstance(answer, str) else _holding(row, answer)
        return told

    async def _list(self, exchange: str, account: str) -> Sequence[Holding] | str:
        try:
            return await held_by(self.exchanges[exchange], account)
        except (Unreachable, TradelatchError) as error:
            return str(error)


def _holding(row: PositionRow, listed: Sequence[Holding]) -> str:
    found = [each for each in listed if (each.symbol, each.position_side) == (row.symbol, row.position_side)]
    return f"{found[0]} at {cell(found[0].average_price)}" if found else "flat"


def _left(row: PositionRow, reason: str) -> Recovered:
    return Recovered(
        position_id=row.position_id,
        exchange=row.exchange,
        account=row.account,
        symbol=row.symbol,
        position_side=row.position_side,
        outcome="left",
        status=row.status,
        reason=reason,
        action=FROM_ELSEWHERE,
    )


def _overdue(row: PositionRow, now: datetime) -> str:
    if row.lease_until is None or row.lease_until.year == 1970:  # a fence that nobody was given
        return "no driver"
    return age(max(now - row.lease_until, timedelta()))


def _print_stale(rows: Sequence[PositionRow], held: Mapping[int, str] | None, now: datetime) -> None:
    out = console()
    if not rows:
        out.print("Nothing to recover.")
        return
    print_columns(out, ["position", "slot", "status", "book", "overdue"], WIDTHS, style="bold")
    for row in rows:
        facts: list[Any] = [row.position_id, slot(row), row.status, f"{row.side} {cell(row.open_quantity)}"]
        print_columns(out, [Text(str(each)) for each in (*facts, _overdue(row, now))], WIDTHS)
        if row.status in ("active", "pending_cancels"):
            stands = row.stop_loss_order if row.status == "active" else None
            others = [name for name in row.orders_left if name != stands]
            print_indented(out, f"orders left: {orders_in_words(others)}")
        if row.orders_withheld:
            print_indented(out, "its orders are withheld: look at the exchange whose exposure it is, then take-over")
        if held is not None:
            print_indented(out, f"the exchange: {held[row.position_id]}")
    out.print(f"{len(rows)} would be taken over and finished. Nothing was done: add --confirm to do it.")
