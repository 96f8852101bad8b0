"""A private cluster with the plan deployed, in a third of a second where one was made before.

What initdb makes, and what the plan makes of that, are kept in the checkout: tar files of the data folders of stopped
servers, named after a hash of all that they are made of; a cluster for tests starts from one. `make clean` removes
them. They are not in /tmp, where others could put one in our place.
"""

import fcntl
import hashlib
import os
import platform
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from tradelatch import cluster as clusters
from tradelatch import deployment
from tradelatch.cluster import DATABASE, Cluster, private_cluster
from tradelatch.deployment import deploy_with_psql, fingerprint
from tradelatch.programs import run_program, server_programs
from tradelatch.project import sqitch_project

KEPT = 5  # files of 50 MB: this release of PostgreSQL and another one, a branch or two


@contextmanager
def deployed_cluster(*, durable: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A running cluster of its own, whose database `tradelatch` has the plan deployed."""
    with ExitStack() as stack:

        def start(copy_of: Path) -> Cluster:
            return stack.enter_context(private_cluster(durable=durable, settings=settings, copy_of=copy_of))

        made_of = _made_of()
        with _our_folder() as folder:
            kept = folder / f"deployed-{_hash([*made_of, fingerprint().encode()])}.tar"
            if kept.exists():
                os.utime(kept)
                cluster = start(kept)
            else:
                cluster = start(_empty(folder / f"empty-{_hash(made_of)}.tar"))
                _deploy(cluster)
                cluster.stop()
                _keep(cluster, kept)
                cluster.start()
        yield cluster


@contextmanager
def _our_folder() -> Iterator[Path]:
    """Where the data folders are, and nobody else's process at work there. A temporary one where it cannot be ours."""
    with ExitStack() as stack:
        folder = sqitch_project() / ".clusters"
        if not _is_ours(folder):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lock = stack.enter_context((folder / "lock").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _is_ours(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _empty(kept: Path) -> Path:
    """What initdb makes."""
    if kept.exists():
        os.utime(kept)
    else:
        with private_cluster(durable=False) as cluster:
            cluster.stop()
            _keep(cluster, kept)
    return kept


def _deploy(cluster: Cluster) -> None:
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute(SQL("create database {}").format(Identifier(DATABASE)))
    deploy_with_psql(cluster.dsn())


def _keep(stopped: Cluster, kept: Path) -> None:
    """Writes the data folder to a file, which has its name when it is whole. Removes the oldest."""
    draft = kept.parent / "draft"
    run_program(["tar", "-cf", str(draft), "-C", str(stopped.data), "."])
    draft.rename(kept)
    for old in sorted(kept.parent.glob("*.tar"), key=lambda path: -path.stat().st_mtime)[KEPT:]:
        old.unlink()


def _made_of() -> list[bytes]:
    """What an empty data folder depends on: the server, the machine, and how clusters are made."""
    version = run_program([str(server_programs() / "initdb"), "--version"])
    modules = [Path(module.__file__ or "").read_bytes() for module in (clusters, deployment)]
    return [version.encode(), platform.platform().encode(), *modules]


def _hash(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]
