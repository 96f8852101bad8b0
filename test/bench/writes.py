"""Row 8: what a move writes, read from its WAL: bytes, and entries of indexes."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from dataclasses import astuple, dataclass

import psycopg
from databases import settle
from lifecycle import MOVES
from measure import Row
from moves import make_floor
from session import WARM_UP, Session
from uuid6 import uuid7

BARE = "insert into public.bare_insert (number) values (1) returning id"
CALLS = 20  # of each move in a turn; their medians are the figures
RECORDS = """
select "resource_manager/record_type", count::int, record_size::int
from pg_get_wal_stats(%s, %s, true)
where count > 0
"""


@dataclass(frozen=True)
class Written:
    """What one call wrote. Full-page images are left out: how many there are is up to the last checkpoint."""

    octets: float = 0
    index_entries: float = 0
    rows: float = 0
    heap_only: float = 0  # of the rows: new versions that no index was told of

    @classmethod
    def between(cls, observer: psycopg.Connection, before: str, after: str) -> Written:
        records = observer.execute(RECORDS, (before, after)).fetchall()

        def count(pattern: str) -> int:
            return sum(number for kind, number, _ in records if re.match(pattern, kind))

        return cls(
            octets=sum(size for _, _, size in records),
            index_entries=count("Btree/(INSERT_LEAF|SPLIT)|BRIN/"),
            rows=count("Heap/(INSERT|UPDATE|HOT_UPDATE)"),
            heap_only=count("Heap/HOT_UPDATE"),
        )


def measure(dsn: str, pairs: int) -> list[Row]:
    """Each of the four moves beside a bare insert into a table with one column and a key."""
    make_floor(dsn)
    with psycopg.connect(dsn, autocommit=True) as observer:
        observer.execute("create extension pg_walinspect")
        settle(dsn)
        with Session(dsn, MOVES | {"bare insert": BARE}) as session:
            for _ in range(WARM_UP):
                dict(_lifecycle(observer, session))
            turns = [_turn(observer, session) for _ in range(pairs)]
    figures = {"bytes of WAL": lambda written: written.octets, "index entries": lambda written: written.index_entries}
    return [
        Row(
            number="8",
            what=f"{move}: {unit}",
            baseline="a bare insert",
            measured=move,
            unit=unit,
            pairs=[(figure(turn["bare insert"]), figure(turn[move])) for turn in turns],
            note=_rows(turns[-1][move]) if unit == "index entries" else "without full-page images",
        )
        for unit, figure in figures.items()
        for move in MOVES
    ]


def _rows(written: Written) -> str:
    return f"{written.rows:.0f} rows, {written.heap_only:.0f} of them heap-only"


def _turn(observer: psycopg.Connection, session: Session) -> dict[str, Written]:
    calls = [dict(_lifecycle(observer, session)) for _ in range(CALLS)]
    return {
        name: Written(*map(statistics.median, zip(*(astuple(call[name]) for call in calls), strict=True)))
        for name in calls[0]
    }


def _lifecycle(observer: psycopg.Connection, session: Session) -> Iterator[tuple[str, Written]]:
    """A bare insert, and the four moves of one position, each with what it wrote."""

    def flushed() -> str:
        ((position,),) = observer.execute("select pg_current_wal_flush_lsn()").fetchall()
        return position

    position_id = fence = stop_loss = ""
    for name in ("bare insert", *MOVES):
        arguments = {
            "bare insert": (),
            "create_position": ("WRITTENUSDT", uuid7(), uuid7()),
            "activate_position": (position_id, fence, stop_loss),
            "confirm_close": (position_id, stop_loss),
        }.get(name, (position_id, fence))
        before = flushed()
        _, answer = session.call(name, *arguments)
        yield name, Written.between(observer, before, flushed())
        if name == "create_position":
            position_id, fence = answer
        elif name == "confirm_entry":
            (stop_loss,) = answer
