"""How fast `tradelatch analyze-logs` reads, against the plainest reader of a log, measured in turns on the same files.

The plain reader matches one expression, that of a record's beginning, and strptime on every line, and finds nothing.
Two logs are written first, and removed at the end: in one 3 % of the lines tell of openings and synchronizer runs, in
the other half of them.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tradelatch.logs import analyze

sys.path.insert(0, str(Path(__file__).parents[1] / "logs"))
from botlog import EVENING, SYMBOLS, BotLog, after, tail

PREFIX = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) - (\S+) - (\w+) - (.*)")
DENSITIES = {"3 %": 0.03, "half": 0.5}
OPENINGS = 20  # a minute, each of 9 lines; a run of the synchronizer a second, of 2


def plain(path: Path) -> int:
    """Match and strptime: how many lines have a time."""
    found = 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if match := PREFIX.match(line):
                datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S,%f")
                found += 1
    return found


def ours(path: Path) -> int:
    """What the command does, without printing."""
    return analyze([str(path)]).openings


def minutes(size: int, share: float) -> Iterator[bytes]:
    """Minutes of a log, one after the other, until there are so many bytes; a share of the lines matters."""
    chance = random.Random(1)
    log = BotLog()
    for number in range(OPENINGS):
        log.opening(after(EVENING, number * 60 / OPENINGS), SYMBOLS[number], 1_000_000 + number)
    for second in range(60):
        log.synchronizer(after(EVENING, second + 0.3), ("binance", "bybit")[second % 2])
    for _ in range(round(len(log.records) * (1 / share - 1))):
        symbol = chance.choice(SYMBOLS)
        text = f"📊 {symbol}: mark price {chance.uniform(0.1, 9):.4f}, PnL {chance.uniform(-5, 5):+.2f}%, held"
        log.say(after(EVENING, chance.random() * 60), "core.price_monitor", text)
    records = sorted(log.records, key=lambda record: record.at)
    lines = [(record.at - EVENING, tail(record)) for record in records]
    written = number = 0
    while written < size:
        begin = EVENING + timedelta(minutes=number)
        told = "\n".join(dated(begin + since, text) for since, text in lines) + "\n"
        minute = told.replace("=10000", f"={number + 1}0000").replace("#10000", f"#{number + 1}0000").encode()
        yield minute
        written += len(minute)
        number += 1


def dated(at: datetime, text: str) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S},{at:%f}"[:23] + text


def seconds(way: str, path: Path) -> tuple[float, int]:
    """The processor's time of one reading in a process of its own, and its peak memory in MB."""
    run = subprocess.run([sys.executable, __file__, "--way", way, "--file", path], capture_output=True, check=False)
    if run.returncode:
        raise SystemExit(run.stderr.decode())
    took, memory = run.stdout.split()
    return float(took), int(memory)


def one(way: str, path: Path) -> None:
    """Read once, and print the processor's time, which other work on the machine does not lengthen, and the memory."""
    import resource

    started = time.process_time()
    {"ours": ours, "plain": plain}[way](path)
    print(time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def measure(path: Path, pairs: int, title: str) -> None:
    print(f"{title}: {pairs} pairs in turns on {path.stat().st_size / 1e6:,.0f} MB")
    print(f"{'plain':>7}  {'ours':>6}  {'ratio':>6}  {'MB':>4}")
    ratios = []
    for _ in range(pairs):
        slow, _ = seconds("plain", path)
        fast, memory = seconds("ours", path)
        ratios.append(slow / fast)
        print(f"{slow:>7.2f}  {fast:>6.2f}  {ratios[-1]:>6.2f}  {memory:>4}", flush=True)
    print(f"ratio: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=107)
    parser.add_argument("--file", type=Path, help="measure on this log")
    parser.add_argument("--way", choices=("ours", "plain"), help="read once, in this process")
    options = parser.parse_args()
    if options.way:
        one(options.way, options.file)
        return
    if options.file:
        measure(options.file, options.pairs, str(options.file))
        return
    with tempfile.TemporaryDirectory(prefix="tradelatch-logs-") as folder:
        for name, share in DENSITIES.items():
            path = Path(folder) / "bot.log"
            with path.open("wb") as file:
                file.writelines(minutes(options.megabytes * 1_000_000, share))
            measure(path, options.pairs, f"{name} of the lines matter")


if __name__ == "__main__":
    main()
