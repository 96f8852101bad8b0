"""`tradelatch diagnose`"""

from datetime import timedelta

import click

from .connection import Server
from .filters import resolve
from .findings import print_findings, status_of, with_commands
from .options import duration, filter_options, json_option
from .output import print_json


@click.command()
@filter_options
@click.option(
    "--stale-after", type=duration, default="5m", metavar="DURATION", help="How long a position may stay unfinished."
)
@json_option
@click.pass_context
def diagnose(
    context: click.Context,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    stale_after: timedelta,
    as_json: bool,
) -> int:
    """Say what is wrong in the book, and between it and what reconcile recorded of the exchanges.

    It reads only, and asks no exchange: reconcile does. Exit status 1: something critical was found.
    """
    server: Server = context.obj
    only = resolve(server, exchange, account, symbol)
    with server.client("diagnose") as client:
        findings = client.diagnose(
            exchange=only.exchange, symbol=only.symbol, account=only.account, stale_after=stale_after
        )
    if as_json:
        print_json({"findings": with_commands(findings)})
    else:
        print_findings(findings)
    return status_of(findings)
