"""`tradelatch verify`"""

import click

from ..visible import visible
from .catalogue import compare, registry
from .connection import Server
from .errors import FAILED
from .sqitch import print_sqitch


@click.command()
@click.pass_obj
def verify(server: Server) -> int:
    """Check the deployed schema and its grants.

    By sqitch, as a superuser or the login that deployed. Any other login cannot read sqitch's registry, and on a
    standby sqitch does not work: then the catalogue is compared with this version's scripts, and the output says with
    what. Exit status 1: something is not as it should be.
    """
    with server.reader("verify") as connection:
        is_deployed, is_readable, user = registry(connection)
        if is_readable or not is_deployed:
            print_sqitch(server, "verify")
            return 0
        made, problems = compare(connection)
    click.echo(
        f"{user} cannot use sqitch's registry here, so the catalogue was compared with this version's scripts: that"
        " each object is there, the source of each function, that indexes are valid and triggers enabled. Not compared:"
        " grants, owners, comments, columns, constraints and the text of views. For all of it, verify the primary as"
        " the login that deployed."
    )
    for problem in problems:
        click.echo(visible(problem))
    if problems:
        click.echo(f"{len(problems)} problems: deploy again as the login that deployed, or see docs/deploy.md.")
        return FAILED
    counted = ", ".join(f"{count} {kind}{'es' if kind == 'index' else 's'}" for kind, count in sorted(made.items()))
    click.echo(f"All {made.total()} are there: {counted}.")
    return 0
