"""What each file is: whether it is a log, in which form, when it begins, and where its last lines are."""

import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from pathlib import Path
from typing import IO

from .reading import BLOCK, Readable, Source, Unreadable
from .records import DAY, HOUR, HOURS, HOURS_BACK, SECOND, Heads

STDIN = "-"
SAMPLE = 100  # records, by which a log's form is known
LONGEST_PREAMBLE = 64 << 20  # before the first time of a log
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_NAMED_DATE = re.compile(r"(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
_TEXT = bytes(code for code in range(256) if code >= 32 or code in (9, 10, 12, 13, 27))
_EPOCH = date(1970, 1, 1).toordinal()


def find_sources(names: Sequence[str], stdin: IO[bytes], zone: tzinfo | None) -> tuple[list[Source], list[str]]:
    """The logs in the order of their first times, and a note for each empty one; Unreadable for anything else."""
    found, notes = [], []
    for name in dict.fromkeys(names):
        source = _open(name, stdin)
        if text := _text(source):
            _recognize(source, text, zone)
            found.append(source)
        else:
            notes.append(f"{source.name} is empty")
    return sorted(found, key=lambda source: source.first_at), notes


def _open(name: str, stdin: IO[bytes]) -> Source:
    """A file that can be read, with its first bytes."""
    if name == STDIN:
        return _stream("standard input", stdin)
    shown = name if name.isprintable() else repr(name)
    path = Path(name)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable(f"{shown} is a directory: name the log files in it")
        if not stat.S_ISREG(mode):
            pipe = path.open("rb")
            return replace(_stream(shown, pipe), close=pipe.close)
        with path.open("rb") as file:
            head = file.read(BLOCK)
        return Source(shown, path, head=head, compressed=head.startswith(_GZIP), size=path.stat().st_size)
    except FileNotFoundError:
        raise Unreadable(f"{shown} does not exist") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{shown} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _stream(name: str, stream: Readable) -> Source:
    """What can be read once: as much of it as tells what it is."""
    parts: list[bytes] = []
    length = 0
    while length < BLOCK and (data := stream.read(BLOCK - length)):
        parts.append(data)
        length += len(data)
    head = b"".join(parts)
    return Source(name, stream=stream, head=head, compressed=head.startswith(_GZIP))


def _text(source: Source) -> bytes:
    """Its beginning as text."""
    if not source.compressed:
        return source.head
    gunzip = zlib.decompressobj(wbits=31)
    try:
        text = gunzip.decompress(source.head, BLOCK)
    except zlib.error:
        raise Unreadable(f"{source.name} cannot be read: it begins as gzip data, and is none") from None
    if not text and not gunzip.eof:
        raise Unreadable(f"{source.name} cannot be read: its gzip data breaks off at once")
    return text


def _recognize(source: Source, text: bytes, zone: tzinfo | None) -> None:
    sample = text[:65536]
    if len(sample.translate(None, _TEXT)) * 20 > len(sample):
        raise Unreadable(f"{source.name} is a binary file, not a log")
    for dated in (True, False):
        heads = Heads(dated=dated, zone=zone)
        for data in _beginning(source, text):
            if _find_first(data, heads, source):
                source.heads = heads
                source.notes.clear()
                if not dated:
                    _infer_date(source)
                return
    raise Unreadable(f"{source.name} is not a log: no line of it begins with a time")


def _beginning(source: Source, text: bytes) -> Iterator[bytes]:
    if source.path is None:
        yield text
        return
    for block in source.blocks():
        yield block.data
        if block.offset > LONGEST_PREAMBLE:
            return


def _find_first(data: bytes, heads: Heads, source: Source) -> bool:
    """Whether a record begins here; if so, the log's first time, and whether most records are JSON."""
    times: list[int] = []
    json_lines = 0
    for line in data.removeprefix(_BOM).split(b"\n"):
        if line.startswith(b"{") and heads.dated:
            if read := heads.json_record(line):
                json_lines += 1
                times.append(read[0].at)
        elif (match := heads.pattern.match(line)) and (instant := heads.instant(match)):
            times.append(instant[0])
        if len(times) == SAMPLE:
            break
    if times:
        source.is_json, source.first_at = json_lines * 2 > len(times), times[0]
    return bool(times)


def _infer_date(source: Source) -> None:
    """The days of a log that prints none: by a date in its name, else by when it was last written."""
    if source.path is None:
        source.date_from = "nothing: its days are counted from 1"
        return
    midnights, last_hour = _midnights(source)
    if (named := _NAMED_DATE.search(source.path.name)) and (day := _day(*map(int, named.groups()))) is not None:
        source.date_from = "its name"
        source.start_day = day
    else:
        # The day that puts its last hour nearest to the time of writing, whose zone is not known.
        written = int(source.path.stat().st_mtime * SECOND)
        source.date_from = "when it was last written"
        source.start_day = (round((written - last_hour * HOUR) / DAY) - midnights) * DAY
    source.last_day = source.start_day + midnights * DAY
    source.first_at += source.start_day


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return (date(year, month, day).toordinal() - _EPOCH) * DAY
    except ValueError:
        return None


def _midnights(source: Source) -> tuple[int, int]:
    """How often a log's clock fell back by hours, and its last hour."""
    count, before = 0, -1
    for block in source.blocks():
        for text in HOURS.findall(b"\n" + block.data):
            hour = int(text)
            if before - hour >= HOURS_BACK:
                count += 1
            before = hour
    return count, max(before, 0)


def keep_last_lines(count: int, found: Sequence[Source]) -> list[Source]:
    """Only the last lines of each log, where files that follow one another in time are one log."""
    wanted_from: list[tuple[int, int]] = []  # of each log: where its earliest file so far begins, lines still wanted
    kept = []
    for source in reversed(found):
        if source.path is None:
            kept.append(replace(source, keep=count))
            continue
        lines, last_at = _extent(source) if source.compressed else (0, _last_time(source))
        follows = next((log for log in wanted_from if last_at <= log[0] + SECOND), None)
        if follows:
            wanted_from.remove(follows)
        wanted = follows[1] if follows else count
        if not wanted:
            taken = 0
        elif source.compressed:
            taken = min(lines, wanted)
            kept.append(replace(source, skip=lines - taken))
        else:
            start, taken = _last_lines_at(source.path, wanted)
            kept.append(replace(source, start=start))
        if not source.heads.dated and taken:
            kept[-1].start_day = kept[-1].last_day - _midnights(kept[-1])[0] * DAY
        wanted_from.append((source.first_at, wanted - taken))
    return kept[::-1]


def _extent(source: Source) -> tuple[int, int]:
    """The number of a log's lines, and its last time."""
    lines, last_at = 0, source.first_at
    for block in source.blocks():
        lines += block.data.count(b"\n") + (block.last and bool(block.data))
        last_at = _last_in(block.data, source) or last_at
    source.notes.clear()
    return lines, last_at


def _last_time(source: Source) -> int:
    assert source.path is not None
    assert source.size is not None
    with source.path.open("rb") as file:
        file.seek(max(0, source.size - 2 * BLOCK))
        return _last_in(file.read(), source) or source.first_at


def _last_in(data: bytes, source: Source) -> int | None:
    """The last time in a block."""
    end = len(data)
    while end > 0:
        begin = data.rfind(b"\n", 0, end) + 1
        if source.is_json and data.startswith(b"{", begin):
            if read := source.heads.json_record(data[begin:end]):
                return read[0].at
        elif (match := source.heads.pattern.match(data, begin)) and (
            instant := source.heads.instant(match, source.last_day)
        ):
            return instant[0]
        end = begin - 1
    return None


def _last_lines_at(path: Path, count: int) -> tuple[int, int]:
    """Where a file's last lines begin, and how many they are, read from its end."""
    with path.open("rb") as file:
        position = file.seek(0, 2)
        if not position:
            return 0, 0
        file.seek(position - 1)
        lines = int(file.read(1) != b"\n")
        while position > 0:
            size = min(BLOCK, position)
            position -= size
            file.seek(position)
            data = file.read(size)
            found = data.count(b"\n")
            if lines + found > count:
                end = len(data)
                for _ in range(count - lines + 1):
                    end = data.rfind(b"\n", 0, end)
                return position + end + 1, count
            lines += found
        return 0, lines
