"""What to do about a finding, as commands that can be pasted.

`action` of a finding is the database's word for it; this is the same for a shell, with the names and numbers that it
takes. A word in capitals is for the reader to replace.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from .core.receipt import Finding


@dataclass(frozen=True)
class Advice:
    """words: what there is to know, or what somebody has to do first. commands: to be run one after the other.

    otherwise: another way, where it is for a person to choose.
    """

    words: str
    commands: Sequence[str] = ()
    otherwise: Advice | None = None


def advice_for(finding: Finding) -> Advice:
    """The next step; what is not known here is the database's own word."""
    said = finding.action
    look = _command("reconcile", finding, "--live --evidence")
    recover = _command("recover", finding, "--confirm")
    detail = finding.detail
    if finding.check_name == "history_changed":
        if finding.exchange is None:
            return _history_changed()
        if not said.startswith("recover"):
            return Advice(said.partition(":")[0], [look])
    if finding.check_name == "slot_locked":
        return _slot_locked(finding)
    if finding.check_name == "snapshot_suspect":
        return _snapshot_suspect(finding)
    if said == "wait for another snapshot":
        return Advice("seen once: look again", [look])
    if said.startswith("cleanup "):
        return Advice("", [_command(said, finding, "--confirm", with_symbol=True)])
    if said == "it is being driven":
        return Advice(f"{said} until {detail.get('lease_until', 'its lease ends')}: look at it again then")
    if finding.check_name == "duplicate":
        return _duplicate(finding, look, recover)
    if detail.get("has_no_price"):
        return Advice(
            "no price is known for its stop-loss: give one",
            [_of(finding, "stop-loss", "it gets a stop-loss", "--move-to PRICE --live")],
            Advice("close it", [_of(finding, "close", "it is not protected", "--live")]),
        )
    if said == "recover" or said.startswith(("recover:", "recover;")):
        refused = "refusal" in detail and said != "recover"
        words = f"its closing order ended: {detail['refusal']}" if refused else said.partition("recover")[2]
        return Advice(words.lstrip(":; "), [recover])
    match finding.check_name:
        case "orphaned_order":
            return Advice("recover cancels it", [recover])
        case "quantity_mismatch":
            quantity = detail["seen"]["quantity"]
            options = f"--quantity {quantity} --live"
            return Advice("if the exchange is right", [_of(finding, "resize", f"the exchange has {quantity}", options)])
        case "side_mismatch":
            return Advice(
                "what the book has is gone, and another one is there: let go of the one, adopt the other",
                _let_go_and_adopt(finding, "the exchange holds the other side"),
            )
        case "mode_mismatch":
            return Advice(
                "look at the exchange whose it is, and set its mode back; or let go of it",
                [_of(finding, "release", "the account is in another position mode")],
            )
        case "symbol_mismatch":
            return Advice(
                "if it is one contract, the exchange's list of markets says so",
                [_command("aliases", finding, "--live --confirm")],
                Advice("if it is not: let go of the one, adopt the other", _let_go_and_adopt(finding, "it is gone")),
            )
        case "stop_mismatch":
            return _stop_mismatch(finding)
        case "no_stop_loss":
            return _no_stop_loss(finding, look, recover)
        case "orphaned_exchange" if said.startswith("adopt"):
            return Advice("", [_command("adopt", finding, "--live --confirm", with_symbol=True)])
    return Advice(said, [look]) if said.startswith("look at the exchange") else Advice(said)


def _history_changed() -> Advice:
    words = 'tradelatch after-restore --reason "this server is the book now"'
    return Advice(
        "connect no bot before it",
        [f"{words} --confirm"],
        Advice(
            "if no commit was lost, as after a failover with a synchronous standby", [f"{words} --skip 0 --confirm"]
        ),
    )


def _slot_locked(finding: Finding) -> Advice:
    """To end another login's session is a superuser's; a prepared transaction has no process."""
    processes = [holder["pid"] for holder in finding.detail.get("holders", ()) if "pid" in holder]
    if not processes:
        return Advice(finding.action)
    return Advice(
        "a DBA, or the same user, ends what holds it",
        [f'psql -c "select pg_terminate_backend({process})"' for process in processes],
    )


def _snapshot_suspect(finding: Finding) -> Advice:
    """Of positions, or of orders."""
    detail = finding.detail
    limit = f"--max-closes {detail['absences']}" if "absences" in detail else f"--max-missing {detail['missing']}"
    return Advice(
        "if the exchange shows that they are gone",
        [_command("reconcile", finding, f"--live --apply {limit} --confirm")],
    )


def _let_go_and_adopt(finding: Finding, reason: str) -> list[str]:
    return [_of(finding, "release", reason), _command("reconcile", finding, "--live --adopt --confirm")]


def _duplicate(finding: Finding, look: str, recover: str) -> Advice:
    if finding.action.startswith("recover"):
        return Advice(finding.action.partition("recover")[2].lstrip(": "), [recover])
    if finding.detail.get("orders_withheld"):
        return Advice(
            "another row held its slot. If the exposure is this one's",
            [_of(finding, "take-over", "it is ours", "--live")],
            Advice("if it is not", [_of(finding, "release", "it is the other row's")]),
        )
    cleanup = _command("cleanup duplicates", finding, "--confirm", with_symbol=True)
    return Advice("both entry orders were filled: close the surplus on the exchange, then", [look, cleanup])


def _stop_mismatch(finding: Finding) -> Advice:
    seen, price = finding.detail["order_seen"], finding.detail["stop_loss_price"]
    back = [_of(finding, "stop-loss", "as the book has it", f"--move-to {price} --live")]
    if "trigger" not in seen or str(seen["trigger"]) == str(price):
        return Advice("it is not for what is open: send another one", back)
    moved = [_of(finding, "stop-loss", "moved on the exchange", f"--price {seen['trigger']}")]
    return Advice("if the exchange is right", moved, Advice("if the book is right", back))


def _no_stop_loss(finding: Finding, look: str, recover: str) -> Advice:
    if finding.action.startswith("reconcile_orders"):
        return Advice("recover looks at the orders, and sends another one", [recover])
    if finding.action.startswith("update_stop_loss"):
        return Advice("", [_of(finding, "stop-loss", "the exchange shows none", "--gone --live")])
    if finding.action.startswith("look which order"):
        return Advice(
            "reconcile learns which order it is, where only one can be it",
            [_command("reconcile", finding, "--live --apply --confirm")],
            Advice("name it", [_of(finding, "stop-loss", "it is known", "--price PRICE --order-id ID")]),
        )
    return Advice(finding.action, [look])


def _command(name: str, finding: Finding, options: str, *, with_symbol: bool = False) -> str:
    """A command for an exchange, an account where it is not the default one, and a symbol where that is meant."""
    words = name.split()
    if finding.exchange is not None:
        words += ["--exchange", finding.exchange]
    if finding.account is not None and finding.account != "default":
        words += ["--account", finding.account]
    if with_symbol and finding.symbol is not None:
        words += ["--symbol", finding.symbol]
    if name == "adopt" and finding.position_side is not None and finding.position_side != "both":
        words += ["--position-side", finding.position_side]
    return f"tradelatch {shlex.join(words)} {options}"


def _of(finding: Finding, name: str, reason: str, options: str = "") -> str:
    """A command for a position."""
    more = f" {options}" if options else ""
    return f'tradelatch {name} {finding.position_id}{more} --reason "{reason}" --confirm'
