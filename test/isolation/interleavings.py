"""What isolationtester prints of a spec at several isolation levels, read, and written as one page for people.

Whatever `permutations` does not know is an error: a notice, a second result of a step, a step that does not end.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

LEGEND = """\
Each interleaving is a line with its steps in the order in which they ran; below it is what they returned. "create..."
is a step that waits, and its name comes again where it goes on; "begin1(0)" sees 0 open positions. A row is its values
in the order of these columns; null and false are "-", true is the name of the column. Where the isolation levels
differ: read committed | repeatable read | serializable."""

# isolationtester prints no SQLSTATE. These words of a message have one; other messages are shown as they are.
POSTGRESQL = {
    "could not serialize access due to": "40001",
    "canceling statement due to lock timeout": "55P03",
    "duplicate key value violates unique constraint": "23505",
}
TRADELATCH = {
    "is not a legal move": "TL002",
    "is not the current one": "TL003",
    "which excludes": "TL006",
    "was taken meanwhile": "40001",
    "was not free in time": "55P03",
}

OPEN_ROWS = "open_rows"  # a column of the teardown's result alone
SEEN = "seen"  # the only column of a step that begins a transaction
WIDTH = 72  # of the steps, before the teardown


class NotUnderstood(Exception):
    """isolationtester printed something that this module does not know."""


@dataclass
class Permutation:
    """One interleaving at one level."""

    planned: list[str]
    steps: list[str] = field(default_factory=list)  # as they ran
    results: dict[str, str] = field(default_factory=dict)  # of each step that returned rows or failed
    columns: dict[str, str] = field(default_factory=dict)  # of each step that returned rows
    messages: set[str] = field(default_factory=set)  # of errors, with N for numbers
    setup: list[str] = field(default_factory=list)
    teardown: dict[str, str] = field(default_factory=dict)

    @property
    def open_rows(self) -> int:
        return int(self.teardown[OPEN_ROWS])


# Reading


class _Lines:
    """The lines of an output, one after the other; empty ones say nothing."""

    def __init__(self, output: str) -> None:
        self._lines = [line for line in output.splitlines() if line]

    def __bool__(self) -> bool:
        return bool(self._lines)

    def peek(self) -> str:
        return self._lines[0] if self else "(the output ends)"

    def match(self, pattern: str) -> re.Match[str] | None:
        """The next line, taken if it is like this."""
        match = re.fullmatch(pattern, self.peek())
        if match:
            del self._lines[0]
        return match

    def expect(self, pattern: str) -> re.Match[str]:
        if match := self.match(pattern):
            return match
        raise NotUnderstood(self.peek())


@dataclass(frozen=True)
class _Rows:
    columns: list[str]
    rows: list[list[str]]

    def __str__(self) -> str:
        shown = [" ".join(map(_shown, self.columns, row)) for row in self.rows]
        return "; ".join(shown) or "no row"


def _shown(column: str, value: str) -> str:
    shown = {"": "-", "f": "-", "t": column}.get(value, value)
    return f"'{shown}'" if " " in shown else shown


def permutations(output: str) -> list[Permutation]:
    """What isolationtester printed at one level."""
    lines, found = _Lines(output), []
    lines.expect(r"Parsed test spec with \d+ sessions")
    while lines:
        found.append(_read_permutation(lines))
    return found


def _read_permutation(lines: _Lines) -> Permutation:
    permutation = Permutation(lines.expect(r"starting permutation: (.+)")[1].split())
    while not lines.peek().startswith("step "):
        permutation.setup.append(str(_read_rows(lines)))
    ended = []
    while not _is_teardown(lines):
        if waiting := lines.match(r"step (\w+): .* <waiting \.\.\.>"):
            permutation.steps.append(waiting[1] + "...")
        else:
            step = lines.expect(r"step (\w+): .*")[1]
            ended.append(step)
            permutation.steps.append(step)
            _read_result(lines, permutation, step)
    if sorted(ended) != sorted(permutation.planned):
        raise NotUnderstood(f"{' '.join(permutation.planned)}: {' '.join(ended)} ended")
    _read_teardown(lines, permutation)
    return permutation


def _is_teardown(lines: _Lines) -> bool:
    return OPEN_ROWS in lines.peek().split("|")


def _read_result(lines: _Lines, permutation: Permutation, step: str) -> None:
    """An error, rows or nothing."""
    if error := lines.match(r"ERROR:  (.+)"):
        message = re.sub(r"\d+", "N", error[1])
        permutation.results[step] = f"ERROR {_sqlstate(message)}"
        permutation.messages.add(message)
    elif not lines.peek().startswith("step ") and not _is_teardown(lines):
        result = _read_rows(lines)
        if result.columns == [SEEN] and len(result.rows) == 1:
            permutation.steps[-1] += f"({result.rows[0][0]})"
        else:
            permutation.columns[step] = " ".join(result.columns)
            permutation.results[step] = str(result)


def _sqlstate(message: str) -> str:
    """The message itself where its SQLSTATE is not known."""
    return next((state for words, state in (POSTGRESQL | TRADELATCH).items() if words in message), message)


def _read_teardown(lines: _Lines, permutation: Permutation) -> None:
    result = _read_rows(lines)
    if len(result.rows) != 1:
        raise NotUnderstood(f"{len(result.rows)} rows of a teardown")
    permutation.teardown = dict(zip(result.columns, result.rows[0], strict=True))


def _read_rows(lines: _Lines) -> _Rows:
    columns = [column.strip() for column in lines.expect(r"[a-z_]+ *(\|[a-z_]+ *)*")[0].split("|")]
    lines.expect(r"-+(\+-+)*")
    rows = []
    while not (count := lines.match(r"\((\d+) rows?\)")):
        rows.append([value.strip() for value in lines.expect(".*")[0].split("|")])
        if len(rows[-1]) != len(columns):
            raise NotUnderstood("|".join(rows[-1]))
    if len(rows) != int(count[1]):
        raise NotUnderstood(f"{count[0]} follows {len(rows)}")
    return _Rows(columns, rows)


# Writing


def page(purpose: str, levels: Sequence[Sequence[Permutation]]) -> str:
    """The permutations of a spec, the same ones at each level."""
    every = [permutation for level in levels for permutation in level]
    lines = [purpose, "", *LEGEND.splitlines(), ""]
    if setup := _the_same("; ".join(p.setup) for p in every):
        lines.append(f"setup: {setup}")
    for step in sorted({step for p in every for step in p.columns}):
        lines.append(f"{step}: {_the_same(p.columns[step] for p in every if step in p.columns)}")
    for message in sorted({message for p in every for message in p.messages}):
        if (state := _sqlstate(message)) != message:
            lines.append(f"ERROR {state}: {message}")
    lines.append("")
    for permutation in zip(*levels, strict=True):
        planned = _the_same(" ".join(p.planned) for p in permutation).split()
        ran = _across(" ".join(p.steps) for p in permutation)
        lines.append(f"{ran:{WIDTH}} {_across(map(_left, permutation))}")
        for step in planned:
            if any(step in p.results for p in permutation):
                lines.append(f"  {step}: {_across(p.results.get(step, 'done') for p in permutation)}")
    return "\n".join(lines) + "\n"


def _left(permutation: Permutation) -> str:
    return ", ".join(f"{column} {_shown(column, value)}" for column, value in permutation.teardown.items())


def _the_same(texts: Iterable[str]) -> str:
    found = set(texts)
    if len(found) != 1:
        raise NotUnderstood(f"these should be the same: {sorted(found)}")
    return found.pop()


def _across(levels: Iterable[str]) -> str:
    """One text where the levels agree, else one for each."""
    texts = list(levels)
    return texts[0] if len(set(texts)) == 1 else " | ".join(texts)
