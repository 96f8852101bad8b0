"""`tradelatch archive`"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from io import FileIO
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg.sql import SQL, Identifier

from ..core.receipt import AlertRow, AnyRow, EventRow, FindingRow, Row
from ..visible import json_text
from .connection import Server
from .errors import Refused
from .files import append_to
from .options import confirm_option, duration, json_option
from .output import plain, print_json, progress

COUNT = """
select
    count(*),
    count(distinct e.position_id),
    (select count(*) from tradelatch.alerts as a where a.at < clock_timestamp() - %(age)s::interval),
    (select count(*) from tradelatch.findings as f where f.cleared_at < clock_timestamp() - %(age)s::interval)
from tradelatch.events as e
join tradelatch.positions as p using (position_id)
where p.closed_at < clock_timestamp() - %(age)s::interval
    and not exists (
        select from tradelatch.events as later
        where later.position_id = e.position_id and later.at >= clock_timestamp() - %(age)s::interval
    )
"""
SHORTEST = timedelta(days=7)
BEGINS = (b'{"event_id": ', b'{"alert_id": ', b'{"finding_id": ')


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--older-than", type=duration, default="365d", metavar="DURATION", help="What is over for so long.")
@click.option("--batch", type=click.IntRange(1, 100000), default=10000, help="Lines of one transaction, about.")
@confirm_option
@json_option
@click.pass_obj
def archive(server: Server, file: Path, older_than: timedelta, batch: int, confirm: bool, as_json: bool) -> None:
    """Move old events, alerts and findings from the database to the end of FILE, one line of JSON each; for operators.

    All events of positions that are over, and have no event younger than that; positions themselves stay, and so does
    the log of every open one. Alerts as old as that, and findings that were cleared so long ago. A batch is on disk
    before it is deleted: after a crash its lines may be there twice, with the same event_id, alert_id or finding_id.
    """
    if older_than < SHORTEST:
        raise click.BadParameter("it must be at least 7d", param_hint="--older-than")
    with server.connect() if confirm else server.reader("archive") as connection:
        if confirm:
            counts = _archive(connection, file, older_than, batch)
        else:
            told = connection.execute(COUNT, {"age": older_than}).fetchall()[0]
            counts = dict(zip(("events", "positions", "alerts", "findings"), told, strict=True))
    if as_json:
        print_json({"confirmed": confirm, **counts, "file": str(file)})
    else:
        done = f"archived in {file}" if confirm else "to be archived: --confirm does it"
        what = "{events} events of {positions} positions, {alerts} alerts and {findings} findings"
        click.echo(f"{what.format(**counts)} {done}")


def _archive(connection: psycopg.Connection[Any], file: Path, older_than: timedelta, batch: int) -> dict[str, int]:
    """Batch after batch, until nothing is left; how many of what."""
    with append_to(str(file), BEGINS) as lines, progress("archiving"):
        events = positions = 0
        for some in _batches(connection, lines, EventRow, "events", older_than, batch):
            events += len(some)
            positions += len({event.position_id for event in some})
        alerts = sum(len(some) for some in _batches(connection, lines, AlertRow, "alerts", older_than, batch))
        findings = sum(len(some) for some in _batches(connection, lines, FindingRow, "findings", older_than, batch))
    return {"events": events, "positions": positions, "alerts": alerts, "findings": findings}


def _batches(
    connection: psycopg.Connection[Any], lines: FileIO, row: type[AnyRow], what: str, older_than: timedelta, batch: int
) -> Iterator[list[AnyRow]]:
    """What was deleted, after it was written."""
    query = SQL("select {} from {}(older_than => %s, {} => %s)").format(
        SQL(row.columns()), Identifier("tradelatch", f"archive_{what}"), Identifier(f"max_{what}")
    )
    while True:
        with connection.transaction():
            some = [row.from_row(each) for each in connection.execute(query, [older_than, batch]).fetchall()]
            _append(lines, some)
        if not some:
            return
        yield some


def _append(lines: FileIO, rows: Sequence[Row]) -> None:
    """On disk, or not there at all."""
    text = memoryview("".join(json_text(plain(row)) + "\n" for row in rows).encode())
    before = os.fstat(lines.fileno()).st_size
    try:
        while text:
            text = text[lines.write(text) :]
        os.fsync(lines.fileno())
    except OSError as error:
        with suppress(OSError):
            os.ftruncate(lines.fileno(), before)
        raise Refused(f"{lines.name} cannot be written: {error.strerror}") from None
