"""`tradelatch restore`"""

from uuid import UUID

import click

from .actions import print_actions, status_of
from .connection import Server
from .documents import rows
from .options import confirm_option, json_option
from .output import console, print_json
from .receipts import NOTHING_DONE


@click.command()
@click.argument("backup_id", type=click.UUID, metavar="BACKUP")
@confirm_option
@json_option
@click.pass_context
def restore(context: click.Context, backup_id: UUID, confirm: bool, as_json: bool) -> int:
    """Take back what a cleanup, a reconcile or a release did.

    Positions become what they were, under a new fence, and nobody drives them: recover takes up what is unfinished.
    One that was adopted is closed in the book. Nothing is asked of an exchange. What would break the contract is
    refused, the rest is restored. Exit status 1: something was refused.
    """
    server: Server = context.obj
    with server.client("restore") as client:
        actions = client.restore_backup(backup_id, dry_run=not confirm)
        if as_json:
            print_json({"dry_run": not confirm, "actions": rows(actions)})
        else:
            print_actions(actions)
            if not confirm:
                console().print(NOTHING_DONE)
    return status_of(actions)
