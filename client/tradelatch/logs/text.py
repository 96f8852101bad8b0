"""The report for a terminal: counts, then each incident with its timeline, in 80 columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from ..timeline import Event, Mood, Timeline, print_columns, print_text
from ..visible import visible
from .findings import UNPROTECTED_AFTER
from .records import SECOND
from .report import ACTORS, FileRead, Finding, Incident, Moment, Report

SHOWN = 20
HOURS_SHOWN = 24
_ALARM: Mood = "bad"
_ALARMS = ("violation", "duplicate", "refused", "rollback", "close", "missing", "naked", "orphan")
MOODS: dict[str, Mood] = {"sync": "faint", **dict.fromkeys(_ALARMS, _ALARM)}
KINDS = {
    "doubled_rollback": "rollbacks that doubled the position",
    "unclosed_rollback": "rollbacks that closed nothing",
    "unprotected": f"positions without a stop-loss for over {UNPROTECTED_AFTER // SECOND} s",
    "orphaned": "positions that the bot says it may have left",
    "retry_after_rollback": "openings right after a rollback",
}
_TABLE = [44, 9, 8]


def print_report(report: Report, console: Console) -> None:
    """All of it; where there is nothing to tell, one line."""
    for note in report.notes:
        console.print(visible(note), soft_wrap=True)
    if not report.files:
        return
    if report.is_empty:
        console.print(visible(no_match(report)), soft_wrap=True)
        return
    for file in report.files:
        print_text(console, visible(file_line(file)))
    console.print()
    print_text(console, headline(report), style="bold")
    _print_counts(report, console)
    for number, incident in enumerate(report.incidents[:SHOWN], 1):
        console.print()
        _print_incident(report, incident, number, console)
    if len(report.incidents) > SHOWN:
        console.print()
        print_text(console, f"{report.incident_count - SHOWN} more incidents: --json and --html list them")
    for finding in report.findings[:SHOWN]:
        console.print()
        _print_finding(report, finding, console)
    if len(report.findings) > SHOWN:
        console.print()
        print_text(console, f"{len(report.findings) - SHOWN} more findings: --json and --html list them")


def print_explanation(said: Mapping[str, Any], console: Console) -> None:
    """What a line was taken for."""
    if not said["begins_record"]:
        print_text(console, "no time that begins a record: in a log this line belongs to the record before it")
    elif said["module"]:
        print_text(console, f"module: {said['module']}")
    if not said["messages"]:
        print_text(console, "none of the messages: the line says nothing to analyze-logs")
    for message in said["messages"]:
        print_text(console, f"{message['kind']}, by the table {message['table']}", style="bold")
        print_text(console, f"  pattern: {message['pattern']}", style="dim")
        for name, value in message["fields"].items():
            print_text(console, f"  {name}: {value}")
        if message["marker"]:
            print_text(console, f"  (it is looked for where a log holds {message['marker']!r})")
        if message["after_rollback"]:
            print_text(console, "  (it is only looked for in the 15 minutes after a rollback)")


def file_line(file: FileRead) -> str:
    """What was read of a file, and what could not be."""
    parts = [f"{file.name}: {plural(file.lines, 'line')}, {file.begins} to {file.ends}"]
    parts.append(f"{file.unread:,} unread" if file.unread else "all read")
    if file.replaced:
        parts.append(f"{file.replaced:,} with bytes that are no UTF-8")
    return "; ".join([*parts, *file.notes])


def headline(report: Report) -> str:
    """The one line that says it."""
    parts = [plural(report.incident_count, "incident"), plural(sum(report.kinds.values()), "other finding")]
    text = f"{' and '.join(parts)} in {plural(report.openings, 'opening')}"
    if report.per_100_openings:
        text += f": {report.per_100_openings:g} incidents per 100 openings"
    return text


def no_match(report: Report) -> str:
    """What is said instead of a report."""
    lines = sum(file.lines for file in report.files)
    unread = f"; {report.unread_lines:,} lines could not be read" if report.unread_lines else ""
    return f"no match: none of {lines:,} lines tells of an opening{report.asked}{unread}"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def story_line(incident: Incident) -> str:
    """Rows, their distance, the winner."""
    parts = []
    if incident.positions:
        parts.append(("row " if len(incident.positions) == 1 else "rows ") + " and ".join(map(str, incident.positions)))
    if incident.gap is not None and len(incident.positions) == 2:
        parts.append(f"{incident.gap / SECOND:.3f} s apart")
    if incident.winner is not None:
        parts.append(f"{incident.winner} won")
    return ", ".join(parts)


def _print_counts(report: Report, console: Console) -> None:
    if not report.incident_count and not report.kinds:
        return
    console.print()
    document = report.document()["summary"]
    if report.incident_count:
        rows: list[list[str]] = [["", "incidents", "openings"]]
        rows += [[f"scenario {name}", f"{number:,}", ""] for name, number in document["by_scenario"].items() if number]
        rows += [[name, f"{number:,}", ""] for name, number in [*document["by_exchange"].items()][:SHOWN]]
        rows += [[name, f"{number:,}", ""] for name, number in [*document["by_symbol"].items()][:SHOWN]]
        for count in ("by_day", "by_hour"):
            found = [(key, each) for key, each in document[count].items() if each["incidents"]][:HOURS_SHOWN]
            rows += [[key, f"{each['incidents']:,}", f"{each['openings']:,}"] for key, each in found]
        for number, (name, incidents, openings) in enumerate(rows):
            cells = [name, incidents.rjust(_TABLE[1]), openings.rjust(_TABLE[2])]
            print_columns(console, cells, _TABLE, style="dim" if not number else "")
    for kind, number in report.kinds.items():
        print_columns(console, [KINDS[kind], f"{number:,}".rjust(_TABLE[1])], _TABLE[:2])


def _print_incident(report: Report, incident: Incident, number: int, console: Console) -> None:
    where = ", ".join(filter(None, (incident.symbol or "an unknown symbol", incident.exchange)))
    at = report.times.text(incident.at, incident.zone)
    print_text(console, f"{number}. {where}, {at}: {incident.title}", style="bold")
    if line := story_line(incident):
        print_text(console, line)
    for evidence in incident.evidence:
        print_text(console, f"- {evidence}", style="dim")
    _print_timeline(report, incident.timeline, console)


def _print_finding(report: Report, finding: Finding, console: Console) -> None:
    where = ", ".join(filter(None, (finding.symbol or "an unknown symbol", finding.exchange)))
    print_text(console, f"{where}, {report.times.text(finding.at, finding.zone)}: {finding.kind}", style="bold")
    for evidence in finding.evidence:
        print_text(console, f"- {evidence}", style="dim")
    _print_timeline(report, finding.timeline, console)


def _print_timeline(report: Report, moments: Sequence[Moment], console: Console) -> None:
    if not moments:
        return
    console.print()
    actors = actors_of(moments)
    timeline = Timeline(console, actors)
    timeline.heading()
    for moment in moments:
        at = report.times.local(moment.at, moment.zone)
        timeline.add(Event(at, moment.actor, moment.text, MOODS.get(moment.event, "plain")))


def actors_of(moments: Sequence[Moment]) -> list[str]:
    """From the left to the right."""
    return [actor for actor in ACTORS if any(moment.actor == actor for moment in moments)]
