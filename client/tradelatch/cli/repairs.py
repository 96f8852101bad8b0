"""Moves of an operator that need the right to drive: taken over first, where somebody else has it, and said so."""

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import RawCursor

from ..core.arguments import function_call
from ..core.receipt import RECEIPT_COLUMNS, PositionRow, Receipt
from .connection import Server
from .output import console

Mover = Callable[..., Receipt]


def repair(server: Server, confirm: bool, moves: Callable[[Mover], Receipt]) -> Receipt:
    """Make moves, one after the other; `moves` is given what makes one. A dry run takes them back."""
    if confirm:
        with server.client("repair") as client:
            return moves(lambda name, **arguments: getattr(client, name)(**arguments))
    with server.connect() as connection, connection.transaction(force_rollback=True):
        return moves(lambda name, **arguments: _call(connection, name, arguments))


def _call(connection: psycopg.Connection[Any], name: str, arguments: dict[str, object]) -> Receipt:
    call = function_call(name, RECEIPT_COLUMNS, arguments)
    (row,) = RawCursor(connection).execute(call.query, call.values).fetchall()
    return Receipt.from_row(row)


def fence_of(move: Mover, row: PositionRow, reason: str) -> Receipt:
    """The right to drive a position, whoever has it."""
    return move("take_over", position_id=row.position_id, reason=reason)


def say_taken_over(row: PositionRow, *, confirm: bool, as_json: bool) -> None:
    """That the drive was somebody's, or the position has to be driven for that."""
    if not as_json:
        whose = "from its driver" if row.is_driven else "first"
        console().print(f"Position {row.position_id} {'was' if confirm else 'would be'} taken over {whose}.")
