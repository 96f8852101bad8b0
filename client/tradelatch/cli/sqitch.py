"""The sqitch CLI, on the project that the package carries."""

import shutil

import click

from ..deployment import sqitch
from ..visible import visible_lines
from .connection import Server
from .errors import Refused
from .output import progress


def require_sqitch() -> None:
    """Refused where it is not installed."""
    if shutil.which("sqitch") is None:
        raise Refused("sqitch is not installed: see https://sqitch.org/download")


def print_sqitch(server: Server, *arguments: str) -> None:
    """Run it and print what it says; ProgramError when it fails."""
    require_sqitch()
    server.connect().close()
    with progress(f"sqitch {arguments[0]}"):
        printed = sqitch(server.dsn or "", *arguments)
    click.echo(visible_lines(printed.rstrip()))
