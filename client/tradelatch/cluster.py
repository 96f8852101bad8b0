"""A private PostgreSQL cluster: on a unix socket, in a folder of its own, gone when its owner is.

A cluster's folder holds a marker that names the project it was started from and is locked as long as its owner
lives. So a cluster whose owner was killed is known by a marker that can be locked, and the next start removes it;
no other server is ever touched.
"""

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TextIO
from urllib.parse import quote

from .programs import ProgramError, release_of, run_program, server_programs
from .project import sqitch_project

DATABASE = "tradelatch"
# Short, because the path of a socket may have 107 bytes, and open to the user postgres, unlike a root's TMPDIR.
_DISK, _MEMORY = Path("/tmp"), Path("/dev/shm")
_ROOM = 4 * 2**30  # bytes that memory must have free, of which `make check` fills two at times
_MARKER = "owner.json"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


# Clusters


@dataclass(frozen=True)
class Cluster:
    """A cluster in its folder; `dsn()` is how to reach it."""

    folder: Path

    @property
    def server(self) -> Path:
        """What belongs to the server's user: data, socket and log."""
        return self.folder / "server"

    @property
    def data(self) -> Path:
        return self.server / "data"

    def dsn(self, database: str = DATABASE, user: str = "postgres") -> str:
        return f"postgresql://{quote(user)}@/{quote(database)}?host={self.server}&port=5432"

    def create(self, *, durable: bool, settings: Mapping[str, str], copy_of: Path | None) -> None:
        """Makes the data folder. Not durable means fast, and lost with the machine's power."""
        self.server.mkdir(mode=0o700)
        if os.geteuid() == 0:
            account = _server_account()
            os.chown(self.folder, 0, account.pw_gid)
            self.folder.chmod(0o710)
            os.chown(self.server, account.pw_uid, account.pw_gid)
        if copy_of is None:
            locale = ["--locale=C.UTF-8"]
            if release_of(server_programs()) >= 17:  # PostgreSQL has its own, for systems that have none
                locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", *locale]
            self._program("initdb", "-D", str(self.data), *options, *([] if durable else ["--no-sync"]))
        elif copy_of.is_dir():
            run_program(["cp", "-Rp", str(copy_of), str(self.data)])
        else:
            self.data.mkdir(mode=0o700)
            run_program(["tar", "-xpf", str(copy_of), "-C", str(self.data)])
        sync = "on" if durable else "off"
        own = {"listen_addresses": "", "unix_socket_directories": str(self.server), "port": "5432", "timezone": "UTC"}
        own |= {"fsync": sync, "full_page_writes": sync}
        if not durable:  # in memory, as a rule
            own |= {"min_wal_size": "32MB", "max_wal_size": "128MB"}
        # The file of ALTER SYSTEM: it counts most, and a copy's settings replace those of the original.
        with (self.data / "postgresql.auto.conf").open("w") as configuration:
            for name, value in (own | dict(settings)).items():
                configuration.write("{} = '{}'\n".format(name, value.replace("'", "''")))

    def start(self) -> None:
        """Starts the server and waits until it takes connections."""
        log = self.server / "log"
        try:
            self._program("pg_ctl", "-D", str(self.data), "-l", str(log), "-w", "start")
        except ProgramError as error:
            raise ProgramError(f"{error}\n{log.read_text() if log.exists() else ''}".rstrip()) from error

    def stop(self, mode: str = "fast") -> None:
        """Ends the server, if it runs; `immediate` is a crash."""
        if self.postmaster() is not None:
            self._program("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def postmaster(self) -> int | None:
        """The server's process id, if the process of that id still is the server of this data folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in _command_line(pid) else None

    def remove(self) -> None:
        """Ends the server and removes its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def _program(self, name: str, *arguments: str) -> str:
        command = [str(server_programs() / name), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", _server_account().pw_name, "--", *command]
        return run_program(command, detached=True)


def _server_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise ProgramError("PostgreSQL refuses to run as root, and there is no user postgres to run it as") from None


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    with suppress(ProgramError):
        return run_program(["ps", "-o", "command=", "-p", str(pid)])
    return ""


@contextmanager
def private_cluster(
    *, durable: bool = True, settings: Mapping[str, str] | None = None, copy_of: Path | None = None
) -> Iterator[Cluster]:
    """A running cluster, ended and removed when the block is left, also by SIGINT, SIGTERM and SIGHUP.

    `settings` are the server's; `durable=False` turns fsync off, and keeps it in memory where there is plenty.
    `copy_of` is the data folder of a cluster that was stopped, or a tar file of it, to start from instead of an empty
    one. The process forgets libpq's variables, because PGHOSTADDR, PGSERVICE and the like lead past the socket to
    another server.
    """
    for variable in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[variable]
    remove_stale()
    with _interrupted_by_signals(), _claimed_folder(_DISK if durable else _for_a_while()) as cluster:
        with _signals_deferred():
            cluster.create(durable=durable, settings=settings or {}, copy_of=copy_of)
            cluster.start()
        yield cluster


def _for_a_while() -> Path:
    """Where thousands of files are made and removed best: a disk's file system may take a millisecond for each."""
    with suppress(OSError):
        if shutil.disk_usage(_MEMORY).free >= _ROOM and os.access(_MEMORY, os.W_OK):
            return _MEMORY
    return _DISK


@contextmanager
def _claimed_folder(where: Path) -> Iterator[Cluster]:
    """A new folder with its marker, removed at the end unless the cluster is kept."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix=_prefix(), dir=where)))
    with _claim(cluster):
        try:
            yield cluster
        finally:
            with _signals_deferred():
                if not _is_kept(cluster):
                    cluster.remove()


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP become the KeyboardInterrupt that SIGINT already is."""
    with _handler(_interrupted):
        yield


@contextmanager
def _signals_deferred() -> Iterator[None]:
    """A signal waits for the end of the block."""
    received: list[int] = []
    with _handler(lambda number, frame: received.append(number)):
        yield
    for number in received:
        signal.raise_signal(number)


@contextmanager
def _handler(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handles the signals that end a process; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, before[number])


# Markers


def _prefix() -> str:
    """How the names of this project's clusters begin: two checkouts have two of them."""
    return f"tradelatch-{hashlib.sha256(bytes(sqitch_project())).hexdigest()[:8]}-"


def _claim(cluster: Cluster) -> TextIO:
    """Writes the marker; the lock on it lasts as long as the file is open, so at most as long as this process."""
    draft = cluster.folder / "draft"
    marker = draft.open("w")
    fcntl.flock(marker, fcntl.LOCK_EX)
    _write(marker, kept=False)
    draft.rename(cluster.folder / _MARKER)
    return marker


def keep(cluster: Cluster) -> None:
    """Lets the cluster outlive its owner."""
    with (cluster.folder / _MARKER).open("w") as marker:
        _write(marker, kept=True)


def _write(marker: TextIO, *, kept: bool) -> None:
    json.dump({"project": str(sqitch_project()), "pid": os.getpid(), "kept": kept}, marker)
    marker.flush()


def _is_kept(cluster: Cluster) -> bool:
    return bool(json.loads((cluster.folder / _MARKER).read_text())["kept"])


def kept_cluster() -> Cluster | None:
    """The one that outlived its owner."""
    return next((cluster for cluster in _clusters() if _is_kept(cluster)), None)


def _clusters() -> Iterator[Cluster]:
    """The clusters that this user started from this project."""
    for folder in (path for where in (_DISK, _MEMORY) for path in where.glob(f"{_prefix()}*")):
        with suppress(OSError, ValueError, KeyError):
            ours = folder.lstat().st_uid == os.geteuid()
            if ours and json.loads((folder / _MARKER).read_text())["project"] == str(sqitch_project()):
                yield Cluster(folder)


def remove_stale() -> None:
    """Removes the clusters whose owner was killed."""
    for cluster in _clusters():
        with suppress(FileNotFoundError), (cluster.folder / _MARKER).open() as marker:
            try:
                fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if not _is_kept(cluster):
                cluster.remove()
