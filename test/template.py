"""A private cluster with the plan deployed, in a third of a second where one was made before.

What initdb makes, and what the plan makes of that, are kept in the checkout as data folders of stopped servers, named
after a hash of all that they are made of; a cluster for tests starts from a copy. `make clean` removes them. They are
not in /tmp, where others could put one in our place, and where old files are removed one by one.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from tradelatch import cluster, deployment
from tradelatch.cluster import DATABASE, Cluster, private_cluster
from tradelatch.deployment import deploy_with_psql, fingerprint
from tradelatch.programs import run_program, server_programs
from tradelatch.project import sqitch_project

KEPT = 5  # folders of 40 MB: this release of PostgreSQL and another one, a branch or two


@contextmanager
def deployed_cluster(*, durable: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A running cluster of its own, whose database `tradelatch` has the plan deployed."""
    with ExitStack() as stack:
        with _our_folder() as folder:
            data = _deployed(folder)
            started = private_cluster(durable=durable, settings=settings, copy_of=data)
            running = stack.enter_context(started)
        yield running


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


def _deployed(folder: Path) -> Path:
    """The data folder with the plan deployed to DATABASE."""

    def deploy(empty: Cluster) -> None:
        with psycopg.connect(empty.dsn("postgres"), autocommit=True) as connection:
            connection.execute(SQL("create database {}").format(Identifier(DATABASE)))
        deploy_with_psql(empty.dsn())

    made_of = _made_of()
    empty = "empty-" + _hash(made_of)
    deployed = "deployed-" + _hash([*made_of, fingerprint().encode()])
    if not (folder / deployed).is_dir():
        _keep(folder, deployed, deploy, copy_of=_keep(folder, empty, lambda cluster: None))
    os.utime(folder / deployed)
    return folder / deployed


def _keep(folder: Path, name: str, fill: Callable[[Cluster], None], copy_of: Path | None = None) -> Path:
    """Makes a data folder, if there is none of this name; it has its name when it is whole. Removes the oldest."""
    kept, draft = folder / name, folder / "draft"
    if not kept.is_dir():
        shutil.rmtree(draft, ignore_errors=True)  # of somebody who was killed
        with private_cluster(durable=False, copy_of=copy_of) as cluster:
            fill(cluster)
            cluster.stop()
            run_program(["cp", "-Rp", str(cluster.data), str(draft)])
        draft.rename(kept)
    os.utime(kept)
    newest_first = sorted((path for path in folder.iterdir() if path.is_dir()), key=lambda path: -path.stat().st_mtime)
    for old in newest_first[KEPT:]:
        shutil.rmtree(old)
    return kept


def _made_of() -> list[bytes]:
    """What an empty data folder depends on: the server, the machine, and how clusters are made."""
    version = run_program([str(server_programs() / "initdb"), "--version"])
    modules = [Path(module.__file__ or "").read_bytes() for module in (cluster, deployment)]
    return [version.encode(), platform.platform().encode(), *modules]


def _hash(parts: list[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]
