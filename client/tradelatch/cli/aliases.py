"""`tradelatch aliases`"""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from ..core.errors import InvalidArgument
from ..exchange import market_ids
from .connection import Server
from .errors import FAILED, Refused
from .options import confirm_option, json_option
from .output import Column, console, print_json, print_table, progress

SPELT = re.compile(r"[0-9A-Za-z._-]{1,64}")  # what could be taken for a symbol
COLUMNS = [Column("alias", "id", fixed=True), Column("symbol"), Column("state")]


@click.command()
@click.option("--exchange", required=True, metavar="EXCHANGE", help="Whose ids.")
@click.option("--account", default="default", metavar="ACCOUNT", help="Whose keys --live uses.")
@click.option("--live", is_flag=True, help="Ask the exchange for its list of markets.")
@click.option("--take-away", multiple=True, metavar="ID", help="An id that was recorded by mistake; again for another.")
@confirm_option
@json_option
@click.pass_obj
def aliases(
    server: Server,
    exchange: str,
    account: str,
    live: bool,
    take_away: tuple[str, ...],
    confirm: bool,
    as_json: bool,
) -> int:
    """Record an exchange's own ids of its markets, so that both spellings of a contract are one slot.

    Most ids lead to their symbol by themselves (APT-USDT-SWAP is APTUSDT); these are the others: Bybit's BTCPERP is
    BTCUSDC. Alone it lists what is recorded; with --live it adds what the exchange's list of markets says, and
    --confirm records that. An id under which a position is open is refused: close it first. Exit status 1: one was
    refused, or stands for another symbol.
    """
    if confirm and not (live or take_away):
        raise click.UsageError("--confirm goes with --live or --take-away")
    with server.client("aliases") as client:
        name = client.normalize_exchange(exchange)
        recorded = {each.alias: each.symbol for each in client.aliases() if each.exchange == name}
    gone = _spelt(server, list(take_away))
    if unknown := sorted(set(gone.values()) - recorded.keys()):
        raise Refused(f"{name} has no id {unknown[0]} that was recorded")
    states = {alias: (symbol, "recorded") for alias, symbol in recorded.items()}
    states |= {alias: (recorded[alias], "to be taken away") for alias in gone.values()}
    if live:
        with progress(f"{name} is asked for its markets"):
            listed = asyncio.run(_ask(name, account))
        states |= _compare(server, listed, recorded, set(gone.values()))
    if confirm:
        states = _record(server, name, states)
    found = [
        {"exchange": name, "alias": alias, "symbol": states[alias][0], "state": states[alias][1]}
        for alias in sorted(states)
    ]
    if as_json:
        print_json({"dry_run": not confirm, "aliases": found})
    else:
        _print(name, found, confirm)
    return FAILED if any(each["state"].startswith(("refused", "differs")) for each in found) else 0


async def _ask(name: str, account: str) -> Mapping[str, str]:
    """The ids of markets that the exchange lists, and their symbols."""
    from .live import exchange_of

    async with exchange_of(name, account) as access:
        listed = await market_ids(access, account)
    if listed is None:
        raise Refused(f"the class that gives access to {name} cannot list its markets")
    return {market: symbol for market, symbol in listed.items() if SPELT.fullmatch(market)}


def _spelt(server: Server, names: list[str]) -> dict[str, str]:
    """The spelling of each in the book, before ids are resolved."""
    with server.connect() as connection:
        query = "select n.name, tradelatch.normalize_symbol(n.name) from unnest(%s::text[]) as n (name)"
        return dict(connection.execute(query, [names]).fetchall())


def _compare(
    server: Server, listed: Mapping[str, str], recorded: Mapping[str, str], gone: set[str]
) -> dict[str, tuple[str, str]]:
    """What the list says of ids, by their spelling: the symbol, and what it means."""
    spelt = _spelt(server, [*listed, *listed.values()])
    symbols = {spelt[symbol] for symbol in listed.values()}
    said = {(spelt[market], spelt[symbol]) for market, symbol in listed.items() if spelt[market] != spelt[symbol]}
    times = Counter(alias for alias, _ in said)
    states = {}
    for alias, symbol in said:
        if alias in gone or recorded.get(alias) == symbol:
            continue
        if alias in symbols or times[alias] > 1:
            states[alias] = (symbol, "ambiguous: it is another market's symbol or id, too")
        elif alias in recorded:
            states[alias] = (recorded[alias], f"differs: the exchange says {symbol}; take it away first if it is wrong")
        else:
            states[alias] = (symbol, "new")
    return states


def _record(server: Server, name: str, states: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Record what is new and take away what is to go; one that is refused keeps no other from it."""
    wanted: dict[str, str | None] = {alias: symbol for alias, (symbol, state) in states.items() if state == "new"}
    wanted |= {alias: None for alias, (_, state) in states.items() if state == "to be taken away"}
    told = dict(states)
    with server.client("aliases") as client:
        while wanted:
            try:
                client.record_aliases(name, wanted)
            except InvalidArgument as error:
                refused: dict[str, Any] = error.detail or {}
                if refused.get("alias") not in wanted:
                    raise
                told[refused["alias"]] = (refused["symbol"], f"refused: {_why(refused)}")
                del wanted[refused["alias"]]
            else:
                break
    for alias, symbol in wanted.items():
        told[alias] = (states[alias][0], "taken away" if symbol is None else "recorded now")
    return told


def _why(refused: Mapping[str, Any]) -> str:
    under_id, under_symbol = (", ".join(map(str, refused[where])) for where in ("positions", "others"))
    return f"position {under_id} is open under the id" + (
        f", and {under_symbol} under the symbol" if under_symbol else ""
    )


def _print(name: str, found: list[dict[str, str]], confirm: bool) -> None:
    if not found:
        console().print(f"Every id of {name} that is known leads to its symbol by itself.")
        return
    print_table(found, COLUMNS)
    waiting = sum(each["state"] in ("new", "to be taken away") for each in found)
    if waiting and not confirm:
        console().print(f"{waiting} would be recorded or taken away. Nothing was done: add --confirm to do it.")
