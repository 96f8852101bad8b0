"""The files that commands write: for their user alone, never in place of another file, never through a link."""

import errno
import os
import stat
from io import FileIO

from .errors import Refused

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def refuse_existing(path: str) -> None:
    """Before long work whose result goes to a new file."""
    if os.path.lexists(path):
        raise Refused(_exists(path))


def write_new(path: str, text: str) -> None:
    """A file that was not there. What is no UTF-8 is escaped."""
    try:
        with os.fdopen(os.open(path, _NEW, 0o600), "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(_exists(path)) from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None


def append_to(path: str, begins: tuple[bytes, ...]) -> FileIO:
    """A new file, or one whose first bytes say that it is of the same kind: to its end. No link, no pipe, no device."""
    try:
        file = FileIO(path, "a+", opener=_open_to_append)
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise Refused(f"{path} cannot be written: {reason}") from None
    is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    start = os.pread(file.fileno(), max(map(len, begins)), 0) if is_file else b"no file"
    if start and not start.startswith(begins):
        file.close()
        raise Refused(f"{path} is something else: name a new file")
    return file


def _open_to_append(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)


def _exists(path: str) -> str:
    return f"{path} is there already: name a new file"
