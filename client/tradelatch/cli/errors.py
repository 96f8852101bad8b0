"""What ends a command, as one line on stderr and an exit status."""

import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches

import click

from ..core.errors import (
    InvalidArgument,
    PermissionDenied,
    PositionNotFound,
    SchemaMismatch,
    TradelatchError,
    Unavailable,
)
from ..programs import ProgramError
from ..visible import visible, visible_lines
from .ascii import make_printable
from .connection import NO_WRITES, NoConnection

FAILED = 1
CANNOT = 2
INTERRUPTED = 130
LISTED = 8  # names in a message
# Wrong usage or no connection; any other refusal is a failed run.
_CANNOT = (InvalidArgument, PermissionDenied, PositionNotFound, SchemaMismatch, Unavailable)


class Refused(click.ClickException):
    """The command does not do what was asked for, and has changed nothing."""

    exit_code = CANNOT


def run(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Call a command with these arguments, else those of the process; the exit status.

    SIGTERM and SIGHUP end it like Ctrl-C.
    """
    make_printable(sys.stdout, sys.stderr)
    before = {n: signal.signal(n, signal.default_int_handler) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        return _status(command, arguments)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _status(command: click.Command, arguments: Sequence[str] | None) -> int:
    try:
        status = command.main(arguments, prog_name=command.name, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return CANNOT
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else command.name
        return _end(f"{where}: {error.format_message().rstrip('.')} (see {where} --help)", CANNOT)
    except click.ClickException as error:
        return _end(f"{command.name}: {error.format_message()}", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _end(f"{command.name}: interrupted", INTERRUPTED)
    except NoConnection as error:
        return _end(f"{command.name}: {error}", CANNOT)
    except ProgramError as error:
        click.echo(visible_lines(f"{command.name}: {error}"), err=True)
        return FAILED
    except Exception as error:
        if (refusal := _refusal(error)) is None:
            raise
        return _refused(command.name, refusal)
    return status if isinstance(status, int) else 0


def _refusal(error: Exception) -> TradelatchError | None:
    """The exception, or what stands for it if psycopg raised it; None for other ones."""
    if isinstance(error, TradelatchError):
        return error
    if "psycopg" not in sys.modules:  # what needs no database does not import it
        return None
    import psycopg

    from ..core.answers import from_database

    return from_database(error) if isinstance(error, psycopg.Error) else None


def _refused(name: str | None, error: TradelatchError) -> int:
    if error.sqlstate == "25006":
        return _end(f"{name}: this server {NO_WRITES}", CANNOT)
    code = f" [{error.sqlstate}]" if error.sqlstate else ""
    return _end(f"{name}: {type(error).__name__}{code}: {error}", CANNOT if isinstance(error, _CANNOT) else FAILED)


def _end(line: str, status: int) -> int:
    click.echo(visible(" ".join(line.split())), err=True)
    return status


def suggestion(name: str, known: Sequence[str]) -> str:
    """`; did you mean this or that?`, where something is alike."""
    alike = get_close_matches(name.lower(), [each.lower() for each in known], n=3, cutoff=0.6)
    alike += [each.lower() for each in known if len(name) > 1 and name.lower() in each.lower()]
    meant = [each for each in known if each.lower() in alike][:3]
    return f"; did you mean {' or '.join(meant)}?" if meant else "."


def listed_names(start: str, known: Sequence[str]) -> str:
    """` It has this, that and 12 more`, after the start of that sentence."""
    if not known:
        return f" {start} none yet"
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return f" {start} {', '.join(known[:LISTED])}{more}"
