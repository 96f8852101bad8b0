"""What the plan says each change requires, beside what its deploy script uses.

A script uses what it names: `monitoring.x`, `tradelatch.x` and the roles, in the files that it includes as well;
comments and descriptions do not count. Every such object belongs to a change that the plan requires, directly or
through another one, and whatever the plan requires directly is used.
"""

import re
from pathlib import Path

import pytest
from tradelatch.project import sqitch_project

DEPLOY = sqitch_project() / "deploy"
PLAN = sqitch_project() / "sqitch.plan"

# A statement like this relies on triggers, which it does not name. The views are those of the tables that have them.
STATEMENTS = {
    "insert into monitoring.positions": "triggers/births",
    "update monitoring.positions": "triggers/guard",
    "delete from monitoring.position_events": "triggers/keep_events",
    "update monitoring.alerts": "triggers/keep_alerts",
    "delete from tradelatch.alerts": "triggers/keep_alerts",
    "delete from tradelatch.findings": "triggers/keep_alerts",
}

# Needed, though the script does not name it.
NEEDED = {
    # nothing is made before the look at a table that is to be taken over
    ("schemas/monitoring", "adoption/preflight"),
    # the second look, where the first one was
    ("constraints/coherence", "adoption/preflight"),
    # without its index a look-up reads the whole history
    ("helpers/conflicting_positions", "indexes/idx_unique_active_position"),
    ("helpers/conflicting_positions", "indexes/idx_unique_active_position_short"),
    ("views/open_positions", "indexes/idx_unique_active_position"),
    ("views/open_positions", "indexes/idx_unique_active_position_short"),
    ("views/evidence", "indexes/positions_closed_at"),
    ("helpers/is_known_attempt", "indexes/position_events_attempt"),
    # it explains what one of the unique indexes refused
    ("helpers/resolve_conflict", "indexes/idx_unique_position_request"),
    ("helpers/resolve_conflict", "indexes/idx_unique_position_attempt"),
}

# Named, but not needed: what may have been there before the plan.
FOUND = {
    ("adoption/preflight", "roles/all"),
    ("adoption/preflight", "schemas/monitoring"),
    ("adoption/preflight", "tables/positions"),
    ("schemas/monitoring", "tables/positions"),
    # the oid of the table, once it is there
    ("helpers/current_history", "tables/histories"),
    # it updates the rows before the triggers are there
    ("constraints/coherence", "triggers/guard"),
}

# Of no change: a table of the script that a DBA runs before the plan, and settings.
OF_NO_CHANGE = {"monitoring.settled_positions", "tradelatch.registry", "tradelatch.sequences"}

MAKES = re.compile(
    r"create (or replace )?(?:function|procedure|table|view|type|domain|sequence)(?: if not exists)?"
    r" ((?:monitoring|tradelatch)\.\w+)"
)
MAKES_INDEX = re.compile(r"create (?:unique )?index(?: concurrently)?(?: if not exists)? (\w+)\s+on (\w+)\.")
NAMES = re.compile(r"\b(?:monitoring|tradelatch)\.\w+")
ROLES = re.compile(r"\btradelatch_(?:owner|reader|bot|operator|watcher|feed)\b")


def required(plan: str) -> dict[str, list[str]]:
    """For each change of the plan what it requires directly."""
    changes = re.findall(r"(?m)^(\w+/\w+) (?:\[(.*?)\] )?\d{4}-", plan)
    return {change: requirements.split() for change, requirements in changes}


def script(path: Path) -> str:
    """The statements of a script and of what it includes."""
    text = re.sub(r"(?m)^\s*\\ir (\S+)$", lambda line: script(path.parent / line[1]), path.read_text())
    text = re.sub(r"--.*", "", text)
    return re.sub(r"(?s)\bcomment on [^;']*? is\s+(?:'(?:[^']|'')*'|\$\$.*?\$\$);", "", text)


def makers(scripts: dict[str, str]) -> dict[str, str]:
    """For each object the change that makes it; a script may make one in two ways."""
    made = {}
    for change, text in scripts.items():
        indexes = [f"{schema}.{index}" for index, schema in MAKES_INDEX.findall(text)]
        for replaces, name in [*MAKES.findall(text), *(("", index) for index in indexes)]:
            maker = made.setdefault(name, change)
            assert replaces or maker == change, f"{name} is made by {maker} and by {change}"
    return made


def used(change: str, text: str, made: dict[str, str]) -> dict[str, str]:
    """The changes whose objects the script uses, each with the name of one."""
    names = {
        name: made.get(name, f"no change, but named by {change}") for name in {*NAMES.findall(text)} - OF_NO_CHANGE
    }
    schemas = {f"{name.partition('.')[0]}.": f"schemas/{name.partition('.')[0]}" for name in names}
    triggers = {words: trigger for words, trigger in STATEMENTS.items() if re.search(rf"\b{words}\b", text)}
    roles = dict.fromkeys(ROLES.findall(text), "roles/all")
    return {maker: name for name, maker in (names | schemas | triggers | roles).items() if maker != change}


def through(change: str, requirements: dict[str, list[str]]) -> set[str]:
    """What a change requires, directly or through another one."""
    direct = requirements[change]
    return set(direct).union(*(through(other, requirements) for other in direct))


def differences(requirements: dict[str, list[str]], scripts: dict[str, str]) -> list[str]:
    """What scripts use without requiring it, and what the plan requires without a use."""
    made = makers(scripts)
    found = []
    for change, text in scripts.items():
        uses = used(change, text, made)
        reached = through(change, requirements)
        found += [
            f"{change} uses {uses[maker]} of {maker}, which it does not require"
            for maker in sorted(uses)
            if maker not in reached and (change, maker) not in FOUND
        ]
        found += [
            f"{change} requires {other}, which it does not use"
            for other in requirements[change]
            if other not in uses and (change, other) not in NEEDED
        ]
    return found


@pytest.fixture(scope="module")
def requirements() -> dict[str, list[str]]:
    return required(PLAN.read_text())


@pytest.fixture(scope="module")
def scripts(requirements: dict[str, list[str]]) -> dict[str, str]:
    return {change: script(DEPLOY / f"{change}.sql") for change in requirements}


def test_the_plan_requires_what_the_scripts_use(requirements: dict[str, list[str]], scripts: dict[str, str]) -> None:
    assert not differences(requirements, scripts)


def test_a_requirement_stands_in_the_plan_alone() -> None:
    commented = [
        path for path in DEPLOY.rglob("*.sql") if re.search(r"(?m)^-- (requires|conflicts):", path.read_text())
    ]
    assert not commented


def test_every_exception_is_one(requirements: dict[str, list[str]], scripts: dict[str, str]) -> None:
    made = makers(scripts)
    uses = {change: used(change, text, made) for change, text in scripts.items()}
    for change, other in NEEDED:
        assert other in requirements[change]
        assert other not in uses[change]
    for change, other in FOUND:
        assert other in uses[change]
        assert other not in through(change, requirements)


@pytest.mark.parametrize(
    ("change", "other"), [("helpers/lock_slot", "helpers/slot_key"), ("tables/positions", "types/side")]
)
def test_a_requirement_left_out_is_found(
    requirements: dict[str, list[str]], scripts: dict[str, str], change: str, other: str
) -> None:
    fewer = requirements | {change: [name for name in requirements[change] if name != other]}
    assert any(line.startswith(f"{change} uses") and other in line for line in differences(fewer, scripts))


def test_a_requirement_too_many_is_found(requirements: dict[str, list[str]], scripts: dict[str, str]) -> None:
    more = requirements | {"helpers/slot_key": [*requirements["helpers/slot_key"], "types/side"]}
    assert differences(more, scripts) == ["helpers/slot_key requires types/side, which it does not use"]


def test_an_unknown_object_is_found(requirements: dict[str, list[str]], scripts: dict[str, str]) -> None:
    (found,) = differences(
        requirements, scripts | {"types/side": scripts["types/side"] + "select monitoring.slotkey()"}
    )
    assert "monitoring.slotkey of no change" in found
