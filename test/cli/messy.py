"""A messy book: one of each finding, on four exchanges and a server that was restored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from .desk import PRICE, Desk, new_exchange


@contextmanager
def messy(desk: Desk) -> Iterator[None]:
    """Workers died two hours ago, and people and other programs traded on the exchanges meanwhile."""
    desk.exchanges["okx"] = new_exchange("okx")
    desk.exchanges["gate"] = new_exchange("gate", hedge_mode=True)
    _on_binance(desk)
    _on_bybit(desk)
    _on_okx(desk)
    desk.open(exchange="gate")
    desk.trade("buy", 5, on="gate", position_side="long")  # mode_mismatch: somebody switched the account
    desk.age()
    with psycopg.connect(desk.superuser) as connection:
        connection.execute("update monitoring.histories set timeline = timeline + 1")  # history_changed
        connection.execute(  # clock_went_back
            "insert into monitoring.snapshots (exchange, account, observed_at)"
            " values ('gate', 'default', clock_timestamp() + interval '20 minutes')"
        )
    holder = psycopg.connect(desk.superuser, application_name="scanner")
    try:
        holder.execute("select monitoring.lock_slot('binance', 'default', 'APTUSDT')")  # slot_locked
        desk.client.record_findings()
        with psycopg.connect(desk.superuser) as connection:
            connection.execute("update monitoring.lock_sightings set first_seen_at = now() - interval '1 hour'")
        yield
    finally:
        holder.close()


def findings(desk: Desk) -> list[dict[str, Any]]:
    """What there is to find: by looking at the exchanges, and in the book."""
    found = [
        each
        for exchange in desk.exchanges
        for each in desk.json("reconcile", "--exchange", exchange, "--live", "--evidence")["findings"]
    ]
    return list({key(each): each for each in [*found, *desk.json("diagnose")["findings"]]}.values())


def key(finding: dict[str, Any]) -> tuple[Any, ...]:
    """What tells a finding from the others; a list of positions and one of orders may both be suspect."""
    told = tuple(finding[name] for name in ("check_name", "position_id", "exchange", "symbol"))
    return (*told, "orders_observed_at" in finding["detail"])


def _on_binance(desk: Desk) -> None:
    over = desk.open("HNTUSDT")
    desk.trade("buy", 5, symbol="HNTUSDT")
    desk.protect(over.position_id)
    desk.trade("sell", 5, symbol="HNTUSDT", reduce_only=True)
    # its stop-loss was said to have ended, and stands: orphaned_order
    desk.client.confirm_close(over.position_id, "exit", orders_ended=desk.row(over.position_id).orders_left)

    sized = desk.open("APTUSDT")
    desk.trade("buy", 5)
    desk.protect(sized.position_id)
    desk.trade("sell", 2)  # by hand: quantity_mismatch

    desk.trade("buy", 86, symbol="AVLUSDT")  # by hand: orphaned_exchange

    rolled_back = desk.open("ZEUSUSDT", status="pending_entry")
    desk.send(rolled_back)
    desk.client.rollback_position(rolled_back.position_id, rolled_back.fence, "position not found after order")

    desk.open("METUSDT", status="pending_close")
    desk.trade("buy", 5, symbol="METUSDT")

    desk.send(desk.open("PERPUSDT", status="pending_entry"))  # incomplete

    desk.protect(desk.open("ZBCNUSDT").position_id)  # orphaned_db

    duplicated = desk.open("DOODUSDT", "short")
    desk.trade("sell", 5, symbol="DOODUSDT")
    desk.protect(duplicated.position_id)
    with psycopg.connect(desk.superuser) as connection:
        for index in ("idx_unique_active_position", "idx_unique_active_position_short"):
            connection.execute(f"drop index monitoring.{index}")
        connection.execute(
            "insert into monitoring.positions (symbol, exchange, side, quantity, entry_price, status, average_price,"
            " filled_quantity, open_quantity, stop_loss_price, opened_at, activated_at)"
            " values ('DOODUSDT', 'binance', 'short', 5, 100, 'active', 100, 5, 5, 102, now(), now())"
        )


def _on_bybit(desk: Desk) -> None:
    bybit = {"exchange": "bybit"}
    desk.open("APTUSDT", **bybit)
    desk.trade("sell", 5, on="bybit")  # side_mismatch

    left = desk.open("AVLUSDT", **bybit)
    desk.trade("buy", 5, symbol="AVLUSDT", on="bybit")
    desk.protect(left.position_id)
    desk.trade("sell", 5, symbol="AVLUSDT", on="bybit", reduce_only=True)
    desk.client.confirm_close(left.position_id, "take profit")  # pending_cancels

    desk.send(desk.open("ZEUSUSDT", status="pending_entry", **bybit))
    (unprotected,) = [
        row for row in desk.client.open_positions() if (row.exchange, row.symbol) == ("bybit", "ZEUSUSDT")
    ]
    desk.client.confirm_entry(unprotected.position_id, desk.fence(unprotected.position_id), 5, average_price=PRICE)

    moved = desk.row(desk.open("METUSDT", **bybit).position_id)
    desk.trade("buy", 5, symbol="METUSDT", on="bybit")
    desk.trade(
        "sell",
        5,
        symbol="METUSDT",
        on="bybit",
        kind="stop",
        trigger=PRICE - 3,  # by hand: stop_mismatch
        reduce_only=True,
        client_order_id=moved.stop_loss_order,
    )

    desk.open("PERPUSDT", **bybit)  # no_stop_loss: cancelled by hand
    desk.trade("buy", 5, symbol="PERPUSDT", on="bybit")

    desk.trade("buy", 7, symbol="ZBCNUSDT", on="bybit")
    desk.client.adopt_position("bybit", "ZBCNUSDT", "long", 7, PRICE, datetime.now(UTC))  # no price for its stop-loss

    listed_as(desk, "HNTUSDT", "HNTPERP")  # symbol_mismatch: nobody recorded the exchange's own id
    desk.open("HNTUSDT", **bybit)
    desk.trade("buy", 5, symbol="HNTUSDT", on="bybit")
    desk.protect(max(row.position_id for row in desk.client.open_positions()))


def listed_as(desk: Desk, symbol: str, its_id: str) -> None:
    """bybit's list of positions has the market by its own id, and its list of markets says so."""
    exchange: Any = desk.exchanges["bybit"]
    positions = exchange.positions

    async def with_its_id(**options: Any) -> Any:
        return [replace(each, symbol=its_id) if each.symbol == symbol else each for each in await positions(**options)]

    async def market_ids(**_: Any) -> dict[str, str]:
        return {its_id: symbol}

    exchange.positions, exchange.market_ids = with_its_id, market_ids


def _on_okx(desk: Desk) -> None:
    """snapshot_suspect, twice: too many positions are gone at once, and too many stop-losses of others."""
    for symbol in ("APTUSDT", "AVLUSDT", "ZEUSUSDT", "METUSDT"):
        desk.open(symbol, exchange="okx")
    for symbol in ("PERPUSDT", "ZBCNUSDT", "DOODUSDT", "HNTUSDT"):
        desk.open(symbol, exchange="okx")
        desk.trade("buy", 5, symbol=symbol, on="okx")
