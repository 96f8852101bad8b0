"""`tradelatch status`"""

from datetime import timedelta

import click
from rich.text import Text

from ..watching.book import read_book
from ..watching.screen import render, standby
from .connection import Server
from .errors import FAILED
from .filters import resolve
from .options import duration, filter_options, json_option
from .output import cell, console, print_json


@click.command()
@filter_options
@click.option(
    "--stale-after", type=duration, default="5m", metavar="DURATION", help="How long a position may be unfinished."
)
@json_option
@click.pass_obj
def status(
    server: Server,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    stale_after: timedelta,
    as_json: bool,
) -> int:
    """The book on one screen: health, what is wrong, what is open, what happened last.

    Unfinished positions come first. Exit status 1: there are critical findings.
    """
    only = resolve(server, exchange, account, symbol)
    with server.connect() as connection:
        book = read_book(connection, stale_after, vars(only))
        where = f"{connection.info.dbname} on {connection.info.host}"
    if as_json:
        print_json(book)
    else:
        screen = console()
        title = Text(f"{cell(book.at)}  {where}", style="bold")
        screen.print(title, soft_wrap=not screen.is_terminal)
        if book.behind is not None:
            screen.print(Text(standby(book), style="bold yellow"))
        for line in render(book, screen.width if screen.is_terminal else None):
            screen.print(line, no_wrap=True, overflow="ignore", crop=False)
    return FAILED if any(finding.severity == "critical" for finding in book.findings) else 0
