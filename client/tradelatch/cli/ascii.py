"""What a stream cannot encode, as something that it can: PYTHONIOENCODING=ascii, LANG=C."""

import codecs
from typing import Any

INSTEAD = {"…": "...", "→": "->"}


def make_printable(*streams: Any) -> None:
    """No command fails because of a letter: those of the screens have a stand-in, others are escaped as in JSON."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="tradelatch")


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    told = error.object[error.start : error.end]
    return "".join(INSTEAD.get(character) or _escaped(character) for character in told), error.end


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


codecs.register_error("tradelatch", _instead)
