"""Every mutant of `make mutants` is one of this build: its patch finds what it replaces."""

from pathlib import Path

import psycopg

from .client import MUTANTS, TOP, path_of

HERE = Path(__file__).parent


def test_each_applies(database: str) -> None:
    failed = []
    for patch in sorted((HERE / "patches").glob("*.psql")):
        with psycopg.connect(database) as connection:
            try:
                connection.execute((HERE / "mutate.psql").read_text())
                connection.execute(patch.read_text())
            except psycopg.Error as error:
                failed.append(f"{patch.stem}: {error}")
            connection.rollback()
    assert failed == []


def test_each_of_a_file_applies() -> None:
    times = {name: path_of(TOP, mutant).read_text("utf-8").count(mutant.source) for name, mutant in MUTANTS.items()}
    assert times == dict.fromkeys(MUTANTS, 1)
