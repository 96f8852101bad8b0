"""Private clusters come, go and stay as they should, and nothing else is touched."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tradelatch import cluster as module
from tradelatch.cluster import Cluster, private_cluster

# Another process with a cluster: it prints the folder, and keeps it until it is told to stop.
OWNER = """
import sys
from pathlib import Path
from tradelatch import cluster

cluster.sqitch_project = lambda: Path(sys.argv[1])
with cluster.private_cluster(durable=False) as private:
    print(private.folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def start_owner(project: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], Cluster]]]:
    owners = []

    def start(of: Path = project) -> tuple[subprocess.Popen[str], Cluster]:
        command = [sys.executable, "-c", OWNER, str(of)]
        owner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        owners.append(owner)
        assert owner.stdout is not None
        return owner, Cluster(Path(owner.stdout.readline().strip()))

    yield start
    for owner in owners:
        owner.communicate()


def is_up(cluster: Cluster) -> bool:
    try:
        with psycopg.connect(cluster.dsn("postgres")) as connection:
            return connection.execute("show data_directory").fetchone() == (str(cluster.data),)
    except psycopg.OperationalError:
        return False


def test_a_cluster_goes_with_its_block(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    monkeypatch.setenv("PGPORT", "5433")
    expected = {"listen_addresses": "", "fsync": "on", "cluster_name": "it's"}
    with private_cluster(settings={"cluster_name": "it's"}) as cluster:
        connection = psycopg.connect(cluster.dsn("postgres"))
        shown = {name: connection.execute(f"show {name}").fetchone()[0] for name in expected}
        connection.close()
    assert shown == expected
    assert not cluster.folder.exists()
    assert not is_up(cluster)


@pytest.mark.parametrize("room", [0, 1])
def test_what_need_not_last_is_in_memory_where_there_is_room(
    project: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        memory = Path(name)
        memory.chmod(0o755)
        monkeypatch.setattr(module, "_MEMORY", memory)
        monkeypatch.setattr(module, "_ROOM", shutil.disk_usage(memory).free // 2 if room else 2**63)
        with private_cluster(durable=False) as cluster:
            assert is_up(cluster)
            assert (cluster.folder.parent == memory) == bool(room)
            assert [found.folder for found in module._clusters()] == [cluster.folder]
        with private_cluster() as cluster:
            assert cluster.folder.parent != memory


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_cluster(start_owner, number: signal.Signals) -> None:
    owner, cluster = start_owner()
    assert is_up(cluster)
    owner.send_signal(number)
    assert owner.wait(20) != 0
    assert not cluster.folder.exists()
    assert not is_up(cluster)


def test_the_next_start_removes_what_a_killed_owner_left(start_owner, tmp_path_factory) -> None:
    _, living = start_owner()
    killed_elsewhere, elsewhere = start_owner(tmp_path_factory.mktemp("elsewhere"))
    killed, orphan = start_owner()
    for owner in (killed_elsewhere, killed):
        owner.kill()
        owner.wait()
    assert is_up(orphan)
    module.remove_stale()
    assert not is_up(orphan)
    assert not orphan.folder.exists()
    assert is_up(living)
    assert is_up(elsewhere)
    elsewhere.remove()


def test_a_process_that_got_the_id_of_a_dead_server_is_left_alone(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.data.mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"]) as innocent:
        (cluster.data / "postmaster.pid").write_text(f"{innocent.pid}\n{cluster.data}\n")
        assert cluster.postmaster() is None
        cluster.remove()
        assert innocent.poll() is None
        innocent.kill()
