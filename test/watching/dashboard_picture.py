"""Draws docs/monitoring/dashboard.png: the panels of dashboard.json, as Prometheus answers their own queries.

    .venv/bin/python -m pip install -e '.[binary,cli,metrics,docs]'
    .venv/bin/python test/watching/dashboard_picture.py

It is no screenshot of Grafana: what a panel asks, its title, legend, unit and place come from the dashboard, the lines
are matplotlib's. On a private server a bot trades on the simulated exchange, a second one gets in its way, one dies,
and recovery comes late; `tradelatch metrics` runs, and Debian's Prometheus scrapes it every second.
"""

import argparse
import asyncio
import hashlib
import json
import math
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.dates
import matplotlib.pyplot as plt
import matplotlib.ticker
from tradelatch import AsyncClient, Receipt, StaleFence
from tradelatch.cluster import private_cluster
from tradelatch.deployment import deploy_with_psql
from tradelatch.recovery import Recovery
from tradelatch.testing import Delays, Exchange, Market, ScaledClock

sys.path.insert(0, str(Path(__file__).parents[1]))
from watching.prometheus import SHIPPED, Prometheus, running_exporter, running_prometheus

SYMBOLS = {
    "APTUSDT": "3.2333", "METUSDT": "0.4410", "AVLUSDT": "0.1358", "SOLUSDT": "188.20", "XRPUSDT": "2.4410",
    "ADAUSDT": "0.6420", "DOTUSDT": "3.0210", "LTCUSDT": "93.480",
}  # fmt: skip
QUANTITY = Decimal(10)
RECOVERY_EVERY = 50.0
GREEN, ORANGE, RED, GREY = "#2e7d32", "#ef6c00", "#c62828", "#5f6b7a"
COLOURS = [
    "#3366cc", "#ef6c00", "#2e7d32", "#c62828", "#7b1fa2", "#00838f", "#ad8b00", "#d81b60", "#5d4037", "#5f6b7a",
    "#7cb342", "#3949ab",
]  # fmt: skip


class Day:
    """A bot's day in minutes, on the simulated exchange."""

    def __init__(self, client: AsyncClient, exchange: Exchange, seed: int) -> None:
        self.client = client
        self.exchange = exchange
        self.random = random.Random(seed)
        self.doomed: dict[str, str] = {}  # which worker dies at its next opening, and when

    async def send(self, receipt: Receipt) -> str:
        """The order that the receipt calls for, after what it cancels; its id on the exchange."""
        for name in receipt.cancels:
            await self.exchange.cancel(receipt.symbol, name)
        order = receipt.next_order
        assert order is not None
        sent = await self.exchange.send(
            receipt.symbol,
            order.side,
            order.quantity,
            kind="stop" if order.kind == "stop_loss" else "market",
            trigger=order.price,
            reduce_only=order.reduce_only,
            client_order_id=order.client_order_id,
        )
        return sent.order_id

    async def trade(self, symbol: str, number: int) -> None:
        """From an opening to its end: closed, rolled back, or left to recovery by a worker that dies."""
        price = Decimal(SYMBOLS[symbol])
        dies = self.doomed.pop(symbol, None)
        made = await self.client.create_position(
            "binance", symbol, "long", QUANTITY, price, stop_loss_percent=2,
            lease=timedelta(seconds=1) if dies else timedelta(minutes=1),
        )  # fmt: skip
        if made.outcome != "created":
            return
        entry = await self.send(made)
        if dies != "before the fill is told":
            filled = await self.client.confirm_entry(
                made.position_id, made.fence, QUANTITY, average_price=price, exchange_order_id=entry
            )
        if dies:
            await self.until_recovered(made.position_id)
        elif number % 5 == 4:  # the stop-loss was refused
            rolled = await self.client.rollback_position(made.position_id, made.fence, "stop-loss refused")
            await self.send(rolled)
            await asyncio.sleep(4)
            await self.confirm_end(await self.client.confirm_flat(made.position_id, made.fence, exit_price=price))
            return
        else:
            await asyncio.sleep(self.random.choice((0, 0, 0.2, 0.8, 2.5)))
            stop = await self.send(filled)
            await self.client.activate_position(
                made.position_id,
                made.fence,
                price * Decimal("0.98"),
                filled.next_order.client_order_id,
                stop_loss_order_id=stop,
            )
        await asyncio.sleep(self.random.uniform(15, 45))
        closing = await self.client.begin_close(made.position_id, "take profit")
        await self.send(closing)
        await asyncio.sleep(self.random.uniform(1, 4))
        await self.confirm_end(
            await self.client.confirm_close(made.position_id, "take profit", fence=closing.fence, exit_price=price)
        )

    async def confirm_end(self, closed: Receipt) -> None:
        """Nothing is open: what is left of its orders goes, and the slot is free."""
        for name in closed.cancels:
            await self.exchange.cancel(closed.symbol, name)
        await self.client.confirm_orders(closed.position_id, orders_ended=closed.cancels, fence=closed.fence)

    async def until_recovered(self, position_id: int) -> None:
        for _ in range(1000):
            if (await self.client.positions(position_id))[0].status == "active":
                return
            await asyncio.sleep(1)

    async def bot(self, symbol: str) -> None:
        for number in range(1000):
            await asyncio.sleep(self.random.uniform(1, 12))
            await self.trade(symbol, number + len(symbol))

    async def second_bot(self) -> None:
        """It has the same signals, and is told that the slot is taken; now and then it drives with an old fence."""
        while True:
            await asyncio.sleep(self.random.uniform(12, 25))
            held = [row for row in await self.client.open_positions() if row.status == "active"]
            if not held:
                continue
            row = self.random.choice(held)
            await self.client.create_position("binance", row.symbol, "long", QUANTITY, row.entry_price)
            if self.random.random() < 0.4:
                try:
                    await self.client.renew_lease(row.position_id, 1)
                except StaleFence:
                    continue

    async def deaths(self) -> None:
        for number in range(1000):
            await asyncio.sleep(35)
            self.doomed[self.random.choice(list(SYMBOLS))] = ("before the fill is told", "after it")[number % 2]

    async def synchronizer(self) -> None:
        """It tells the book what the exchange shows; for a while that has a position which somebody opened by hand."""
        for number in range(1000):
            await asyncio.sleep(7)
            observed_at = datetime.now(UTC)
            shown = [
                {"symbol": each.symbol, "side": each.side, "quantity": each.size, "average_price": each.average_price}
                for each in await self.exchange.positions()
            ]
            if number % 30 > 20:
                shown.append({"symbol": "TRXUSDT", "side": "short", "quantity": 100, "average_price": Decimal("0.3")})
            await self.client.reconcile("binance", shown, observed_at, complete=True)

    async def recovery(self) -> None:
        recovery = Recovery(self.client, {"binance": self.exchange})
        while True:
            await asyncio.sleep(RECOVERY_EVERY)
            await recovery.run_once()

    async def live(self, seconds: float) -> None:
        actors = [self.bot(symbol) for symbol in SYMBOLS]
        actors += [self.second_bot(), self.deaths(), self.synchronizer(), self.recovery()]
        tasks = [asyncio.ensure_future(a) for a in actors]
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()  # why it ended early


async def trade(dsn: str, seconds: float, seed: int) -> None:
    exchange = Exchange(
        "binance",
        ScaledClock(datetime.now(UTC)),
        {symbol: Market(price=Decimal(price)) for symbol, price in SYMBOLS.items()},
        delays=Delays(fill=0.1, answer=0.2, stop=0.2),
    )
    async with AsyncClient(dsn, worker="scanner") as client:
        await Day(client, exchange, seed).live(seconds)


def told(value: float, unit: str) -> str:
    """A number as its panel shows it."""
    if math.isnan(value):
        return "no data"
    if unit == "percentunit":
        return f"{100 * value:.1f}%"
    if unit == "s":
        return f"{value:.3g} s" if value < 100 else f"{value / 60:.1f} min"
    return f"{value:.3g}"


def series(prometheus: Prometheus, panel: dict[str, Any], begin: float, end: float) -> dict[str, tuple[list, list]]:
    """Times and values of each line of a panel, by its legend."""
    lines = {}
    for target in panel["targets"]:
        answer = prometheus.ask("query_range", query=target["expr"], start=str(begin), end=str(end), step="2")
        for one in answer["result"]:
            legend = target["legendFormat"]
            for label, value in one["metric"].items():
                legend = legend.replace("{{" + label + "}}", value)
            found = {float(at): float(value) for at, value in one["values"]}
            times = [begin + 2 * step for step in range(int((end - begin) / 2) + 1)]
            lines[legend] = (
                [datetime.fromtimestamp(at, UTC) for at in times],
                [found.get(at, math.nan) for at in times],
            )
    return lines


def draw_stat(axes: Any, panel: dict[str, Any], lines: dict[str, tuple[list, list]]) -> None:
    """The last value, over its own faint line."""
    ((times, values),) = lines.values()
    colour = GREEN if not values[-1] else ORANGE if panel["title"] != "Critical findings" else RED
    axes.fill_between(times, values, color=colour, alpha=0.12, linewidth=0)
    axes.set_ylim(0, max(1.0, *(value for value in values if not math.isnan(value))) * 2.6)
    axes.text(
        0.5, 0.60, told(values[-1], panel["fieldConfig"]["defaults"]["unit"]), transform=axes.transAxes,
        ha="center", va="center", fontsize=24, color=colour,
    )  # fmt: skip
    axes.set_axis_off()


def draw_lines(axes: Any, panel: dict[str, Any], lines: dict[str, tuple[list, list]], shown: tuple[Any, Any]) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    for (legend, (times, values)), colour in zip(lines.items(), COLOURS * 3, strict=False):
        axes.plot(times, values, color=colour, linewidth=1.4, label=legend)
    axes.set_xlim(*shown)
    axes.set_ylim(0, 1.1 * axes.dataLim.y1 if lines else 1)
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: told(value, unit))
    axes.xaxis.set_major_locator(matplotlib.dates.MinuteLocator())
    axes.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%H:%M"))
    axes.tick_params(labelsize=8, colors=GREY, length=0)
    axes.grid(color="#e3e7ec", linewidth=0.7)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if lines:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=7.5, frameon=False, handlelength=1.2)


def draw(prometheus: Prometheus, begin: float, end: float, file: Path) -> list[str]:
    """Every panel at its place on the dashboard's grid; the titles of those that had nothing to show."""
    dashboard = (SHIPPED / "dashboard.json").read_bytes()
    panels = json.loads(dashboard)["panels"]
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    figure = plt.figure(figsize=(13, 7.6), facecolor="#eef1f5")
    empty = []
    for panel in panels:
        place = panel["gridPos"]
        left, width = place["x"] / 24, place["w"] / 24
        bottom, height = 1 - (place["y"] + place["h"]) / rows, place["h"] / rows
        gap = 0.004
        figure.add_artist(
            plt.Rectangle(
                (left + gap, bottom + gap * 1.5),
                width - 2 * gap,
                height - 3 * gap,
                facecolor="white",
                edgecolor="#d5dbe3",
                linewidth=0.8,
                zorder=-1,
            )
        )
        figure.text(left + 0.012, bottom + height - 0.034, panel["title"], fontsize=8.5, color="#1f2937", weight="bold")
        lines = series(prometheus, panel, begin, end)
        if not any(value for _, values in lines.values() for value in values if not math.isnan(value)):
            empty.append(panel["title"])
        if panel["type"] == "stat":
            axes = figure.add_axes((left + 0.008, bottom + 0.012, width - 0.016, height - 0.06), facecolor="none")
            draw_stat(axes, panel, lines)
        else:
            axes = figure.add_axes((left + 0.042, bottom + 0.045, width - 0.20, height - 0.10), facecolor="none")
            draw_lines(axes, panel, lines, tuple(datetime.fromtimestamp(at, UTC) for at in (begin, end)))
    # by which a test knows that the dashboard has changed since
    figure.savefig(file, dpi=100, metadata={"Description": hashlib.sha256(dashboard).hexdigest()})
    return empty


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=7, help="how long they trade")
    parser.add_argument("--shown", type=float, default=6, help="the last minutes, which are drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, default=SHIPPED / "dashboard.png")
    given = parser.parse_args()
    with private_cluster(durable=False) as cluster, tempfile.TemporaryDirectory() as folder:
        dsn = cluster.dsn("postgres")
        deploy_with_psql(dsn)
        with running_exporter(dsn) as exporter, running_prometheus(exporter, Path(folder)) as prometheus:
            asyncio.run(trade(dsn, 60 * given.minutes, given.seed))
            end = math.floor(time.time())
            empty = draw(prometheus, end - 60 * min(given.minutes, given.shown), end, given.file)
    print(f"{given.file}: {given.file.stat().st_size / 1000:.0f} kB")
    if empty:
        print(f"nothing to see in: {', '.join(empty)}", file=sys.stderr)
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
