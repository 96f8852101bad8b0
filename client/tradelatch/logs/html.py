"""The report as one page that asks for nothing else; what the log said is text in it, and nothing more."""

from collections.abc import Sequence
from html import escape

from . import svg
from .records import SECOND
from .report import SCENARIOS, Finding, Incident, Moment, Report
from .text import KINDS, actors_of, file_line, headline, story_line

DRAWN = 200

STYLE = """
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --ink: #1d2328; --faint: #5c6670; --rule: #e1e4e7;
  --bar: #c3d3e6; --bad: #b3261e; --row: #1f5fa8; --mark: #69737d; --on: #fff; }
@media screen and (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1c2024; --ink: #e4e7ea;
  --faint: #9aa4ae; --rule: #32383e; --bar: #34506f; --bad: #f2786f; --row: #74aef0; --mark: #98a2ac; --on: #14171a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h3 { font-size: 16px; margin: 0 0 2px; }
p, ul { margin: 0 0 8px; }
ul { padding-left: 20px; }
.faint { color: var(--faint); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 24px 0; }
.figures div, article, .chart { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
.figures div { padding: 12px 16px; }
.figures b { display: block; font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures b.bad { color: var(--bad); }
.counts { display: grid; align-items: start; gap: 12px 32px;
  grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); }
article { padding: 16px 18px; margin: 0 0 16px; }
.chart { padding: 14px 16px 6px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
td, th { text-align: left; vertical-align: top; padding: 3px 12px 3px 0; border-top: 1px solid var(--rule); }
th { color: var(--faint); font-weight: 500; border-top: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.actor { white-space: nowrap; }
td.text { overflow-wrap: anywhere; min-width: 220px; }
tr.bad td.text { color: var(--bad); }
svg { display: block; width: 100%; min-width: 680px; height: auto; font: 12px system-ui, sans-serif; }
svg.timeline { margin: 10px 0 6px; }
svg text { fill: var(--faint); }
svg .lane { text-anchor: end; fill: var(--ink); }
svg .lane.id { fill: var(--row); }
svg .time { text-anchor: middle; }
svg .value { text-anchor: end; }
svg .rule, svg .tick { stroke: var(--rule); fill: none; }
svg .band { fill: var(--row); opacity: .1; }
svg .violation { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 3; }
svg .mark circle { fill: var(--mark); }
svg .mark.row circle { fill: var(--row); }
svg .mark.bad circle { fill: var(--bad); }
svg .mark text { fill: var(--on); text-anchor: middle; font-size: 10px; font-weight: 600; }
svg .openings { fill: var(--bar); }
svg .incidents { fill: var(--bad); }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin: 0 5px 0 14px; }
@media (max-width: 640px) { main { padding: 20px 12px 40px; } article { padding: 12px; }
  .lines tr { display: grid; grid-template-columns: 28px auto 1fr; border-top: 1px solid var(--rule); padding: 3px 0; }
  .lines td { border: 0; padding: 0 10px 0 0; } .lines td.text { grid-column: 2 / 4; min-width: 0; } }
@media print { body { background: #fff; } main { max-width: none; padding: 0; } .figures b { font-size: 20px; }
  article, .chart { break-inside: avoid; } svg { min-width: 0; } }
"""


def page(report: Report) -> str:
    """The whole document."""
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Double openings: {escape(headline(report))}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{escape(headline(report).capitalize())}</h1>",
        f'<p class="faint">{escape(report.begins or "")} to {escape(report.ends or "")}</p>',
        _figures(report),
        *_chart(report),
        _counts(report),
    ]
    if report.incidents:
        parts.append("<h2>Incidents</h2>")
        parts += [_incident(report, each, number) for number, each in enumerate(report.incidents[:DRAWN], 1)]
        if report.incident_count > DRAWN:
            parts.append(f"<p>{report.incident_count - DRAWN:,} more are not drawn here.</p>")
    if report.findings:
        parts.append("<h2>Other findings</h2>")
        parts += [_finding(report, each) for each in report.findings[:DRAWN]]
        if len(report.findings) > DRAWN:
            parts.append(f"<p>{len(report.findings) - DRAWN:,} more are not drawn here.</p>")
    parts.append("<h2>What was read</h2><ul>")
    parts += [f"<li>{escape(line)}</li>" for line in [*map(file_line, report.files), *report.notes]]
    return "".join([*parts, "</ul></main></body></html>\n"])


def _figures(report: Report) -> str:
    rate = "none" if report.per_100_openings is None else f"{report.per_100_openings:g}"
    figures = (
        ("incidents", f"{report.incident_count:,}", bool(report.incident_count)),
        ("other findings", f"{sum(report.kinds.values()):,}", bool(report.kinds)),
        ("openings", f"{report.openings:,}", False),
        ("incidents per 100 openings", rate, False),
        ("lines that could not be read", f"{report.unread_lines:,}", False),
    )
    cells = (f"<div><b{' class=bad' * bad}>{value}</b>{name}</div>" for name, value, bad in figures)
    return f'<div class="figures">{"".join(cells)}</div>'


def _chart(report: Report) -> list[str]:
    summary = report.document()["summary"]
    counts, name = svg.every_hour(summary["by_hour"]), "hour"
    if len(counts) > svg.MOST_BARS:
        counts, name = summary["by_day"], "day"
    if not counts:
        return []
    title = f"Incidents per {name}"
    return [
        f'<h2>{title}</h2><div class="chart"><div class="faint"><span class="key" style="background:var(--bad);'
        'margin-left:0"></span>incidents<span class="key" style="background:var(--bar)"></span>openings</div>',
        f'<div class="scroll">{svg.bars(counts, title)}</div></div>',
    ]


def _counts(report: Report) -> str:
    scenarios = {
        f"{name}, {SCENARIOS[name]}" if name in "ABCD" else name: n for name, n in report.counts["scenario"].items()
    }
    tables = [
        _table("scenario", sorted(scenarios.items())),
        _table("symbol", report.counts["symbol"].most_common(15)),
        _table("exchange", report.counts["exchange"].most_common(15)),
        _table("other findings", [(KINDS[kind], number) for kind, number in report.kinds.items()]),
    ]
    found = "".join(tables)
    return f'<h2>Counted</h2><div class="counts">{found}</div>' if found else ""


def _table(name: str, rows: Sequence[tuple[str, int]]) -> str:
    if not rows:
        return ""
    cells = "".join(f'<tr><td>{escape(key)}</td><td class="number">{number:,}</td></tr>' for key, number in rows)
    return f'<table><tr><th>{escape(name)}</th><th class="number"></th></tr>{cells}</table>'


def _incident(report: Report, incident: Incident, number: int) -> str:
    where = ", ".join(filter(None, (incident.symbol or "an unknown symbol", incident.exchange)))
    head = (
        f"<h3>{number}. {escape(where)}: {escape(incident.title)}</h3>"
        f'<p class="faint">{escape(report.times.text(incident.at, incident.zone))}</p>'
    )
    if line := story_line(incident):
        head += f"<p>{escape(line)}</p>"
    return f"<article>{head}{_told(report, incident.evidence, incident.timeline, where)}</article>"


def _finding(report: Report, finding: Finding) -> str:
    where = ", ".join(filter(None, (finding.symbol or "an unknown symbol", finding.exchange)))
    lasted = "" if finding.lasted is None else f", {finding.lasted / SECOND:.3f} s"
    head = (
        f"<h3>{escape(where)}: {escape(finding.kind.replace('_', ' '))}{lasted}</h3>"
        f'<p class="faint">{escape(report.times.text(finding.at, finding.zone))}</p>'
    )
    return f"<article>{head}{_told(report, finding.evidence, finding.timeline, where)}</article>"


def _told(report: Report, evidence: Sequence[str], moments: Sequence[Moment], label: str) -> str:
    """What says so, and the lines of the log: drawn, then in words under the same numbers."""
    text = "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in evidence) + "</ul>"
    if not moments:
        return text
    drawing = svg.timeline(moments, actors_of(moments), report.times, f"timeline of {label}")
    lines = "".join(
        f'<tr{" class=bad" if moment.event == "violation" else ""}><td class="number">{number}</td>'
        f'<td class="time">{report.times.clock(moment.at, moment.zone)}</td>'
        f'<td class="actor">{escape(moment.actor)}</td><td class="text">{escape(moment.text)}</td></tr>'
        for number, moment in enumerate(moments, 1)
    )
    return f'{text}<div class="scroll">{drawing}</div><table class="lines">{lines}</table>'
