"""The pages under expected/ say all that isolationtester printed, or there is an error."""

import re

import pytest
from tradelatch.project import sqitch_project

from .interleavings import TRADELATCH, NotUnderstood, page, permutations

OUTPUT = """\
Parsed test spec with 2 sessions

starting permutation: begin create1 create2 commit
outcome
-------
created
(1 row)

step begin: begin; select count(*) as seen from positions;
seen
----
   1
(1 row)

step create1: select outcome, fence is not null as fence, order_kind from create_position();
outcome|fence|order_kind
-------+-----+----------
created|t    |entry
(1 row)

step create2: select outcome from create_position(); <waiting ...>
step commit: commit;
step create2: <... completed>
ERROR:  position 12 was here
open_rows
---------
        1
(1 row)

"""

STEP_OF_CREATE1 = OUTPUT[OUTPUT.index("step create1") : OUTPUT.index("step create2")]
TEARDOWN = OUTPUT[OUTPUT.index("open_rows") :]


def lines_of(*outputs: str) -> list[str]:
    """A page below its legend."""
    return page("", [permutations(output) for output in outputs]).split("\n\n", 2)[-1].splitlines()


def test_a_page() -> None:
    assert lines_of(OUTPUT, OUTPUT, OUTPUT) == [
        "setup: created",
        "create1: outcome fence order_kind",
        "",
        f"{'begin(1) create1 create2... commit create2':72} open_rows 1",
        "  create1: created fence entry",
        "  create2: ERROR position N was here",
    ]


def test_levels_that_differ() -> None:
    late = OUTPUT.replace("ERROR:  position 12 was here", "ERROR:  could not serialize access due to concurrent update")
    none = OUTPUT.replace("created|t    |entry\n(1 row)", "(0 rows)").replace("        1\n", "        0\n")
    assert lines_of(OUTPUT, late, none)[2:] == [
        "ERROR 40001: could not serialize access due to concurrent update",
        "",
        f"{'begin(1) create1 create2... commit create2':72} open_rows 1 | open_rows 1 | open_rows 0",
        "  create1: created fence entry | created fence entry | no row",
        "  create2: ERROR position N was here | ERROR 40001 | ERROR position N was here",
    ]
    with pytest.raises(NotUnderstood, match="should be the same"):
        lines_of(OUTPUT, OUTPUT.replace("created\n", "existing\n"))  # of the setup


@pytest.mark.parametrize(
    ("part", "becomes"),
    [
        ("Parsed test spec", "Parsed another spec"),
        ("step create2: select", "signal: NOTICE:  a notice\nstep create2: select"),
        ("ERROR:  position", "FATAL:  position"),
        ("ERROR:  position 12 was here\n", "ERROR:  position 12 was here\nERROR:  and position 13\n"),
        (STEP_OF_CREATE1, STEP_OF_CREATE1 * 2),
        (STEP_OF_CREATE1, STEP_OF_CREATE1.replace("\n", "\nmore of the step\n", 1)),
        (STEP_OF_CREATE1, STEP_OF_CREATE1 + STEP_OF_CREATE1.partition("\n")[2]),
        ("created|t    |entry", "created|t    "),
        ("created|t    |entry\n(1 row)", "created|t    |entry\n(2 rows)"),
        ("step create2: <... completed>\nERROR:  position 12 was here\n", ""),
        (TEARDOWN, ""),
        (TEARDOWN, TEARDOWN * 2),
        (TEARDOWN, TEARDOWN.replace("        1\n(1 row)", "(0 rows)")),
        (TEARDOWN, TEARDOWN + "step commit: commit;\n"),
    ],
)
def test_what_is_not_understood_is_an_error(part: str, becomes: str) -> None:
    assert OUTPUT.count(part) == 1
    with pytest.raises(NotUnderstood):
        permutations(OUTPUT.replace(part, becomes))


@pytest.mark.parametrize(("words", "sqlstate"), TRADELATCH.items())
def test_the_messages_have_these_sqlstates(words: str, sqlstate: str) -> None:
    scripts = "".join(path.read_text() for path in sorted((sqitch_project() / "deploy").rglob("*.sql")))
    raised = re.findall(r"raise exception using\s+errcode = '(\w{5})',\s+message = ([^;]*);", scripts)
    assert {state for state, message in raised if words in message} == {sqlstate}
