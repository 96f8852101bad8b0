"""The clocks: simulated time is exact and leaps only when nobody works; scaled time is the wall clock, faster."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest
from tradelatch.testing import ScaledClock, SimulatedClock

START = datetime(2025, 10, 22, 21, 50)


async def test_actors_meet_at_exact_times() -> None:
    clock = SimulatedClock(START)
    seen: list[tuple[str, float]] = []

    async def actor(name: str, *naps: float) -> str:
        for nap in naps:
            await clock.sleep(nap)
            seen.append((name, (clock.now() - START).total_seconds()))
        return name

    assert await clock.play(actor("slow", 3, 3), actor("quick", 1, 1, 2.5)) == ["slow", "quick"]
    assert seen == [("quick", 1), ("quick", 2), ("slow", 3), ("quick", 4.5), ("slow", 6)]


async def test_time_stands_still_while_an_actor_works() -> None:
    clock = SimulatedClock(START)
    woken: list[datetime] = []

    async def working() -> None:
        await asyncio.sleep(0.05)
        assert not woken
        await clock.sleep(2)

    async def sleeping() -> None:
        await clock.sleep(1)
        woken.append(clock.now())

    await clock.play(working(), sleeping())
    assert woken == [START + timedelta(seconds=1)]


async def test_what_is_due_at_once_happens_in_the_order_it_was_asked_for() -> None:
    clock = SimulatedClock(START)
    seen: list[int] = []
    for number in range(5):
        clock.call_later(1, partial(seen.append, number))
    await clock.play(clock.sleep(2))
    assert seen == [0, 1, 2, 3, 4]


async def test_a_cancelled_sleeper_does_not_hold_the_clock_up() -> None:
    clock = SimulatedClock(START)
    victim: list[asyncio.Task[None]] = []

    async def killed() -> None:
        task = asyncio.current_task()
        assert task is not None
        victim.append(task)
        with pytest.raises(asyncio.CancelledError):
            await clock.sleep(60)
        task.uncancel()
        await clock.sleep(0.5)

    async def killer() -> datetime:
        await clock.sleep(1)
        victim[0].cancel()
        await clock.sleep(1)
        return clock.now()

    assert await clock.play(killed(), killer()) == [None, START + timedelta(seconds=2)]


async def test_an_error_ends_everybody_and_the_clock_can_play_again() -> None:
    clock = SimulatedClock(START)

    async def failing() -> None:
        await clock.sleep(1)
        raise ValueError("an actor's own")

    with pytest.raises(ValueError, match="an actor's own"):
        await clock.play(failing(), clock.sleep(60))
    await clock.play(clock.sleep(2))
    assert clock.now() == START + timedelta(seconds=3)


async def test_the_clock_stops_with_the_last_actor() -> None:
    clock = SimulatedClock(START)
    rung: list[datetime] = []
    clock.call_later(5, lambda: rung.append(clock.now()))
    await clock.play(clock.sleep(1))
    assert (clock.now(), rung) == (START + timedelta(seconds=1), [])
    await clock.play(clock.sleep(4.5))
    assert (clock.now(), rung) == (START + timedelta(seconds=5.5), [START + timedelta(seconds=5)])


async def test_only_actors_sleep_and_only_forwards() -> None:
    clock = SimulatedClock(START)
    with pytest.raises(RuntimeError, match="only an actor"):
        await clock.sleep(1)
    with pytest.raises(ValueError, match="backwards"):
        await clock.play(clock.sleep(-1))


async def test_scaled_time_runs_faster_than_the_wall_clock() -> None:
    clock = ScaledClock(START, scale=0.001)
    called: list[datetime] = []
    clock.call_later(10, lambda: called.append(clock.now()))
    began = asyncio.get_running_loop().time()
    await clock.sleep(20)
    assert asyncio.get_running_loop().time() - began < 5
    assert clock.now() >= START + timedelta(seconds=20)
    assert called
    with pytest.raises(ValueError, match="above 0"):
        ScaledClock(START, scale=0)
