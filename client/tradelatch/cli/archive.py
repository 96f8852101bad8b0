"""`tradelatch archive`"""

import json
import os
from contextlib import suppress
from datetime import timedelta
from io import FileIO
from pathlib import Path
from typing import Any

import click
import psycopg

from ..receipt import EventRow
from .connection import Server
from .errors import Refused
from .options import confirm_option, duration, json_option
from .output import plain, print_json, progress

COUNT = """
select count(*), count(distinct e.position_id)
from tradelatch.events as e
join tradelatch.positions as p using (position_id)
where p.closed_at < clock_timestamp() - %(age)s::interval
    and not exists (
        select from tradelatch.events as later
        where later.position_id = e.position_id and later.at >= clock_timestamp() - %(age)s::interval
    )
"""
BATCH = f"""
select {EventRow.columns()}
from tradelatch.archive_events(older_than => %s, max_events => %s)
"""
SHORTEST = timedelta(days=7)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--older-than", type=duration, default="365d", metavar="DURATION", help="Of positions that ended so long ago."
)
@click.option("--batch", type=click.IntRange(1, 100000), default=10000, help="Events of one transaction, about.")
@confirm_option
@json_option
@click.pass_obj
def archive(server: Server, file: Path, older_than: timedelta, batch: int, confirm: bool, as_json: bool) -> None:
    """Move old events from the database to the end of FILE, one line of JSON each; for operators.

    All events of positions that are over, and have no event younger than that; positions themselves stay, and so does
    the log of every open one. A batch is on disk before it is deleted: after a crash its lines may be there twice,
    with the same event_id.
    """
    if older_than < SHORTEST:
        raise click.BadParameter("it must be at least 7d", param_hint="--older-than")
    with server.connect() as connection:
        if not confirm:
            events, positions = connection.execute(COUNT, {"age": older_than}).fetchall()[0]
        else:
            events, positions = _archive(connection, file, older_than, batch)
    if as_json:
        print_json({"confirmed": confirm, "events": events, "positions": positions, "file": str(file)})
    else:
        done = f"archived in {file}" if confirm else "to be archived: --confirm does it"
        click.echo(f"{events} events of {positions} positions {done}")


def _archive(connection: psycopg.Connection[Any], file: Path, older_than: timedelta, batch: int) -> tuple[int, int]:
    """Batch after batch, until nothing is left; how many events, and of how many positions."""
    events = positions = 0
    with _opened(file) as lines, progress("archiving"):
        while True:
            with connection.transaction():
                rows = connection.execute(BATCH, [older_than, batch]).fetchall()
                batch_events = [EventRow.from_row(row) for row in rows]
                _append(lines, batch_events)
            if not batch_events:
                return events, positions
            events += len(batch_events)
            positions += len({event.position_id for event in batch_events})


def _opened(file: Path) -> FileIO:
    try:
        return FileIO(file, "a")
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}") from None


def _append(lines: FileIO, events: list[EventRow]) -> None:
    """On disk, or not there at all."""
    text = memoryview("".join(json.dumps(plain(event), ensure_ascii=False) + "\n" for event in events).encode())
    before = os.fstat(lines.fileno()).st_size
    try:
        while text:
            text = text[lines.write(text) :]
        os.fsync(lines.fileno())
    except OSError as error:
        with suppress(OSError):
            os.ftruncate(lines.fileno(), before)
        raise Refused(f"{lines.name} cannot be written: {error.strerror}") from None
