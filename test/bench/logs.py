"""How much faster `tradelatch analyze-logs` reads than the straightforward way, measured in turns on one file.

The straightforward way reads every line, parses its time with strptime and matches it against every pattern; it does
nothing with what it finds. Without --file a log of --megabytes is written first, and removed at the end.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from tradelatch.logs import analyze
from tradelatch.logs.messages import DETAIL, MESSAGES

sys.path.insert(0, str(Path(__file__).parents[1] / "logs"))
from botlog import hours

PREFIX = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) - (\S+) - (\w+) - (.*)")
PATTERNS = [message.pattern for message in (*MESSAGES, DETAIL)]


def straightforward(path: Path) -> int:
    """Match every line, strptime: how many lines matter."""
    found = 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if match := PREFIX.match(line):
                datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S,%f")
                line = match[4]
            for pattern in PATTERNS:
                if pattern.search(line):
                    found += 1
    return found


def ours(path: Path) -> int:
    """What the command does, without printing."""
    return analyze([str(path)]).incident_count


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
    {"ours": ours, "straightforward": straightforward}[way](path)
    print(time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--file", type=Path, help="measure on this log")
    parser.add_argument("--way", choices=("ours", "straightforward"), help="read once, in this process")
    options = parser.parse_args()
    if options.way:
        one(options.way, options.file)
        return
    with tempfile.TemporaryDirectory(prefix="tradelatch-logs-") as folder:
        path = options.file or Path(folder) / "bot.log"
        if not options.file:
            with path.open("wb") as file:
                file.writelines(hours(options.megabytes << 20))
        size = path.stat().st_size / 1e6
        print(f"{options.pairs} pairs in turns on {size:,.0f} MB: seconds of the processor, peak memory in MB")
        print(f"{'straightforward':>15}  {'ours':>6}  {'ratio':>6}  {'memory':>6}")
        ratios = []
        for _ in range(options.pairs):
            slow, _ = seconds("straightforward", path)
            fast, memory = seconds("ours", path)
            ratios.append(slow / fast)
            print(f"{slow:>15.2f}  {fast:>6.2f}  {ratios[-1]:>6.1f}  {memory:>6}", flush=True)
        print(f"ratio: median {statistics.median(ratios):.1f}, {min(ratios):.1f} to {max(ratios):.1f}")


if __name__ == "__main__":
    main()
