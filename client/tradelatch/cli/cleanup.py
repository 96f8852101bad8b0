"""`tradelatch cleanup`"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click

from ..client_sync import Client
from ..receipt import CleanupAction
from .actions import print_actions, slots_of, status_of
from .connection import Server
from .documents import rows
from .findings import slot
from .options import confirm_option, duration, filter_options, json_option
from .output import console, plain, print_json
from .receipts import NOTHING_DONE

MODES = ["duplicates", "incomplete", "orphaned_db", "orphaned_exchange", "all"]


@click.command()
@click.argument("mode", type=click.Choice(MODES))
@filter_options
@click.option(
    "--older-than", type=duration, default="1h", metavar="DURATION", help="For how long a finding must have stood."
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
    filters = {"exchange": exchange, "account": account, "symbol": symbol}
    with server.client("cleanup") as client:
        actions = client.cleanup(mode, older_than=older_than, dry_run=not confirm, reason=reason, **filters)
        if as_json:
            print_json({"dry_run": not confirm, "actions": rows(actions)})
        else:
            _print(client, actions, confirm, filters)
    return status_of(actions)


def _slots_of_orphans(client: Client, filters: dict[str, Any]) -> dict[int | str, str]:
    """Of what would be adopted there is no position yet: what was seen tells which one it is, if it is the only one."""
    orphans = [each for each in client.diagnose(**filters) if each.check_name == "orphaned_exchange"]
    counts = Counter(json.dumps(plain(each.detail["seen"])) for each in orphans)
    return {text: slot(each) for each in orphans if counts[text := json.dumps(plain(each.detail["seen"]))] == 1}


def _print(client: Client, actions: Sequence[CleanupAction], confirm: bool, filters: dict[str, Any]) -> None:
    out = console()
    if not actions:
        out.print("Nothing to clean up.")
        return
    print_actions(actions, slots_of(client, actions) | _slots_of_orphans(client, filters))
    done = [each for each in actions if each.backup_id is not None]
    if not confirm:
        out.print(NOTHING_DONE)
    elif done:
        out.print(
            f"Done: {len(done)} of {len(actions)}. To take it back:\n  tradelatch restore {done[0].backup_id} --confirm"
        )
    else:
        out.print("Nothing could be done.")
