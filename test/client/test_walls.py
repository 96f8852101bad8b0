"""What the core may import: the standard library, psycopg and its pool, uuid6, and its own modules."""

import ast
import sys
from pathlib import Path

import tradelatch.core

OTHERS = {"psycopg", "psycopg_pool", "uuid6"}


def modules() -> list[Path]:
    assert tradelatch.core.__file__ is not None
    return sorted(Path(tradelatch.core.__file__).parent.glob("**/*.py"))


def imported(module: Path) -> set[str]:
    """The top packages that a module imports anywhere in it; a relative import from above the core is `..`."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.level > 1:
            found.add("." * node.level)
    return found


def test_core_imports_nothing_around_it() -> None:
    around = {module.name: imported(module) - OTHERS - sys.stdlib_module_names for module in modules()}
    assert "client_async.py" in around
    assert {name: packages for name, packages in around.items() if packages} == {}
