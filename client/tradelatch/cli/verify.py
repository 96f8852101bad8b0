"""`tradelatch verify`"""

import click

from .connection import Server
from .sqitch import print_sqitch


@click.command()
@click.pass_obj
def verify(server: Server) -> None:
    """Check the deployed schema and its grants."""
    print_sqitch(server, "verify")
