"""What docs/runbook.md tells of: for each section the book and the exchange, and what happens between its blocks."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from tradelatch.exchange import NotListed, OrderRefused

from .clock import ClockedDesk as Desk

NIGHTS: dict[str, Callable[[Desk], Iterator[None]]] = {}


def night(section: str) -> Callable[[Callable[[Desk], Iterator[None]]], None]:
    """The story of a section: each `yield` is one of its blocks of commands."""

    def register(story: Callable[[Desk], Iterator[None]]) -> None:
        NIGHTS[section] = story

    return register


def refuse(desk: Desk, reason: str) -> Any:
    """The exchange takes no order until this is called."""
    send = desk.exchange.send

    async def refused(*_: Any, **__: Any) -> Any:
        raise OrderRefused(reason)

    def again() -> None:
        desk.exchange.send = send  # type: ignore[method-assign]

    desk.exchange.send = refused  # type: ignore[method-assign]
    return again


@night("Duplicate key in an old bot's log")
def duplicate_key(desk: Desk) -> Iterator[None]:
    desk.open("APTUSDT", "short")
    desk.protect(2548)
    desk.age()
    desk.trade("sell", 5)
    desk.trade("sell", 5)  # the second signal's order, whose row was refused
    yield
    desk.trade("buy", 5)  # by hand
    desk.age("1 minute")
    with psycopg.connect(desk.superuser) as connection:
        for index in ("idx_unique_active_position", "idx_unique_active_position_short"):
            connection.execute(f"drop index monitoring.{index}")
        connection.execute(
            "insert into monitoring.positions (symbol, exchange, side, quantity, entry_price, status, average_price,"
            " filled_quantity, open_quantity, stop_loss_price, opened_at, activated_at)"
            " values ('APTUSDT', 'binance', 'short', 5, 100, 'active', 100, 5, 5, 102, now(), now())"
        )
    desk.age()
    yield
    yield


@night("Position without stop-loss")
def no_stop_loss(desk: Desk) -> Iterator[None]:
    desk.send(desk.open("APTUSDT", status="pending_entry"))
    desk.client.confirm_entry(2548, desk.fence(2548), 5, average_price=100)
    desk.age("10 minutes")
    yield
    desk.open("METUSDT")
    desk.age()
    desk.trade("buy", 5, symbol="METUSDT")
    listed = [
        {"symbol": "APTUSDT", "side": "long", "quantity": "5", "average_price": "100", "stop_loss_price": "98"},
        {"symbol": "METUSDT", "side": "long", "quantity": "5", "average_price": "100", "stop_loss_price": None},
    ]
    Path("snapshot.json").write_text("[" + ",\n ".join(map(json.dumps, listed)) + "]\n")
    desk.client.reconcile("binance", listed, desk.now())
    desk.age("1 minute")
    yield
    yield


@night("pending_rollback for minutes")
def pending_rollback(desk: Desk) -> Iterator[None]:
    receipt = desk.open("AVLUSDT", status="pending_entry")
    desk.send(receipt)
    desk.client.rollback_position(2548, receipt.fence, "position not found after order")
    desk.age("8 minutes")
    yield


@night("pending_close for minutes")
def pending_close(desk: Desk) -> Iterator[None]:
    desk.open("ZEUSUSDT", status="pending_close")
    desk.trade("buy", 5, symbol="ZEUSUSDT")
    desk.age("8 minutes")
    again = refuse(desk, "binance: -4164 Order's notional must be no smaller than 5")
    yield
    again()
    desk.trade("sell", 5, symbol="ZEUSUSDT")  # by hand
    desk.age("2 minutes")
    yield


@night("pending_cancels for minutes")
def pending_cancels(desk: Desk) -> Iterator[None]:
    receipt = desk.open("METUSDT", status="pending_sl")
    desk.trade("buy", 5, symbol="METUSDT")
    stop = desk.send(receipt)
    due = receipt.next_order
    desk.client.activate_position(2548, receipt.fence, due.price, due.client_order_id, stop_loss_order_id=stop.order_id)
    desk.trade("sell", 5, symbol="METUSDT", reduce_only=True)
    desk.client.confirm_close(2548, "take profit")  # and its worker dies
    desk.age("8 minutes")
    yield


@night("On the exchange, not in the book")
def orphaned_exchange(desk: Desk) -> Iterator[None]:
    desk.trade("buy", 86, symbol="AVLUSDT")
    yield
    yield
    desk.age("1 minute")
    yield
    yield
    desk.trade("sell", 7, symbol="PERPUSDT")
    yield


@night("In the book, not on the exchange")
def orphaned_db(desk: Desk) -> Iterator[None]:
    desk.protect(desk.open("METUSDT").position_id)
    desk.age()
    yield
    yield
    for symbol in ("APTUSDT", "AVLUSDT", "PERPUSDT", "ZBCNUSDT"):
        desk.protect(desk.open(symbol).position_id)
    desk.age()
    yield


@night("Sizes differ")
def quantity_mismatch(desk: Desk) -> Iterator[None]:
    desk.protect(desk.open("APTUSDT").position_id)
    desk.age()
    desk.trade("buy", 5)
    desk.trade("sell", 2)  # by hand
    yield
    yield


@night("Bot died")
def bot_died(desk: Desk) -> Iterator[None]:
    desk.send(desk.open("APTUSDT", "short", status="pending_entry"))
    desk.open("METUSDT", status="pending_entry")
    desk.send(desk.open("PERPUSDT", status="pending_entry"))
    desk.client.rollback_position(2550, desk.fence(2550), "gave up")
    desk.age("3 minutes")
    yield
    yield


@night("A slot that stays locked")
def slot_locked(desk: Desk) -> Iterator[None]:
    desk.protect(desk.open("APTUSDT").position_id)
    with psycopg.connect(desk.superuser, application_name="scanner") as holder:
        holder.execute("select monitoring.lock_slot('binance', 'default', 'APTUSDT')")
        desk.client.record_findings()
        desk.age("115 seconds")
        yield


@night("Exchange down for an hour")
def down(desk: Desk) -> Iterator[None]:
    desk.protect(desk.open("METUSDT").position_id)
    desk.send(desk.open("APTUSDT", status="pending_entry"))
    desk.trade("buy", 5, symbol="METUSDT")
    desk.age()
    desk.exchange.go_down(1e9)
    yield
    desk.exchange.go_down(0)
    desk.age()
    yield


@night("Symbol delisted")
def delisted(desk: Desk) -> Iterator[None]:
    desk.open("ZBCNUSDT", status="pending_close")
    desk.age("8 minutes")

    async def unlisted(*_: Any, **__: Any) -> Any:
        raise NotListed(
            "binance lists no linear swap or future ZBCNUSDT: whether it knows an order of it cannot be asked"
        )

    desk.exchange.find = unlisted  # type: ignore[method-assign]
    yield
    desk.age("2 minutes")
    yield


@night("Undo a cleanup")
def undo(desk: Desk) -> Iterator[None]:
    desk.protect(desk.open("APTUSDT").position_id)
    desk.protect(desk.open("METUSDT").position_id)
    desk.age()
    desk.run("reconcile", "--exchange", "binance", "--live", "--evidence")
    desk.age()
    desk.run("cleanup", "all", "--reason", "the night shift", "--confirm")
    desk.trade("buy", Decimal(5))
    yield
    yield
