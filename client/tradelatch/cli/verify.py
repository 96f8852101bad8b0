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
    standby sqitch does not work: then the catalogue is compared with this version's scripts, without the grants. Exit
    status 1: something is not as it should be.
    """
    with server.reader("verify") as connection:
        is_deployed, is_readable, user = registry(connection)
        if is_readable or not is_deployed:
            print_sqitch(server, "verify")
            return 0
        made, problems = compare(connection)
    click.echo(
        f"{user} cannot use sqitch's registry here, so the catalogue was compared with this version's scripts, without"
        " the grants. For all of it, verify the primary as the login that deployed."
    )
    for problem in problems:
        click.echo(visible(problem))
    if problems:
        click.echo(f"{len(problems)} problems: deploy again as the login that deployed, or see docs/deploy.md.")
        return FAILED
    click.echo(f"All {made} objects are there, as this version's scripts make them.")
    return 0
