"""`tradelatch deploy`"""

import click

from .connection import Server
from .sqitch import print_sqitch


@click.command()
@click.pass_obj
def deploy(server: Server) -> None:
    """Bring the database to this version's schema, each change verified.

    What is deployed already stays; a change that fails leaves nothing behind. The DSN's user is a superuser, or has
    CREATEROLE and CREATE on the database.
    """
    print_sqitch(server, "deploy", "--verify")
