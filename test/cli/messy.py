"""A messy book: one of each finding that positions and orders can have, on two exchanges."""

from datetime import UTC, datetime

import psycopg

from .desk import PRICE, Desk

# What it takes a broken server, clock or account to have, or a list that is suspect, has tests of its own.
CHECKS = {
    "duplicate",
    "incomplete",
    "pending_rollback",
    "pending_close",
    "pending_cancels",
    "no_stop_loss",
    "orphaned_db",
    "orphaned_exchange",
    "orphaned_order",
    "quantity_mismatch",
    "side_mismatch",
    "stop_mismatch",
}


def make_a_mess(desk: Desk) -> None:
    """Workers died two hours ago, and people and other programs traded on the exchanges meanwhile."""
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

    desk.age()
    for exchange in ("binance", "bybit"):
        desk.run("reconcile", "--exchange", exchange, "--live", "--evidence")
