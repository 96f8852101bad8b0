"""`tradelatch backups`"""

from collections.abc import Mapping, Sequence
from itertools import groupby

import click

from ..core.receipt import BackupRow, PositionRow
from ..visible import json_text
from .connection import Server
from .documents import rows
from .files import write_new
from .filters import resolve
from .findings import print_indented, slot
from .options import filter_options, json_option
from .output import cell, console, print_json


@click.command()
@filter_options
@click.option("--export", metavar="FILE", help="Write whole rows and all their events to a new file, as JSON.")
@json_option
@click.pass_context
def backups(
    context: click.Context,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    export: str | None,
    as_json: bool,
) -> None:
    """List what cleanup, reconcile and release can be taken back from, the newest first."""
    server: Server = context.obj
    only = resolve(server, exchange, account, symbol)
    with server.client("backups") as client:
        kept = client.backups()
        slots = {row.position_id: row for each in kept for row in client.positions(each.position_id)}
    kept = [each for each in kept if only.match(slots[each.position_id])]
    if export is not None:
        _write(export, kept)
    if as_json:
        print_json({"backups": rows(kept)})
    elif export is not None:
        console().print(f"{len(kept)} positions with their events were written.")
    else:
        _print(kept, slots)


def _write(path: str, kept: Sequence[BackupRow]) -> None:
    write_new(path, json_text({"backups": rows(kept)}, indent=2) + "\n")


def _print(kept: Sequence[BackupRow], slots: Mapping[int, PositionRow]) -> None:
    out = console()
    if not kept:
        out.print("No backups.")
    for backup_id, positions in groupby(kept, lambda each: each.backup_id):
        made = list(positions)
        out.print(f"{backup_id}  {cell(made[0].made_at)}  {made[0].made_by}", style="bold")
        print_indented(out, f"by {made[0].user_name}: {made[0].reason}")
        for each in made:
            before = "adopted then" if each.position is None else f"was {each.position['status']}"
            restored = "" if each.restored_at is None else f"; restored at {cell(each.restored_at)}"
            what = f"position {each.position_id}, {slot(slots[each.position_id])}: {before}, {_count(each.events)}"
            print_indented(out, what + restored)


def _count(events: Sequence[object]) -> str:
    return f"{len(events)} {'event' if len(events) == 1 else 'events'}"
