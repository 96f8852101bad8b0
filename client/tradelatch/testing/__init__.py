"""What a bot is tested with: an exchange in memory, its faults, and the clocks it runs by."""

from ..exchange import Holding, Order, OrderRefused, Unreachable
from .clock import Clock, ScaledClock, SimulatedClock
from .exchange import Delays, Exchange, Fill, Market
from .faults import Faults, Odds

__all__ = [
    "Clock",
    "Delays",
    "Exchange",
    "Faults",
    "Fill",
    "Holding",
    "Market",
    "Odds",
    "Order",
    "OrderRefused",
    "ScaledClock",
    "SimulatedClock",
    "Unreachable",
]
