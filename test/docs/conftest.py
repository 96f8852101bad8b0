"""The operator's desk of test/cli, for the pages that show its commands."""

from ..cli.conftest import desk, run

__all__ = ["desk", "run"]
