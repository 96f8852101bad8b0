"""tradelatch: one open position per exchange, account, symbol and side, kept by PostgreSQL."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .public import *  # noqa: F403

__version__ = version("tradelatch")


def __getattr__(name: str) -> Any:
    """A public name. It is imported when it is asked for: what reads a log needs no libpq."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    public = import_module(".public", __name__)
    if name not in public.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(public, name)


def __dir__() -> list[str]:
    return [*globals(), *import_module(".public", __name__).__all__]
