"""docs/deploy.md: every command of it, in its order, on the table of October 2025 with its rows."""

import re
import subprocess
import sys
from pathlib import Path

from tradelatch.deployment import sqitch
from tradelatch.programs import libpq_environment

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_every_command_of_the_page_works(make_live, tmp_path: Path) -> None:
    trading = make_live("real_rows", as_of="2025-10-28", closed=300, name="trading")
    others = "symbol <> 'O26USDT'"  # whose stop-loss the page names
    schema, rows = trading.schema(), trading.rows(others)
    (tmp_path / "page").write_text("set -euxo pipefail\n" + "".join(BLOCKS))
    environment = libpq_environment(trading.dsn)
    environment.pop("PGDATABASE", None)
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "page"],
        cwd=tmp_path,
        env=environment | {"TZ": "UTC"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Nothing was changed" in done.stdout
    assert "Verify successful" in done.stdout
    # It ends as it began, but for the last chapter's deploy, and what settling and the grants left.
    sqitch(trading.dsn, "revert", "-y")
    trading.execute(
        "drop table monitoring.settled_positions; drop schema monitoring_archive cascade; drop owned by price_feed"
    )
    assert trading.schema() == schema
    assert trading.rows(others) == rows
    trading.execute("drop role new_bot, on_call, price_feed")
