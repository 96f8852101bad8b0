"""Row 4: what history costs create_position, and what a schema costs that nobody has analyzed yet."""

from __future__ import annotations

import time
from collections.abc import Mapping

import psycopg
from databases import drop_database, new_database
from lifecycle import CANCEL, CREATE, MOVES, create, finish
from measure import Row
from session import Session, typical

FRESH_GOAL = "<= 1.2"
GOAL = "<= 1.1"


def measure(databases: Mapping[int, str], pairs: int, seconds: float) -> list[Row]:
    """create_position with so many closed positions, against none: the median of single calls by one session."""
    for dsn in databases.values():
        creation(dsn, seconds)
    turns = [{closed: creation(dsn, seconds) for closed, dsn in databases.items()} for _ in range(pairs)]
    return [
        Row(
            number="4",
            what=f"create_position with {closed:,} closed positions",
            baseline="with none",
            measured=f"with {closed:,}",
            unit="ms, p50",
            pairs=[(turn[0], turn[closed]) for turn in turns],
            goal=GOAL,
        )
        for closed in databases
        if closed
    ]


def creation(dsn: str, seconds: float) -> float:
    """Milliseconds of create_position, by libpq, prepared; each position is cancelled outside the time."""
    with Session(dsn, {"create_position": CREATE, "cancel_position": CANCEL}) as session:

        def one() -> tuple[float]:
            took, drive = create(session)
            session.call("cancel_position", *drive)
            return (took,)

        return typical(seconds, one)[0]


def measure_fresh(template: str, pairs: int, seconds: float, minute: float) -> list[Row]:
    """The first minute after deploy against the time after ANALYZE.

    A session begins on the empty database, which keeps its plans, and works for a minute while the tables grow. Its
    last seconds are measured; then ANALYZE, and a session that begins after it. Each pair has a database of its own.
    """
    turns = []
    for number in range(pairs):
        dsn = new_database(template, f"fresh_{number}")
        with Session(dsn, MOVES) as session:
            end = time.perf_counter() + minute
            while time.perf_counter() < end:
                finish(session, *create(session)[1])
            before = lifecycles(session, seconds)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("analyze")
        with Session(dsn, MOVES) as session:
            after = lifecycles(session, seconds)
        turns.append((after, before))
        drop_database(dsn)
    return [
        Row(
            number="4",
            what=f"{move}, {minute:g} s after deploy",
            baseline="a session begun after ANALYZE",
            measured="one begun at deploy, no ANALYZE yet",
            unit="ms, p50",
            pairs=[(after[index], before[index]) for after, before in turns],
            goal=FRESH_GOAL,
        )
        for index, move in enumerate(("create_position", "the three moves to its close"))
    ]


def lifecycles(session: Session, seconds: float) -> tuple[float, ...]:
    """Milliseconds of create_position, and of the three moves after it."""

    def one() -> tuple[float, float]:
        took, drive = create(session)
        return took, finish(session, *drive)

    return typical(seconds, one)
