"""`tradelatch [--dsn DSN] COMMAND`: finds a command when it is called."""

import logging
from importlib import import_module

import click

from .. import __version__
from . import COMMANDS
from .connection import Server

# What a command has to say it prints; these would write to stderr beside it.
for name in ("tradelatch", "psycopg.pool"):
    logging.getLogger(name).addHandler(logging.NullHandler())


class Commands(click.Group):
    """The commands of COMMANDS; nothing is imported to list them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"{__package__}.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    name="tradelatch",
    context_settings={
        "auto_envvar_prefix": "TRADELATCH",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 80,
        "show_default": True,
    },
)
@click.option("--dsn", metavar="DSN", help="The database; else TRADELATCH_DSN, else libpq's PG* variables.")
@click.version_option(__version__, prog_name="tradelatch", message="%(prog)s %(version)s")
@click.pass_context
def tradelatch(context: click.Context, dsn: str | None) -> None:
    """One open position per exchange, account, symbol and side, kept by PostgreSQL.

    Every option can be set by a variable: TRADELATCH_DSN, TRADELATCH_JSON, and for a command's own
    TRADELATCH_COMMAND_OPTION.
    Exit status: 0 fine; 1 critical findings, incidents or a failed run; 2 wrong usage or no connection.
    """
    context.obj = Server(dsn)
