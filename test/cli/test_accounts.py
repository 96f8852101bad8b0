"""`tradelatch accounts`: who may use which accounts."""

import json

import psycopg
import pytest

from .desk import Desk


@pytest.fixture
def bot(desk: Desk):
    name = "accounts_cli_bot"
    with psycopg.connect(desk.superuser, autocommit=True) as connection:
        connection.execute(f"create role {name} login in role tradelatch_bot")
        yield name
        connection.execute(f"drop role {name}")


def test_a_dry_run_changes_nothing_and_warns_of_the_first_grant(desk: Desk, bot: str) -> None:
    printed = desk.run("accounts", "--grant", bot, "--exchange", "binance")
    assert printed.status == 0
    assert "every other bot then loses" in printed.out
    assert "Nothing was done" in printed.out
    assert "No grants." in printed.out


def test_granted_listed_revoked(desk: Desk, bot: str) -> None:
    printed = desk.run("accounts", "--grant", bot, "--exchange", "Binance", "--account", "hedge", "--confirm")
    assert (printed.status, printed.err) == (0, "")
    assert printed.out.startswith(f"Granted to {bot}: hedge account of Binance.\n")
    assert [line.split()[:3] for line in printed.out.splitlines()[2:]] == [[bot, "binance", "hedge"]]
    again = desk.run("accounts", "--grant", bot, "--exchange", "binance", "--account", "hedge", "--confirm", "--json")
    told = json.loads(again.out)
    assert (told["changed"], told["dry_run"]) == (0, False)
    assert [(each["role_name"], each["exchange"], each["account"]) for each in told["grants"]] == [
        (bot, "binance", "hedge")
    ]
    assert desk.run("accounts", "--revoke", bot, "--confirm").out.startswith(f"Revoked from {bot}: every account")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--grant", "nobody_at_all", "--confirm"], "is not a role"),
        (["--grant", "a", "--revoke", "b"], "do not go together"),
        (["--account", "hedge"], "add --grant or --revoke"),
    ],
)
def test_what_is_refused(desk: Desk, words: list[str], complaint: str) -> None:
    printed = desk.run("accounts", *words)
    assert printed.status == 2
    assert complaint in printed.err
