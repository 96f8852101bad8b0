"""Section 9 of the contract, asked of the event log and of the exchange when a run has ended."""

import re
from collections import Counter
from typing import Any

from tradelatch.exchange import Order
from tradelatch.orders import UNNAMED

from .world import ACCOUNT, SYMBOLS, World


async def broken_promises(world: World) -> list[str]:
    """What did not hold, a line each."""
    return [
        *world.problems,
        *world.latch.problems,
        *await _one_open_row_each(world),
        *await _acknowledged_moves(world),
        *await _book_and_exchange(world),
        *_one_entry_each(world),
        *_nothing_adds_exposure(world),
    ]


async def _rows(world: World, query: str) -> list[tuple[Any, ...]]:
    return await (await world.admin.execute(query)).fetchall()


async def _one_open_row_each(world: World) -> list[str]:
    """From the log alone: when each position began, and when it ended."""
    overlaps = await _rows(
        world,
        """
        with spans as (
            select
                p.id, p.exchange, p.account, p.symbol, p.position_side,
                (array_agg(e.at order by e.id))[1] as began,
                (array_agg(e.at order by e.id) filter (where not s.is_open))[1] as ended
            from monitoring.positions as p
            inner join monitoring.position_events as e on e.position_id = p.id
            inner join monitoring.position_statuses as s on s.status = e.to_status
            group by p.id
        )
        select a.id, b.id, a.symbol
        from spans as a
        inner join spans as b on (a.exchange, a.account, a.symbol) = (b.exchange, b.account, b.symbol) and a.id < b.id
        where (a.position_side = b.position_side or 'both' in (a.position_side, b.position_side))
            and tstzrange(a.began, a.ended) && tstzrange(b.began, b.ended)
        """,
    )
    return [
        f"{world.ordinal(first)} and {world.ordinal(second)} held the slot of {symbol} at once"
        for first, second, symbol in overlaps
    ]


async def _acknowledged_moves(world: World) -> list[str]:
    logged: Counter[tuple[Any, ...]] = Counter(
        await _rows(world, "select position_id, event, to_status from monitoring.position_events")
    )
    missing = world.acknowledged - logged
    return [f"{world.ordinal(key[0])}: {key[1]} to {key[2]} was acknowledged and is not in the log" for key in missing]


async def is_quiet(world: World) -> bool:
    """Whether nothing is left to be done."""
    return not await _book_and_exchange(world)


async def _book_and_exchange(world: World) -> list[str]:
    """Once all is quiet: every position is active, and has one stop-loss, for all that the exchange holds."""
    problems = []
    book: Counter[tuple[str, str]] = Counter()
    slots = set()
    for position_id, symbol, position_side, side, status, quantity, left in await _rows(
        world,
        "select position_id, symbol, position_side, side, status, open_quantity, orders_left"
        " from tradelatch.open_positions order by position_id",
    ):
        slots.add((symbol, position_side))
        book[symbol, position_side] += quantity if side == "long" else -quantity
        if status != "active":
            problems.append(f"{world.ordinal(position_id)} was never finished: {status}")
            continue
        # Orders that nobody can name may stand beside the stop-loss until the position ends.
        standing = [
            order
            for order in _standing(world, symbol, position_side)
            if UNNAMED not in left or not order.client_order_id.startswith("none-")
        ]
        stops = [(s.quantity, s.side) for s in standing if s.kind == "stop"]
        if stops != [(quantity, "sell" if side == "long" else "buy")]:
            problems.append(f"{world.ordinal(position_id)} is active with {quantity}, its stop-losses are {stops}")
        others = [s.client_order_id for s in standing if s.kind != "stop" and s.client_order_id not in left]
        if others:
            problems.append(f"{world.ordinal(position_id)} is active, and {len(others)} other orders stand")
    held = {(each.symbol, each.position_side): each.size for each in world.exchange.exposures() if each.size}
    for slot in sorted(book.keys() | held.keys()):
        if book[slot] != held.get(slot, 0):
            problems.append(f"{slot}: the exchange holds {held.get(slot, 0)}, the book says {book[slot]}")
    for symbol in SYMBOLS:
        for order in world.exchange.orders(symbol, account=ACCOUNT):
            if order.status == "open" and (symbol, order.position_side) not in slots:
                problems.append(f"{symbol}: an order of nobody stands, {order.kind} {order.side} {order.quantity}")
    return problems


def _standing(world: World, symbol: str, position_side: str) -> list[Order]:
    return [
        order
        for order in world.exchange.orders(symbol, account=ACCOUNT)
        if order.status == "open" and order.position_side == position_side
    ]


def _one_entry_each(world: World) -> list[str]:
    problems = []
    for client_order_id, count in Counter(name for name, _ in world.entries_sent).items():
        if count > 1:
            problems.append(f"{count} entry orders were sent for {client_order_id}")
    for client_order_id, at in world.entries_sent:
        until = world.entry_leases.get(client_order_id)
        if until is None or at > until:
            problems.append(f"the entry {client_order_id} was sent after its lease")
    return problems


def _nothing_adds_exposure(world: World) -> list[str]:
    problems = []
    for fill in world.exchange.fills():
        name = fill.order.client_order_id
        may_add = name.startswith(("none-", "ownadds")) or re.fullmatch("tl[0-9a-f]{22}e1", name) is not None
        is_more = abs(fill.after.size) > abs(fill.before.size) or fill.after.size * fill.before.size < 0
        if is_more and not may_add:
            problems.append(f"{name} added exposure: {fill.before} to {fill.after}")
    return problems
