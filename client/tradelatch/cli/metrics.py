"""`tradelatch metrics`"""

import ipaddress
import signal
import threading
from datetime import timedelta

import click
import psycopg
from prometheus_client import CollectorRegistry

from ..watching.metrics import BookCollector, MetricsServer
from .connection import NoConnection, Server
from .errors import Refused
from .options import duration


def address(value: str | tuple[str, int]) -> tuple[str, int]:
    """The type of an option: `127.0.0.1:9187`, `[::1]:9187`."""
    if not isinstance(value, str):
        return value
    host, _, port = value.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        number = int(port)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no address: 127.0.0.1:9187") from None
    if not (port.isascii() and 0 <= number < 65536):
        raise click.BadParameter(f"{value!r} is no address: 127.0.0.1:9187")
    return host.strip("[]"), number


@click.command()
@click.option("--listen", type=address, required=True, metavar="HOST:PORT", help="Where Prometheus scrapes it.")
@click.option(
    "--stale-after", type=duration, default="5m", metavar="DURATION", help="How long a position may be unfinished."
)
@click.pass_obj
def metrics(server: Server, listen: tuple[str, int], stale_after: timedelta) -> None:
    """Serve metrics to Prometheus, until Ctrl-C; a reader's rights are enough.

    The database is asked at each scrape. What happened is counted from the moment that this began.
    """
    collector = BookCollector(server.connect, (psycopg.Error, NoConnection), stale_after)
    collector.begin()
    registry = CollectorRegistry()
    registry.register(collector)
    try:
        served = MetricsServer(*listen, registry)
    except OSError as error:
        raise Refused(f"cannot listen on {listen[0]}:{listen[1]}: {error.strerror}") from None
    click.echo(f"http://{listen[0]}:{served.server_port}/metrics", err=True)
    if not ipaddress.ip_address(listen[0]).is_loopback:
        click.echo("tradelatch: warning: whoever reaches this address may read it: there is no password", err=True)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    try:
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        served.shutdown()
        served.server_close()
        collector.close()
