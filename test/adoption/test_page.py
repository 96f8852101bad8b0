"""docs/deploy.md: every command of it, in its order, on the evening's book."""

import re
import subprocess
import sys
from pathlib import Path

from tradelatch.deployment import sqitch
from tradelatch.programs import libpq_environment

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_every_command_of_the_page_works(make_live, tmp_path: Path) -> None:
    trading = make_live("evening", closed=1000, name="trading")
    before = trading.schema(), trading.rows()
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
    trading.execute("drop table monitoring.settled_positions; drop owned by price_feed")
    assert (trading.schema(), trading.rows()) == before
    trading.execute("drop role new_bot, on_call, price_feed")
