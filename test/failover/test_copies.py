"""A restored dump and a promoted logical copy: both say so, both refuse what the old database's workers know."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tradelatch import Client, HistoryLost, StaleFence
from tradelatch.cluster import DATABASE, Cluster, private_cluster
from tradelatch.programs import server_programs

from ..template import deployed_cluster
from .servers import until

CHANGED = "select detail ->> 'problem' from tradelatch.diagnose() where check_name = 'history_changed'"
KNOWN = "select id from monitoring.positions where id = %s"
APT = {"exchange": "binance", "side": "long", "quantity": 1, "entry_price": 1}


@pytest.fixture(scope="module")
def source() -> Iterator[Cluster]:
    with deployed_cluster(settings={"wal_level": "logical"}) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def target(source: Cluster) -> Iterator[Cluster]:
    """Another cluster, made by initdb, with the roles; its databases are made by the tests."""
    with private_cluster(durable=False) as cluster:
        roles = subprocess.run(
            [server_programs() / "pg_dumpall", "--roles-only", "--dbname", source.dsn("postgres")],
            check=True,
            capture_output=True,
        ).stdout
        # postgres is there already
        subprocess.run(
            [server_programs() / "psql", "--no-psqlrc", "--dbname", cluster.dsn("postgres")],
            input=roles,
            check=True,
            capture_output=True,
        )
        yield cluster


@pytest.fixture
def new_database() -> Callable[[Cluster, str], str]:
    def create(cluster: Cluster, name: str) -> str:
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return cluster.dsn(name)

    return create


def program(name: str, *arguments: str) -> None:
    subprocess.run([server_programs() / name, *arguments], check=True, capture_output=True)


def changed(dsn: str) -> list[str]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        return [problem for (problem,) in connection.execute(CHANGED).fetchall()]


def old_positions(source: Cluster, symbols: str) -> list[tuple[int, int | None]]:
    with Client(source.dsn()) as client:
        receipts = [client.create_position(symbol=f"{symbol}USDT", **APT) for symbol in symbols]
        return [(receipt.position_id, receipt.fence) for receipt in receipts]


def check(dsn: str, problem: str, old: list[tuple[int, int | None]]) -> None:
    """after_restore, and what it promises."""
    assert changed(dsn) == [problem]
    with Client(dsn) as client:
        listed = client.after_restore("restored")
        assert {each.position_id for each in listed} >= {position for position, _ in old}
        assert changed(dsn) == []
        for position, fence in old:
            with pytest.raises(StaleFence):
                client.renew_lease(position, fence)
        receipt = client.create_position(symbol="NEWUSDT", **APT)
        assert receipt.position_id > 1000000
        assert receipt.fence is not None
        assert receipt.fence > max(fence or 0 for _, fence in old)
        client.cancel_position(receipt.position_id, receipt.fence, "seen")


def test_a_dump_restored_in_another_cluster(
    source: Cluster, target: Cluster, new_database: Callable[[Cluster, str], str], tmp_path: Path
) -> None:
    old = old_positions(source, "ABC")
    program("pg_dump", "--format", "custom", "--file", str(tmp_path / "dump"), source.dsn())
    dsn = new_database(target, "restored")
    program("pg_restore", "--exit-on-error", "--dbname", dsn, str(tmp_path / "dump"))
    check(dsn, "another cluster than the one that was noted", old)


def test_a_dump_restored_beside_its_database(
    source: Cluster, new_database: Callable[[Cluster, str], str], tmp_path: Path
) -> None:
    """The cluster and its timeline are the same: the table is another one."""
    old = old_positions(source, "DEF")
    program("pg_dump", "--format", "custom", "--file", str(tmp_path / "dump"), source.dsn())
    dsn = new_database(source, "restored")
    program("pg_restore", "--exit-on-error", "--dbname", dsn, str(tmp_path / "dump"))
    check(dsn, "restored from a dump", old)
    assert changed(source.dsn()) == []


def test_a_promoted_logical_copy(
    source: Cluster, target: Cluster, new_database: Callable[[Cluster, str], str], tmp_path: Path
) -> None:
    """Rows come along, sequences do not: TL010 to every function that would take a number."""
    old = old_positions(source, "GHI")
    dsn = new_database(target, "copied")
    program("pg_dump", "--schema-only", "--format", "custom", "--file", str(tmp_path / "dump"), source.dsn())
    program("pg_restore", "--exit-on-error", "--dbname", dsn, str(tmp_path / "dump"))
    with psycopg.connect(source.dsn(), autocommit=True) as connection:
        connection.execute("create publication moving for tables in schema monitoring")
    with psycopg.connect(dsn, autocommit=True) as copy:
        copy.execute(f"create subscription moving connection '{source.dsn(DATABASE)}' publication moving")
        until(
            lambda: copy.execute("select bool_and(srsubstate = 'r') from pg_subscription_rel").fetchall() == [(True,)],
            "the tables are copied",
        )
        with Client(source.dsn()) as client:
            client.record_aliases("binance", {"BTCPERP": "BTC/USDC:USDC"})
        later = old_positions(source, "J")
        until(lambda: copy.execute(KNOWN, [later[0][0]]).fetchall(), "what is done meanwhile comes along")
        copy.execute("drop subscription moving")
    with Client(dsn, timeout=10) as client:
        for call in (
            lambda: client.create_position(symbol="NEWUSDT", **APT),
            lambda: client.claim_stale(),
            lambda: client.renew_lease(*old[0]),
            lambda: client.begin_close(old[0][0], "x"),
            lambda: client.record_findings(),
            lambda: client.after_restore("x", skip=0),
        ):
            with pytest.raises(HistoryLost) as refused:
                call()
            assert set(refused.value.detail["sequences"]) >= {
                "monitoring.positions_id_seq",
                "monitoring.position_fence",
            }
    check(dsn, "another cluster than the one that was noted; sequences lag behind their tables", old + later)
    with Client(dsn) as client:
        assert client.create_position(symbol="BTCPERP", **APT).symbol == "BTCUSDC"
