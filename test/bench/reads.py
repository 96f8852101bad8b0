"""Row 6: what history costs recovery, diagnosis and the views."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from book import open_book, symbol_of
from databases import settle
from measure import Row, in_turns
from session import Session, typical

OPEN = 200
GOAL = "<= 1.2"
READS = {
    "claim_stale, nothing stale": "select count(*) from tradelatch.claim_stale()",
    "diagnose": "select count(*) from tradelatch.diagnose()",
    f"open_positions, all {OPEN}": "select * from tradelatch.open_positions",
    "open_positions, one symbol": "select * from tradelatch.open_positions where symbol = $1",
    "positions, one id": "select * from tradelatch.positions where position_id = $1",
    "position_timeline, one position": (
        "select * from tradelatch.position_timeline where position_id = $1 order by event_id"
    ),
    "events, the last hour": "select count(*) from tradelatch.events where at > now() - interval '1 hour'",
    "health": "select * from tradelatch.health",
}


def measure(databases: Mapping[int, str], pairs: int, seconds: float) -> list[Row]:
    """Each of them with the longest history against none; open and of the last day is the same in both."""
    empty, full = databases[min(databases)], databases[max(databases)]
    for dsn in (empty, full):
        open_book(dsn, OPEN)
        settle(dsn)
    return [
        Row(
            number="6",
            what=what,
            baseline="with no closed positions",
            measured=f"with {max(databases):,}",
            unit="ms, p50",
            pairs=in_turns(
                pairs,
                lambda statement=statement, what=what: read(empty, what, statement, seconds),
                lambda statement=statement, what=what: read(full, what, statement, seconds),
            ),
            goal=GOAL,
        )
        for what, statement in READS.items()
    ]


def read(dsn: str, what: str, statement: str, seconds: float) -> float:
    """Milliseconds of one of the reads, by libpq, prepared."""
    arguments = []
    if "$1" in statement:
        with psycopg.connect(dsn) as connection:
            ((position_id,),) = connection.execute(
                "select position_id from tradelatch.open_positions where symbol = %s", (symbol_of(OPEN // 2),)
            ).fetchall()
        arguments = [symbol_of(OPEN // 2) if "symbol" in statement else position_id]
    with Session(dsn, {what: statement}) as session:
        return typical(seconds, lambda: (session.call(what, *arguments)[0],))[0]
