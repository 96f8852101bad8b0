"""What cleanup and restore did with positions, or would do, for people."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from rich.text import Text

from ..core.receipt import CleanupAction
from ..timeline import print_columns
from .errors import FAILED
from .findings import orders_in_words, print_indented, seen, slot
from .output import cell, console

WIDTHS = (13, 8, 27, 26)
STYLES = {"needs recover": "yellow", "needs another call": "yellow", "busy": "yellow", "refused": "bold red"}


def status_of(actions: Sequence[CleanupAction]) -> int:
    """The exit status: what was not done, or would not be, needs a person."""
    return FAILED if any(each.action in STYLES for each in actions) else 0


def print_actions(actions: Sequence[CleanupAction]) -> None:
    """Each action, and why."""
    out = console()
    print_columns(out, ["action", "position", "slot", "status"], WIDTHS, style="bold")
    for each in actions:
        where = slot(SimpleNamespace(**each.detail))
        status = " -> ".join(filter(None, [each.from_status, each.to_status]))
        action = Text(each.action, style=STYLES.get(each.action, ""))
        print_columns(out, [action, *map(Text, (cell(each.position_id), where, status))], WIDTHS)
        print_indented(out, "; ".join(_facts(each.detail)))


def _facts(detail: Mapping[str, Any]) -> list[str]:
    facts = [detail.get("check_name", ""), detail.get("problem", "")]
    if "seen" in detail:
        facts.append(seen(detail["seen"]))
    if "duplicate_of" in detail:
        facts.append(f"position {detail['duplicate_of']} stays")
    if detail.get("cancel"):
        facts.append(f"to cancel on the exchange: {orders_in_words(detail['cancel'])}")
    if "to_status" not in detail:
        facts.append(detail.get("next", ""))
    return list(filter(None, facts))
