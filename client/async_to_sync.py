"""Write the synchronous twin of every `*_async.py`; with --check, say which is not what would be written.

The asynchronous file is the source: its behaviour is written once. The twin has the same words without `async` and
`await`; what tasks and threads do differently is in `_asyncio.py` and `_threads.py`, under the same names. Strings and
comments are rewritten as well, so that examples stay true.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parent.parent
FOLDERS = ("client/tradelatch/core", "test/client")
NOTICE = "# Generated from {source} by client/async_to_sync.py: change that file, not this one.\n"

RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bawait ", ""),
        (r"\basync (?=def |with |for )", ""),
        (r"\b__a(?=enter__|exit__|iter__|next__)", "__"),
        (r"\basync(?=contextmanager\b)", ""),
        (r"Async(?=[A-Z])", ""),
        (r"_async\b", "_sync"),
        (r"_asyncio\b", "_threads"),
        (r"\btask(s?)\b", r"thread\1"),
    )
]


def twin(source: str) -> str:
    """The synchronous text of an asynchronous one."""
    for pattern, replacement in RULES:
        source = pattern.sub(replacement, source)
    for command in (
        "check --fix --exit-zero --quiet --select SIM117",
        "format",
    ):  # two nested `with` may have become alike
        ruff = [sys.executable, "-m", "ruff", *command.split(), "--stdin-filename", "twin.py", "-"]
        source = subprocess.run(ruff, input=source, cwd=TOP, check=True, capture_output=True, text=True).stdout
    return source


def main(arguments: list[str]) -> int:
    """Write, or compare; the exit status is 1 when a twin is not up to date."""
    stale = []
    for source in sorted(path for folder in FOLDERS for path in (TOP / folder).glob("*_async.py")):
        target = source.with_name(source.name.replace("_async", "_sync"))
        text = NOTICE.format(source=source.name) + twin(source.read_text(encoding="utf-8"))
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            stale.append(target)
            if "--check" not in arguments:
                target.write_text(text, encoding="utf-8")
    for target in stale:
        print(f"{target.relative_to(TOP)}: {'not up to date' if '--check' in arguments else 'written'}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
