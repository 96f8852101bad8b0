"""`tradelatch cleanup`"""

from collections.abc import Sequence
from datetime import timedelta

import click

from ..core.receipt import CleanupAction
from .actions import print_actions, status_of
from .connection import Server
from .documents import rows
from .options import confirm_option, duration, filter_options, json_option
from .output import console, print_json
from .receipts import NOTHING_DONE

MODES = ["duplicates", "incomplete", "orphaned_db", "orphaned_exchange", "all"]


@click.command()
@click.argument("mode", type=click.Choice(MODES))
@filter_options
@click.option(
    "--older-than", type=duration, default="0s", metavar="DURATION", help="For how long a finding must have stood."
)
@click.option("--reason", default="cleanup", metavar="TEXT", help="Why, for the log: at most 1000 characters.")
@confirm_option
@json_option
@click.pass_context
def cleanup(
    context: click.Context,
    mode: str,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    older_than: timedelta,
    reason: str,
    confirm: bool,
    as_json: bool,
) -> int:
    """End what is proven over, adopt what is proven there.

    It works from what reconcile recorded, and asks no exchange. What may have reached the exchange is not guessed at:
    it needs recover. What changes is backed up, and restore takes it back. Exit status 1: something was left.
    """
    server: Server = context.obj
    with server.client("cleanup") as client:
        actions = client.cleanup(
            mode,
            exchange=exchange,
            account=account,
            symbol=symbol,
            older_than=older_than,
            dry_run=not confirm,
            reason=reason,
        )
        if as_json:
            print_json({"dry_run": not confirm, "actions": rows(actions)})
        else:
            _print(actions, confirm)
    return status_of(actions)


def _print(actions: Sequence[CleanupAction], confirm: bool) -> None:
    out = console()
    if not actions:
        out.print("Nothing to clean up.")
        return
    print_actions(actions)
    done = [each for each in actions if each.backup_id is not None]
    if not confirm:
        out.print(NOTHING_DONE)
    elif done:
        out.print(
            f"Done: {len(done)} of {len(actions)}. To take it back:\n  tradelatch restore {done[0].backup_id} --confirm"
        )
    else:
        out.print("Nothing could be done.")
