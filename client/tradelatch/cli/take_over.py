"""`tradelatch take-over`"""

import click

from .connection import Server
from .options import adopted_option, confirm_option, json_option, reason_option
from .receipts import move, show
from .targets import find, position_options


@click.command("take-over")
@position_options
@reason_option
@click.option("--live", is_flag=True, help="Bring it to where it is finished, by asking the exchange.")
@adopted_option
@confirm_option
@json_option
@click.pass_context
def take_over(
    context: click.Context,
    position: str,
    exchange: str | None,
    account: str | None,
    reason: str,
    live: bool,
    adopted: bool,
    confirm: bool,
    as_json: bool,
) -> int:
    """Drive a position at once, without waiting for its lease.

    The driver before is fenced off from the book, but may send an order until its own lease ends. Orders that were
    withheld, because another row held the slot, are given again: look first whose exposure it is. With --live recovery
    goes on from there; else the order that is due is printed, and recover takes over when the lease ends.
    """
    server: Server = context.obj
    position_id = find(server, position, exchange, account).position_id
    if live and confirm:
        from .live import move_and_drive

        return move_and_drive(
            server, "take_over", adopted=adopted, as_json=as_json, position_id=position_id, reason=reason
        )
    receipt = move(server, confirm, "take_over", position_id=position_id, reason=reason)
    return show(receipt, confirm=confirm, as_json=as_json)
