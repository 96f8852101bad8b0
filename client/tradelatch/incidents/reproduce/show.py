"""The outcomes of a scenario for people: the facts side by side, then what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.text import Text

from ...testing import Holding
from ...timeline import STYLES, Mood, print_facts, print_text
from .aftermath import Aftermath
from .outcome import Outcome
from .scenarios import Scenario
from .stage import STEPS

NAMES = {"legacy": "legacy flow", "tradelatch": "tradelatch"}


def print_outcomes(console: Console, scenario: Scenario, outcomes: Sequence[Outcome]) -> None:
    """A column for each flow, and a verdict on each."""
    console.print(scenario.title, style="bold")
    print_text(console, scenario.story)
    console.print()
    print_facts(console, "", {NAMES[outcome.flow]: _facts(outcome) for outcome in outcomes})
    console.print()
    for outcome in outcomes:
        verdict, mood = _verdict(outcome)
        print_text(console, f"{NAMES[outcome.flow]}: {verdict}", style=STYLES[mood])
        for fault in outcome.faults:
            print_text(console, f"  {fault}")
    console.print()


def _verdict(outcome: Outcome) -> tuple[str, Mood]:
    if outcome.flow == "tradelatch":
        return ("FAILED", "bad") if outcome.faults else ("held", "good")
    return ("failed, as expected", "bad") if outcome.faults else ("did not show the fault this time", "plain")


def _facts(outcome: Outcome) -> dict[str, Text]:
    disagrees = not all(slot.after.agrees for slot in outcome.slots.values())
    rows = f"{outcome.rows}" + (f", {outcome.open_at_once} open at once" if outcome.rows > 1 else "")
    return {
        "rows opened": _text(rows, outcome.open_at_once > 1),
        "entry orders": _text(f"{outcome.entries}"),
        "told: existing": _text(f"{outcome.turned_away}" if outcome.flow == "tradelatch" else ""),
        "recovered": _text(_counts(outcome.recovered)),
        "held at most": _text(f"{outcome.largest} of {outcome.asked}", outcome.largest > outcome.asked),
        "on the exchange": _text(_held(outcome, lambda after: after.position), disagrees),
        "in the book": _text(_held(outcome, lambda after: after.book), disagrees),
        "errors": _text(_counts(outcome.errors) or "none"),
        "lock waits": _text(_lock_waits(outcome.lock_waits)),
        "ms of each step": _text("median, longest"),
        **{f"  {label}": _text(_times(outcome.steps.get(step, ()))) for step, label in STEPS.items()},
    }


def _held(outcome: Outcome, what: Callable[[Aftermath], Holding]) -> str:
    held = {symbol: str(what(slot.after)) for symbol, slot in outcome.slots.items()}
    if len(set(held.values())) == 1:
        return next(iter(held.values()))
    return ", ".join(f"{symbol} {size}" for symbol, size in held.items())


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{times} {name}" for name, times in sorted(counted.items()))


def _lock_waits(waits: Sequence[float]) -> str:
    return f"{len(waits)}, the longest {max(waits) * 1000:.0f} ms" if waits else "none seen"


def _times(times: Sequence[float]) -> str:
    return f"{median(times) * 1000:.1f}, {max(times) * 1000:.1f}" if times else ""


def _text(text: str, is_bad: bool = False) -> Text:
    return Text(text, style=STYLES["bad" if is_bad else "plain"])
