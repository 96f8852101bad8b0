"""`tradelatch release`"""

import click

from .connection import Server
from .options import confirm_option, json_option, reason_option
from .output import console
from .receipts import move, show
from .targets import find, position_options


@click.command()
@position_options
@reason_option
@confirm_option
@json_option
@click.pass_context
def release(
    context: click.Context,
    position: str,
    exchange: str | None,
    account: str | None,
    reason: str,
    confirm: bool,
    as_json: bool,
) -> int:
    """Free a slot, whatever is in it: the position is closed in the book, and nowhere else.

    Nothing is asked of the exchange, and nothing sent: what is open there stays open, without a row. Backed up.
    """
    server: Server = context.obj
    position_id = find(server, position, exchange, account).position_id
    receipt = move(server, confirm, "release_position", position_id=position_id, reason=reason)
    status = show(receipt, confirm=confirm, as_json=as_json)
    if confirm and not as_json:
        with server.client("release") as client:
            events = client.position_timeline(position_id)
        (backup_id,) = [each.details["backup_id"] for each in events if each.event == "release_position"][-1:]
        console().print(f"To take it back:\n  tradelatch restore {backup_id} --confirm")
    return status
