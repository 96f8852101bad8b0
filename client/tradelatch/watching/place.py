"""Where a reader of the alerts stands, kept in a file, so that a restart loses nothing and repeats nothing."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

MARK = "tradelatch alerts"


@dataclass(frozen=True)
class Place:
    """database: whose alerts they are. low: below this transaction id all is told, in this history.

    told: what is told from there on, and what was told lately. newest_at: when the newest alert was raised.
    """

    database: str
    history: str
    low: str
    newest_at: str
    told: tuple[str, ...]


class PlaceFile:
    """The file of one reader. A file that is something else is never touched."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Place | None:
        """None where there is none yet. Raises OSError, and ValueError for a file that is something else."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        document = json.loads(text)
        if not isinstance(document, dict) or document.pop("what", None) != MARK:
            raise ValueError(f"{self.path} is something else")
        try:
            return Place(**document | {"told": tuple(document["told"])})
        except (KeyError, TypeError):
            raise ValueError(f"{self.path} is something else") from None

    def write(self, place: Place) -> None:
        """Replaces it as a whole, also where the process or the machine ends meanwhile. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"what": MARK} | asdict(place), file)
            draft.replace(self.path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise


def usual_path(database: str, consumer: Sequence[str]) -> Path:
    """Where a reader keeps its place unless it is told: by user, database, and who is given the alerts."""
    base = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    name = hashlib.sha256("\0".join([database, *consumer]).encode()).hexdigest()[:16]
    return folder / "tradelatch" / f"alerts-{name}.json"
