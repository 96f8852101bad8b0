"""`tradelatch settle`"""

from decimal import Decimal

import click

from .connection import Server
from .options import amount, confirm_option, json_option, money, reason_option
from .receipts import move, show
from .targets import find, position_options


@click.command()
@position_options
@click.option("--exit-price", type=amount, metavar="NUMBER", help="At what price it was closed.")
@click.option("--realized-pnl", type=money, metavar="NUMBER", help="Profit, in the quote asset; below 0 a loss.")
@click.option("--fees", type=money, metavar="NUMBER", help="Fees that were paid, in the quote asset.")
@reason_option
@confirm_option
@json_option
@click.pass_obj
def settle(
    server: Server,
    position: str,
    exchange: str | None,
    account: str | None,
    exit_price: Decimal | None,
    realized_pnl: Decimal | None,
    fees: Decimal | None,
    reason: str,
    confirm: bool,
    as_json: bool,
) -> int:
    """Say at what price a position that is over was closed, and what it earned, when that became known late."""
    if exit_price is None and realized_pnl is None and fees is None:
        raise click.UsageError("what is known: --exit-price, --realized-pnl or --fees")
    row = find(server, position, exchange, account, is_open=False)
    receipt = move(
        server,
        confirm,
        "settle_position",
        position_id=row.position_id,
        exit_price=exit_price,
        realized_pnl=realized_pnl,
        fees=fees,
        details={"reason": reason},
    )
    return show(receipt, confirm=confirm, as_json=as_json)
