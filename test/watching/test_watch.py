"""`tradelatch watch`, as a program: alerts as lines or into a command, and the screen on a terminal."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tradelatch import Client
from tradelatch.cluster import Cluster

from ..template import deployed_cluster
from .terminal import PATIENCE, PROGRAM, Terminal


@pytest.fixture
def started(bot_dsn: str) -> Iterator[Any]:
    """`started("--alerts")` is the running program, which has begun to listen."""
    running = []

    def start(*options: str, dsn: str = bot_dsn) -> subprocess.Popen[str]:
        command = [*PROGRAM, "--dsn", dsn, "watch", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        until_listening(dsn)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def until_listening(dsn: str) -> None:
    """Its first look is over: it waits for the next."""
    query = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = 'tradelatch watch' and state = 'idle'"
        " and query ~ '^.?select mark.low'"
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        end = time.monotonic() + PATIENCE
        while connection.execute(query).fetchone() != (1,):
            assert time.monotonic() < end, "it does not listen"
            time.sleep(0.02)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.02)


def lines_of(process: subprocess.Popen[str], wanted: int) -> list[dict[str, Any]]:
    return [json.loads(process.stdout.readline()) for _ in range(wanted)]


def test_a_line_for_each_alert(bot: Any, started: Any) -> None:
    watch = started("--alerts")
    position = bot.create("APTUSDT")
    bot.create("APTUSDT")
    (first,) = lines_of(watch, 1)
    exposed = bot.fill("METUSDT")
    bot.client.rollback_position(exposed.position_id, exposed.fence, "gave up")
    (second,) = lines_of(watch, 1)
    assert list(first) == [
        "alert_id", "at", "alert", "severity", "position_id", "exchange", "account", "symbol", "position_side",
        "detail", "user_name", "application_name", "count", "first_at",
    ]  # fmt: skip
    assert (first["alert"], first["position_id"]) == ("duplicate_prevented", position.position_id)
    assert first["at"].endswith("Z")
    assert (second["alert"], second["symbol"]) == ("rollback_with_exposure", "METUSDT")
    assert second["application_name"] == "scanner"
    watch.send_signal(signal.SIGINT)
    out, err = watch.communicate(timeout=PATIENCE)
    assert (watch.returncode, out, err) == (0, "", "")


def test_it_goes_on_after_the_connection_was_lost(bot: Any, started: Any, database: str) -> None:
    watch = started("--alerts")
    bot.create("APTUSDT")
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'tradelatch watch'"
            " and datname = current_database()"
        )
    bot.create("APTUSDT")
    (told,) = lines_of(watch, 1)
    assert told["alert"] == "duplicate_prevented"
    watch.send_signal(signal.SIGTERM)
    out, err = watch.communicate(timeout=PATIENCE)
    assert (watch.returncode, out) == (0, "")
    assert len(err.splitlines()) == 1
    assert "connection lost" in err


def test_a_command_gets_it_on_its_standard_input(bot: Any, started: Any, tmp_path: Path) -> None:
    told = tmp_path / "told; exit"  # a shell would stumble
    program = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read()); print('done', flush=True)"
    watch = started("--alerts", "--exec", f"{sys.executable} -c \"{program}\" '{told}'")
    bot.create("APTUSDT")
    bot.create("APTUSDT")
    assert watch.stdout.readline() == "done\n"
    (line,) = told.read_text().splitlines()
    assert json.loads(line)["alert"] == "duplicate_prevented"


def test_a_command_that_fails_is_said(bot: Any, started: Any) -> None:
    watch = started("--alerts", "--exec", "false")
    bot.create("APTUSDT")
    bot.create("APTUSDT")
    line = watch.stderr.readline()
    assert line.startswith('tradelatch: false failed, status 1, for {"alert_id"')


def test_the_command_is_given_no_secrets(
    bot: Any, started: Any, tmp_path: Path, monkeypatch: Any, bot_dsn: str
) -> None:
    secrets = {"TRADELATCH_BYBIT_SECRET": "s1", "PGPASSWORD": "s2", "TRADELATCH_DSN": bot_dsn, "DATABASE_URL": bot_dsn}
    for name, value in (secrets | {"PAGER_TOKEN": "mine"}).items():
        monkeypatch.setenv(name, value)
    program = tmp_path / "page.py"
    program.write_text("import json, os; print(json.dumps(dict(os.environ)), flush=True)")
    watch = started("--alerts", "--exec", f"{sys.executable} {program}")
    bot.create("APTUSDT")
    bot.create("APTUSDT")
    environment = json.loads(watch.stdout.readline())
    assert not secrets.keys() & environment.keys()
    assert (environment["PAGER_TOKEN"], "PATH" in environment) == ("mine", True)


def test_a_restart_of_the_program_goes_on_where_it_was(
    bot: Any, started: Any, age_leases: Any, state_home: Path
) -> None:
    overdue = bot.fill("METUSDT")
    age_leases("1 hour", overdue.position_id)
    watch = started("--alerts")
    (due,) = lines_of(watch, 1)
    assert (due["alert"], due["symbol"]) == ("no_stop_loss", "METUSDT")
    (noted,) = files_in(state_home)
    until(lambda: str(due["alert_id"]) in {key.split(" ")[1] for key in json.loads(noted.read_text())["told"]})
    watch.kill()
    watch.wait()
    bot.create("APTUSDT")
    for _ in range(3):
        bot.create("APTUSDT")
    (told, *_) = lines_of(started("--alerts"), 1)
    assert (told["alert"], told["symbol"], told["count"]) == ("duplicate_prevented", "APTUSDT", 3)
    assert files_in(state_home) == [noted]


def files_in(state_home: Path) -> list[Path]:
    """What is whole: beside it, for a moment, is a hidden file that becomes the next one."""
    return [path for path in (state_home / "tradelatch").iterdir() if not path.name.startswith(".")]


def test_severity(bot: Any, started: Any) -> None:
    watch = started("--alerts", "--severity", "warning")
    bot.create("APTUSDT")
    bot.create("APTUSDT")
    exposed = bot.fill("METUSDT")
    bot.client.rollback_position(exposed.position_id, exposed.fence, "gave up")
    (told,) = lines_of(watch, 1)
    assert told["alert"] == "rollback_with_exposure"


def test_wrong_usage(bot_dsn: str) -> None:
    for options in (
        ["--exec", "true"],
        ["--alerts", "--exec", ""],
        ["--alerts", "--exec", "'"],
        ["--every", "0s"],
        [],
        ["--severity", "info", "--since", "1h"],
        ["--alerts", "--stale-after", "1h"],
    ):
        done = subprocess.run([*PROGRAM, "--dsn", bot_dsn, "watch", *options], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, ""), options
        assert len(done.stderr.splitlines()) == 1, options


@pytest.fixture
def terminal(bot_dsn: str, bot: Any) -> Iterator[Terminal]:
    bot.activate("APTUSDT")
    terminal = Terminal(bot_dsn)
    yield terminal
    terminal.close()


def test_the_screen_shows_the_book_at_once_on_an_alert_and_q_quits(bot: Any, terminal: Terminal) -> None:
    terminal.until("q quits")
    terminal.until("1 open")
    terminal.until("APTUSDT")
    bot.create("APTUSDT")  # the next look would be in a minute
    terminal.until("1 prevented")
    terminal.press("q")
    assert terminal.process.wait(PATIENCE) == 0


def test_ctrl_c_quits(terminal: Terminal) -> None:
    terminal.until("1 open")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(PATIENCE) == 0


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server that may be stopped."""
    with deployed_cluster() as cluster:
        yield cluster


def test_the_screen_survives_a_restart_of_the_server(cluster: Cluster) -> None:
    terminal = Terminal(cluster.dsn())
    try:
        terminal.until("0 open")
        cluster.stop("immediate")
        terminal.until("no connection, trying again")
        cluster.start()
        terminal.until("q quits")
        with Client(cluster.dsn()) as client:
            client.create_position("binance", "APTUSDT", "long", 1, 1)
            client.create_position("binance", "APTUSDT", "long", 1, 1)
        terminal.until("1 prevented")
        terminal.press("q")
        assert terminal.process.wait(PATIENCE) == 0
    finally:
        terminal.close()
