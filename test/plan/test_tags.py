"""Tags of the plan: each is a release, and a release is a tag of git.

A tag in the plan says that the changes before it are what people have deployed, and stay as they are. Until the first
release there is none.
"""

import subprocess
from pathlib import Path

import pytest
from tradelatch.project import sqitch_project

CHANGE = "roles/all 2026-11-22T12:00:00Z A <a@example.invalid> # Roles\n"
TAG = "@v1 2026-11-22T12:00:01Z A <a@example.invalid> # Schema 1\n"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout


def unreleased_tags(project: Path) -> list[str]:
    """The plan's tags that git does not have. git is asked only when there are any: a copy without .git has none."""
    lines = (project / "sqitch.plan").read_text().splitlines()
    tags = [line.split()[0].removeprefix("@") for line in lines if line.startswith("@")]
    return sorted(set(tags) - set(git(project, "tag", "--list").split())) if tags else []


def test_each_tag_of_the_plan_is_a_tag_of_git() -> None:
    unreleased = unreleased_tags(sqitch_project())
    assert not unreleased, f"in sqitch.plan, but no git tag (in a shallow clone: git fetch --tags): {unreleased}"


def test_a_tag_before_its_release_is_seen(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "sqitch.plan").write_text(CHANGE + TAG)
    assert unreleased_tags(tmp_path) == ["v1"]
    author = ["-c", "user.name=A", "-c", "user.email=a@example.invalid"]
    git(tmp_path, *author, "commit", "--quiet", "--no-gpg-sign", "--allow-empty", "--message", "Schema 1")
    git(tmp_path, "tag", "--no-sign", "v1")
    assert unreleased_tags(tmp_path) == []


def test_without_tags_git_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sqitch.plan").write_text(CHANGE)
    monkeypatch.setenv("PATH", "")
    assert unreleased_tags(tmp_path) == []
