"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

import psycopg

SETTINGS = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_level",
    "wal_sync_method",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "autovacuum",
    "jit",
    "max_connections",
)


def facts(dsn: str) -> dict[str, object]:
    """The machine, the server and its settings, the time."""
    with psycopg.connect(dsn) as connection:
        ((version, folder),) = connection.execute(
            "select current_setting('server_version'), current_setting('data_directory')"
        ).fetchall()
        settings = {name: connection.execute(f"show {name}").fetchall()[0][0] for name in SETTINGS}
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory in GB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "file system": _file_system(Path(folder)),
        "python": platform.python_version(),
        "postgresql": version,
        "settings": settings,
    }


def _processor() -> str:
    try:
        model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        model = None
    return model[1] if model else platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    """Of the place where the cluster is, as mounted."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return "unknown"
    around = [fields for fields in mounts if folder.is_relative_to(fields[1])]
    return max(around, key=lambda fields: len(fields[1]))[2] if around else "unknown"
