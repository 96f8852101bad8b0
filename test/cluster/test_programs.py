"""PostgreSQL's programs are found, and reach the database that a DSN names."""

from pathlib import Path

import psycopg
import pytest
from tradelatch import programs
from tradelatch.programs import ProgramError, libpq_environment, release_of

find = programs.server_programs.__wrapped__  # not what was found before


def test_a_dsn_reaches_libpq_s_programs_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICE", "elsewhere")
    dsn = "postgresql://alice:a%20secret@db.example:6432/book?sslmode=require"
    environment = libpq_environment(dsn)
    assert "PGSERVICE" not in environment
    given = {
        name: environment[name] for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE")
    }
    assert list(given.values()) == ["db.example", "6432", "alice", "a secret", "book", "require"]


def test_variables_are_libpq_s_own() -> None:
    for option in psycopg.pq.Conninfo.get_defaults():
        name = option.keyword.decode()
        expected = option.envvar.decode() if option.envvar else None
        assert (None if name in programs.WITHOUT_VARIABLE else programs.variable_of(name)) == expected, name


def test_each_host_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first one that does not answer would else keep psql and sqitch for ever."""
    monkeypatch.delenv("PGCONNECT_TIMEOUT", raising=False)
    assert libpq_environment("host=a,b dbname=x")["PGCONNECT_TIMEOUT"] == "5"
    assert libpq_environment("host=a,b dbname=x connect_timeout=3")["PGCONNECT_TIMEOUT"] == "3"
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "7")
    assert libpq_environment("host=a,b dbname=x")["PGCONNECT_TIMEOUT"] == "7"


def test_a_missing_server_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "OLDEST_SERVER", 1000)
    with pytest.raises(ProgramError, match="found no initdb"):
        find()


def test_the_wheel_is_found_where_path_leads_to_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find()
    assert "site-packages" in found.parts
    assert release_of(found) == 18
    assert (found / "psql").exists()


def test_what_path_leads_to_comes_before_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, release in (("old", "14.9"), ("new", "16.1 (Debian 16.1-1)")):
        (tmp_path / name).mkdir()
        initdb = tmp_path / name / "initdb"
        initdb.write_text(f"#!/bin/sh\necho 'initdb (PostgreSQL) {release}'\n")
        initdb.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "new"))
    assert find() == tmp_path / "new"
    monkeypatch.setenv("PATH", str(tmp_path / "old"))
    assert "site-packages" in find().parts
