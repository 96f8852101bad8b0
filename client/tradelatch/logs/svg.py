"""Drawings of the page: incidents per hour, and the timeline of one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from .records import SECOND
from .report import Moment, Times

WIDTH = 920
MOST_BARS = 24 * 14
_LEFT, _RIGHT = 124, 34
_DOT, _STEP = 8, 19
_TICKS = (
    0.001,
    0.01,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    21600,
    86400,
    604800,
)
_BAD = ("violation", "rollback", "missing", "close")


def timeline(moments: Sequence[Moment], actors: Sequence[str], times: Times, label: str) -> str:
    """A lane for each actor, a numbered mark for each line of the log; a violation is a line across all lanes."""
    begin, end = moments[0].at, moments[-1].at
    length = max(end - begin, SECOND // 100)
    inner = WIDTH - _LEFT - _RIGHT - 2 * _DOT

    def x(at: int) -> float:
        return _LEFT + _DOT + inner * (at - begin) / length

    marks, heights = _stack(moments, actors, x)
    tops = [16 + sum(heights[:lane]) for lane in range(len(actors) + 1)]
    bottom = tops[-1]
    parts = [
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {bottom + 34}" role="img" aria-label="{escape(label)}">',
        *_axis(moments[0], length, x, bottom, times),
    ]
    for lane, actor in enumerate(actors):
        middle = (tops[lane] + tops[lane + 1]) / 2
        row = next((each for each in moments if each.actor == actor and each.event == "row"), None)
        parts.append(
            f'<text class="lane" x="{_LEFT - 12}" y="{middle + (-4 if row else 4):.0f}">{escape(actor)}</text>'
        )
        if row:
            left, width, height = x(row.at), x(end) - x(row.at) + _DOT, tops[lane + 1] - tops[lane]
            parts.append(f'<text class="lane id" x="{_LEFT - 12}" y="{middle + 11:.0f}">row {row.position_id}</text>')
            parts.append(f'<rect class="band" x="{left:.1f}" y="{tops[lane]}" width="{width:.1f}" height="{height}"/>')
        parts.append(f'<path class="rule" d="M{_LEFT} {tops[lane + 1]}H{WIDTH - _RIGHT}"/>')
    for at in sorted({moment.at for moment in moments if moment.event == "violation"})[:1]:
        parts.append(f'<path class="violation" d="M{x(at):.1f} 8V{bottom}"/>')
    for number, (moment, (lane, level, position)) in enumerate(zip(moments, marks, strict=True), 1):
        y = tops[lane] + _STEP * level + _STEP / 2 + 4
        kind = "bad" if moment.event in _BAD else "row" if moment.event == "row" else "plain"
        parts.append(
            f'<g class="mark {kind}"><title>{escape(moment.text)}</title>'
            f'<circle cx="{position:.1f}" cy="{y:.1f}" r="{_DOT}"/>'
            f'<text x="{position:.1f}" y="{y + 3.5:.1f}">{number}</text></g>'
        )
    return "".join([*parts, "</svg>"])


def _stack(
    moments: Sequence[Moment], actors: Sequence[str], x: Callable[[int], float]
) -> tuple[list[tuple[int, int, float]], list[int]]:
    """Where each mark goes, so that none hides another, and how high that makes each lane."""
    marks = []
    taken: list[list[float]] = [[] for _ in actors]  # in each lane, where the last mark of each level is
    for moment in moments:
        lane, position = actors.index(moment.actor), x(moment.at)
        levels = taken[lane]
        level = next((n for n, last in enumerate(levels) if position - last >= 2 * _DOT + 2), len(levels))
        if level == len(levels):
            levels.append(position)
        levels[level] = position
        marks.append((lane, level, position))
    return marks, [max(36, _STEP * len(levels) + 8) for levels in taken]


def _axis(first: Moment, length: int, x: Callable[[int], float], bottom: int, times: Times) -> Iterator[str]:
    step = next((int(tick * SECOND) for tick in _TICKS if length / (tick * SECOND) <= 8), length)
    form = "%H:%M:%S.%f" if step < SECOND else "%H:%M:%S"
    at = -(-first.at // step) * step
    while at <= first.at + length:
        text = times.local(at, first.zone).strftime(form)
        text = text[:-3] if step < SECOND else text
        yield f'<path class="tick" d="M{x(at):.1f} 8V{bottom + 5}"/>'
        yield f'<text class="time" x="{x(at):.1f}" y="{bottom + 21}">{text}</text>'
        at += step


def bars(counts: Mapping[str, Mapping[str, int]], label: str) -> str:
    """Incidents against openings: a bar of each for every hour or day."""
    highest = max((max(each["incidents"], each["openings"]) for each in counts.values()), default=0)
    step = _whole_step(highest)
    top = -(-highest // step) * step or 1
    left, height, base = 40, 150, 166
    width = (WIDTH - left - _RIGHT) / max(len(counts), 1)
    parts = [f'<svg class="bars" viewBox="0 0 {WIDTH} 200" role="img" aria-label="{escape(label)}">']
    for value in range(0, top + 1, step):
        y = base - height * value / top
        parts.append(f'<path class="rule" d="M{left} {y:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(f'<text class="value" x="{left - 8}" y="{y + 4:.1f}">{value}</text>')
    every = -(-len(counts) // 8)
    bar = min(28.0, width * 0.8)
    for number, (key, each) in enumerate(counts.items()):
        middle = left + width * (number + 0.5)
        title = f"{key}: {each['incidents']} incidents, {each['openings']} openings"
        parts.append(f"<g><title>{escape(title)}</title>")
        for kind, share in (("openings", 1.0), ("incidents", 0.55)):
            if each[kind]:
                tall = height * each[kind] / top
                parts.append(
                    f'<rect class="{kind}" x="{middle - bar * share / 2:.1f}" y="{base - tall:.1f}" '
                    f'width="{bar * share:.1f}" height="{tall:.1f}"/>'
                )
        parts.append("</g>")
        if number % every == 0:
            parts.append(f'<text class="time" x="{middle:.1f}" y="{base + 20}">{escape(_short(key, counts))}</text>')
    return "".join([*parts, "</svg>"])


def _whole_step(highest: int) -> int:
    """A round number that makes about four lines."""
    step = 1
    while highest / step > 5:
        step = {1: 2, 2: 5, 5: 10}[int(str(step)[0])] * 10 ** (len(str(step)) - 1)
    return step


def _short(key: str, keys: Mapping[str, object]) -> str:
    """Without the date where all are of one day, else without the year."""
    if len({each[:10] for each in keys}) == 1 and len(key) > 10:
        return key[11:]
    return key[5:] if key[:4].isdigit() else key


def every_hour(counts: Mapping[str, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    """With the hours between, in which nothing happened, unless they are too many."""
    try:
        hours = [datetime.fromisoformat(key) for key in counts]
    except ValueError:  # of a log without dates
        return dict(counts)
    if not hours or (hours[-1] - hours[0]) / timedelta(hours=1) >= MOST_BARS:
        return dict(counts)
    filled: dict[str, Mapping[str, int]] = {}
    hour = hours[0]
    while hour <= hours[-1]:
        key = f"{hour:%Y-%m-%d %H}:00"
        filled[key] = counts.get(key, {"incidents": 0, "openings": 0})
        hour += timedelta(hours=1)
    return filled
