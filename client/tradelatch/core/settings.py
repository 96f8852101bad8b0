"""How the client's own pool connects."""

from __future__ import annotations

import os
from math import ceil
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .errors import InvalidArgument

SMALLEST_POOL = 1
LARGEST_POOL = 10
SHORTEST_TIMEOUT = 2  # seconds for one host; psycopg waits no shorter


def connection_settings(dsn: str | None, worker: str | None, timeout: float) -> dict[str, Any]:
    """The parameters of a connection. dsn: else TRADELATCH_DSN, else libpq's variables. Raises InvalidArgument."""
    settings = _read(os.environ.get("TRADELATCH_DSN", "") if dsn is None else dsn)
    if settings is None:  # and nothing of it in the message, or in a cause
        raise InvalidArgument("dsn is not a connection string")
    if worker is not None:
        if not isinstance(worker, str) or not worker.isprintable() or not 0 < len(worker.encode()) < 64:
            raise InvalidArgument("worker must be 1 to 63 printable characters")
        settings["application_name"] = worker
    settings.setdefault("fallback_application_name", "tradelatch")
    if "PGCONNECT_TIMEOUT" not in os.environ:
        settings.setdefault("connect_timeout", seconds_for_a_host(settings, timeout))
    # A machine that is gone without a word: the kernel notices within about `timeout`, or twice that.
    settings.setdefault("tcp_user_timeout", ceil(1000 * timeout))
    settings.setdefault("keepalives_idle", ceil(timeout))
    settings.setdefault("keepalives_interval", ceil(timeout / 4))
    settings.setdefault("keepalives_count", 3)
    return settings


def seconds_for_a_host(settings: dict[str, Any], timeout: float) -> int:
    """What each host of a list may take, so that a first one that does not answer leaves time for the others."""
    hosts = settings.get("host") or settings.get("hostaddr") or os.environ.get("PGHOST", "")
    return max(SHORTEST_TIMEOUT, int(timeout / (1 + str(hosts).count(","))))


def _read(conninfo: object) -> dict[str, Any] | None:
    try:
        return conninfo_to_dict(conninfo) if isinstance(conninfo, str) else None
    except psycopg.Error:
        return None
