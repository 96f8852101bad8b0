"""The advice of a finding can be pasted, and does what it says."""

import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tradelatch import Finding
from tradelatch.advice import Advice, advice_for
from tradelatch.cli.findings import continued
from tradelatch.programs import server_programs
from tradelatch.watching.metrics import CHECKS

from .desk import PRICE, Desk
from .messy import findings, key, messy

ROUNDS = 12


def every_check(desk: Desk) -> set[str]:
    """The checks that the database says there are."""
    with psycopg.connect(desk.superuser) as connection:
        query = "select col_description('tradelatch.finding'::regclass, 1)"
        ((said,),) = connection.execute(query).fetchall()
    return set(re.findall(r"[a-z_]+(?=, |;| or )", said.partition(";")[0] + ";")) - {"or"}


def pasted(desk: Desk, command: str) -> None:
    """What a shell would run, two minutes after the one before; PRICE is what the person has to choose."""
    program, *arguments = shlex.split(command)
    desk.age("2 minutes")
    if program == "psql":  # a DBA's
        psql = [server_programs() / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", desk.superuser]
        subprocess.run([*psql, *arguments], check=True, stdout=subprocess.DEVNULL)
        return
    assert program == "tradelatch"
    if "PRICE" in arguments:
        arguments[arguments.index("PRICE")] = "98" if desk.row(int(arguments[1])).side == "long" else "102"
    printed = desk.run(*arguments)
    assert printed.status != 2, printed.err


def test_a_messy_book_is_brought_to_nothing_found_by_its_advice_alone(desk: Desk) -> None:
    with messy(desk):
        found = findings(desk)
        assert {each["check_name"] for each in found} == every_check(desk)
        before: dict[Any, Any] = {}
        for _ in range(ROUNDS):
            if not found:
                break
            # "connect no bot before it": it forgets what was seen, too
            due = [each for each in found if each["check_name"] == "history_changed"] or found
            for each in due:  # what was pasted did something: it is gone, or its next step is another one
                if each["check_name"] == "clock_went_back":  # to wait for; each round is ten minutes
                    assert each["action"].startswith("set the database server's clock right")
                    continue
                assert each["commands"], each
                assert before.get(key(each)) != each["commands"] or each["detail"].get("lease_until"), each
            before = {key(each): each["commands"] for each in due}
            for command in dict.fromkeys(command for each in due for command in each["commands"]):
                pasted(desk, command)
            desk.age("10 minutes")  # leases end, and what was seen is older than the grace time
            found = findings(desk)
        assert desk.run("diagnose").out == "Nothing found.\n"
        assert found == []
        assert desk.client.health().without_stop_loss == 0
        assert {row.status for row in desk.client.open_positions()} == {"active"}


def test_every_check_is_a_metric(desk: Desk) -> None:
    assert every_check(desk) == set(CHECKS)


def test_an_adopted_position_without_a_price_is_not_told_to_recover(desk: Desk) -> None:
    desk.client.adopt_position("bybit", "ZBCNUSDT", "long", 7, PRICE, datetime.now(UTC))
    desk.age()
    (found,) = desk.json("diagnose")["findings"]
    assert "recover" not in found["action"]
    assert found["commands"] == [
        f'tradelatch stop-loss {found["position_id"]} --move-to PRICE --live --reason "it gets a stop-loss" --confirm'
    ]
    said = desk.run("diagnose", "--symbol", "ZBCNUSDT", "--exchange", "bybit").out
    assert "-> or close it:\n" in said
    assert max(map(len, said.splitlines())) <= 80


def finding(check_name: str, action: str, **detail: Any) -> Finding:
    return Finding(
        check_name=check_name,
        severity="critical",
        position_id=7,
        exchange="binance",
        account="my account",
        symbol="APTUSDT",
        position_side="both",
        status="active",
        age=timedelta(),
        detail=detail,
        action=action,
    )


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        (
            finding("duplicate", "look at the exchange whose exposure it is, then take-over", orders_withheld=True),
            Advice(
                "another row held its slot. If the exposure is this one's",
                ['tradelatch take-over 7 --live --reason "it is ours" --confirm'],
                Advice("if it is not", ['tradelatch release 7 --reason "it is the other row\'s" --confirm']),
            ),
        ),
        (
            finding("slot_locked", "end what holds it", holders=[{"user_name": "x"}]),
            Advice("end what holds it"),
        ),
        (finding("clock_went_back", "set the clock right"), Advice("set the clock right")),
        (
            finding("no_stop_loss", "look which order is its stop-loss, then …", order="*"),
            Advice(
                "reconcile learns which order it is, where only one can be it",
                ["tradelatch reconcile --exchange binance --account 'my account' --live --apply --confirm"],
                Advice(
                    "name it",
                    ['tradelatch stop-loss 7 --price PRICE --order-id ID --reason "it is known" --confirm'],
                ),
            ),
        ),
        (finding("a_check_of_tomorrow", "water the plants"), Advice("water the plants")),
    ],
)
def test_what_takes_more_than_a_mess(found: Finding, advice: Advice) -> None:
    assert advice_for(found) == advice


def test_a_long_command_goes_on_after_a_backslash() -> None:
    command = 'tradelatch stop-loss 2548 --move-to PRICE --live --reason "it gets a stop-loss by hand" --confirm'
    lines = continued(command, 60)
    assert max(map(len, lines)) <= 60
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == shlex.split(command)
