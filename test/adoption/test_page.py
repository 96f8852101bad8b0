"""docs/deploy.md: every command of it, in its order, on the table of October 2025 with its rows."""

import re
import subprocess
import sys
from pathlib import Path

from tradelatch.deployment import sqitch
from tradelatch.programs import libpq_environment

from .conftest import WRITER

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def test_every_command_of_the_page_works(make_live, tmp_path: Path) -> None:
    trading = make_live("real_rows", as_of="2025-10-28", closed=300, name="trading")
    others = "symbol not in ('O26USDT', 'NEWUSDT')"  # whose stop-loss the page names, and one that comes
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
    # It ends with a running book: its bot opens, the old modules write prices.
    with trading.connect("new_bot") as bot:
        create = (
            "select outcome, position_id, fence from tradelatch.create_position('binance', 'NEWUSDT', 'long', 10, 2)"
        )
        outcome, *drive = bot.execute(create).fetchone() or ()
        assert outcome == "created"
        cancel = "select outcome, status from tradelatch.cancel_position(%s, %s, 'test')"
        assert bot.execute(cancel, drive).fetchone() == ("ok", "canceled")
    trading.execute("update monitoring.positions set current_price = 3 where symbol = 'O26USDT'", user=WRITER)
    sqitch(trading.dsn, "verify")
    # It ends as it began, but for the last chapter's deploy, and what settling and the grants left.
    sqitch(trading.dsn, "revert", "-y")
    trading.execute(
        "drop table monitoring.settled_positions; drop schema monitoring_archive cascade; drop owned by price_feed"
    )
    assert trading.schema() == schema
    assert trading.rows(others) == rows
    trading.execute("drop role new_bot, on_call, price_feed")
