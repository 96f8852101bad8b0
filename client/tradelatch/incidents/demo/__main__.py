"""Two incidents of a live bot, each played on the bot's legacy flow and on tradelatch, in a scratch database.

The server is that of TRADELATCH_DSN, else that of libpq's PG* variables. Exit status: 0 tradelatch held; 1 it did
not, or the legacy flow did not fail, and nothing was shown; 2 no database to play in.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from rich.console import Console

from ... import AsyncClient
from ...deployment import deploy_with_psql
from ...programs import ProgramError
from ...timeline import STYLES, plain_console, print_text
from ..reproduce.aftermath import Aftermath
from ..reproduce.scratch import NoDatabase, scratch_database
from .incidents import APTUSDT, AVLUSDT, Incident
from .play import play_latched, play_legacy
from .verdict import broken_promises, print_verdict, shows_fault

INTRODUCTION = (
    "Two incidents of a live trading bot, each played twice: on its legacy flow, and on tradelatch. The statements run "
    "on this PostgreSQL, the exchange is simulated, the times are those of the incident."
)
HELD = "tradelatch held: one row and one entry each, and the book says what is there."
PACE = 0.2  # real seconds for one of the incident's, where somebody watches


async def demo(dsn: str, console: Console, pace: float) -> bool:
    """Play everything. True when tradelatch held, and the legacy flow did not."""
    results = []
    with scratch_database(dsn, "demo") as scratch:
        print_text(console, INTRODUCTION)
        with console.status("psql deploys tradelatch", spinner="line") if console.is_terminal else nullcontext():
            deploy_with_psql(scratch)
        for incident in (APTUSDT, AVLUSDT):
            symbol = incident.signal.symbol
            console.print(f"\n{incident.title}", style="bold")
            print_text(console, incident.story)
            console.print(f"\n{symbol} on the legacy flow\n", style="bold")
            legacy = await play_legacy(incident, scratch, console, pace)
            console.print(f"\n{symbol} on tradelatch\n", style="bold")
            async with AsyncClient(scratch) as client:
                latched = await play_latched(incident, scratch, client, console, pace)
            results.append((incident, legacy, latched))
    return judge(console, results)


def judge(console: Console, results: Sequence[tuple[Incident, Aftermath, Aftermath]]) -> bool:
    """Print the verdict on both flows."""
    console.print()
    complaints = []
    for incident, legacy, latched in results:
        symbol = incident.signal.symbol
        print_verdict(console, symbol, legacy, latched)
        complaints += [f"{symbol}: {broken}" for broken in broken_promises(latched, ends=incident.ends)]
        if not shows_fault(legacy, incident.signal.quantity):
            complaints.append(f"{symbol}: the legacy flow did not fail, so nothing was shown")
    console.print()
    for complaint in complaints:
        print_text(console, complaint, style=STYLES["bad"])
    if not complaints:
        print_text(console, HELD, style=STYLES["good"])
    return not complaints


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tradelatch.incidents.demo", description=__doc__.split("\n")[0])
    parser.parse_args(arguments)
    console = plain_console()
    try:
        held = asyncio.run(demo(os.environ.get("TRADELATCH_DSN", ""), console, PACE if console.is_terminal else 0.0))
    except KeyboardInterrupt:
        return 130
    except NoDatabase as error:
        print(
            f"tradelatch.incidents.demo: {error} (`make demo` starts one; TRADELATCH_DSN names another)",
            file=sys.stderr,
        )
        return 2
    except ProgramError as error:
        print(f"tradelatch.incidents.demo: {error}", file=sys.stderr)
        return 2
    return 0 if held else 1


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
