"""A running `tradelatch metrics`, and Debian's Prometheus that scrapes it."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[2] / "docs" / "monitoring"
PATIENCE = 40.0
CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: tradelatch
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """Its HTTP API."""

    def __init__(self, address: str) -> None:
        self._address = address

    def ask(self, path: str, **parameters: str) -> Any:
        url = f"http://{self._address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def value(self, query: str) -> float:
        result = self.ask("query", query=query)["result"]
        return float(result[0]["value"][1]) if result else 0.0

    def firing(self) -> set[str]:
        return {alert["labels"]["alertname"] for alert in self.ask("alerts")["alerts"] if alert["state"] == "firing"}

    def until(self, holds: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if holds():
                    return
            except OSError:
                pass  # it starts
            assert time.monotonic() < end, "Prometheus does not show it"
            time.sleep(0.1)


@contextmanager
def running_exporter(dsn: str) -> Iterator[str]:
    """host:port of the command, which ends well and says nothing."""
    command = [sys.executable, "-m", "tradelatch", "--dsn", dsn, "metrics", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield process.stderr.readline().strip().removeprefix("http://").removesuffix("/metrics")
    except BaseException:
        process.kill()
        process.communicate()
        raise
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert process.communicate()[1] == ""


@contextmanager
def running_prometheus(exporter: str, folder: Path) -> Iterator[Prometheus]:
    """A Prometheus of our own that scrapes the exporter every second, with the rules that are shipped."""
    program = shutil.which("prometheus")
    assert program is not None, "prometheus is not installed"
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIGURATION.format(rules=SHIPPED / "alerts.yaml", target=exporter))
    command = [
        program, f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}", "--log.level=error",
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    prometheus = Prometheus(address)
    try:
        prometheus.until(lambda: prometheus.value("tradelatch_up") == 1)
        yield prometheus
    finally:
        process.kill()
        process.wait()
