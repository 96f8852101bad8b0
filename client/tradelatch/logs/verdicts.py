"""Which of the scenarios a double opening was, and what says so."""

from collections.abc import Iterator

from .records import SECOND
from .stories import Opening, Overlap, Row, Story, compatible

SILENCE = 30 * SECOND  # the longest that an opening which lives says nothing, with room: 3 s, and three tries of 2 s
TRIED_WITHIN = 10 * SECOND


def named(row: Row) -> str:
    return f"row {row.position_id}" if row.position_id is not None else "an opening without a row"


def seconds(microseconds: int) -> str:
    return f"{microseconds / SECOND:.3f} s"


def rivals(story: Story, exchange: str | None, at: int) -> tuple[Row | None, Row | None]:
    """The row that a violation refused, and the one that was in its place."""
    rows = [
        row
        for row in story.rows
        if compatible(row.exchange, exchange) and not row.lost and not (row.ended_at and row.ended_at < at)
    ]
    tried = [row for row in rows if row.tried_at is not None and 0 <= at - row.tried_at <= TRIED_WITHIN]
    standing = [row for row in rows if row.rollback is None]
    if tried:
        loser: Row | None = max(tried, key=lambda row: row.tried_at or 0)
    else:
        unfinished = [row for row in standing if row.unfinished]
        expected = [row for row in unfinished if row.position_id is None and len(standing) > 1]
        loser = expected[-1] if expected else unfinished[0] if unfinished else None
        if loser is not None and len(standing) == 1 and waiting(story, exchange, at):
            return None, loser  # the refused one never got a row
    others = [row for row in standing if row is not loser]
    if loser is None:
        return None, others[-1] if others else None
    if not others and loser.opening and loser.opening.retry_of:
        others = [row for row in story.rows if row.rollback is loser.opening.retry_of]
    return loser, others[-1] if others else None


def waiting(story: Story, exchange: str | None, at: int) -> Opening | None:
    """An opening that is about to write its row."""
    return next((each for each in story.pending(exchange, at - TRIED_WITHIN) if each.row is None), None)


def scenario(first: Row | None, second: Row | None, overlap: Overlap | None) -> tuple[str, list[str]]:
    """A, B, C, D or unknown, with what says so; the rows in the order in which they were written."""
    if first is None or second is None:
        return "unknown", ["the log does not show both rows"]
    rows = (first, second)
    evidence = list(origins(rows))
    synchronized = [row for row in rows if row.origin == "synchronizer"]
    if len(synchronized) == 1:
        return "B", evidence
    if first.rollback is not None and first.rollback.at <= second.began_at():
        wait = seconds(second.began_at() - first.rollback.at)
        return "C", [*evidence, f"{named(first)} was rolled back {wait} before the second opening began"]
    if synchronized or second.origin != "signal":
        return "unknown", evidence
    if overlap and (overlap.first.cut_off or overlap.silence >= SILENCE):
        return "D", [*evidence, silence(overlap)]
    if first.origin == "signal":
        return "A", evidence
    return "unknown", evidence


def silence(overlap: Overlap) -> str:
    """What says that the first opening had died."""
    if overlap.first.cut_off:
        return f"a restart cut off {named(overlap.first)}, which was unfinished"
    return (
        f"{named(overlap.first)} was unfinished, and silent for {seconds(overlap.silence)} when the second "
        "opening began"
    )


def origins(rows: tuple[Row, ...]) -> Iterator[str]:
    """Who wrote each row."""
    for row in rows:
        match row.origin:
            case "signal":
                opening = row.opening
                number = f" #{opening.signal_id}" if opening and opening.signal_id else ""
                yield f"{named(row)} came from a signal{number}"
            case "synchronizer":
                yield f"{named(row)} came from the synchronizer"
            case "fallback":
                yield f"{named(row)} came from the fallback"
            case _:
                yield f"the log does not say who wrote {named(row)}"
