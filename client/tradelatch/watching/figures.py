"""Numbers and times in a few columns."""

from datetime import datetime, timedelta
from decimal import Decimal

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ..visible import visible


def age(of: timedelta) -> str:
    """The two largest units of a time span, one form everywhere: `2d 3h`, `5m 12s`, `0.4s`."""
    seconds = abs(of.total_seconds())
    sign = "-" if of < timedelta() else ""
    if seconds < 9.95:
        return f"{sign}{seconds:.1f}s"
    parts: list[str] = []
    rest = round(seconds)
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count}{unit}")
    return sign + " ".join(parts[:2])


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
    """Cut to so many columns, the cut marked; a wide character takes two."""
    text = visible(text)
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)).rstrip() + "…"


def line(cells: list[tuple[str, int, str, str]], gap: int = 1) -> Text:
    """A line of cells: text, width, `<` or `>`, style."""
    made = Text(no_wrap=True, overflow="crop")
    for index, (text, width, side, style) in enumerate(cells):
        made.append(" " * gap if index else "")
        shown = fit(text, width)
        blanks = " " * (width - cell_len(shown))
        made.append(blanks + shown if side == ">" else shown + blanks, style=style)
    made.rstrip()
    return made
