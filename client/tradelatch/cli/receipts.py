"""What the book answers when a position is moved, for people and for programs."""

from typing import Any

from psycopg import RawCursor

from ..core.arguments import function_call
from ..core.receipt import RECEIPT_COLUMNS, ExchangeOrder, Receipt
from .connection import Server
from .errors import FAILED
from .findings import orders_in_words, slot
from .output import cell, console, print_json

NOTHING_DONE = "Nothing was done: add --confirm to do it."


def move(server: Server, confirm: bool, name: str, **arguments: object) -> Receipt:
    """Call a lifecycle function. As a dry run it is called too, and taken back: the answer is the true one."""
    if confirm:
        with server.client(name) as client:
            receipt: Receipt = getattr(client, name)(**arguments)
            return receipt
    call = function_call(name, RECEIPT_COLUMNS, arguments)
    with server.connect() as connection, connection.transaction(force_rollback=True):
        (row,) = RawCursor(connection).execute(call.query, call.values).fetchall()
    return Receipt.from_row(row)


def document(receipt: Receipt) -> dict[str, Any]:
    """A receipt by the columns of the contract."""
    order = receipt.next_order
    return {
        "outcome": receipt.outcome,
        "position_id": receipt.position_id,
        "status": receipt.status,
        "fence": receipt.fence,
        "lease_until": receipt.lease_until,
        "exchange": receipt.exchange,
        "account": receipt.account,
        "symbol": receipt.symbol,
        "position_side": receipt.position_side,
        "order_kind": order and order.kind,
        "order_side": order and order.side,
        "order_quantity": order and order.quantity,
        "order_price": order and order.price,
        "order_reduce_only": order and order.reduce_only,
        "order_client_order_id": order and order.client_order_id,
        "order_cancels": receipt.cancels,
        "answered_at": receipt.answered_at,
    }


def print_receipt(receipt: Receipt, *, confirm: bool) -> None:
    """Where the position stands, or would stand, and what that calls for on the exchange."""
    out = console()
    name = f"Position {receipt.position_id}" if confirm or receipt.outcome != "created" else "A new position"
    stands = f"is {receipt.status} now" if confirm else f"would be {receipt.status}"
    if receipt.outcome == "existing":
        stands = f"is {receipt.status}, and somebody else's: nothing {'was' if confirm else 'would be'} done"
    elif receipt.outcome == "replayed":
        stands = f"is {receipt.status} already"
    out.print(f"{name}, {slot(receipt)}, {stands}.")
    order = receipt.next_order
    is_protected_first = order is not None and order.kind == "stop_loss"
    if receipt.cancels and not is_protected_first:
        out.print(f"To cancel on the exchange: {orders_in_words(receipt.cancels)}")
    if order is not None:
        out.print(f"To {order_in_words(order)}")
        if confirm and order.kind != "entry":
            out.print(f"  client order id {order.client_order_id}")
    if receipt.cancels and is_protected_first:
        out.print(f"To cancel once it stands: {orders_in_words(receipt.cancels)}")
    is_to_be_driven = receipt.next_order is not None or receipt.status == "pending_cancels"
    if confirm and is_to_be_driven and receipt.lease_until is not None:
        out.print(f"Yours to drive until {cell(receipt.lease_until)}, fence {receipt.fence}; recover takes over after.")
    if not confirm:
        out.print(NOTHING_DONE)


def order_in_words(order: ExchangeOrder) -> str:
    """What is to be done on the exchange, after a `To`."""
    if order.kind == "entry":
        return f"look up, never to send: the entry order {order.client_order_id}"
    quantity = cell(order.quantity)
    if order.kind == "stop_loss":
        trigger = "a price of your choice" if order.price is None else cell(order.price)
        return f"send: a stop-loss that {order.side}s {quantity} at {trigger}, reduce-only"
    return f"send: {order.side} {quantity} at market, reduce-only"


def show(receipt: Receipt, *, confirm: bool, as_json: bool) -> int:
    """Print it; the exit status, which tells whether the call did, or would do, what was asked for."""
    if as_json:
        print_json({"dry_run": not confirm, "receipt": document(receipt)})
    else:
        print_receipt(receipt, confirm=confirm)
    return FAILED if receipt.outcome == "existing" else 0
