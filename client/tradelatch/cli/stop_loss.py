"""`tradelatch stop-loss`"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import click

from ..core.receipt import PositionRow, Receipt
from .connection import Server
from .errors import Refused
from .options import amount, confirm_option, json_option, reason_option
from .receipts import show
from .repairs import Mover, fence_of, repair, say_taken_over
from .targets import find, position_options

SHORTLY = timedelta(seconds=1)  # for recover to take it at once


@click.command("stop-loss")
@position_options
@click.option("--price", type=amount, metavar="PRICE", help="This one stands on the exchange, with this trigger.")
@click.option("--order-id", metavar="ID", help="Its id: the exchange's, or one of ours. Without it: the same order.")
@click.option("--move-to", type=amount, metavar="PRICE", help="Ours is to move: one with this trigger is sent.")
@click.option("--gone", is_flag=True, help="None stands: one is sent, with the trigger that the book has.")
@reason_option
@click.option("--live", is_flag=True, help="Send the order that is due, and see it stand.")
@confirm_option
@json_option
@click.pass_obj
def stop_loss(
    server: Server,
    position: str,
    exchange: str | None,
    account: str | None,
    price: Decimal | None,
    order_id: str | None,
    move_to: Decimal | None,
    gone: bool,
    reason: str,
    live: bool,
    confirm: bool,
    as_json: bool,
) -> int:
    """Say which stop-loss stands for a position, have it moved, or say that it is gone.

    Where an order is due, --live sends it; else recover does when the lease ends. Where somebody drives the position
    it is taken over first.
    """
    if [price is not None, move_to is not None, gone].count(True) != 1:
        raise click.UsageError("one of --price, --move-to and --gone")
    if order_id is not None and price is None:
        raise click.UsageError("--order-id goes with --price")
    row = find(server, position, exchange, account)
    if row.status not in ("active", "pending_sl"):
        raise Refused(f"position {row.position_id} is {row.status}: it gets no stop-loss")
    if price is not None and order_id is None and row.status != "active":
        raise Refused(f"position {row.position_id} is pending_sl: name the order that stands, --order-id ID")
    needs_drive = row.is_driven if move_to is not None else row.status == "pending_sl"

    def moves(move: Mover) -> Receipt:
        drive = fence_of(move, row, reason) if needs_drive else None
        return _move(move, row, drive, price, order_id, move_to)

    if needs_drive:
        say_taken_over(row, confirm=confirm, as_json=as_json)
    if live and confirm:
        from .live import repair_and_drive

        return repair_and_drive(server, row, moves, adopted=False, as_json=as_json)
    return show(repair(server, confirm, moves), confirm=confirm, as_json=as_json)


def _move(
    move: Mover,
    row: PositionRow,
    drive: Receipt | None,
    price: Decimal | None,
    order_id: str | None,
    move_to: Decimal | None,
) -> Receipt:
    """The one move that says it."""
    if move_to is not None:
        fence = drive.fence if drive else None
        return move("replace_stop_loss", position_id=row.position_id, stop_loss_price=move_to, fence=fence)
    if drive is None:  # active
        lease: dict[str, Any] = {} if price is not None else {"lease": SHORTLY}
        return move(
            "update_stop_loss", position_id=row.position_id, stop_loss_price=price, stop_loss_order_id=order_id, **lease
        )
    if price is None:  # the one before is gone, too: the next one is due
        return drive
    ours = row.order_key is not None and order_id is not None and order_id.startswith(row.order_key)
    due = [drive.next_order.client_order_id] if drive.next_order is not None else []
    return move(
        "activate_position",
        position_id=row.position_id,
        fence=drive.fence,
        stop_loss_price=price,
        client_order_id=order_id if ours else None,
        stop_loss_order_id=None if ours else order_id,
        orders_ended=[name for name in due if name != order_id],
    )
