"""Which exchanges outside of the table were found to do what tradelatch relies on, on this machine, by this user.

`tradelatch exchange-check` writes one file for each version of a package, beside what it was checked with. A newer
version is another one: somebody has to run it again.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote


def note(point: EntryPoint, *, is_testnet: bool, position_side: str) -> Path:
    """Write down that the exchange of this entry point conforms. Raises OSError where that is not possible.

    What stands there already stays: no file is replaced and no link is followed.
    """
    path = _path(point)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    name, number = package(point)
    told = {
        "exchange": point.name,
        "package": name,
        "version": number,
        "tradelatch": _version("tradelatch"),
        "ccxt": _version("ccxt"),
        "checked_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "testnet": is_testnet,
        "position_side": position_side,
    }
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        if not is_noted(point):
            raise
        return path
    with os.fdopen(file, "w") as opened:
        json.dump(told, opened, indent=2)
        opened.write("\n")
    return path


def is_noted(point: EntryPoint) -> bool:
    """Whether somebody has run this version of the package."""
    try:
        with os.fdopen(os.open(_path(point), os.O_RDONLY | os.O_NOFOLLOW)) as opened:
            told = json.load(opened)
    except (OSError, ValueError):
        return False
    noted = (told.get("exchange"), told.get("package"), told.get("version")) if isinstance(told, dict) else None
    return noted == (point.name, *package(point))


def package(point: EntryPoint) -> tuple[str, str]:
    """The package that registers it, and its version."""
    dist = point.dist
    return (dist.name, dist.version) if dist is not None else ("?", "?")


def _path(point: EntryPoint) -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    home = Path(state) if state and Path(state).is_absolute() else Path.home() / ".local/state"
    named = "_".join(quote(part, safe="") for part in (point.name, *package(point)))
    return home / "tradelatch" / "exchanges" / f"{named}.json"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
