"""`tradelatch positions`"""

import csv
import sys
from dataclasses import fields

import click
import psycopg

from ..core.receipt import PositionRow
from ..watching.tables import positions_table
from .connection import Server
from .filters import resolve
from .options import filter_options, json_option
from .output import cell, console, print_json

FORMULAS = (
    "=",
    "+",
    "-",
    "@",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # what a spreadsheet takes for the beginning of one


@click.command()
@filter_options
@click.option("--all", "with_over", is_flag=True, help="Those that are over, too.")
@click.option("--last", type=click.IntRange(1, 100000), default=1000, metavar="N", help="So many at most, the latest.")
@click.option("--csv", "as_csv", is_flag=True, help="Print every column, separated by commas.")
@json_option
@click.pass_obj
def positions(
    server: Server,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    with_over: bool,
    last: int,
    as_csv: bool,
    as_json: bool,
) -> int:
    """List the open positions; with --all every one that was ever opened.

    A terminal shows as many columns as it is wide, the most important ones first; a pipe, --csv and --json have more.
    """
    if as_csv and as_json:
        raise click.UsageError("either --csv or --json")
    only = resolve(server, exchange, account, symbol)
    with server.reader("positions") as connection:
        ((now,),) = connection.execute("select clock_timestamp()").fetchall()
        rows = _rows(connection, "positions" if with_over else "open_positions", vars(only) | {"last": last})
    if as_json:
        print_json({"positions": rows})
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(field.name for field in fields(PositionRow))
        for row in rows:
            writer.writerow(_csv_cell(getattr(row, field.name)) for field in fields(PositionRow))
    elif rows:
        screen = console()
        for line in positions_table(rows, now, screen.width if screen.is_terminal else None):
            screen.print(line, no_wrap=True, overflow="ignore", crop=False)
    else:
        click.echo("No position was ever opened there." if with_over else "Nothing is open.")
    return 0


def _csv_cell(value: object) -> str:
    """Text of others is no formula where a spreadsheet opens the file."""
    text = cell(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULAS) else text


def _rows(connection: psycopg.Connection, source: str, values: dict[str, object]) -> list[PositionRow]:
    """The latest ones, the earliest of them first."""
    told = connection.execute(
        f"select {PositionRow.columns()} from tradelatch.{source}"
        " where exchange = coalesce(%(exchange)s, exchange) and account = coalesce(%(account)s, account)"
        " and symbol = coalesce(%(symbol)s, symbol)"
        " order by position_id desc limit %(last)s",
        values,
    ).fetchall()
    return [PositionRow.from_row(row) for row in reversed(told)]
