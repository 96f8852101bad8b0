"""What a bot is tested with: an exchange in memory, and the clocks it runs by."""

from .clock import Clock, ScaledClock, SimulatedClock
from .exchange import (
    Delays,
    Exchange,
    Holding,
    Market,
    Order,
    OrderRefused,
)

__all__ = [
    "Clock",
    "Delays",
    "Exchange",
    "Holding",
    "Market",
    "Order",
    "OrderRefused",
    "ScaledClock",
    "SimulatedClock",
]
