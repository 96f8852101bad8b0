"""`tradelatch watch`: the book live on a terminal, or alerts as lines."""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import psycopg
from rich.console import Group
from rich.live import Live
from rich.text import Text

from ..visible import json_text, visible
from ..watching.alerts import MOST_OFTEN, SEVERITIES, AlertLog, Listener, Repeated, Schedule, database_of, follow
from ..watching.book import Book, read_book
from ..watching.figures import clock, fit
from ..watching.keyboard import single_keys, wait
from ..watching.place import PlaceFile, usual_path
from ..watching.screen import render, standby
from .connection import NoConnection, Server
from .errors import Refused
from .filters import Filters, resolve
from .options import duration, filter_options
from .output import console, plain

BROKEN = (psycopg.OperationalError, NoConnection)
TRIES = 3
COMMAND_SECONDS = 60.0
RETRY_SECONDS = 1.0


@click.command()
@filter_options
@click.option("--alerts", is_flag=True, help="Print a line of JSON for each alert, instead of the screen.")
@click.option("--exec", "command", metavar="CMD", help="With --alerts: run this for each, with the line on its stdin.")
@click.option(
    "--severity", type=click.Choice(SEVERITIES), default="info", help="With --alerts: this, and what is more severe."
)
@click.option(
    "--since",
    type=duration,
    default=None,
    metavar="DURATION",
    help="With --alerts: begin so long ago, whatever was told.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --alerts: where to note what was told; else a file of this user, database and command.",
)
@click.option("--every", type=duration, default="2s", metavar="DURATION", help="How often to look.")
@click.option(
    "--stale-after",
    type=duration,
    default=None,
    metavar="DURATION",
    help="Of the screen: how long a position may be unfinished; 5m. Alerts: set_stale_after.",
)
@click.pass_obj
def watch(
    server: Server,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    alerts: bool,
    command: str | None,
    severity: str,
    since: timedelta | None,
    state: Path | None,
    every: timedelta,
    stale_after: timedelta | None,
) -> int:
    """Watch the book live; q or Ctrl-C quits.

    With --alerts it prints one line of JSON for each alert, or runs a command with it on standard input, without a
    shell: the most severe first, and the same thing of a slot once, with a count. It begins with what is due and goes
    on, after a restart or a lost connection, where it was: none is missed, none comes twice. It also calls
    record_findings, which is what raises the alerts of positions that are overdue, if the user may.

    LISTEN needs a session of its own: name the server itself, not a pooler in transaction mode.
    """
    if not alerts and (command is not None or since is not None or state is not None or severity != SEVERITIES[-1]):
        raise click.UsageError("--exec, --severity, --since and --state go with --alerts")
    if alerts and stale_after is not None:
        raise click.UsageError("--stale-after goes without --alerts: an operator sets it by tradelatch.set_stale_after")
    if alerts and (exchange is not None or account is not None or symbol is not None):
        raise click.UsageError("--alerts tells all of them: filter their lines")
    if every <= timedelta():
        raise click.BadParameter("it must be above 0", param_hint="--every")
    listener = Listener(server.connect)
    try:
        connection = listener.connection()
        if alerts:
            words = words_of(command)
            file = PlaceFile(state or usual_path(database_of(connection), [severity, *(words or [])]))
            log = AlertLog(since or timedelta(), file)
            if since is None:
                _resume(log, connection, file)
            hidden = [connection.info.password] if connection.info.password else []
            _print_alerts(listener, log, every, severity, words, without_secrets(os.environ, hidden))
        else:
            _show(listener, every, stale_after or timedelta(minutes=5), resolve(server, exchange, account, symbol))
    except KeyboardInterrupt:
        pass
    finally:
        listener.lose()
    return 0


def words_of(command: str | None) -> list[str] | None:
    """A command's words, as a shell would split them; nothing else of a shell happens."""
    if command is None:
        return None
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise Refused(f"--exec: {error}") from None
    if not words:
        raise Refused("--exec: there is no command")
    return words


def _resume(log: AlertLog, connection: psycopg.Connection[Any], file: PlaceFile) -> None:
    try:
        log.resume(connection)
    except OSError as error:
        raise Refused(f"--state: {file.path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise Refused(f"--state: {file.path} is something else") from None


def without_secrets(environment: Mapping[str, str], hidden: list[str]) -> dict[str, str]:
    """Without what leads to the database or to an exchange, by any name."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("TRADELATCH_", "PG")) and not any(secret in value for secret in hidden)
    }


def _print_alerts(
    listener: Listener,
    log: AlertLog,
    every: timedelta,
    severity: str,
    command: list[str] | None,
    environment: Mapping[str, str],
) -> None:
    seconds = every.total_seconds()
    for told in follow(listener, log, Schedule(), seconds, BROKEN, _complain, time.sleep, severity):
        line = alert_line(told)
        if command is None:
            print(line, flush=True)
        else:
            _hand_over(command, line, environment)


def alert_line(told: Repeated) -> str:
    """One line of JSON: the latest of them, how many there were, and when the first was."""
    document = plain(told.alert)
    del document["xid"]  # the reader's, not the person's
    return json_text(document | {"count": told.count, "first_at": plain(told.first_at)})


def _hand_over(command: list[str], line: str, environment: Mapping[str, str]) -> None:
    """Run the command, a few times if it fails; what it never took is said on stderr."""
    for attempt in range(1, TRIES + 1):
        try:
            done = subprocess.run(
                command, input=line + "\n", text=True, timeout=COMMAND_SECONDS, check=False, env=dict(environment)
            )
            if done.returncode == 0:
                return
            problem = f"status {done.returncode}"
        except subprocess.TimeoutExpired:
            problem = f"no end within {COMMAND_SECONDS:g} s"
        except OSError as error:
            problem = error.strerror or type(error).__name__
        if attempt < TRIES:
            time.sleep(RETRY_SECONDS)
    _complain(f"{command[0]} failed, {problem}, for {line}")


def _complain(text: str) -> None:
    click.echo(visible(f"tradelatch: {text}"), err=True)


def _show(listener: Listener, every: timedelta, stale_after: timedelta, only: Filters) -> None:
    screen = console()
    if not screen.is_terminal:
        raise Refused("there is no terminal: use `tradelatch status`, or --alerts")
    book: Book | None = None
    with single_keys() as keys, _live(screen) as live:
        while True:
            problem, others = "", []
            try:
                connection = listener.connection()
                book = read_book(connection, stale_after, vars(only))
                others = [connection.fileno()]
            except BROKEN as error:
                listener.lose()
                problem = " ".join(str(error).split()) or "connection lost"
            live.update(_picture(book, problem, screen.width, screen.height, listener.where), refresh=True)
            if _quits(listener, keys, others, every.total_seconds() if others else RETRY_SECONDS):
                return


def _quits(listener: Listener, keys: int | None, others: list[int], seconds: float) -> bool:
    """Waits for the next look: for the time, or for an alert. True when q was pressed."""
    end = time.monotonic() + seconds
    if "q" in wait(keys, [], min(MOST_OFTEN, seconds)).lower():
        return True
    while (left := end - time.monotonic()) > 0:
        if "q" in wait(keys, others, left).lower():
            return True
        if others and listener.was_told():
            return False
    return False


@contextmanager
def _live(screen: Any) -> Iterator[Live]:
    with Live(console=screen, screen=True, auto_refresh=False) as live:
        yield live


def _picture(book: Book | None, problem: str, width: int, height: int, where: str) -> Group:
    """The whole screen: where and when, or why not; then the book."""
    at = clock(book.at) + "Z" if book else ""
    title = Text(no_wrap=True, overflow="crop")
    if problem:
        title.append(fit(f"{at} no connection, trying again: {problem}", width), style="bold red")
    else:
        left = fit(" ".join(filter(None, ["tradelatch", standby(book) if book else "", where])), width - 22)
        title.append(left, style="bold")
        title.append(f"{at}  q quits".rjust(width - len(left)), style="dim")
    lines = render(book, width, height - 1) if book else []
    return Group(title, *lines)
