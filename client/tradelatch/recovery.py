"""Finishes what a dead worker left unfinished: takes it over, asks the exchange, and believes it when it says so twice.

It never sends an entry. What it cannot settle stays open, keeps its slot, and is reported with a reason; its lease
ends, and the next run takes it up again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from .core.client_async import AsyncClient
from .core.errors import StaleFence, TradelatchError
from .core.receipt import Receipt
from .driving import Drive, Unsettled
from .exchange import ExchangeAccess, NotListed, OrderRefused, Unreachable
from .orders import GRACE as GRACE
from .orders import Clock, WallClock

log = logging.getLogger("tradelatch")


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What became of one position.

    outcome: `finished`, it is terminal or active; `left`, it is open still, for the reason that is given; `lost`,
    somebody else drives it now. status: as it was last known. action: what to do about one that is left, else empty.
    """

    position_id: int
    exchange: str
    account: str
    symbol: str
    position_side: str
    outcome: Literal["finished", "left", "lost"]
    status: str
    reason: str
    action: str = ""


class Recovery:
    """Recovery for the venues of `exchanges`, by their canonical names. Any number may run at once.

    lease: how long each position is driven without a word to the database. grace: how long an exchange may lag; what
    it says counts when it has said it twice, so long apart, and so long after the last order. close_adopted: also
    close positions that were adopted and cannot be protected; else they are left.
    """

    def __init__(
        self,
        client: AsyncClient,
        exchanges: Mapping[str, ExchangeAccess],
        *,
        clock: Clock | None = None,
        lease: timedelta = timedelta(minutes=1),
        grace: timedelta = GRACE,
        close_adopted: bool = False,
    ) -> None:
        self._client = client
        self._exchanges = dict(exchanges)
        self._clock = clock or WallClock()
        self._lease = lease
        self._grace = grace
        self._close_adopted = close_adopted

    async def run_once(self, *, max_positions: int = 10, account: str | None = None) -> list[Recovered]:
        """Take over at most so many positions of each venue, one after the other, and finish them.

        Raises TradelatchError where not even the first could be claimed.
        """
        done: list[Recovered] = []
        for name in sorted(self._exchanges):
            for _ in range(max_positions):
                try:
                    claimed = await self._client.claim_stale(
                        lease=self._lease,
                        grace=max(self._grace, GRACE),  # until then the driver before may still send what it was given
                        max_positions=1,
                        exchange=name,
                        account=account,
                    )
                except TradelatchError as error:
                    if not done:
                        raise
                    log.warning("no more positions were claimed: %s", type(error).__name__)
                    return done
                if not claimed:
                    break
                done += [await self.finish(receipt) for receipt in claimed]
        return done

    async def finish(self, receipt: Receipt) -> Recovered:
        """Finish one position, whose receipt gives the right to drive it. KeyError for an unknown venue."""
        drive = Drive(
            self._client,
            self._exchanges[receipt.exchange],
            self._clock,
            self._lease,
            self._grace,
            receipt,
            may_close_adopted=self._close_adopted,
        )
        outcome: Literal["finished", "left", "lost"]
        action = ""
        try:
            outcome, reason = "finished", await drive.finish()
        except StaleFence:
            outcome, reason = "lost", "somebody else drives it now"
        except Unsettled as error:
            outcome, reason, action = "left", str(error), error.action
        except NotListed as error:
            outcome, reason, action = "left", str(error), "look at the exchange: where it holds nothing of it, release"
        except Unreachable as error:
            outcome, reason, action = "left", f"the exchange does not answer: {error}", "recover again when it does"
        except OrderRefused as error:
            outcome, reason, action = (
                "left",
                f"the exchange refused: {error}",
                "look at the exchange, then recover again",
            )
        except TradelatchError as error:
            outcome, reason, action = "left", f"{type(error).__name__}: {error}", "recover again"
        log.log(
            logging.INFO if outcome == "finished" else logging.WARNING,
            "recovery %s a position that is %s",
            outcome,
            drive.receipt.status,
        )
        return Recovered(
            position_id=receipt.position_id,
            exchange=receipt.exchange,
            account=receipt.account,
            symbol=receipt.symbol,
            position_side=receipt.position_side,
            outcome=outcome,
            status=drive.receipt.status,
            reason=reason,
            action=action,
        )
