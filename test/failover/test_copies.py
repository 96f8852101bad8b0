"""Restored dumps, a point-in-time recovery and a promoted logical copy: each says so, and refuses what workers knew."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tradelatch import Client, HistoryLost, PositionNotFound, StaleFence
from tradelatch.cluster import DATABASE, Cluster, private_cluster
from tradelatch.programs import server_programs

from ..template import deployed_cluster
from .servers import copy, until

CHANGED = "select detail ->> 'problem' from tradelatch.diagnose() where check_name = 'history_changed'"
KNOWN = "select id from monitoring.positions where id = %s"
APT = {"exchange": "binance", "side": "long", "quantity": 1, "entry_price": 1}


@pytest.fixture(scope="module")
def source() -> Iterator[Cluster]:
    archive = {"archive_mode": "on", "archive_command": "mkdir -p ../archive && cp %p ../archive/%f"}
    with deployed_cluster(settings={"wal_level": "logical"} | archive) as cluster:
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


def test_a_point_in_time_recovery(source: Cluster) -> None:
    """What came after that time is lost: its workers are refused, and its numbers are not given again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tradelatch-copy-", dir="/tmp")))
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres", folder], check=True)
        copy(source, folder / "data")
        old = old_positions(source, "KLM")
        with psycopg.connect(source.dsn(), autocommit=True) as connection:
            connection.execute("select pg_create_restore_point('last night')")
        lost = old_positions(source, "NOP")
        with psycopg.connect(source.dsn(), autocommit=True) as connection:
            connection.execute("select pg_switch_wal()")
        recovery = {
            "restore_command": f"cp {source.server}/archive/%f %p",
            "recovery_target_name": "last night",
            "recovery_target_action": "promote",
            "archive_mode": "off",
        }
        (folder / "data" / "recovery.signal").touch()
        restored = stack.enter_context(private_cluster(durable=False, settings=recovery, copy_of=folder / "data"))
        with psycopg.connect(restored.dsn(), autocommit=True) as connection:
            query = "select pg_is_in_recovery()"
            until(lambda: connection.execute(query).fetchall() == [(False,)], "it is promoted")
        check(restored.dsn(), "timeline 2, 1 was noted", old)
        with Client(restored.dsn()) as client:
            for position, fence in lost:
                with pytest.raises(PositionNotFound):
                    client.renew_lease(position, fence)


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
