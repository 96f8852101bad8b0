"""A market that moves, and an exchange that expires orders."""

from datetime import datetime
from decimal import Decimal

from tradelatch.testing import Market

from .world import ACCOUNT, World


async def move_prices(world: World, symbols: list[str], until: datetime) -> None:
    while world.clock.now() < until:
        await world.clock.sleep(world.seconds(2, 15))
        symbol = world.random.choice(symbols)
        price = world.exchange.market(symbol).price * (100 + world.random.randint(-25, 25) / Decimal(10)) / 100
        depth = Decimal(world.random.randint(1, 4)) if world.happens(0.2) else None
        world.exchange.set_market(symbol, Market(price.quantize(Decimal("0.01")), depth))
        if world.happens(0.1):  # the exchange expires a stop-loss
            for order in world.exchange.orders(symbol, account=ACCOUNT):
                if (order.kind, order.status) == ("stop", "open"):
                    world.decide("exchange", f"expires a stop-loss of {symbol}")
                    world.exchange.expire(order.order_id)
