"""`tradelatch`, and `python -m tradelatch`: the command line, where its libraries are installed."""

import sys
from collections.abc import Sequence

EXTRAS = {
    "click": "cli",
    "rich": "cli",
    "asyncpg": "demo",
    "libpq": "binary",
    "prometheus_client": "metrics",
}  # what is not installed with the client alone


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    try:
        from .cli.errors import run
        from .cli.group import tradelatch

        return run(tradelatch, arguments)
    except ImportError as error:
        # psycopg does not name what it misses.
        missing = "libpq" if "pq wrapper" in str(error) else (error.name or "").partition(".")[0]
        if missing not in EXTRAS:
            raise
        print(f'tradelatch: {missing} is missing: pip install "tradelatch[{EXTRAS[missing]}]"', file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
