"""docs/monitoring.md: its commands print what it shows, its links lead somewhere, its tables name what there is."""

import hashlib
import os
import re
import shlex
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from tradelatch import Client

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "monitoring.md").read_text()
COMMANDS = re.findall(r"^\$ (tradelatch .*)\n((?:(?!\$ |```).*\n)*)", PAGE, re.MULTILINE)


def as_shown(text: str) -> list[str]:
    """Without what is never the same twice: numbers, times, where the server is, how wide a column is."""
    lines = []
    for line in text.splitlines():
        line = re.sub(r"  \S+ on \S+$", "  trading on db.example", line)
        line = re.sub(r"  \S+ (\"scanner\"|\(application_name=scanner\))$", r"  trader \1", line)
        line = re.sub(r"(create_position|confirm_entry|activate_position)(  .*)  [^ \"]+$", r"\1\2  trader", line)
        line = re.sub(r"tl[0-9a-f]{22}", "tl4c1f0a9be2d34f60a7c5d1", line)
        lines.append(" ".join(re.sub(r"[-+]?\d[\d.:TZ-]*[smhd]?", "0", line).split()))
    return [line for line in lines if line]


@pytest.fixture
def night(database: str, age_leases: Any) -> None:
    """One that is protected and met a duplicate, one whose worker went away."""
    numbers = {"exchange": "binance", "side": "short", "quantity": Decimal("61.8"), "entry_price": Decimal("3.2333")}
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("alter table monitoring.positions alter id restart with 2548")
    with Client(database, worker="scanner") as client:
        for symbol in ("APTUSDT", "METUSDT"):
            position = client.create_position(symbol=symbol, **numbers)
            filled = client.confirm_entry(position.position_id, position.fence, Decimal("61.8"))
            if symbol == "APTUSDT":
                stop = filled.next_order.client_order_id
                client.activate_position(position.position_id, position.fence, Decimal("3.29"), stop)
                client.create_position(symbol=symbol, **numbers)
        client.record_marks("binance", [{"symbol": "APTUSDT", "price": "3.2011", "unrealized_pnl": "1.99"}])
    age_leases("175 seconds", position.position_id)


@pytest.mark.usefixtures("night")
def test_the_commands_print_what_the_page_shows(operator_dsn: str, tmp_path: Path) -> None:
    assert len(COMMANDS) == 3
    for command, shown in COMMANDS:
        _, *arguments = shlex.split(command)
        done = subprocess.run(
            [sys.executable, "-m", "tradelatch", *arguments],
            env=os.environ | {"TRADELATCH_DSN": operator_dsn},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        printed = done.stdout + (f"exit status {done.returncode}\n" if done.returncode else "")
        assert (as_shown(printed), done.stderr) == (as_shown(shown), ""), command


def test_the_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(((?!http)[^)]+)\)", PAGE)
    assert len(links) > 5
    for link in links:
        file, _, heading = link.partition("#")
        target = DOCS / file
        assert target.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            anchors = [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]
            assert heading in anchors, link


def test_the_picture_is_of_this_dashboard() -> None:
    dashboard = DOCS / "monitoring" / "dashboard.json"
    of = hashlib.sha256(dashboard.read_bytes()).hexdigest()
    assert of.encode() in dashboard.with_suffix(".png").read_bytes(), "run test/watching/dashboard_picture.py"


def test_every_rule_is_explained() -> None:
    (group,) = yaml.safe_load((DOCS / "monitoring" / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]:
        assert rule["alert"] in PAGE
