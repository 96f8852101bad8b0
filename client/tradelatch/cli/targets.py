"""Which position a command means: by its id, or by a symbol that only one of them has."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from ..core.receipt import PositionRow
from .connection import Server
from .errors import Refused
from .filters import resolve
from .findings import slot

LISTED = 8


def position_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """POSITION, and --exchange and --account for a symbol that several have."""
    for option in (
        click.option("--account", metavar="ACCOUNT", help="Where POSITION is a symbol: of this account."),
        click.option("--exchange", metavar="EXCHANGE", help="Where POSITION is a symbol: of this exchange."),
        click.argument("position", metavar="POSITION"),
    ):
        command = option(command)
    return command


def find(
    server: Server, position: str, exchange: str | None = None, account: str | None = None, *, is_open: bool = True
) -> PositionRow:
    """The row of an id, or of the one position with that symbol, open or over; Refused where it is not one."""
    rows = _rows(server, position, exchange, account, is_open)
    if len(rows) == 1:
        return rows[0]
    what = "open position" if is_open else "position that is over"
    if not rows:
        raise Refused(f"there is no {'position' if _is_id(position) else what + ' of'} {position}")
    listed = ", ".join(f"{row.position_id} ({slot(row)})" for row in rows[:LISTED])
    more = f" and {len(rows) - LISTED} more" if len(rows) > LISTED else ""
    raise Refused(f"{position} is ambiguous; name one of {listed}{more}")


def _rows(
    server: Server, position: str, exchange: str | None, account: str | None, is_open: bool
) -> Sequence[PositionRow]:
    if _is_id(position):
        if exchange is not None or account is not None:
            raise click.UsageError("--exchange and --account go with a symbol, not with an id")
        where, values = "position_id = %(id)s", {"id": int(position)}
        if values["id"] >= 2**63:
            return []
        source = "positions"
    else:
        only = resolve(server, exchange, account, position)
        source = "open_positions" if is_open else "positions"
        where = (
            "symbol = %(symbol)s and exchange = coalesce(%(exchange)s, exchange)"
            " and account = coalesce(%(account)s, account)" + ("" if is_open else " and closed_at is not null")
        )
        values = vars(only)
    with server.connect() as connection:
        rows = connection.execute(
            f"select {PositionRow.columns()} from tradelatch.{source}"
            f" where {where} order by position_id desc limit 100",
            values,
        ).fetchall()
    return [PositionRow.from_row(row) for row in rows]


def _is_id(position: str) -> bool:
    return position.isascii() and position.isdigit()
