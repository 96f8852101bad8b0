"""The book at one instant: what is open, what is wrong, what happened last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from ..core.receipt import AnyRow, EventRow, Finding, Health, PositionRow
from .bounded import bounded
from .standby import behind

LAST_EVENTS = 50


@dataclass(frozen=True, kw_only=True)
class Book:
    """at: by the database's clock. behind: for how long a standby replayed nothing; None: it is none.

    positions: unfinished ones first, the oldest first. events: the latest first. only: what it is narrowed down to, but
    for health, which is of the whole book.
    """

    at: datetime
    behind: timedelta | None = None
    health: Health
    only: Mapping[str, str]
    positions: list[PositionRow]
    findings: list[Finding]
    events: list[EventRow]


def read_book(
    connection: psycopg.Connection[Any], stale_after: timedelta, only: Mapping[str, str | None] | None = None
) -> Book:
    """All of it, or what `only` names (exchange, account, symbol; canonical), as of one snapshot.

    Events are those of the last day, at most LAST_EVENTS of them.
    """
    names = {name: value for name, value in (only or {}).items() if value is not None}
    narrowed = " and ".join(["true", *(f"{name} = %({name})s" for name in names)])

    def rows(kind: type[AnyRow], source: str, **parameters: object) -> list[AnyRow]:
        query = f"select {kind.columns()} from tradelatch.{source}"
        return [kind.from_row(row) for row in connection.execute(query, names | parameters).fetchall()]

    with bounded(connection), connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        ((at,),) = connection.execute("select clock_timestamp()").fetchall()
        (health,) = rows(Health, "health")
        return Book(
            at=at.astimezone(UTC),
            behind=behind(connection),
            health=health,
            only=names,
            positions=rows(
                PositionRow,
                f"open_positions where {narrowed}"
                " order by status = 'active' and not is_unguarded, created_at, position_id",
            ),
            findings=rows(
                Finding,
                f"diagnose({''.join(f'{name} => %({name})s, ' for name in names)}stale_after => %(stale_after)s)",
                stale_after=stale_after,
            ),
            events=rows(
                EventRow,
                f"events where at > now() - interval '1 day' and {narrowed}"
                " order by at desc, event_id desc limit %(last)s",
                last=LAST_EVENTS,
            ),
        )
