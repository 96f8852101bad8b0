"""Where the bytes come from: plain files, gzip and standard input, as blocks of whole lines.

A block is some hundred kilobytes, whatever the size of the file; a line that is longer than LONGEST_LINE is left out
and counted.
"""

import gzip
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .records import Heads

BLOCK = 1 << 19
LONGEST_LINE = 16 << 20
LONGEST_KEPT = 64 << 20  # of the end of what cannot be read from its end
DAMAGED = "its compressed data is damaged or breaks off"

Progress = Callable[[int], None]


class Unreadable(Exception):
    """What was given cannot be read as a log; the message is one line."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(slots=True)
class Block:
    """Whole lines; the last of a file may lack its end. `long_lines` were left out before it."""

    data: bytes
    offset: int
    long_lines: int = 0
    last: bool = False


@dataclass
class Source:
    """A log: a file, or (with `stream`, of which `head` was read already) what can be read only once.

    `start`, `skip` and `keep` leave only its last lines: by place, by number, or by keeping as many as it passes.
    `start_day` is the day of the first line, where lines have no date; `date_from` says how it was found.
    """

    name: str
    path: Path | None = None
    stream: Readable | None = None
    close: Callable[[], None] | None = None
    head: bytes = b""
    compressed: bool = False
    size: int | None = None
    is_json: bool = False
    heads: Heads = field(default_factory=Heads)
    first_at: int = 0
    start_day: int = 0
    last_day: int = 0
    date_from: str | None = None
    start: int = 0
    skip: int = 0
    keep: int | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def begins_inside(self) -> bool:
        """Whether lines before the first one were left out on purpose."""
        return bool(self.start or self.skip or self.keep)

    def blocks(self, progress: Progress | None = None) -> Iterator[Block]:
        """What is to be read of it."""
        if self.path is None:
            assert self.stream is not None
            yield from self._wanted(_Counted(self.stream, progress, self.head))
            if self.close:
                self.close()
            return
        with self.path.open("rb") as file:
            file.seek(self.start)
            if progress:
                progress(self.start)
            yield from self._wanted(_Counted(file, progress))

    def _wanted(self, counted: "_Counted") -> Iterator[Block]:
        stream: Readable = gzip.GzipFile(fileobj=_any(counted), mode="rb") if self.compressed else counted
        found = self._whole_lines(stream)
        if self.keep is not None:
            found = self._end(found, self.keep)
        return _without_first(found, self.skip) if self.skip else found

    def _whole_lines(self, stream: Readable) -> Iterator[Block]:
        offset = self.start
        parts: list[bytes] = []
        held = dropped = long_lines = 0
        while data := self._read(stream):
            cut = data.rfind(b"\n") + 1
            if not cut:
                held += len(data)
                if dropped or held > LONGEST_LINE:
                    dropped, held, parts = dropped + held, 0, []
                else:
                    parts.append(data)
                continue
            if dropped:
                begin = data.find(b"\n") + 1
                offset += dropped + begin
                data, cut, dropped, long_lines = data[begin:], cut - begin, 0, long_lines + 1
            whole = b"".join((*parts, data[:cut])) if parts else data[:cut]
            parts = [data[cut:]] if cut < len(data) else []
            held = len(data) - cut
            if whole:
                yield Block(whole, offset, long_lines)
                offset += len(whole)
                long_lines = 0
        yield Block(b"".join(parts), offset, long_lines + bool(dropped), last=True)

    def _read(self, stream: Readable) -> bytes:
        """Compressed data that is damaged ends there, with a note, and all before it is read."""
        if not isinstance(stream, gzip.GzipFile):
            try:
                return stream.read(BLOCK)
            except OSError as error:
                raise Unreadable(f"{self.name} cannot be read: {error.strerror}") from None
        parts: list[bytes] = []
        length = 0
        try:
            while length < BLOCK and (data := stream.read1(BLOCK)):
                parts.append(data)
                length += len(data)
        except (EOFError, OSError, zlib.error):
            if DAMAGED not in self.notes:
                self.notes.append(DAMAGED)
        return b"".join(parts)

    def _end(self, found: Iterator[Block], count: int) -> Iterator[Block]:
        """The last `count` lines, or as many of them as fit into LONGEST_KEPT."""
        kept: deque[tuple[Block, int]] = deque()
        lines = size = 0
        cut = False
        for block in found:
            number = block.data.count(b"\n")
            kept.append((block, number))
            lines, size = lines + number, size + len(block.data)
            while lines - kept[0][1] >= count or (size > LONGEST_KEPT and len(kept) > 1):
                cut = cut or lines - kept[0][1] < count
                dropped, number = kept.popleft()
                lines, size = lines - number, size - len(dropped.data)
        if cut:
            self.notes.append(f"only its last {LONGEST_KEPT >> 20} MB were kept, {lines} lines")
        last_is_open = bool(kept) and bool(kept[-1][0].data) and not kept[-1][0].data.endswith(b"\n")
        yield from _without_first((block for block, _ in kept), max(0, lines + last_is_open - count))


class _Counted:
    """A stream that says how many bytes were read of it, after some that were read before."""

    def __init__(self, stream: Readable, progress: Progress | None, head: bytes = b"") -> None:
        self._stream, self._progress, self._head = stream, progress, head

    def read(self, size: int) -> bytes:
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
        else:
            data = self._stream.read(size)
        if self._progress:
            self._progress(len(data))
        return data


def _any(value: object) -> Any:
    """gzip needs no more of a file than to read it; its annotation asks for more."""
    return value


def _without_first(found: Iterator[Block], skip: int) -> Iterator[Block]:
    for block in found:
        lines = block.data.count(b"\n")
        if lines <= skip and not block.last:
            skip -= lines
            continue
        position = -1
        for _ in range(min(skip, lines)):
            position = block.data.find(b"\n", position + 1)
        skip -= min(skip, lines)
        yield Block(block.data[position + 1 :], block.offset + position + 1, block.long_lines, block.last)
