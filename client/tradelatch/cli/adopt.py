"""`tradelatch adopt`"""

import asyncio
from typing import Any

import click

from .connection import Server
from .errors import Refused
from .filters import symbol_on, unheard_of
from .options import NOW, amount, confirm_option, json_option, moment
from .receipts import move, show


@click.command()
@click.option("--exchange", required=True, metavar="EXCHANGE", help="The venue that holds it.")
@click.option("--account", default="default", metavar="ACCOUNT", help="The exchange account.")
@click.option("--symbol", required=True, metavar="SYMBOL", help="In any spelling.")
@click.option("--position-side", type=click.Choice(["both", "long", "short"]), default="both")
@click.option("--side", type=click.Choice(["long", "short"]), help="As the exchange holds it.")
@click.option("--quantity", type=amount, metavar="NUMBER", help="In units of the base asset.")
@click.option("--average-price", type=amount, metavar="NUMBER", help="Of what is held.")
@click.option("--observed-at", type=moment, metavar="TIME", help="When the exchange was asked; else now.")
@click.option("--live", is_flag=True, help="Ask the exchange for side, quantity and price, twice.")
@click.option("--stop-loss-price", type=amount, metavar="NUMBER", help="Of a stop-loss that stands already.")
@click.option("--stop-loss-order-id", metavar="ID", help="The exchange's id of that stop-loss.")
@click.option(
    "--stop-loss-percent", type=amount, metavar="NUMBER", help="From the average price, for one to be placed."
)
@confirm_option
@json_option
@click.pass_context
def adopt(context: click.Context, /, live: bool, confirm: bool, as_json: bool, **wanted: Any) -> int:
    """Take a position of the exchange, which is in no row, into the book.

    With its stop-loss it is active. Without one it is pending_sl: recover places one at --stop-loss-percent; without
    that the book knows no price, so place it by hand and adopt with it, or close the position. It is refused where
    the slot moved since the exchange was asked. Exit status 1: the slot is taken.
    """
    server: Server = context.obj
    observed_at = wanted["observed_at"]
    given = [wanted[name] for name in ("side", "quantity", "average_price")]
    if live == any(given) or not (live or all(given)):
        raise click.UsageError("either --live, or all of --side, --quantity and --average-price")
    if live and observed_at is not None:
        raise click.UsageError("--observed-at goes without --live")
    wanted["observed_at"] = server.now() if observed_at in (None, NOW) else observed_at
    if live:
        wanted |= asyncio.run(_ask(server, wanted["exchange"], wanted["account"], wanted))
    receipt = move(server, confirm, "adopt_position", **wanted)
    if meant := unheard_of(server, receipt):
        click.echo(f"warning: exchange {receipt.exchange} was never in the book: did you mean {meant}?", err=True)
    return show(receipt, confirm=confirm, as_json=as_json)


async def _ask(server: Server, exchange: str, account: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the exchange holds in the slot, seen twice, a grace time apart."""
    from .live import entries, exchange_of, held, pause, refuse_mode

    with server.client("adopt") as client:
        name = client.normalize_exchange(exchange)
    slot = (symbol_on(server, name, wanted["symbol"]), wanted["position_side"])
    async with exchange_of(name, account) as access:
        await refuse_mode(access, slot[0], account, slot[1])
        looks = []
        for look in (1, 2):
            if look == 2:
                await pause()
            observed_at = await asyncio.to_thread(server.now)
            looks.append([each for each in entries(await held(access, account)) if _slot(each) == slot])
    if looks[0] != looks[1]:
        raise Refused("the exchange said something else at the second look: try again")
    if not looks[0]:
        raise Refused(f"the exchange lists no position of {' '.join(slot)}")
    (found,) = looks[0]
    if found["average_price"] is None:
        raise Refused("the exchange tells no average price: give --side, --quantity and --average-price")
    return {name: found[name] for name in ("side", "quantity", "average_price")} | {"observed_at": observed_at}


def _slot(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["symbol"], entry["position_side"]
