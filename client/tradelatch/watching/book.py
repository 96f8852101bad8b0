"""The book at one instant: what is open, what is wrong, what happened last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from ..core.receipt import AnyRow, EventRow, Finding, Health, PositionRow

LAST_EVENTS = 50


@dataclass(frozen=True, kw_only=True)
class Book:
    """at: by the database's clock. positions: unfinished ones first, the oldest first. events: the latest first."""

    at: datetime
    health: Health
    positions: list[PositionRow]
    findings: list[Finding]
    events: list[EventRow]


def read_book(connection: psycopg.Connection[Any], stale_after: timedelta) -> Book:
    """All of it as of one snapshot. Events are those of the last day, at most LAST_EVENTS of them."""

    def rows(kind: type[AnyRow], source: str, *parameters: object) -> list[AnyRow]:
        query = f"select {kind.columns()} from tradelatch.{source}"
        return [kind.from_row(row) for row in connection.execute(query, parameters).fetchall()]

    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        ((at,),) = connection.execute("select clock_timestamp()").fetchall()
        (health,) = rows(Health, "health")
        return Book(
            at=at.astimezone(UTC),
            health=health,
            positions=rows(
                PositionRow, "open_positions order by status = 'active' and not is_unguarded, created_at, position_id"
            ),
            findings=rows(Finding, "diagnose(stale_after => %s)", stale_after),
            events=rows(
                EventRow,
                "events where at > now() - interval '1 day' order by at desc, event_id desc limit %s",
                LAST_EVENTS,
            ),
        )
