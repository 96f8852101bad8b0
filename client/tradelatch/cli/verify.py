"""`tradelatch verify`"""

import click

from .connection import Server
from .sqitch import print_sqitch


@click.command()
@click.pass_obj
def verify(server: Server) -> None:
    """Check what is deployed: shapes, rights, and who may not."""
    print_sqitch(server, "verify")
