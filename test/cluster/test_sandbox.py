"""`make up` and `make down`: a cluster that stays, with the plan deployed."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tradelatch import cluster as clusters
from tradelatch import sandbox
from tradelatch.programs import ProgramError
from tradelatch.sandbox import down, run, up

from .test_cluster import is_up


@pytest.fixture(autouse=True)
def ended(project: Path) -> Iterator[None]:
    """Nothing stays of a test that failed."""
    yield
    down()


def test_up_keeps_one_cluster_until_down(project: Path) -> None:
    dsn = up()
    with psycopg.connect(dsn) as connection:
        connection.execute("create table of_mine ()")
    (cluster,) = clusters._clusters()
    cluster.stop("immediate")
    assert up() == dsn
    with psycopg.connect(dsn) as connection:
        connection.execute("select from of_mine, t")
    clusters.remove_stale()
    assert is_up(cluster)
    assert down()
    assert not cluster.folder.exists()
    assert not down()


def test_run_passes_the_dsn_and_the_status(project: Path) -> None:
    assert run(["sh", "-c", 'psql -qXc "select from t" "$TRADELATCH_DSN" >/dev/null && exit 7']) == 7
    assert not list(clusters._clusters())


def test_up_without_sqitch_deploys_by_psql(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "has_sqitch", lambda: False)
    dsn = up()
    with psycopg.connect(dsn) as connection:
        connection.execute("insert into t default values")
        assert connection.execute("select to_regclass('sqitch.changes')").fetchone() == (None,)
    assert up() == dsn
    script = project / "deploy" / "t.sql"
    script.write_text(script.read_text().replace("t ()", "t (added int)"))
    with pytest.raises(ProgramError, match="run `make down`"):
        up()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from t").fetchone() == (1,)
    down()
    with psycopg.connect(up()) as connection:
        connection.execute("select added from t")
