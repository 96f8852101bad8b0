"""`tradelatch restore`"""

from uuid import UUID

import click

from ..core.client_sync import Client
from .actions import print_actions, status_of
from .connection import Server
from .documents import rows
from .errors import Refused
from .options import confirm_option, json_option
from .output import console, print_json
from .receipts import NOTHING_DONE

SHORTEST = 4


@click.command()
@click.argument("backup_id", metavar="BACKUP")
@confirm_option
@json_option
@click.pass_context
def restore(context: click.Context, backup_id: str, confirm: bool, as_json: bool) -> int:
    """Take back what a cleanup, a reconcile or a release did.

    Positions become what they were, under a new fence, and nobody drives them: recover takes up what is unfinished.
    One that was adopted is closed in the book. Nothing is asked of an exchange. What would break the contract is
    refused, the rest is restored. BACKUP is an id, or as much of its beginning as no other has. Exit status 1:
    something was refused.
    """
    server: Server = context.obj
    with server.client("restore") as client:
        actions = client.restore_backup(_backup(client, backup_id), dry_run=not confirm)
        if as_json:
            print_json({"dry_run": not confirm, "actions": rows(actions)})
        else:
            print_actions(actions)
            if not confirm:
                console().print(NOTHING_DONE)
    return status_of(actions)


def _backup(client: Client, word: str) -> UUID:
    """The whole id. A whole one is not looked up: the database says that it is none."""
    if len(word) == len(str(UUID(int=0))):
        try:
            return UUID(word)
        except ValueError:
            raise Refused(f"{word[:64]} is not the id of a backup: see tradelatch backups") from None
    known = sorted({str(each.backup_id) for each in client.backups()})
    meant = [each for each in known if each.startswith(word.lower())]
    if len(word) < SHORTEST or not meant:
        raise Refused(f"no backup begins with {word[:64]!r}: see tradelatch backups")
    if len(meant) > 1:
        raise Refused(f"{word} is ambiguous: {', '.join(meant[:8])}")
    return UUID(meant[0])
