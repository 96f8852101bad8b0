"""`tradelatch [--dsn DSN] COMMAND`: finds a command when it is called."""

import logging
from difflib import get_close_matches
from importlib import import_module

import click

from .. import __version__
from . import COMMANDS
from .connection import Server

# What a command has to say it prints; these would write to stderr beside it.
for name in ("tradelatch", "psycopg.pool"):
    logging.getLogger(name).addHandler(logging.NullHandler())


# What may stand before a command, too, and whether a value follows.
ANYWHERE = {"--json": False, "--exchange": True, "--account": True, "--symbol": True, "--watch": True}
FORMATS = {
    "DURATION": "DURATION: 90s, 5m, 1h, 2d, 1h30m.",
    "TIME": "TIME: 2025-10-28T13:19:10Z, with its zone.",
}


class Commands(click.Group):
    """The commands of COMMANDS; nothing is imported to list them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _moved(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            alike = get_close_matches(name.lower().replace("_", "-"), COMMANDS, n=2, cutoff=0.6)
            meant = f"; did you mean {' or '.join(alike)}?" if alike else ""
            raise click.UsageError(f"there is no command {name!r}{meant}", ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"{__package__}.{name}"), name)
        if not any(option.name == "dsn" for option in command.params):
            dsn = click.Option(["--dsn"], metavar="DSN", expose_value=False, callback=_use, hidden=True)
            command.params.append(dsn)
            told = {each.metavar for each in command.params}
            command.epilog = " ".join(text for metavar, text in FORMATS.items() if metavar in told) or None
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _moved(args: list[str]) -> list[str]:
    """With what stands before the command and is its own put behind it."""
    before: list[str] = []
    moved: list[str] = []
    rest = list(args)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        name, has_value, _ = word.partition("=")
        if not has_value and ANYWHERE.get(name, name == "--dsn") and rest:
            (moved if name in ANYWHERE else before).extend([word, rest.pop(0)])
        else:
            (moved if name in ANYWHERE else before).append(word)
    return [*before, *rest[:1], *moved, *rest[1:]]


def _use(context: click.Context, _: click.Parameter, dsn: str | None) -> None:
    """The DSN where it stands behind the command."""
    if dsn is not None and context.obj != Server(dsn):
        context.obj = Server(dsn)


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

    --dsn, --json, --exchange, --account, --symbol and --watch may stand before the command or behind it. Every option
    can be set by a variable: TRADELATCH_DSN, TRADELATCH_JSON, and for a command's own TRADELATCH_COMMAND_OPTION.
    A shell completes commands and options after: eval "$(_TRADELATCH_COMPLETE=bash_source tradelatch)"; or with
    zsh_source, or fish_source.
    Exit status: 0 fine; 1 critical findings, incidents or a failed run; 2 wrong usage or no connection.
    """
    context.obj = Server(dsn)
