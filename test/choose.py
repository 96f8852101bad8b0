"""Runs the tests of a few files: for `make test ONLY=…` and `make quick`.

    python test/choose.py --only 'deploy/functions/create_position.sql'
    python test/choose.py --only 'test/client/test_lease.py -x'
    python test/choose.py --only 'lease and not lost'
    python test/choose.py --changed FILE...

A file is one of the tests, or one that they test: `deploy/X/Y.sql` has its tests in `test/X/Y.sql`, a module of the
client in the folder of its room.
"""

import argparse
import os
import re
import shlex
import sys
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

TOP = Path(__file__).parents[1]
SQL = ("deploy", "revert", "verify")
# Where the tests of a room of the client are, if not in the folder of its name.
ROOMS = {"core": "client", "testing": "exchange"}
# With every change of SQL: the linter that reads PL/pgSQL, and what looks at the files of the plan alone.
ALWAYS_OF_SQL = [
    "test/lint",
    "test/plan/test_plan.py::test_every_change_has_its_scripts_and_every_script_its_change",
    "test/plan/test_tags.py",
]
PGTAP = "test/test_pgtap.py::test_pgtap[{}]"
NOT_PGTAP = ("bench", "isolation")  # folders whose SQL is read by other programs


def belonging_to(name: str) -> list[str]:
    """What pytest has to run for a file, a folder or a test; empty when it has no tests of its own."""
    path = Path(name)
    if "::" in name:
        return [name]
    if path.parts[0] in SQL:
        return _pgtap(f"{'/'.join(path.parts[1:-1])}/{path.stem}*.sql")
    if path.parts[:2] == ("client", "tradelatch"):
        return _tests_of_module(path)
    if path.parts[0] == "test":
        return _tests_among_tests(path)
    if path.suffix == ".md":
        return [test for test in _found("test/*/test_*.py") if path.name in (TOP / test).read_text()]
    return []


def _tests_of_module(path: Path) -> list[str]:
    """The test files of its name in its room, else the whole room. Sync tests are generated from the async ones."""
    *rooms, _ = path.parts[2:]
    stem = re.sub("_(a?sync)$", "", path.stem)
    for room in [*reversed(rooms), *([] if rooms else [stem])]:
        folder = f"test/{ROOMS.get(room, room)}"
        if found := _found(f"{folder}/test_{stem}.py", f"{folder}/test_{stem}_*.py") or _room(folder):
            return found
    return _found(f"test/*/test_{stem}.py")


def _tests_among_tests(path: Path) -> list[str]:
    if (TOP / path).is_dir():
        found = [*_pgtap(f"{'/'.join(path.parts[1:])}/*.sql"), *_room(str(path))]
        found += _found(f"{path.parent}/test_{path.name}.py")
        return found or (belonging_to(str(path.parent)) if len(path.parts) > 2 else [])  # test/isolation/specs
    if path.suffix == ".sql" and path.parts[1] not in NOT_PGTAP:
        return _pgtap("/".join(path.parts[1:]))
    if path.name.startswith("test_"):
        return [str(path)]
    # what the tests of a folder share
    return belonging_to(str(path.parent)) if len(path.parts) > 2 else ["test/cluster"]


def _room(folder: str) -> list[str]:
    return [found for found in _found(f"{folder}/test_*.py") if not found.endswith("_sync.py")]


def _found(*patterns: str) -> list[str]:
    return [str(path.relative_to(TOP)) for pattern in patterns for path in sorted(TOP.glob(pattern))]


def _pgtap(pattern: str) -> list[str]:
    paths = [path.relative_to(TOP / "test") for path in sorted((TOP / "test").glob(pattern.lstrip("/")))]
    return [PGTAP.format(path) for path in paths if path.parts[0] not in NOT_PGTAP]


def only(expression: str, heavy: Sequence[str]) -> list[str]:
    """For pytest: files with their options, or what -k understands, among what `make test` runs."""
    words = shlex.split(expression)
    files = list(takewhile(lambda word: (TOP / word.split("::")[0]).exists(), words))
    if not files:
        return ["-k", expression, *(f"--ignore={path}" for path in heavy), "test"]
    return [*_tests(files), *words[len(files) :]]


def changed(files: Sequence[str], heavy: Sequence[str]) -> list[str]:
    """For pytest: the tests of these files, but the heavy ones."""
    tests = _tests(files)
    if any(Path(name).parts[0] in (*SQL, "sqitch.plan") for name in files):
        tests += ALWAYS_OF_SQL
    for why, paths in (("left to make check", heavy), ("what they need is not installed", _left_out())):
        if left := [test for test in tests if any(Path(test.split("::")[0]).is_relative_to(path) for path in paths)]:
            print(f"{why}:", *left, file=sys.stderr)
        tests = [test for test in tests if test not in left]
    return tests


def _left_out() -> list[str]:
    """The tests that need a program which is not here and may not be installed, as .ci/install found."""
    noted = TOP / ".venv" / "left-out"
    lines = noted.read_text().splitlines() if noted.exists() else []
    return [path for line in lines for path in line.partition(": ")[2].split()]


def _tests(files: Sequence[str]) -> list[str]:
    tests = {name: belonging_to(name) for name in files}
    if without := [name for name in files if not tests[name]]:
        print("without tests of their own:", *without, file=sys.stderr)
    return list(dict.fromkeys(test for name in files for test in tests[name]))


def main() -> None:
    parser = argparse.ArgumentParser()
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--only", help="files with options of pytest, or an expression for its -k")
    what.add_argument("--changed", nargs="*", help="files that changed")
    parser.add_argument("--heavy", default="", help="tests of make check")
    options = parser.parse_args()
    heavy = options.heavy.split()
    arguments = changed(options.changed, heavy) if options.only is None else only(options.only, heavy)
    if not arguments:
        print("nothing to test")
        return
    # One process starts sooner than two; hypothesis's plugin imports all of it when it has nothing to do.
    few = all(argument.startswith("test/test_pgtap.py") or argument in ALWAYS_OF_SQL for argument in arguments)
    processes = [] if few or options.only is not None else ["--numprocesses=2", "--dist=loadfile"]
    command = [sys.executable, "-m", "pytest", "--no-header", "-p", "no:hypothesispytest", *processes, *arguments]
    os.chdir(TOP)
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
