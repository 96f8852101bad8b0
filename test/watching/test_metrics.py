"""`tradelatch metrics`, scraped by a real Prometheus with the rules and the dashboard that are shipped."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from tradelatch.watching.metrics import BookCollector

from .prometheus import SHIPPED, Prometheus, running_exporter, running_prometheus


@pytest.fixture
def registry(reader_dsn: str) -> Iterator[CollectorRegistry]:
    collector = BookCollector(
        lambda: psycopg.connect(reader_dsn, autocommit=True), (psycopg.Error,), timedelta(minutes=5)
    )
    collector.begin()
    registry = CollectorRegistry()
    registry.register(collector)
    yield registry
    collector.close()


def test_the_book_as_it_is(bot: Any, registry: CollectorRegistry, age_leases: Any) -> None:
    value = registry.get_sample_value
    assert (value("tradelatch_up"), value("tradelatch_open_positions", {"status": "active"})) == (1, 0)
    bot.activate("APTUSDT")
    unprotected = bot.fill("METUSDT")
    age_leases("2 minutes", unprotected.position_id)
    assert value("tradelatch_open_positions", {"status": "active"}) == 1
    assert value("tradelatch_open_positions", {"status": "pending_sl"}) == 1
    assert value("tradelatch_unprotected_positions") == 1
    assert value("tradelatch_oldest_unfinished_seconds") > 0
    assert value("tradelatch_findings", {"check_name": "no_stop_loss", "severity": "critical"}) == 1
    assert value("tradelatch_orders_left", {"kind": "stop_loss"}) == 2
    assert value("tradelatch_orders_left", {"kind": "close"}) == 0


def test_every_check_and_kind_of_order_has_its_series(registry: CollectorRegistry) -> None:
    value = registry.get_sample_value
    for name in ("pending_cancels", "orphaned_order", "history_changed"):
        assert value("tradelatch_findings", {"check_name": name, "severity": "critical"}) == 0
    assert value("tradelatch_orders_left", {"kind": "unnamed"}) == 0


def test_a_check_of_a_newer_schema_is_counted(registry: CollectorRegistry, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        source = admin.execute("select pg_get_functiondef('monitoring.findings'::regproc)").fetchone()[0]
        body = """begin return query select 'eclipse', 'blinding', null::bigint, 'binance', 'default', null, null, null,
            interval '1 s', '{}'::jsonb, 'wait'; end"""
        head, quote = source.partition("AS $function$")[:2]
        admin.execute(f"{head}{quote} {body} $function$".encode())
    assert registry.get_sample_value("tradelatch_findings", {"check_name": "eclipse", "severity": "blinding"}) == 1


def test_the_heartbeat(bot: Any, registry: CollectorRegistry) -> None:
    assert registry.get_sample_value("tradelatch_heartbeat_age_seconds") == inf
    bot.client.record_findings()
    assert 0 <= registry.get_sample_value("tradelatch_heartbeat_age_seconds") < 10


def test_what_happened_since_it_began(bot: Any, reader_dsn: str, bot_dsn: str, registry: CollectorRegistry) -> None:
    value = registry.get_sample_value
    position = bot.activate("APTUSDT")
    for _ in range(3):
        bot.create("APTUSDT")
    refused = pytest.raises(psycopg.Error, match="not the current one")
    with psycopg.connect(bot_dsn, autocommit=True) as connection, refused:
        connection.execute("select tradelatch.renew_lease(%s, %s)", [position.position_id, position.fence - 1])
    for _ in range(2):  # a second scrape counts nothing twice
        assert value("tradelatch_events_total", {"event": "confirm_entry"}) == 1
        assert value("tradelatch_duplicates_prevented_total") == 3
        assert value("tradelatch_stale_fences_refused_total") == 1
        assert value("tradelatch_opening_seconds_count") == 1
        assert value("tradelatch_opening_seconds_bucket", {"le": "+Inf"}) == 1
    # A stop-loss that is set again is no other opening.
    due = bot.client.update_stop_loss(position.position_id, None)
    bot.client.activate_position(due.position_id, due.fence, 4, due.next_order.client_order_id)
    assert value("tradelatch_events_total", {"event": "activate_position"}) == 2
    assert value("tradelatch_opening_seconds_count") == 1


def test_what_was_before_is_not_counted(bot: Any, reader_dsn: str) -> None:
    bot.activate("APTUSDT")
    collector = BookCollector(
        lambda: psycopg.connect(reader_dsn, autocommit=True), (psycopg.Error,), timedelta(minutes=5)
    )
    collector.begin()
    registry = CollectorRegistry()
    registry.register(collector)
    assert registry.get_sample_value("tradelatch_opening_seconds_count") == 0
    bot.create("APTUSDT")
    assert registry.get_sample_value("tradelatch_duplicates_prevented_total") == 1
    collector.close()


def test_a_commit_that_is_late_is_counted(bot: Any, bot_dsn: str, registry: CollectorRegistry) -> None:
    value = registry.get_sample_value
    created = {"event": "create_position"}
    with psycopg.connect(bot_dsn) as late:
        late.execute("select tradelatch.create_position('binance', 'METUSDT', 'long', 1, 1)")
        bot.create("APTUSDT")
        assert value("tradelatch_events_total", created) == 1
        late.commit()
    assert value("tradelatch_events_total", created) == 2


def test_a_lost_connection(registry: CollectorRegistry, database: str) -> None:
    value = registry.get_sample_value
    assert value("tradelatch_up") == 1
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert value("tradelatch_up") == 0
    assert value("tradelatch_up") == 1


@pytest.fixture
def exporter(reader_dsn: str) -> Iterator[str]:
    with running_exporter(reader_dsn) as exporter:
        yield exporter


@pytest.fixture
def prometheus(exporter: str, tmp_path: Path) -> Iterator[Prometheus]:
    with running_prometheus(exporter, tmp_path) as prometheus:
        yield prometheus


def test_prometheus_scrapes_it_and_the_rules_fire(bot: Any, prometheus: Prometheus, age_leases: Any) -> None:
    assert prometheus.value("sum(tradelatch_open_positions)") == 0
    bot.activate("APTUSDT")
    bot.create("APTUSDT")
    unprotected = bot.fill("METUSDT")
    age_leases("2 minutes", unprotected.position_id)
    prometheus.until(lambda: prometheus.value("tradelatch_duplicates_prevented_total") == 1)
    prometheus.until(lambda: prometheus.value("tradelatch_unprotected_positions") == 1)
    prometheus.until(lambda: {"TradelatchCritical", "TradelatchDuplicatePrevented"} <= prometheus.firing())
    assert not {"TradelatchDown", "Watchdog"} & prometheus.firing()
    bot.client.record_findings()
    prometheus.until(lambda: "Watchdog" in prometheus.firing())
    dashboard = json.loads((SHIPPED / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            prometheus.ask("query", query=target["expr"])  # 400 for what is no query
    names = set(prometheus.ask("label/__name__/values"))
    told = json.dumps([panel["targets"] for panel in dashboard["panels"]]) + (SHIPPED / "alerts.yaml").read_text()
    for name in names:
        if name.startswith("tradelatch_") and not name.endswith(("_created", "_count", "_sum")):
            assert name in told, f"neither rule nor panel has {name}"


def test_promtool_takes_the_rules() -> None:
    program = shutil.which("promtool")
    assert program is not None, "promtool is not installed"
    done = subprocess.run([program, "check", "rules", SHIPPED / "alerts.yaml"], capture_output=True, text=True)
    assert (done.returncode, "10 rules found" in done.stdout) == (0, True), done.stdout


def test_requests_that_never_end(exporter: str) -> None:
    """Two hundred that begin and say nothing more, and one that says a byte now and then."""
    host, _, port = exporter.partition(":")
    with ExitStack() as stack:
        started = time.monotonic()
        for _ in range(200):
            half = stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
            half.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        assert time.monotonic() - started < 5
        with urllib.request.urlopen(f"http://{exporter}/metrics", timeout=5) as answer:
            assert b"tradelatch_up 1.0" in answer.read()
        slow = stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
        started = time.monotonic()
        with suppress(OSError):
            while time.monotonic() < started + 20:
                slow.sendall(b"G")
                time.sleep(0.2)
        assert 9 < time.monotonic() - started < 14
        half.settimeout(1)
        assert half.recv(1) == b""


def test_a_warning_where_everybody_may_read(reader_dsn: str) -> None:
    for host, warned in (("0.0.0.0", True), ("127.0.0.2", False)):
        command = [sys.executable, "-m", "tradelatch", "--dsn", reader_dsn, "metrics", "--listen", f"{host}:0"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        address, _, port = process.stderr.readline().removesuffix("/metrics\n").rpartition(":")
        assert address == f"http://{host}"
        if warned:
            assert "warning" in process.stderr.readline()
        urllib.request.urlopen(f"http://127.0.0.2:{port}/metrics", timeout=10).close()
        process.kill()
        assert process.communicate()[1] == ""


@pytest.mark.parametrize("listen", ["9187", "localhost:9187", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:-1"])
def test_wrong_addresses(listen: str, reader_dsn: str) -> None:
    command = [sys.executable, "-m", "tradelatch", "--dsn", reader_dsn, "metrics", "--listen", listen]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "is no address" in done.stderr


def test_a_port_that_is_taken(reader_dsn: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        command = [sys.executable, "-m", "tradelatch", "--dsn", reader_dsn, "metrics", "--listen", listen]
        done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "cannot listen" in done.stderr
