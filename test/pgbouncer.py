"""A private PgBouncer in transaction mode, in front of a test server."""

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PORT = 6432
PATIENCE = 20.0  # seconds
SETTINGS = """
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr =
listen_port = {listen_port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
max_client_conn = 300
default_pool_size = 20
server_login_retry = 1
"""


class PgBouncer:
    """`through(dsn)` is the same database and user, through the pooler."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def through(self, dsn: str) -> str:
        return make_conninfo(dsn, host=str(self.folder), port=PORT)


@contextmanager
def pgbouncer(dsn: str, users: Sequence[str]) -> Iterator[PgBouncer]:
    """In front of the server of the DSN, for these users, whom the server trusts. It refuses to run as root."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    assert program is not None, "pgbouncer is not installed"
    server = conninfo_to_dict(dsn)
    # Short, because the path of a socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="tradelatch-pool-", dir="/tmp") as name:
        folder = Path(name)
        settings = {"host": server["host"], "port": server["port"], "listen_port": PORT, "folder": folder}
        (folder / "pgbouncer.ini").write_text(SETTINGS.format(**settings))
        (folder / "users").write_text("".join(f'"{user}" ""\n' for user in users))
        command = [program, str(folder / "pgbouncer.ini")]
        account = None
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            for path in (folder, *folder.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
        stopped = threading.Event()
        started: list[subprocess.Popen[bytes]] = []

        def start() -> None:
            with (folder / "log").open("a") as log:
                started.append(
                    subprocess.Popen(
                        command, stderr=log, user=account and account.pw_uid, group=account and account.pw_gid
                    )
                )

        def keep() -> None:
            """PgBouncer 1.18 may end when a client cancels; whoever runs it has it started again."""
            while not stopped.is_set():
                started[-1].wait()
                if not stopped.is_set():
                    time.sleep(0.1)
                    start()

        start()
        keeper = threading.Thread(target=keep, daemon=True)
        try:
            end = time.monotonic() + PATIENCE
            while not (folder / f".s.PGSQL.{PORT}").exists():
                is_coming = started[0].poll() is None and time.monotonic() < end
                assert is_coming, (folder / "log").read_text()
                time.sleep(0.01)
            keeper.start()
            yield PgBouncer(folder)
        finally:
            stopped.set()
            started[-1].terminate()
            started[-1].wait(PATIENCE)
