"""A clock, an exchange, a client, and recovery beside them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tradelatch import AsyncClient, Receipt
from tradelatch.recovery import Recovered, Recovery
from tradelatch.testing import Exchange, SimulatedClock

SYMBOL = "APTUSDT"
START = datetime(2025, 10, 28, 13, 19, tzinfo=UTC)
PRICE = Decimal(100)
FIVE = Decimal(5)


@dataclass
class Stage:
    clock: SimulatedClock
    exchange: Exchange
    client: AsyncClient
    age_leases: Callable[..., None]
    close_adopted: bool = False

    async def play(self, actor: Callable[[], Awaitable[Any]]) -> Any:
        async def act() -> Any:
            return await actor()

        [result] = await self.clock.play(act())
        return result

    async def open(self, side: str = "long", **options: Any) -> Receipt:
        wanted = {"stop_loss_percent": 2} | options
        return await self.client.create_position("binance", SYMBOL, side, 5, PRICE, **wanted)

    async def send(self, receipt: Receipt, **options: Any) -> Any:
        """What the worker sends before it dies."""
        order = receipt.next_order
        assert order is not None
        return await self.play(
            lambda: self.exchange.send(
                SYMBOL,
                order.side,
                order.quantity,
                kind="stop" if order.kind == "stop_loss" else "market",
                trigger=order.price,
                reduce_only=order.reduce_only,
                client_order_id=order.client_order_id,
                position_side=receipt.position_side,
                **options,
            )
        )

    async def filled(self, receipt: Receipt, quantity: Decimal = FIVE) -> Receipt:
        assert receipt.fence is not None
        return await self.client.confirm_entry(receipt.position_id, receipt.fence, quantity, average_price=PRICE)

    async def adopt(self, **options: Any) -> Receipt:
        now = datetime.now(UTC)
        return await self.client.adopt_position("binance", SYMBOL, "long", 5, PRICE, now, **options)

    async def protected(self, receipt: Receipt, **options: Any) -> Receipt:
        """The stop-loss that the receipt calls for stands."""
        order = receipt.next_order
        assert receipt.fence is not None
        assert order is not None
        assert order.price is not None
        return await self.client.activate_position(
            receipt.position_id, receipt.fence, order.price, order.client_order_id, **options
        )

    @property
    def recovery(self) -> Recovery:
        return Recovery(self.client, {"binance": self.exchange}, clock=self.clock, close_adopted=self.close_adopted)

    def forget_once(self, name: str) -> None:
        """At the first look the exchange's history does not have this order yet, which has just ended."""
        find, asked = self.exchange.find, []

        async def lagging(symbol: str, wanted: str, **options: Any) -> Any:
            found = await find(symbol, wanted, **options)
            asked.extend([wanted] if wanted == name else [])
            return None if asked == [name] else found

        self.exchange.find = lagging

    async def recover(self, aged: bool = True) -> Recovered:
        if aged:
            self.age_leases("2 minutes")
        (done,) = await self.play(self.recovery.run_once)
        return done

    @property
    def held(self) -> Decimal:
        return sum((held.size for held in self.exchange.exposures()), Decimal(0))

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(order.kind, order.status) for order in self.exchange.orders(SYMBOL)]

    async def status(self, receipt: Receipt) -> str:
        (row,) = await self.client.positions(receipt.position_id)
        return row.status
