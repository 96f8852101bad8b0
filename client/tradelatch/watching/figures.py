"""Numbers and times in a few columns."""

from datetime import datetime, timedelta
from decimal import Decimal

from rich.text import Text


def brief(of: timedelta) -> str:
    """An age in at most four characters: `0.8s`, `42s`, `99m`, `47h`, `12d`."""
    sign = "-" if of < timedelta() else ""
    of = abs(of)
    if of < timedelta(seconds=9.95):
        return f"{sign}{of.total_seconds():.1f}s"
    seconds = int(of.total_seconds())
    if seconds < 100:
        return f"{sign}{seconds}s"
    if seconds < 6000:
        return f"{sign}{seconds // 60}m"
    if seconds < 48 * 3600:
        return f"{sign}{seconds // 3600}h"
    return f"{sign}{seconds // 86400}d"


def number(value: Decimal | None, width: int) -> str:
    """A number in so many columns: digits behind the point go first; where fewer than four would stay, an exponent."""
    if value is None:
        return ""
    text = f"{value.normalize():f}"
    if len(text) <= width:
        return text
    room = width - len(f"{value:.0f}") - 1
    rounded = f"{value:.{max(0, room)}f}"
    digits = len(rounded.replace(".", "").lstrip("-0"))
    if room >= 0 and digits >= min(4, len(value.normalize().as_tuple().digits)):
        return rounded
    for places in range(width, -1, -1):
        text = f"{value:.{places}E}"
        if len(text) <= width:
            break
    return text


def clock(at: datetime) -> str:
    return at.strftime("%H:%M:%S")


def fit(text: str, width: int) -> str:
    """Cut to so many columns, the cut marked."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def line(cells: list[tuple[str, int, str, str]], gap: int = 1) -> Text:
    """A line of cells: text, width, `<` or `>`, style."""
    made = Text(no_wrap=True, overflow="crop")
    for index, (text, width, side, style) in enumerate(cells):
        made.append(" " * gap if index else "")
        made.append(f"{fit(text, width):{side}{width}}", style=style)
    made.rstrip()
    return made
