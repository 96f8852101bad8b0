"""`tradelatch close`"""

import click

from .connection import Server
from .options import confirm_option, json_option, reason_option
from .receipts import move, show
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

    Without --live the order that is due is printed, and recover sends it when the lease ends. While somebody else
    drives the position nothing is done: wait for its lease, or take-over. Exit status 1: it is not closed.
    """
    server: Server = context.obj
    position_id = find(server, position, exchange, account).position_id
    if live and confirm:
        from .live import move_and_drive

        return move_and_drive(
            server, "begin_close", adopted=True, as_json=as_json, position_id=position_id, reason=reason
        )
    receipt = move(server, confirm, "begin_close", position_id=position_id, reason=reason)
    return show(receipt, confirm=confirm, as_json=as_json)
