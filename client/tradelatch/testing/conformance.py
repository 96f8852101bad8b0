"""What tradelatch relies on in an exchange, checked on one: by `pytest`, or by `tradelatch exchange-check`.

    async def test_my_exchange() -> None:
        async with MyExchange() as access:
            await conform(Bench(access, "APTUSDT", quantity=Decimal("0.1")))

The exchange is a real one's sandbox, or a stand-in: orders are sent, of the quantity that is given. What was opened is
closed in the end, whatever failed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from ..exchange import (
    ZERO,
    ExchangeAccess,
    Holding,
    NotListed,
    Order,
    OrderRefused,
    Unreachable,
    mode_mismatch,
    position_mode,
)

CLOSING = {"buy": "sell", "sell": "buy"}
FAR = Decimal("0.8")  # of the price: where a stop-loss that must not trigger stands
NO_SUCH_SYMBOL = "NOSUCHCOINUSDT"


class NotConforming(AssertionError):
    """The exchange does not do what tradelatch relies on."""


@dataclass
class Bench:
    """An exchange to be checked, with an account that holds nothing of the symbol and has no order of it.

    quantity: the smallest that can be traded. position_side: `both`, or `long` for an account in hedge mode.
    patience: seconds until what was done has to be visible.
    """

    access: ExchangeAccess
    symbol: str
    quantity: Decimal
    account: str = "default"
    position_side: str = "both"
    patience: float = 20.0
    pause: float = 0.25
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _key: str = field(default_factory=lambda: secrets.token_hex(11))
    _names: list[str] = field(default_factory=list)

    def name(self, kind: str) -> str:
        """A client order id as the database makes them, used once."""
        self._names.append(f"tl{self._key}{kind}{len(self._names) + 1}")
        return self._names[-1]

    async def find(self, name: str) -> Order | None:
        return await self.access.find(self.symbol, name, account=self.account)

    async def cancel(self, name: str) -> bool:
        return await self.access.cancel(self.symbol, name, account=self.account)

    async def open_orders(self) -> Sequence[Order]:
        return await self.access.open_orders(self.symbol, account=self.account)

    async def held(self) -> Holding:
        """What the account holds in the slot."""
        listed = await self.access.positions(account=self.account)
        slot = [each for each in listed if (each.symbol, each.position_side) == (self.symbol, self.position_side)]
        return slot[0] if slot else Holding(self.account, self.symbol, position_side=self.position_side)

    async def send(
        self, name: str, side: str, *, trigger: Decimal | None = None, reduce_only: bool = False, symbol: str = ""
    ) -> Order:
        return await self.access.send(
            symbol or self.symbol,
            side,
            self.quantity,
            kind="market" if trigger is None else "stop",
            trigger=trigger,
            reduce_only=reduce_only,
            client_order_id=name,
            account=self.account,
            position_side=self.position_side,
        )

    async def until(self, what: str, look: Callable[[], Awaitable[bool]]) -> None:
        """Look until it is so; NotConforming when it is not in time."""
        waited = 0.0
        while not await look():
            if waited >= self.patience:
                raise NotConforming(f"{what}: not within {self.patience:g} s")
            await self.sleep(self.pause)
            waited += self.pause

    async def filled(self, name: str) -> Order:
        """The order of that name, once it is filled."""
        found: list[Order] = []

        async def look() -> bool:
            order = await self.find(name)
            found[:] = [order] if order is not None else []
            return order is not None and order.status == "closed" and order.filled == self.quantity

        await self.until(f"{name} is found by its client order id, closed and filled", look)
        return found[0]

    async def leave_nothing(self) -> None:
        """Cancel what of ours is open, by its name, as a list may lack it; and close what is held."""
        for name in self._names:
            with suppress(Unreachable):
                await self.cancel(name)
        held = await self.held()
        if held.size:
            with suppress(OrderRefused):
                await self.send(self.name("c"), "buy" if held.size < 0 else "sell", reduce_only=True)


Check = Callable[[Bench], Awaitable[None]]


def expect(is_so: bool, what: str) -> None:
    """NotConforming unless it is so."""
    if not is_so:
        raise NotConforming(what)


async def nothing_is_there(bench: Bench) -> None:
    """Nothing is held, and no order is open."""
    expect(not (await bench.held()).size, f"the account holds {bench.symbol}: use one that does not")
    expect(not await bench.open_orders(), f"orders of {bench.symbol} are open: use an account that has none")


async def an_unknown_order_is_none(bench: Bench) -> None:
    """An order that was never sent is unknown, and cannot be cancelled."""
    name = bench.name("e")
    expect(await bench.find(name) is None, "find tells of an order that was never sent")
    expect(await bench.cancel(name) is False, "cancel says that it cancelled an order that was never sent")


async def an_unknown_symbol_is_not_listed(bench: Bench) -> None:
    """Of a symbol without a market nothing is said, and nothing sent."""
    try:
        found = await bench.access.find(NO_SUCH_SYMBOL, bench.name("e"), account=bench.account)
    except NotListed:
        pass
    except Unreachable as error:
        raise NotConforming(f"find of a symbol that is not listed is not NotListed: {error}") from None
    else:
        raise NotConforming(f"find of a symbol that is not listed says {found}, which proves that nothing was sent")
    try:
        await bench.send(bench.name("e"), "buy", symbol=NO_SUCH_SYMBOL)
    except OrderRefused:
        return
    raise NotConforming("an order of a symbol that is not listed was taken")


async def a_life_of_a_position(bench: Bench) -> None:
    """An entry fills and is held; its stop-loss stands, is listed and is cancelled; a close leaves nothing."""
    opening = "sell" if bench.position_side == "short" else "buy"
    closing = CLOSING[opening]
    entry_name = bench.name("e")
    sent = await bench.send(entry_name, opening)
    entry = await bench.filled(entry_name)
    expect(entry.order_id == sent.order_id, "an order has another id when it is found")
    expect((entry.side, entry.kind, entry.reduce_only) == (opening, "market", False), f"an entry reads {entry}")
    by_id = await bench.find(f"id:{entry.order_id}")
    expect(by_id is not None and by_id.client_order_id == entry_name, "an order is not found by the exchange's id")

    async def is_held() -> bool:
        return abs((await bench.held()).size) == bench.quantity

    await bench.until("what was bought is listed", is_held)
    held = await bench.held()
    expect(held.side == ("long" if opening == "buy" else "short"), f"a {opening} is listed as {held}")
    expect(entry.average_price is not None or held.average_price is not None, "no average price is told")
    await _a_stop_loss(bench, closing, entry.average_price or held.average_price or ZERO)
    close_name = bench.name("c")
    await bench.send(close_name, closing, reduce_only=True)
    closed = await bench.filled(close_name)
    expect(closed.side == closing, f"a close reads {closed}")

    async def is_flat() -> bool:
        return not (await bench.held()).size

    await bench.until("what was closed is not listed any more", is_flat)
    with suppress(OrderRefused):  # as it should be; an exchange may take it, too, and fill nothing
        await bench.send(bench.name("c"), closing, reduce_only=True)
    await bench.sleep(bench.pause)
    expect(not (await bench.held()).size, "an order that can only reduce has opened a position")


async def _a_stop_loss(bench: Bench, closing: str, price: Decimal) -> None:
    name = bench.name("s")
    trigger = price * FAR if closing == "sell" else price / FAR
    sent = await bench.send(name, closing, trigger=trigger, reduce_only=True)
    expect(sent.trigger is not None, "a stop-loss has no trigger in the answer")

    async def stands() -> bool:
        order = await bench.find(name)
        return order is not None and order.status == "open"

    await bench.until("a stop-loss is found by its client order id, open", stands)
    order = await bench.find(name)
    assert order is not None
    listed = [each for each in await bench.open_orders() if each.client_order_id == name]
    expect(len(listed) == 1, f"a stop-loss stands {len(listed)} times among the open orders")
    for each in (order, *listed):
        told = (each.kind, each.side, each.quantity, each.position_side, each.trigger)
        wanted = ("stop", closing, bench.quantity, bench.position_side, sent.trigger)
        expect(told == wanted, f"a stop-loss reads {told}, and was sent as {wanted}")
        expect(each.reduce_only or bench.position_side != "both", "a stop-loss does not say that it can only reduce")
    by_id = await bench.find(f"id:{order.order_id}")
    expect(by_id is not None and by_id.client_order_id == name, "a stop-loss is not found by the exchange's id")
    expect(await bench.cancel(name), "a stop-loss that stands is not cancelled")

    async def is_gone() -> bool:
        order = await bench.find(name)
        return (order is None or order.status == "canceled") and not await bench.open_orders()

    await bench.until("a stop-loss that was cancelled is not open any more", is_gone)
    expect(await bench.cancel(name) is False, "a stop-loss is cancelled a second time")
    name = bench.name("s")
    again = await bench.send(name, closing, trigger=trigger, reduce_only=True)
    await bench.until("a second stop-loss is found by its client order id, open", stands)
    expect(await bench.cancel(f"id:{again.order_id}"), "a stop-loss is not cancelled by the exchange's id")
    await bench.until("a stop-loss that was cancelled by the exchange's id is not open any more", is_gone)


async def the_mode_fits(bench: Bench) -> None:
    """The account is in the position mode that is to be checked, as far as the class can tell."""
    told = await position_mode(bench.access, bench.symbol, bench.account)
    mismatch = mode_mismatch(bench.position_side, told, [])
    expect(not mismatch, f"{mismatch}: give another --position-side, or another account")


CHECKS: tuple[Check, ...] = (
    nothing_is_there,
    the_mode_fits,
    an_unknown_order_is_none,
    an_unknown_symbol_is_not_listed,
    a_life_of_a_position,
)


async def conform(bench: Bench, tell: Callable[[str], None] = lambda what: None, *, may_send: bool = True) -> None:
    """Check all of it, and tell what is checked. Raises NotConforming; what was opened is closed all the same.

    may_send: False checks what can be checked without an order that is taken.
    """
    checks = CHECKS if may_send else CHECKS[:-1]
    await nothing_is_there(bench)
    try:
        for check in checks:
            tell((check.__doc__ or check.__name__).strip())
            await check(bench)
    finally:
        if may_send:
            await bench.leave_nothing()
