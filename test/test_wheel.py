"""What pip installs from a wheel: the package, its types, and the sqitch project."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tradelatch.project import sqitch_project


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    checkout = str(sqitch_project())
    subprocess.run(
        [*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(folder), checkout], check=True
    )
    (wheel,) = folder.glob("tradelatch-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([*pip, "--python", str(python), "install", "--no-index", "--no-deps", str(wheel)], check=True)
    return python


def test_the_wheel_carries_the_sqitch_project(installed: Path) -> None:
    printed = subprocess.run(
        [str(installed), "-c", "from tradelatch.project import sqitch_project; print(sqitch_project())"],
        env={"PYTHONPATH": sysconfig.get_path("purelib")},  # for psycopg: nothing is fetched
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    project, checkout = Path(printed), sqitch_project()
    assert project.is_relative_to(installed.parents[1])
    assert (project.parent / "py.typed").exists()
    for name in ("sqitch.conf", "sqitch.plan"):
        assert (project / name).read_bytes() == (checkout / name).read_bytes()
    for folder in ("deploy", "revert", "verify"):
        scripts = sorted(path.relative_to(checkout) for path in (checkout / folder).rglob("*.*sql"))
        assert {path.suffix for path in scripts} >= {".sql"}
        assert sorted(path.relative_to(project) for path in (project / folder).rglob("*.*sql")) == scripts
