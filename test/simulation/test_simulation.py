"""25 trading days, each from one seed; and what a day looks like when something is broken on purpose."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from simulated.doors import Access
from simulated.run import Verdict, simulate
from simulated.world import CALM, Hazards, World
from tradelatch import driving
from tradelatch.exchange import Order

from ..unguarded import unguard

FIRST, SEEDS = 1, 25
MUTANTS = Path(__file__).parents[1] / "mutants"
MUTANT_SEEDS = 60  # at most, until a mutant is caught


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
async def test_every_promise_holds(simulation_database: str, seed: int) -> None:
    verdict = await simulate(simulation_database, seed)
    assert not verdict.broken, str(verdict)
    assert verdict.calls.total() > 50


@pytest.mark.parametrize("seed", [3, 7])
async def test_two_runs_of_a_seed_decide_the_same(simulation_database: str, seed: int) -> None:
    first = await simulate(simulation_database, seed)
    second = await simulate(simulation_database, seed)
    assert first.decisions == second.decisions
    assert first.calls == second.calls


async def test_two_seeds_decide_differently(simulation_database: str) -> None:
    first = await simulate(simulation_database, 1)
    second = await simulate(simulation_database, 2)
    assert first.decisions != second.decisions


def test_a_failing_seed_prints_how_to_run_it_again() -> None:
    verdict = Verdict(77, ["#1 and #2 held the slot of APTUSDT at once"], [], Counter())
    assert str(verdict).splitlines() == [
        "seed 77 broke a promise:",
        "  #1 and #2 held the slot of APTUSDT at once",
        "again: make simulate SEEDS=1 FIRST=77",
    ]


# Broken on purpose


async def caught(dsn: str, saying: str, **options: Any) -> bool:
    """Whether one of the first seeds says this."""
    for seed in range(FIRST, FIRST + MUTANT_SEEDS):
        verdict = await simulate(dsn, seed, rounds=2, **options)
        if any(re.search(saying, line) for line in verdict.broken):
            return True
    return False


def rewrite(dsn: str, function: str, old: str, new: str) -> None:
    """Replace a part of a function's source."""
    with psycopg.connect(dsn) as connection:
        ((source,),) = connection.execute("select pg_get_functiondef(%s::regproc)", [function]).fetchall()
        assert old in source
        connection.execute(source.replace(old, new))


@pytest.mark.parametrize("mutant", ["order_forgotten", "stranger_is_believed", "pending_cancels_skipped"])
async def test_a_latch_that_opens_too_early_is_noticed(database: str, mutant: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute((MUTANTS / "mutate.psql").read_text())
        connection.execute((MUTANTS / "patches" / f"{mutant}.psql").read_text())
    assert await caught(database, "stands, and (that is closed|the book has forgotten it)|is closed already")


async def test_missing_indexes_are_noticed(database: str) -> None:
    unguard(database)
    assert await caught(database, "held the slot of .* at once")


async def test_a_close_on_the_wrong_side_is_noticed(database: str) -> None:
    rewrite(database, "monitoring.make_receipt", "= (kind = 'entry'::text)", "= (kind <> 'stop_loss'::text)")
    assert await caught(database, "was never finished: pending_", hazards=CALM)


async def test_a_close_that_is_not_reduce_only_is_noticed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(database, "monitoring.make_receipt", "= (kind = 'entry'::text)", "= (kind <> 'stop_loss'::text)")
    send = Access.send

    async def send_plainly(access: Access, *args: Any, **options: Any) -> Order:
        return await send(access, *args, **{**options, "reduce_only": False})

    monkeypatch.setattr(Access, "send", send_plainly)
    assert await caught(database, "added exposure")


async def test_a_recovery_that_sends_entries_is_noticed(
    simulation_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send_it(drive: Any, entry: Order | None) -> str:
        order = drive.receipt.next_order
        if entry is None and order is not None:
            await drive._send(order)
        raise driving.Unsettled("the entry was sent again")

    monkeypatch.setattr(driving.Drive, "_never_filled", send_it)
    assert await caught(simulation_database, "was sent after its lease")


async def test_a_bot_that_ignores_its_lease_is_noticed(simulation_database: str) -> None:
    def stall(world: World) -> None:
        world.is_heedless = True

    assert await caught(simulation_database, "was sent after its lease", change=stall, hazards=Hazards(stall=0.2))


async def test_a_book_that_forgets_moves_is_noticed(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "create rule forget as on insert to monitoring.position_events"
            " where new.event = 'activate_position' do instead nothing"
        )
    assert await caught(database, "was acknowledged and is not in the log")


async def test_an_exchange_that_loses_stop_losses_is_noticed(
    simulation_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Access.send

    async def send_and_lose(access: Access, symbol: str, side: str, quantity: Decimal, **options: Any) -> Order:
        order = await send(access, symbol, side, quantity, **options)
        if order.kind == "stop":
            access._world.exchange.expire(order.order_id)
        return order

    monkeypatch.setattr(Access, "send", send_and_lose)
    monkeypatch.setattr("simulated.run.keep_once", _look_away)
    monkeypatch.setattr("simulated.run.report_all", _look_away)
    assert await caught(simulation_database, r"is active with .*, its stop-losses are \[\]")


async def _look_away(worker: Any) -> None:
    await worker.world.clock.sleep(1)
