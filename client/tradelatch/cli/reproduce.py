"""`tradelatch reproduce`"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from ..cluster import private_cluster
from .connection import Server
from .errors import FAILED, Refused
from .options import duration, json_option

if TYPE_CHECKING:  # they take the legacy flow's driver, which only this command needs
    from ..incidents.reproduce.outcome import Outcome
    from ..incidents.reproduce.scenarios import Scenario


@click.command()
@click.argument("scenario", type=click.Choice(["a", "b", "c", "d", "e", "stress", "all"]))
@click.option(
    "--flow", type=click.Choice(["legacy", "tradelatch", "both"]), default="both", help="On which it is played."
)
@click.option("--workers", type=click.IntRange(2, 100), help="Signals at once.  [default: a: 2, stress: 8]")
@click.option("--duration", type=duration, default="10s", help="Of the stress, in real time.")
@click.option("--symbols", type=click.IntRange(1, 100), default=3, help="Of the stress.")
@click.option("--seed", type=int, default=1, help="Of all that is drawn by lot.")
@click.option(
    "--time-scale", type=click.FloatRange(0.01, 1), default=0.1, help="Real seconds for one of the scenario's."
)
@json_option
@click.pass_context
def reproduce(
    context: click.Context,
    scenario: str,
    flow: str,
    workers: int | None,
    duration: timedelta,
    symbols: int,
    seed: int,
    time_scale: float,
    as_json: bool,
) -> None:
    """Play an incident on the legacy flow and on tradelatch.

    \b
    a       two signals for a symbol at once
    b       a signal, and the synchronizer
    c       a retry, after a rollback whose order may still fill
    d       a crash between order and stop-loss, and a restart
    e       an old stop-loss, and the next position
    stress  many workers on few symbols
    all     all of them

    What happened is read from the database and from the simulated exchange. It works in a scratch database, which it
    creates on the server of --dsn and drops again; without --dsn, on a private cluster. Exit status 1: tradelatch did
    not hold. That the legacy flow fails is what is expected of it.
    """
    from ..incidents.reproduce.flows import FLOWS
    from ..incidents.reproduce.run import reproduce as play
    from ..incidents.reproduce.scenarios import SCENARIOS
    from ..incidents.reproduce.scratch import NoDatabase
    from ..incidents.reproduce.show import print_outcomes
    from ..incidents.reproduce.stage import Settings
    from .output import console, print_json, progress

    if duration <= timedelta():
        raise click.BadParameter("it must be above 0", param_hint="--duration")
    flows = [name for name in FLOWS if flow in (name, "both")]
    played = [SCENARIOS[scenario]] if scenario in SCENARIOS else list(SCENARIOS.values())
    settings = Settings(workers=workers, duration=duration, symbols=symbols, seed=seed, scale=time_scale)
    outcomes: list[Outcome] = []

    def report(scenario: "Scenario", ended: Sequence["Outcome"]) -> None:
        outcomes.extend(ended)
        if not as_json:
            print_outcomes(console(), scenario, ended)

    with server_to_play_on(context.obj) as dsn:
        if not as_json:
            click.echo(f"Seed {seed}. A second of a scenario takes {time_scale:g} s.\n")
        try:
            play(dsn, played, flows, settings, progress=progress, report=report)
        except NoDatabase as error:
            raise Refused(str(error)) from error
    held = not any(outcome.faults for outcome in outcomes if outcome.flow == "tradelatch")
    if as_json:
        documents = [outcome.document() for outcome in outcomes]
        print_json({"seed": seed, "time_scale": time_scale, "held": held, "outcomes": documents})
    context.exit(0 if held else FAILED)


@contextmanager
def server_to_play_on(server: Server) -> Iterator[str]:
    """The DSN of the server that was named, unless a book is in that database; else of one of our own."""
    from .output import progress

    if server.dsn is None:
        with ExitStack() as afterwards:
            with progress("a private cluster starts"):
                cluster = afterwards.enter_context(private_cluster())
            yield cluster.dsn("postgres")
        return
    with server.connect() as connection:
        (book,) = connection.execute("select to_regclass('monitoring.positions')").fetchone() or (None,)
    if book is not None:
        raise Refused("there is a book in this database (monitoring.positions): name another one")
    yield server.dsn
