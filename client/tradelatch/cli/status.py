"""`tradelatch status`"""

from datetime import timedelta

import click
from rich.text import Text

from ..watching.book import read_book
from ..watching.screen import render
from .connection import Server
from .errors import FAILED
from .options import duration, json_option
from .output import cell, console, print_json


@click.command()
@click.option(
    "--stale-after", type=duration, default="5m", metavar="DURATION", help="How long a position may be unfinished."
)
@json_option
@click.pass_obj
def status(server: Server, stale_after: timedelta, as_json: bool) -> int:
    """The book on one screen: health, what is wrong, what is open, what happened last.

    Unfinished positions come first. Exit status 1: there are critical findings.
    """
    with server.connect() as connection:
        book = read_book(connection, stale_after)
        where = f"{connection.info.dbname} on {connection.info.host}"
    if as_json:
        print_json(book)
    else:
        screen = console()
        screen.print(Text(f"{cell(book.at)}  {where}", style="bold"), no_wrap=True, overflow="ellipsis")
        for line in render(book, screen.width):
            screen.print(line, no_wrap=True, overflow="ellipsis")
    return FAILED if any(finding.severity == "critical" for finding in book.findings) else 0
