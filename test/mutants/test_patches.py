"""Every mutant of `make mutants` is one of this build: its patch finds what it replaces."""

from pathlib import Path

import psycopg

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
