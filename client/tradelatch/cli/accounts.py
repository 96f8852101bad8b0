"""`tradelatch accounts`"""

import click

from ..core.receipt import AccountGrant
from ..timeline import print_columns
from .connection import Server
from .documents import rows
from .errors import Refused
from .options import confirm_option, json_option
from .output import cell, console, print_json
from .receipts import NOTHING_DONE

WIDTHS = (22, 12, 16, 21)


@click.command()
@click.option("--grant", metavar="ROLE", help="Let this login, or every member of this role, use the account.")
@click.option("--revoke", metavar="ROLE", help="Take that back.")
@click.option("--exchange", metavar="EXCHANGE", help="Only on this exchange; else on all of them.")
@click.option("--account", metavar="ACCOUNT", help="Only this exchange account; else all of them.")
@confirm_option
@json_option
@click.pass_context
def accounts(
    context: click.Context,
    grant: str | None,
    revoke: str | None,
    exchange: str | None,
    account: str | None,
    confirm: bool,
    as_json: bool,
) -> None:
    """List which logins may use which exchange accounts; grant and revoke them.

    Before the first grant every bot may use every account. From then on each has only those that it was granted, for
    good: it can neither move nor see another one. Operators are not limited, and watchers see all.
    """
    if grant is not None and revoke is not None:
        raise Refused("--grant and --revoke do not go together")
    if grant is None and revoke is None and (exchange, account) != (None, None):
        raise Refused("--exchange and --account say what is to be granted or revoked: add --grant or --revoke")
    server: Server = context.obj
    changed = 0
    with server.client("accounts") as client:
        standing = client.account_grants()
        if confirm and grant is not None:
            changed = client.grant_account(grant, exchange=exchange, account=account)
        if confirm and revoke is not None:
            changed = client.revoke_account(revoke, exchange=exchange, account=account)
        grants = client.account_grants()
    is_change = grant is not None or revoke is not None
    if as_json:
        print_json({"dry_run": is_change and not confirm, "changed": changed, "grants": rows(grants)})
        return
    out = console()
    if is_change:
        what = f"{'every' if account is None else account} account of {exchange or 'every exchange'}"
        verb = "granted to" if grant is not None else "revoked from"
        if not confirm:
            out.print(f"Would be {verb} {grant or revoke}: {what}.")
            if grant is not None and not standing:
                out.print("Unless that was done before: every other bot then loses the accounts it was not granted.")
            out.print(NOTHING_DONE)
        elif changed:
            out.print(f"{verb.capitalize()} {grant or revoke}: {what}.")
        else:
            out.print("Nothing to do: it is so already.")
    _print(grants)


def _print(grants: list[AccountGrant]) -> None:
    out = console()
    if not grants:
        out.print("No grants. Before the first one every bot may use every account; after it none may.")
        return
    print_columns(out, ["role", "exchange", "account", "granted"], WIDTHS, style="bold")
    for each in grants:
        where = [each.exchange or "(all)", each.account or "(all)"]
        print_columns(out, [each.role_name, *where, cell(each.granted_at)], WIDTHS)
