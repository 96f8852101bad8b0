"""From blocks to facts: the needles are searched for in whole blocks, and only lines that hold one are looked at.

A fact in a line without a time has the time of its record, which began lines before, perhaps in an earlier block.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .grammar import Finder, Grammar, Message, fact_of
from .messages import Fact, Head
from .reading import Block, Progress, Source
from .records import DAY, HOURS, HOURS_BACK, LONGEST_HEAD, SECOND

BEFORE_NEEDLE = 256
AFTER_NEEDLE = 1024
LOOKED_AT_AFTER_ROLLBACK = 900 * SECOND
_ASCII = bytes(code for code in range(128) if code not in (0, 10))


@dataclass(slots=True)
class Counts:
    """What was read of a log, and what could not be."""

    lines: int = 0
    size: int = 0
    unread: int = 0
    replaced: int = 0
    first_at: int | None = None
    last_at: int | None = None


class Scanner:
    """Reads one log. `counts` grows while it does."""

    def __init__(self, source: Source, number: int, grammar: Grammar, progress: Progress | None = None) -> None:
        self.counts = Counts()
        self._grammar = grammar
        self.zone: int | None = None  # of its last record, in minutes
        self._source = source
        self._heads = source.heads
        self._number = number
        self._progress = progress
        self._head: Head | None = None  # of the record that the last block ended in
        self._began = source.begins_inside  # whether lines without a record are no surprise
        self._day = source.start_day
        self._hour = -1
        self._midnights: list[int] = []
        self._rollback_at: int | None = None

    def facts(self) -> Iterator[Fact]:
        """Every fact, in the order of its lines."""
        for block in self._source.blocks(self._progress):
            yield from list(self._block(block))  # at once: faster than by turns with who asks for them

    def _block(self, block: Block) -> Iterator[Fact]:
        data = block.data
        self.counts.unread += block.long_lines
        self.counts.lines += block.long_lines
        if not data:
            return
        if block.offset == 0:
            data = data.removeprefix(b"\xef\xbb\xbf")
        counts = self.counts
        odd = data.translate(None, _ASCII)  # what remains is lines' ends, zeros, and what is no ASCII
        counts.lines += odd.count(b"\n") + (not data.endswith(b"\n"))
        counts.size += len(data)
        if not self._heads.dated:
            self._find_midnights(data)
        if counts.first_at is None:
            counts.first_at = self._first_at(data)
        yield from self._hits(data, block.offset)
        self._count_unread(data, odd, block.last)
        self._head = self._record_of(data, len(data), 0, block.offset) or self._head
        if self._head:
            counts.last_at = self._head.at
            self.zone = self._head.zone
        if self._midnights:
            self._day += DAY * len(self._midnights)
            self._midnights = []

    def _hits(self, data: bytes, offset: int) -> Iterator[Fact]:
        """The lines that hold a needle, in their order; looked at again when a rollback asks for more."""
        before = 0  # where the last line that was looked at began
        watching = self._watching(self._head)
        lines = _lines_with(data, self._grammar.finder(data, after_rollback=watching), 0)
        while line := next(lines, None):
            end, needles_at, messages = line
            begin = data.rfind(b"\n", 0, needles_at[0]) + 1
            head, texts = self._line(data, begin, end, needles_at, before, offset)
            before = begin
            if head is None:
                continue
            self._head = head
            begun = False
            for text in texts:
                for message in messages:
                    match = message.pattern.search(text)
                    if match is None:
                        continue
                    fact = fact_of(message, match, text, head, self._number)
                    if fact.kind == "rollback":
                        self._rollback_at, begun = fact.at, True
                    yield fact
            if begun and not watching:
                watching = True
                lines = _lines_with(data, self._grammar.finder(data, after_rollback=True), end)

    def _watching(self, head: Head | None) -> bool:
        """Whether a rollback is so near that what the exchange holds after it matters."""
        if self._rollback_at is None or head is None:
            return False
        return head.at - self._rollback_at < LOOKED_AT_AFTER_ROLLBACK

    def _line(
        self, data: bytes, begin: int, end: int, needles_at: Sequence[int], before: int, offset: int
    ) -> tuple[Head | None, Sequence[str]]:
        """A line's record and its text; that of a very long line only around its needles."""
        if self._source.is_json and data.startswith(b"{", begin):
            read = self._heads.json_record(data[begin:end])
            if read is None:
                if data[begin:end].endswith((b"}", b"}\r")):  # else it is counted with the lines that are no JSON
                    self.counts.unread += 1
                return None, []
            json_head, lines = read
            short = [piece for line in lines for piece in self._pieces(line)]
            return replace(json_head, record=offset + begin), short
        head = self._heads.head(data, begin, end, 0 if self._heads.dated else self._day_at(begin))
        if head is not None:
            head.record = offset + begin
            if end - begin <= LONGEST_HEAD:
                return head, (data[head.start : end].decode("utf-8", "replace").rstrip("\r"),)
        else:
            if self._heads.pattern.match(data, begin, min(end, begin + LONGEST_HEAD)):
                self.counts.unread += 1
            head = self._record_of(data, begin, before, offset) or self._head
            if head is None:
                return None, ()
        if end - begin <= LONGEST_HEAD:
            return head, [data[begin:end].decode("utf-8", "replace").rstrip("\r")]
        return head, list(_around(data, begin, end, needles_at))

    def _pieces(self, line: str) -> list[str]:
        """A line of a JSON record, or of a very long one what stands around its needles."""
        if len(line) <= LONGEST_HEAD:
            return [line]
        data = line.encode("utf-8", "replace")
        finder = self._grammar.finder(data, after_rollback=True)
        places = [hit // len(finder.groups) for hit in finder.hits(data, 0)]
        return list(_around(data, 0, len(data), places))

    def _record_of(self, data: bytes, end: int, before: int, offset: int) -> Head | None:
        """The last record that began before `end` and not before `before`, whose own record is known."""
        while end > before:
            begin = data.rfind(b"\n", 0, end - 1) + 1
            if self._source.is_json and data.startswith(b"{", begin):
                if read := self._heads.json_record(data[begin:end]):
                    head = read[0]
                    return Head(head.at, head.zone, head.module, offset + begin)
            elif found := self._heads.head(data, begin, end, self._day_at(begin)):
                found.record = offset + begin
                return found
            end = begin
        return None

    def _first_at(self, data: bytes) -> int | None:
        for line in data.split(b"\n"):
            if self._begins_record(line):
                head = self._record_of(line, len(line), 0, 0)
                return head.at if head else None
        return None

    def _find_midnights(self, data: bytes) -> None:
        """Where the clock of a log without dates fell back by hours."""
        for match in HOURS.finditer(b"\n" + data):
            hour = int(match[1])
            if self._hour - hour >= HOURS_BACK:
                self._midnights.append(match.start())
            self._hour = hour

    def _day_at(self, position: int) -> int:
        return self._day + DAY * bisect_left(self._midnights, position + 1) if self._midnights else self._day

    def _count_unread(self, data: bytes, odd: bytes, last: bool) -> None:
        """Lines before the first record, broken JSON, bytes that are no text, and a last line cut off in its time."""
        counts = self.counts
        if not self._began:
            self._began, without_record = True, 0
            for line in data.split(b"\n"):
                if self._begins_record(line):
                    break
                without_record += bool(line.strip())
            counts.unread += without_record
            if without_record:
                data = data.split(b"\n", without_record)[-1]
        if self._source.is_json:
            whole = data.count(b"\n")
            opened = data.count(b"\n{") + data.startswith(b"{")
            if opened != whole or data.count(b"}\n") + data.count(b"}\r\n") != whole:
                counts.unread += sum(self._is_broken_json(line) for line in data.split(b"\n"))
            return
        if b"\0" in odd or not _is_utf8(odd):
            for line in data.split(b"\n"):
                if b"\0" not in line and _is_utf8(line):
                    continue
                if self._begins_record(line):
                    counts.replaced += 1
                else:
                    counts.unread += 1
        if last and not data.endswith(b"\n"):
            line = data[data.rfind(b"\n") + 1 :]
            counts.unread += line[:2].isdigit() and not self._begins_record(line)

    def _begins_record(self, line: bytes) -> bool:
        if self._source.is_json and line.startswith(b"{"):
            return self._heads.json_record(line) is not None
        match = self._heads.pattern.match(line)
        return match is not None and self._heads.instant(match) is not None

    def _is_broken_json(self, line: bytes) -> bool:
        line = line.strip()
        if line.startswith(b"{"):
            return not line.endswith(b"}")
        return bool(line) and not self._begins_record(line)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _around(data: bytes, begin: int, end: int, needles_at: Sequence[int]) -> Iterator[str]:
    read_to = begin
    for at in needles_at:
        if at >= read_to:
            start, read_to = max(read_to, at - BEFORE_NEEDLE), min(end, at + AFTER_NEEDLE)
            yield data[start:read_to].decode("utf-8", "replace")


def _lines_with(data: bytes, finder: Finder, start: int) -> Iterator[tuple[int, Sequence[int], Sequence[Message]]]:
    """Each line with a needle: its end, where needles stand in it, and what it may say."""
    groups, count = finder.groups, len(finder.groups)
    hits = finder.hits(data, start)
    hits.append(len(data) * count + count)  # after the last one
    following = 0
    while following < len(hits) - 1:
        at, group = divmod(hits[following], count)
        following += 1
        end = data.find(b"\n", at)
        if end < 0:
            end = len(data)
        if hits[following] > end * count:
            yield end, (at,), groups[group]
            continue
        places, several = [at], dict.fromkeys(groups[group])
        while hits[following] < end * count:
            at, group = divmod(hits[following], count)
            places.append(at)
            several |= dict.fromkeys(groups[group])
            following += 1
        yield end, places, list(several)
