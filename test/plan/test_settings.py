"""Every script pins how names and literals are read before anything else, and is the owner for one transaction."""

import re

import pytest
from tradelatch.deployment import changes
from tradelatch.project import sqitch_project

FIRST = {"deploy": r"\ir ../settings.psql", "revert": r"\ir ../../deploy/settings.psql"}


@pytest.mark.parametrize("folder", FIRST)
@pytest.mark.parametrize("change", changes())
def test_it_comes_first(folder: str, change: str) -> None:
    lines = (sqitch_project() / folder / f"{change}.sql").read_text().splitlines()
    statements = [line for line in lines if line and not line.startswith("--")]
    if (folder, change) == ("revert", "roles/all"):  # which the client runs without psql, too
        assert statements[:2] == ["begin;", "set local search_path = pg_catalog, pg_temp;"]
    else:
        assert statements[0] == FIRST[folder]


@pytest.mark.parametrize("folder", FIRST)
@pytest.mark.parametrize("change", sorted({*changes()} - {"adoption/preflight", "roles/all"}))
def test_who_deploys_is_the_owner_for_its_transaction(folder: str, change: str) -> None:
    script = (sqitch_project() / folder / f"{change}.sql").read_text()
    included = re.findall(r"^\\ir (?:\.\./)+(?:deploy/)?(\w+)\.psql$", script, re.MULTILINE)
    assert {"owner", "session_owner", "join_owner"} & {*included}
    assert ("join_owner" in included) == ("leave_owner" in included)
