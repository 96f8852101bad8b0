"""The tables of messages: every row by its example, tables of a user's own, and --explain."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tradelatch.__main__ import main
from tradelatch.logs.grammar import EXAMPLES_HEAD, Grammar, Message, said_by
from tradelatch.logs.messages import canonical

Run = Callable[..., tuple[int, str, str]]
GRAMMAR = Grammar()

OWN = """
[[message]]
kind = "opening"
needle = "ENTER "
pattern = 'ENTER {symbol} {side}'
example = "ENTER XUSDT long"
fields = { symbol = "XUSDT", side = "buy" }

[[message]]
kind = "order"
needle = "order sent, id "
pattern = 'order sent, id {order_id}'
example = "order sent, id 5"
fields = { order_id = "5" }

[[message]]
kind = "row"
needle = "saved as "
pattern = 'saved as {position_id}'
example = "saved as 7"
fields = { position_id = "7" }
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        return (main(["analyze-logs", *map(str, arguments)]), *capsys.readouterr())

    return run


@pytest.mark.parametrize("message", GRAMMAR.messages, ids=lambda message: f"{message.bot.name}-{message.number}")
def test_every_row_says_of_its_example_what_its_fields_say(message: Message) -> None:
    facts = [fact for fact in GRAMMAR.facts(message.example, EXAMPLES_HEAD, 0) if fact.message is message]
    assert [fact.kind for fact in facts] == [message.kind]
    said = {name: value for name, value in message.fields.items() if name not in ("columns", "values")}
    assert said_by(facts[0]) == said


@pytest.mark.parametrize("message", GRAMMAR.messages, ids=lambda message: f"{message.bot.name}-{message.number}")
def test_the_search_finds_every_row(message: Message) -> None:
    """Amid other bytes, from any place before it on."""
    data = f"{message.bot.marker}\n{message.example}\nmore\n".encode()
    finder = GRAMMAR.finder(data, after_rollback=True)
    hits = [divmod(hit, len(finder.groups)) for hit in finder.hits(data, 0)]
    assert any(message in finder.groups[group] for _, group in hits)
    begin, end = data.index(b"\n"), data.rindex(b"\nmore")
    assert all(begin < at < end for at, group in hits if message in finder.groups[group])


@pytest.mark.parametrize("symbol", ["币安人生USDT", "1000PEPEUSDT", "हिंदीUSDT", "ЖЛФUSDT", "APT/USDT:USDT"])
@pytest.mark.parametrize("text", ["Opening position ATOMICALLY: {}", "🔄 Rolling back position for {}, state=active"])
def test_symbols_of_any_script(text: str, symbol: str) -> None:
    facts = GRAMMAR.facts(text.format(symbol), EXAMPLES_HEAD, 0)
    assert [fact.symbol for fact in facts] == [canonical(symbol)]


def test_a_table_of_ones_own(run: Run, tmp_path: Path) -> None:
    table, log = tmp_path / "own.toml", tmp_path / "bot.log"
    table.write_text(OWN)
    lines = ["ENTER XUSDT long", "ENTER XUSDT long", "order sent, id 1", "order sent, id 2", "saved as 7", "saved as 7"]
    lines.append("Syncing positions from bybit")
    text = "".join(f"2025-10-22 21:00:0{at},000 - bot - INFO - {line}\n" for at, line in enumerate(lines))
    log.write_text(text + "2025-10-22 21:05:00,000 - bot - INFO - end\n")
    assert json.loads(run(log, "--json")[1])["summary"]["openings"] == 0
    status, out, _ = run(log, "--json", "--messages", table)
    assert (status, json.loads(out)["summary"]["openings"]) == (1, 2)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('kind = "order"', 'kind = "ordre"', "message 2: 'ordre' is no kind"),
        ("{order_id}'", "(?P<oid>.)'", "message 2: oid is no field"),
        ("{order_id}'", "([0-9]+)'", "message 2: a group without a name"),
        ("{order_id}'", "({order_id}'", "message 2: the pattern is no regular expression"),
        ('"order sent, id 5"', '"order sent"', "message 2: the example does not match the pattern"),
        ('order_id = "5"', 'order_id = "6"', "message 2: the example says {'order_id': '5'}"),
        ('needle = "order sent, id "', 'needle = "or"', "message 2: a needle is 3 ASCII characters or more"),
        ('needle = "order sent, id "', 'needel = "order"', "message 2: needle is missing"),
        ("[[message]]", "[[mesage]]", "has no [[message]]"),
        ("kind", "kind =", "is no TOML"),
    ],
)
def test_a_table_that_cannot_be_used(run: Run, tmp_path: Path, before: str, after: str, fault: str) -> None:
    table = tmp_path / "own.toml"
    table.write_text(OWN.replace(before, after))
    status, out, err = run("--explain", "x", "--messages", table)
    assert (status, out) == (2, "")
    assert err.startswith(f"tradelatch: {table}")
    assert fault in err
    assert err.count("\n") == 1


def test_explain(run: Run) -> None:
    text = "INSERT completed, returned position_id=2548 for APTUSDT"
    line = f"2025-10-22 21:50:40,981 - database.repository - INFO - 🔍 REPO DEBUG: {text}"
    status, out, err = run("--explain", line)
    assert (status, err) == (0, "")
    assert out.endswith("  symbol: APTUSDT\n  position_id: 2548\n")
    assert "module: database.repository\nrow, by the table bot\n" in out
    status, out, _ = run("--explain", line, "--json")
    assert json.loads(out)["messages"][0]["fields"] == {"symbol": "APTUSDT", "position_id": "2548"}


def test_explain_a_line_that_says_nothing(run: Run) -> None:
    status, out, _ = run("--explain", "  File \x1b[2J, line 5")
    assert status == 1
    assert "belongs to the record before it" in out.replace("\n", " ")
    assert "none of the messages" in out
    assert "\x1b" not in out
