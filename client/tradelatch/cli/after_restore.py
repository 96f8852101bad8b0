"""`tradelatch after-restore`"""

import click

from ..core.receipt import Finding
from .connection import Server
from .documents import rows
from .findings import print_findings
from .options import confirm_option, json_option, reason_option
from .output import console, print_json
from .receipts import NOTHING_DONE

SKIP = 1000000


@click.command("after-restore")
@reason_option
@click.option(
    "--skip",
    type=click.IntRange(0, 1000000000),
    default=SKIP,
    metavar="N",
    help="How many ids the lost history gave out at most; 0: nothing was lost.",
)
@confirm_option
@json_option
@click.pass_context
def after_restore(context: click.Context, reason: str, skip: int, confirm: bool, as_json: bool) -> int:
    """Before a bot connects to a database that was restored.

    After a failover that may have lost commits, a point-in-time recovery, a restored dump or a promoted copy: moves
    every sequence past what the lost history may have given out, refuses every worker of it from then on, and lists
    what has to be compared with the exchanges.

    --skip 0 is for what lost nothing, such as a failover with a synchronous standby or pg_upgrade: it only notes the
    new history, and diagnose is quiet again.
    """
    server: Server = context.obj
    with server.client("after-restore") as client:
        if confirm:
            findings = client.after_restore(reason, skip=skip)
        else:
            findings = [each for each in client.diagnose() if each.check_name == "history_changed"]
        is_open = len(client.open_positions())
    if as_json:
        print_json({"dry_run": not confirm, "open_positions": is_open, "findings": rows(findings)})
    else:
        _print(findings, is_open, skip, confirm)
    return 0


def _print(findings: list[Finding], is_open: int, skip: int, confirm: bool) -> None:
    out = console()
    if not confirm:
        print_findings(findings)
        out.print("The history of this server would be noted.")
        if skip:
            out.print(f"Every sequence would be moved by {skip}, and {is_open} open positions would lose their driver.")
        out.print(NOTHING_DONE)
    elif skip == 0:
        out.print("The history of this server is noted.")
    else:
        print_findings(findings)
        out.print("Connect the bots when this is compared.")
