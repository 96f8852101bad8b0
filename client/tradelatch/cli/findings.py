"""Findings and what was done about them, for people: two lines each, the facts and what comes next."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from ..advice import Advice, advice_for
from ..core.receipt import Finding
from ..orders import UNNAMED
from ..timeline import GAP, print_columns
from ..watching.figures import age
from .documents import rows
from .errors import FAILED
from .output import SEVERITIES, cell, console, severity

WIDTHS = (8, 17, 8, 27, 10)
INDENTED = (8, 70)
DONE = {"closed", "adopted"}  # by reconcile; what it adopted without a stop-loss is critical all the same


def is_alarming(finding: Finding) -> bool:
    """Whether somebody has to get up for it."""
    is_done = finding.action in DONE and finding.status != "pending_sl"
    return finding.severity == "critical" and not is_done


def status_of(findings: Iterable[Finding]) -> int:
    """The exit status, for cron."""
    return FAILED if any(map(is_alarming, findings)) else 0


def print_findings(findings: Sequence[Finding]) -> None:
    """The findings in the order in which they came, and how many there are."""
    out = console()
    if not findings:
        out.print("Nothing found.")
        return
    print_columns(out, ["severity", "check", "position", "slot", "for"], WIDTHS, style="bold")
    for finding in findings:
        facts = [finding.check_name, cell(finding.position_id), slot(finding), age(finding.age)]
        print_columns(out, [severity(finding.severity), *map(Text, facts)], WIDTHS)
        print_indented(out, "; ".join(facts_of(finding)))
        print_advice(out, finding)
    counts = Counter(finding.severity for finding in findings)
    out.print(", ".join(f"{counts[name]} {name}" for name in SEVERITIES if counts[name]) + ".")


def print_advice(out: Console, finding: Finding) -> None:
    """The next step: words in lines of their own, commands so that they can be pasted, however wide the terminal is."""
    if finding.action in DONE:
        print_indented(out, f"-> {finding.action}")
        return
    advice: Advice | None = advice_for(finding)
    start = "-> "
    while advice is not None:
        colon = ":" if advice.commands and advice.words and not advice.words.endswith(":") else ""
        if start + advice.words != "-> ":
            print_indented(out, f"{start}{advice.words}{colon}")
        for command in advice.commands:
            # The rest of a long one goes on after a backslash, which a shell takes away.
            for line in continued(command, INDENTED[1]):
                out.print(Text(" " * (INDENTED[0] + GAP) + line), no_wrap=True, overflow="ignore", crop=False)
        start, advice = "-> or ", advice.otherwise


def continued(command: str, width: int) -> list[str]:
    """A command in lines of so many columns, broken between its words and options."""
    lines = [""]
    for word in re.findall(r'"[^"]*"|\S+', command):
        if lines[-1] and len(lines[-1]) + len(word) + 3 > width:
            lines[-1] += " \\"
            lines.append("  " + word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


def with_commands(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as a document has them, each with the commands that are the next step."""
    found = list(findings)
    told = [[] if each.action in DONE else list(advice_for(each).commands) for each in found]
    return [row | {"commands": commands} for row, commands in zip(rows(found), told, strict=True)]


def print_indented(out: Console, text: str) -> None:
    """Below the first column; nothing where there is nothing to say."""
    if text:
        print_columns(out, [Text(), Text(text)], INDENTED)


def slot(row: Any) -> str:
    """`binance APTUSDT`; the account unless it is `default`, the position side unless it is `both`."""
    if row.exchange is None:
        return "the whole database"
    account = "" if row.account == "default" else f"/{row.account}"
    side = "" if row.position_side == "both" else row.position_side
    return " ".join(filter(None, [f"{row.exchange}{account}", row.symbol, side]))


def facts_of(finding: Finding) -> list[str]:
    """What is known, in words."""
    detail = finding.detail
    facts: list[str] = [finding.status or ""] if finding.status != finding.check_name else []
    if "open_quantity" in detail:
        facts.append(f"the book has {detail['side']} {detail['open_quantity']}")
    if detail.get("is_unprotected") and finding.check_name != "no_stop_loss":
        facts.append("no stop-loss is known to stand")
    if "problem" in detail:
        facts.append(str(detail["problem"]))
    if "seen" in detail:
        facts.append(seen(detail["seen"]))
    if "order_seen" in detail:
        facts += order_seen(finding.check_name, detail)
    facts += [f"{listed(order)}, which no open position has" for order in detail.get("orders", ())]
    if "orders_left" in detail:
        facts.append(f"orders left: {orders_in_words(detail['orders_left'])}")
    if "duplicate_of" in detail:
        facts.append(f"position {detail['duplicate_of']} stays")
    elif "positions" in detail:
        facts.append(f"positions {', '.join(map(str, detail['positions']))} exclude each other")
    if "absences" in detail:
        facts.append(f"{detail['absences']} positions are missing at once, at most {detail['max_closes']} may be")
    if "missing" in detail:
        facts.append(f"{detail['missing']} stop-losses are missing at once, at most {detail['max_missing']} may be")
    if "skipped" in detail:
        facts.append(detail["skipped"])
    facts += map(holder, detail.get("holders", ()))
    if "backup_id" in detail:
        facts.append(f"backup {detail['backup_id']}")
    return list(filter(None, facts))


def holder(session: Mapping[str, Any]) -> str:
    """Who holds the lock of a slot."""
    if "pid" not in session:
        return f"a prepared transaction of user {session.get('user_name', '?')} holds it"
    calls = f", which calls itself '{session['application_name']}'," if session.get("application_name") else ""
    return f"process {session['pid']} of user {session.get('user_name', '?')}{calls} holds it"


def seen(sighting: Mapping[str, Any]) -> str:
    """What the exchange showed, and since when."""
    price = sighting.get("average_price")
    what = f"{sighting['side']} {sighting['quantity']}" if sighting.get("side") else "nothing"
    at = "" if price is None else f" at {price}"
    return f"the exchange shows {what}{at} {since(sighting)}"


def order_seen(check_name: str, detail: Mapping[str, Any]) -> list[str]:
    """What a list of orders showed of a stop-loss that should stand."""
    name = orders_in_words([detail["order"]])
    if check_name == "no_stop_loss":
        return [f"the exchange does not list {name} {since(detail['order_seen'])}"]
    return [f"its stop-loss is at {detail['stop_loss_price']}", listed(detail["order_seen"] | {"order": name})]


def listed(order: Mapping[str, Any]) -> str:
    """What a list of orders says of one."""
    at = f" at {order['trigger']}" if "trigger" in order else ""
    does = f", which {order['side']}s {order.get('quantity', 'all')}{at}," if "side" in order else ""
    return f"the exchange lists {order['order']}{does} {since(order)}"


def since(sighting: Mapping[str, Any]) -> str:
    """Since when it was seen, and whether that is evidence."""
    proof = "" if sighting["is_proven"] else ", once"
    return f"since {cell(datetime.fromisoformat(sighting['first_seen_at']))}{proof}"


def orders_in_words(names: Collection[str]) -> str:
    """Orders by their names; what `*` stands for, in words."""
    known = [name for name in names if name != UNNAMED]
    unnamed = ["every other order of the slot that can only reduce"] if UNNAMED in names else []
    return ", ".join(known + unnamed)
