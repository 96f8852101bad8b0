"""`tradelatch deploy`"""

import click

from ..deployment import preflight
from .connection import Server
from .sqitch import print_sqitch, require_sqitch


@click.command()
@click.pass_obj
def deploy(server: Server) -> None:
    """Bring the database to this version's schema, each change verified.

    What is deployed already stays; a change that fails leaves nothing behind. The DSN's user is a superuser, or has
    CREATEROLE and CREATE on the database. A table that cannot be taken over is refused before anything is made.
    """
    require_sqitch()
    server.look("deploy")
    with server.connect() as connection:
        is_first = connection.execute("select to_regnamespace('sqitch') is null").fetchone() == (True,)
    if is_first:
        preflight(server.dsn or "")
    print_sqitch(server, "deploy", "--verify")
