"""Text of others, as it may be printed: a database, a log, an exchange and an error message are no commands.

What a terminal takes for a command (ESC, CSI, OSC, the C1 controls) or for another order of reading (U+202E) never
reaches it: there are blanks instead. In JSON, which a program reads, it is escaped, so nothing is lost.
"""

import json
from typing import Any


def visible(text: str) -> str:
    """One line that does nothing to a terminal: blanks instead of what is not printable."""
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)


def visible_lines(text: str) -> str:
    """The same for text of several lines."""
    return "\n".join(map(visible, text.split("\n")))


def who(user_name: str, application_name: str | None, *, brief: bool = False) -> str:
    """The login, which the server vouches for; beside it what the session calls itself, which is a claim."""
    if not application_name:
        return visible(user_name)
    claim = f'"{application_name}"' if brief else f"(application_name={application_name})"
    return visible(f"{user_name} {claim}")


def json_text(value: Any, indent: int | None = None) -> str:
    """A JSON document without one character that is not printable, but for the ends of its own lines."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return json.dumps(letter)[1:-1] if ord(letter) > 127 else f"\\u{ord(letter):04x}"
