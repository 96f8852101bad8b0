"""`tradelatch cleanup`"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import click

from ..core.client_sync import Client
from ..core.receipt import CleanupAction, Finding
from ..watching.figures import age
from .actions import print_actions, status_of
from .connection import Server
from .documents import rows
from .filters import Filters, resolve
from .findings import print_findings, with_commands
from .findings import status_of as status_of_findings
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
    it needs recover. What changes is backed up, and restore takes it back. Findings that this call leaves alone are
    listed, with the reason. Exit status 1: something was left, or something critical stands.
    """
    server: Server = context.obj
    only = resolve(server, exchange, account, symbol)
    with server.client("cleanup") as client:
        actions = client.cleanup(
            mode,
            exchange=only.exchange,
            account=only.account,
            symbol=only.symbol,
            older_than=older_than,
            dry_run=not confirm,
            reason=reason,
        )
        standing = client.diagnose(exchange=only.exchange, account=only.account, symbol=only.symbol)
        left = _left_alone(client, mode, only, older_than, actions, standing)
    if as_json:
        print_json({"dry_run": not confirm, "actions": rows(actions), "skipped": with_commands(left)})
    else:
        _print(actions, left, confirm)
    return max(status_of(actions), status_of_findings(standing))


def _left_alone(
    client: Client,
    mode: str,
    only: Filters,
    older_than: timedelta,
    actions: Sequence[CleanupAction],
    standing: Sequence[Finding],
) -> list[Finding]:
    """What stands, is due, and is not among the actions; `skipped` in its detail says why."""
    done = {_key_of(each) for each in actions}
    left = [each for each in standing if each.severity != "info" and _key(vars(each)) not in done]
    if not left:
        return []
    its_mode = {
        _key_of(each): other
        for other in MODES[:-1]
        for each in client.cleanup(other, exchange=only.exchange, account=only.account, symbol=only.symbol)
    }

    def reason(finding: Finding) -> str:
        other = its_mode.get(_key(vars(finding)))
        if other is None:
            return "cleanup does not deal with that"
        if mode not in (other, "all"):
            return f"cleanup {other} looks at that"
        return f"it has stood for less than {age(older_than)}" if older_than else "it came up meanwhile"

    return [replace(each, detail={**each.detail, "skipped": reason(each)}) for each in left]


def _key_of(action: CleanupAction) -> tuple[Any, ...]:
    return _key({**action.detail, "position_id": action.position_id})


def _key(of: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a finding from the others."""
    return tuple(of.get(name) for name in ("check_name", "position_id", "exchange", "account", "symbol"))


def _print(actions: Sequence[CleanupAction], left: Sequence[Finding], confirm: bool) -> None:
    out = console()
    if actions:
        print_actions(actions)
    else:
        out.print("Nothing to clean up.")
    if left:
        out.print("Left alone:")
        print_findings(left)
    done = [each for each in actions if each.backup_id is not None]
    if actions and not confirm:
        out.print(NOTHING_DONE)
    elif done:
        out.print(
            f"Done: {len(done)} of {len(actions)}. To take it back:\n  tradelatch restore {done[0].backup_id} --confirm"
        )
    elif actions:
        out.print("Nothing could be done.")
