"""What a bot is tested with: an exchange in memory, its faults, and the clocks it runs by."""

from ..exchange import Holding, Order, OrderRefused, Unreachable
from .clock import Clock, ScaledClock, SimulatedClock
from .conformance import Bench, NotConforming, conform
from .exchange import Delays, Exchange, Fill, Market
from .faults import Faults, Odds

__all__ = [
    "Bench",
    "Clock",
    "Delays",
    "Exchange",
    "Faults",
    "Fill",
    "Holding",
    "Market",
    "NotConforming",
    "Odds",
    "Order",
    "OrderRefused",
    "ScaledClock",
    "SimulatedClock",
    "Unreachable",
    "conform",
]
