"""The two incidents as they happened: quantities, prices, ids and times are those of the audits of October 2025.

The delays are chosen, within what was measured of that bot (a fill 0.3 to 2 s, a look-up 0.1 to 0.5 s, a stop-loss
0.5 to 2 s), so that each known step comes to the microsecond of its incident.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from ...testing import Delays, Exchange, Market, SimulatedClock
from ..legacy import Signal


@dataclass(frozen=True)
class Incident:
    """A signal, and the exchange that it met. `ends` is what a bot without the fault would have left."""

    title: str
    story: str
    ends: Literal["protected", "flat"]
    signal: Signal
    began: datetime
    first_position_id: int
    market: Market
    delays: Delays
    first_order_id: int = 1
    terse_answers: bool = False
    synchronizer_after: float | None = None  # seconds after the signal

    def clock(self, pace: float = 0.0) -> SimulatedClock:
        return SimulatedClock(self.began, pace)

    def venue(self, clock: SimulatedClock) -> Exchange:
        return Exchange(
            self.signal.exchange,
            clock,
            {self.signal.symbol: self.market},
            delays=self.delays,
            terse_answers=self.terse_answers,
            first_order_id=self.first_order_id,
        )


APTUSDT = Incident(
    title="APTUSDT, binance, 22 October 2025: one position, two rows",
    story="A signal opens a short. While its order settles, the bot's synchronizer meets the position on the "
    "exchange, and looks whether the book knows it.",
    ends="protected",
    signal=Signal(
        signal_id=5483266,
        symbol="APTUSDT",
        exchange="binance",
        side="short",
        quantity=Decimal("61.8"),
        entry_price=Decimal("3.2333"),
    ),
    began=datetime(2025, 10, 22, 21, 50, 40, 981819),  # row 2548
    first_position_id=2548,
    first_order_id=53190368,
    # What the synchronizer copied into its row is what the exchange held.
    market=Market(price=Decimal("3.2295"), depth=Decimal("61.0")),
    delays=Delays(fill=0.62, answer=0.65, positions=0.25, stop=1.033057),
    synchronizer_after=3.506398,  # its row follows at 21:50:44.738217
)

AVLUSDT = Incident(
    title="AVLUSDT, bybit, 28 October 2025: the rollback that doubled",
    story="An order fills, but its answer reads filled 0.0 and for seconds the exchange's position list shows "
    "nothing. The bot gives up and closes what it may have opened.",
    ends="flat",
    signal=Signal(
        signal_id=1,
        symbol="AVLUSDT",
        exchange="bybit",
        side="long",
        quantity=Decimal(43),
        entry_price=Decimal("0.1358"),
    ),
    began=datetime(2025, 10, 28, 13, 19, 5, 604000),  # 43 on the stream at 13:19:06.036
    first_position_id=1,
    market=Market(price=Decimal("0.1358")),
    # Nothing in the list at 13:19:10.234, 43 at the next look.
    delays=Delays(fill=0.426, answer=1.38, positions=0.25, list_lag=4.3),
    terse_answers=True,
)
