"""`tradelatch orders`"""

import click
from rich.text import Text

from ..core.receipt import OrderRow
from ..timeline import print_columns
from .connection import Server
from .filters import Filters, resolve
from .findings import orders_in_words, slot
from .options import confirm_option, filter_options, json_option
from .output import cell, console, print_json
from .receipts import move, show
from .targets import find

WIDTHS = (8, 27, 10, 31)


@click.command()
@click.argument("position", required=False, metavar="[POSITION]")
@filter_options
@click.option("--ended", multiple=True, metavar="ORDER", help="Say that this one ended, by its name; repeatable.")
@confirm_option
@json_option
@click.pass_obj
def orders(
    server: Server,
    position: str | None,
    exchange: str | None,
    account: str | None,
    symbol: str | None,
    ended: tuple[str, ...],
    confirm: bool,
    as_json: bool,
) -> int:
    """List the orders left: those that stand on an exchange, may stand there, or may still be sent.

    With --ended the book is told that orders of POSITION ended, because they were cancelled by hand: an order that
    somebody may still send is not taken for ended.
    """
    row = None
    if position is not None:
        if symbol is not None:
            raise click.UsageError("either POSITION or --symbol")
        row = find(server, position, exchange, account)
    if ended:
        if row is None:
            raise click.UsageError("--ended goes with POSITION")
        receipt = move(server, confirm, "confirm_orders", position_id=row.position_id, orders_ended=list(ended))
        return show(receipt, confirm=confirm, as_json=as_json)
    if confirm:
        raise click.UsageError("--confirm goes with --ended")
    only = Filters() if row is not None else resolve(server, exchange, account, symbol)
    with server.client("orders") as client:
        left = [each for each in client.orders(*([row.position_id] if row is not None else [])) if only.match(each)]
    if as_json:
        print_json({"orders": left})
    else:
        _print(left)
    return 0


def _print(left: list[OrderRow]) -> None:
    out = console()
    if not left:
        out.print("No order is left.")
        return
    print_columns(out, ["position", "slot", "kind", "since"], WIDTHS, style="bold")
    for each in left:
        print_columns(out, [*map(Text, (cell(each.position_id), slot(each), each.kind, cell(each.since)))], WIDTHS)
        may = f", may be sent until {cell(each.in_hand_until)}" if each.in_hand_until else ""
        print_columns(out, ["", Text(f"{orders_in_words([each.name])}{may}")], [WIDTHS[0], 70])
