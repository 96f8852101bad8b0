"""`tradelatch stop-loss`"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import click

from ..core.receipt import PositionRow, Receipt
from ..watching.tables import STALE_MARK
from .connection import Server
from .errors import Refused
from .options import amount, confirm_option, json_option, reason_option
from .output import cell
from .receipts import show
from .repairs import Mover, fence_of, repair, say_taken_over
from .targets import find, position_options

SHORTLY = timedelta(seconds=1)  # for recover to take it at once


@click.command("stop-loss")
@position_options
@click.option("--price", type=amount, metavar="PRICE", help="This one stands on the exchange, with this trigger.")
@click.option("--order-id", metavar="ID", help="Its id: the exchange's, or one of ours. Without it: the same order.")
@click.option("--move-to", type=amount, metavar="PRICE", help="Ours is to move: one with this trigger is sent.")
@click.option("--in-profit", is_flag=True, help="PRICE may be beyond the average price: the market has moved that far.")
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
    in_profit: bool,
    gone: bool,
    reason: str,
    live: bool,
    confirm: bool,
    as_json: bool,
) -> int:
    """Say which stop-loss stands for a position, have it moved, or say that it is gone.

    Where an order is due, --live sends it; else recover does when the lease ends. Where somebody drives the position
    it is taken over first. --move-to is refused where the stop-loss would trigger at once, by a mark of the last
    minute, else by the average price: an exchange takes no such order, and what cannot be protected is closed.
    """
    if [price is not None, move_to is not None, gone].count(True) != 1:
        raise click.UsageError("one of --price, --move-to and --gone")
    if order_id is not None and price is None:
        raise click.UsageError("--order-id goes with --price")
    if in_profit and move_to is None:
        raise click.UsageError("--in-profit goes with --move-to")
    row = find(server, position, exchange, account)
    if row.status not in ("active", "pending_sl"):
        raise Refused(f"position {row.position_id} is {row.status}: it gets no stop-loss")
    if price is not None and order_id is None and row.status != "active":
        raise Refused(f"position {row.position_id} is pending_sl: name the order that stands, --order-id ID")
    if move_to is not None:
        _check_side(row, move_to, server.now(), in_profit)
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


def _check_side(row: PositionRow, move_to: Decimal, now: datetime, in_profit: bool) -> None:
    """Refused where the market has passed it already, as far as somebody knows."""
    is_marked = row.mark_price is not None and row.marked_at is not None and now - row.marked_at <= STALE_MARK
    market = row.mark_price if is_marked else row.average_price or row.entry_price
    if market is None or (in_profit and not is_marked):
        return
    if move_to < market if row.side == "long" else move_to > market:
        return
    side = "below" if row.side == "long" else "above"
    named = "mark price" if is_marked else "average price"
    beyond = "" if is_marked else "; --in-profit if the market has moved beyond it, of which there is no mark"
    raise Refused(
        f"the stop-loss of a {row.side} position is {side} the market: {cell(move_to)} is not {side} its {named}"
        f" of {cell(market)}{beyond}"
    )


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
