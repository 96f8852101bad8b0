"""The commands of docs/high-availability.md, in their order, on three servers."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from tradelatch import Client
from tradelatch.programs import server_programs

from .servers import Servers, until

PAGE = Path(__file__).parents[2] / "docs" / "high-availability.md"
OF_THE_SERVER = ("pg_ctl", "pg_rewind")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def run(block: str, variables: dict[str, str]) -> str:
    """A block of the page in a shell that ends at the first command that fails; what it printed."""
    words = ["bash", "-ec", block]
    path = f"{Path(sys.executable).parent}:{server_programs()}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": "/tmp", **variables}
    if os.geteuid() == 0 and any(program in block for program in OF_THE_SERVER):
        words = ["runuser", "-u", "postgres", "--preserve-environment", "--", *words]
    done = subprocess.run(words, env=environment, cwd="/tmp", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_page(servers: Servers, tmp_path: Path) -> None:
    old, new = servers.primary, servers.synchronous
    with psycopg.connect(old.dsn, autocommit=True) as connection:
        for statement in blocks("sql")[0].strip().splitlines():
            connection.execute(statement)
    with Client(old.dsn) as client:
        opened = client.create_position("binance", "APTUSDT", "long", 1, 100)
    (tmp_path / "snapshot.json").write_text("[]")
    variables = {
        "n1": str(old.cluster.server),
        "n2": str(new.cluster.server),
        "user": "postgres",
        "new_data": str(new.cluster.data),
        "old_data": str(old.cluster.data),
        "new": new.cluster.dsn("postgres"),
        "n1_dsn": new.dsn,
        "restored": new.cluster.dsn("restored"),
        "folder": str(tmp_path),
        "snapshot": str(tmp_path / "snapshot.json"),
        "now": datetime.now(UTC).isoformat(),
    }
    commands = [block for block in blocks("sh") if "pg_upgrade" not in block]  # test_upgrade.py has them
    script = commands.pop()
    assert "history.sh" in script
    connect = commands.pop(0)
    variables["TRADELATCH_DSN"] = run(connect.replace("tradelatch status", 'echo "$TRADELATCH_DSN"'), variables).strip()
    assert "APTUSDT" in run(connect, variables)
    printed = []
    for number, block in enumerate(commands):
        if number == 0:
            old.kill()
        printed.append(run(block, variables))
        if number == 0:
            servers.primary = new
            new.set("synchronous_standby_names", "")  # until the other one is back
            new.ask("select pg_reload_conf()")
            until(lambda: new.ask("show synchronous_standby_names") == [("",)], "nobody is waited for")
        if "pg_rewind" in block:
            servers.follow(old)
            servers.own_settings(old)
            old.cluster.start()
    promoted, noted, _, lost, _, restored = printed
    assert "server promoted" in promoted
    assert noted == "The history of this server is noted.\n"
    assert "1 open positions would lose their driver" in " ".join(lost.split())
    assert f"{opened.position_id}         binance APTUSDT" in lost
    assert "history_changed" in restored
    path = tmp_path / "history.sh"
    path.write_text(script)
    path.chmod(0o755)
    assert run(f"{path} on_role_change replica trading", variables) == ""
    assert run(f"{path} on_role_change master trading", variables) == "The history of this server is noted.\n"
