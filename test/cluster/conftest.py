"""A checkout of one change."""

from pathlib import Path

import pytest
from tradelatch import cluster, deployment, sandbox

from .. import template


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan of one change, in a folder of its own, so that the clusters of the real one are out of reach."""
    for kind, script in (("deploy", "create table t ()"), ("revert", "drop table t"), ("verify", "select from t")):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "t.sql").write_text(f"{script};\n")
    change = "t 2025-10-22T21:50:40Z Tester <tester@localhost> # t\n"
    (tmp_path / "sqitch.plan").write_text(f"%syntax-version=1.0.0\n%project=t\n\n{change}")
    (tmp_path / "sqitch.conf").write_text("[core]\n\tengine = pg\n")
    for module in (cluster, deployment, sandbox, template):
        monkeypatch.setattr(module, "sqitch_project", lambda: tmp_path)
    return tmp_path
