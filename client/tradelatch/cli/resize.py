"""`tradelatch resize`"""

from decimal import Decimal

import click

from ..core.receipt import Receipt
from .connection import Server
from .options import amount, confirm_option, json_option, money, reason_option
from .receipts import show
from .repairs import Mover, fence_of, repair, say_taken_over
from .targets import find, position_options


@click.command()
@position_options
@click.option("--quantity", type=amount, required=True, metavar="NUMBER", help="What is open now, in the base asset.")
@click.option("--average-price", type=amount, metavar="NUMBER", help="Of what is open, where it was added to.")
@click.option("--realized-pnl", type=money, metavar="NUMBER", help="Profit of what was closed, in the quote asset.")
@click.option("--ended", multiple=True, metavar="ORDER", help="An order of it that ended, by its name; repeatable.")
@reason_option
@click.option("--live", is_flag=True, help="Send the stop-loss for the new size, and see it stand.")
@confirm_option
@json_option
@click.pass_obj
def resize(
    server: Server,
    position: str,
    exchange: str | None,
    account: str | None,
    quantity: Decimal,
    average_price: Decimal | None,
    realized_pnl: Decimal | None,
    ended: tuple[str, ...],
    reason: str,
    live: bool,
    confirm: bool,
    as_json: bool,
) -> int:
    """Say how much of a position is open, after it was added to or partly closed on the exchange.

    A stop-loss for the new size is due: with --live it is sent, else recover sends it when the lease ends. Where
    somebody drives the position it is taken over first. A position of which nothing is open is closed by reconcile.
    """
    row = find(server, position, exchange, account)
    needs_drive = row.is_driven or row.status in ("pending_close", "pending_rollback", "pending_cancels")

    def moves(move: Mover) -> Receipt:
        return move(
            "resize_position",
            position_id=row.position_id,
            quantity=quantity,
            reason=reason,
            average_price=average_price,
            realized_pnl=realized_pnl,
            fence=fence_of(move, row, reason).fence if needs_drive else None,
            orders_ended=list(ended),
        )

    if needs_drive:
        say_taken_over(row, confirm=confirm, as_json=as_json)
    if live and confirm:
        from .live import repair_and_drive

        return repair_and_drive(server, row, moves, adopted=False, as_json=as_json)
    return show(repair(server, confirm, moves), confirm=confirm, as_json=as_json)
