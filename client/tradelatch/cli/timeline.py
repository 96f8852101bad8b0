"""`tradelatch timeline`"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC
from itertools import groupby
from typing import Any

import click
import psycopg
from rich.text import Text

from ..core.receipt import PositionRow, TimelineRow
from ..timeline import print_columns
from ..visible import who
from ..watching.figures import age
from .connection import Server
from .errors import Refused
from .filters import Filters, resolve
from .findings import orders_in_words
from .options import json_option
from .output import cell, console, plain, print_json

WIDTHS = (12, 6, 58)
STYLES = {
    "duplicate_prevented": "bold yellow",
    "rollback_position": "yellow",
    "release_position": "bold red",
    "plain_update": "bold yellow",
}


@click.command()
@click.argument("target", required=False, metavar="[SYMBOL|POSITION]")
@click.option("--exchange", metavar="EXCHANGE", help="Only this venue.")
@click.option("--account", metavar="ACCOUNT", help="Only this exchange account.")
@click.option("--last", type=click.IntRange(1, 1000), default=10, metavar="N", help="So many positions at most.")
@json_option
@click.pass_obj
def timeline(
    server: Server, target: str | None, exchange: str | None, account: str | None, last: int, as_json: bool
) -> int:
    """What happened to a position, or to the latest positions of a symbol, or of all.

    Moves, prevented duplicates, who it was, and the time in between. Times are in UTC.
    """
    position_id = int(target) if target is not None and target.isascii() and target.isdigit() else None
    only = resolve(server, exchange, account, None if position_id is not None else target)
    with server.reader("timeline") as connection:
        positions = _positions(connection, position_id, only, last)
        events = _events(connection, [position.position_id for position in positions])
    if as_json:
        told = [plain(position) | {"timeline": plain(events[position.position_id])} for position in positions]
        print_json({"positions": told})
        return 0
    if not positions:
        if position_id is not None:
            raise Refused(f"there is no position {position_id}")
        click.echo("no position was ever opened there" if target else "no position was ever opened")
        return 0
    for number, position in enumerate(positions):
        if number:
            click.echo()
        _print(position, events[position.position_id])
    return 0


def _positions(
    connection: psycopg.Connection[Any], position_id: int | None, only: Filters, last: int
) -> list[PositionRow]:
    """The latest ones, the earliest of them first."""
    if position_id is not None and position_id >= 2**63:
        return []
    rows = connection.execute(
        f"select {PositionRow.columns()} from tradelatch.positions"
        " where (%(id)s::bigint is null or position_id = %(id)s)"
        " and (%(symbol)s::text is null or symbol = %(symbol)s)"
        " and (%(exchange)s::text is null or exchange = %(exchange)s)"
        " and (%(account)s::text is null or account = %(account)s)"
        " order by position_id desc limit %(last)s",
        {"id": position_id, "last": last} | asdict(only),
    ).fetchall()
    return [PositionRow.from_row(row) for row in reversed(rows)]


def _events(connection: psycopg.Connection[Any], position_ids: list[int]) -> Mapping[int, list[TimelineRow]]:
    rows = connection.execute(
        f"select {TimelineRow.columns()} from tradelatch.position_timeline"
        " where position_id = any(%s) order by position_id, event_id",
        [position_ids],
    ).fetchall()
    events = [TimelineRow.from_row(row) for row in rows]
    found = {key: list(group) for key, group in groupby(events, key=lambda event: event.position_id)}
    return {position_id: found.get(position_id, []) for position_id in position_ids}


def _print(position: PositionRow, events: list[TimelineRow]) -> None:
    """A heading, then two lines for each event: what and who; what was said of it."""
    screen = console()
    slot = f"{position.exchange} {position.symbol} {position.side}"
    if position.account != "default":
        slot += f" of {position.account}"
    if position.position_side != "both":
        slot += " (hedge)"
    screen.print(Text(f"position {position.position_id}  {slot}  {position.status}", style="bold"), no_wrap=True)
    if not events:
        screen.print(Text("  its events are archived", style="dim"))
    day = None
    for event in events:
        at = event.at.astimezone(UTC)
        if at.date() != day:
            day = at.date()
            screen.print(Text(f"{day} UTC", style="dim"))
        moved = event.to_status if event.from_status is None else f"{event.from_status} → {event.to_status}"
        what = Text(event.event, style=STYLES.get(event.event, ""))
        if event.from_status != event.to_status:
            what.append(f"  {moved}", style="")
        what.append(f"  {who(event.user_name, event.application_name)}", style="dim")
        since = "" if event.since_previous is None else f"+{age(event.since_previous)}"
        print_columns(
            screen, [Text(at.strftime("%H:%M:%S.%f")[:12], style="dim"), Text(since, style="dim"), what], WIDTHS
        )
        known = {
            key: value for key, value in sorted(event.details.items()) if key != "attempt" and value not in (None, [])
        }
        said = ", ".join(f"{key} {cell(value)}" for key, value in known.items())
        if said:
            print_columns(screen, ["", "", Text(said, style="dim")], WIDTHS)
    if position.orders_left:
        print_columns(screen, ["orders left", "", Text(orders_in_words(position.orders_left))], WIDTHS)
