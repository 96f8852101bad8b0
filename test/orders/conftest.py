"""The stage of test/recovery: a client, a simulated exchange, and the clock that they share."""

from ..recovery.conftest import stage

__all__ = ["stage"]
