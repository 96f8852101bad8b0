"""`tradelatch analyze-logs`: what the log of a bot that was never converted tells."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from ..logs import Options, Report, Unreadable, analyze, canonical, size_of
from ..logs.grammar import Grammar, TableError, package_tables, read_table
from ..logs.grammar import explain as explain_line
from ..logs.html import page
from ..logs.text import print_explanation, print_report
from .errors import Refused, listed_names, suggestion
from .files import refuse_existing, write_new
from .options import duration, json_option
from .output import console, print_json


def moment(value: str | datetime | time) -> datetime | time:
    """The type of an option: a date, a date and a time, or a time."""
    if not isinstance(value, str):
        return value
    for parse in (datetime.fromisoformat, time.fromisoformat):
        try:
            return parse(value.strip())
        except ValueError:
            continue
    raise click.BadParameter(f"{value!r} is no time: 2025-10-22, '2025-10-22 21:50', 21:50, 2025-10-22T21:50:00Z")


def zone(value: str | tzinfo) -> tzinfo:
    """The type of an option: a zone's name, or an offset."""
    if isinstance(value, tzinfo):
        return value
    if offset := re.fullmatch(r"([+-])([01]\d|2[0-3]):?([0-5]\d)", value):
        sign = -1 if offset[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{value!r} is no time zone: UTC, Europe/Berlin, +02:00") from None


@click.command("analyze-logs")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--from", "begin", type=moment, metavar="TIME", help="Only what happened then or later.")
@click.option("--to", "end", type=moment, metavar="TIME", help="Only what happened until then.")
@click.option("--symbol", metavar="SYMBOL", help="Only this one, in any spelling.")
@click.option("--exchange", metavar="EXCHANGE", help="Only this venue.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N lines, read from the end.")
@click.option(
    "--context", type=duration, default="1m", metavar="DURATION", help="How much of a story around its incident."
)
@json_option
@click.option(
    "--html", type=click.Path(dir_okay=False, writable=True), metavar="OUT", help="Write a page, too: a new file."
)
@click.option(
    "--messages",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A table of the bot's own messages, beside those of the package.",
)
@click.option("--explain", metavar="LINE", help="Say what this line of a log is taken for; no FILE is read.")
@click.option("--tz", type=zone, metavar="ZONE", help="Show times in this zone, not in the log's own.")
@click.option("--log-tz", type=zone, metavar="ZONE", help="The zone of times that name none; with --tz else UTC.")
def analyze_logs(
    files: tuple[str, ...],
    begin: datetime | time | None,
    end: datetime | time | None,
    symbol: str | None,
    exchange: str | None,
    last: int | None,
    context: timedelta,
    as_json: bool,
    html: str | None,
    messages: tuple[Path, ...],
    explain: str | None,
    tz: tzinfo | None,
    log_tz: tzinfo | None,
) -> int:
    """Find double openings in the logs of a bot that does not use tradelatch.

    FILEs are plain or gzip, in any order; - is standard input. Exit status: 0 none found; 1 incidents, or findings
    that left something open; 2 unreadable, or --symbol or --exchange names what the logs do not.
    """
    try:
        grammar = Grammar((*package_tables(), *map(read_table, messages)))
    except TableError as error:
        raise Refused(str(error)) from None
    if explain is not None:
        return _explain(explain, grammar, as_json=as_json)
    if not files:
        raise click.UsageError("name a log, or - for standard input")
    if html:
        refuse_existing(html)
    options = Options(begin, end, symbol, exchange, last, context, tz, log_tz)
    with _progress(files) as advance:
        try:
            report = analyze(files, options, stdin=sys.stdin.buffer, progress=advance, grammar=grammar)
        except Unreadable as error:
            raise Refused(str(error)) from None
    _check_names(report, symbol, exchange)
    if html:
        write_new(html, page(report))
    if as_json:
        print_json(report.document())
    else:
        print_report(report, console())
    return 1 if report.alarming else 0


def _check_names(report: Report, symbol: str | None, exchange: str | None) -> None:
    """Refused where a filter names what the logs do not: nothing found would read as an all-clear."""
    asked = {} if symbol is None else {"symbol": (canonical(symbol), report.symbols)}
    if exchange is not None and (name := exchange.strip().lower()) not in report.exchanges:
        from .. import venues

        if name not in venues.known_exchanges():
            asked["exchange"] = (name, report.exchanges)
    for what, (name, names) in asked.items():
        if name not in names:
            known = sorted(names)
            raise Refused(
                f"--{what}: no message that matters names {name[:64]}{suggestion(name, known)}"
                f"{listed_names('They name', known)}"
            )


def _explain(line: str, grammar: Grammar, *, as_json: bool) -> int:
    """Status 1: the line is none of the messages."""
    said = explain_line(line, grammar)
    if as_json:
        print_json(said)
    else:
        print_explanation(said, console())
    return 0 if said["messages"] else 1


@contextmanager
def _progress(files: Sequence[str]) -> Iterator[Callable[[int], None] | None]:
    """A bar by bytes on a terminal."""
    errors = console(sys.stderr)
    if not errors.is_terminal:
        yield None
        return
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("reading", total=size_of(files))
        yield lambda size: progress.advance(task, size)
