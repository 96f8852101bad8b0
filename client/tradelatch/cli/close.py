"""`tradelatch close`"""

import click

from ..core.receipt import Receipt
from .connection import Server
from .options import confirm_option, json_option, reason_option
from .receipts import show
from .repairs import Mover, fence_of, repair, say_taken_over
from .targets import find, position_options


@click.command()
@position_options
@reason_option
@click.option("--live", is_flag=True, help="Send the order, reduce-only, and see the position flat.")
@confirm_option
@json_option
@click.pass_context
def close(
    context: click.Context,
    position: str,
    exchange: str | None,
    account: str | None,
    reason: str,
    live: bool,
    confirm: bool,
    as_json: bool,
) -> int:
    """Close a position that is active, or waits for its stop-loss.

    Without --live the order that is due is printed, and recover sends it when the lease ends. Where somebody drives
    the position it is taken over first. Exit status 1: it is not closed.
    """
    server: Server = context.obj
    row = find(server, position, exchange, account)

    def moves(move: Mover) -> Receipt:
        fence = fence_of(move, row, reason).fence if row.is_driven else None
        return move("begin_close", position_id=row.position_id, reason=reason, fence=fence)

    if row.is_driven:
        say_taken_over(row, confirm=confirm, as_json=as_json)
    if live and confirm:
        from .live import repair_and_drive

        return repair_and_drive(server, row, moves, adopted=True, as_json=as_json)
    return show(repair(server, confirm, moves), confirm=confirm, as_json=as_json)
