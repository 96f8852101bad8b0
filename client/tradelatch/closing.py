"""One position of one's own, closed: from the decision to the free slot."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from .core.arguments import MINUTE
from .core.client_async import AsyncClient
from .core.errors import StaleFence
from .core.receipt import Receipt
from .driving import Drive
from .exchange import ExchangeAccess
from .orders import GRACE, Clock, WallClock


async def close_position(
    client: AsyncClient,
    access: ExchangeAccess,
    position_id: int,
    reason: str,
    *,
    attempt: UUID | None = None,
    lease: timedelta = MINUTE,
    clock: Clock | None = None,
) -> Receipt:
    """Close a position at market, wait until the exchange holds nothing of it, and return the receipt that says so.

    The close is sent, and sent again for what it left. The slot is free when two looks at the exchange, a grace time
    of 5 s apart, agree that nothing is open: that takes at least 10 s. The lease is renewed meanwhile.

    attempt: the same one goes on with a close that was interrupted; without it, recovery does when the lease is over.
    clock: to wait by; else the machine's.

    Raises StaleFence while somebody else drives the position, and nothing was sent; Unsettled, with what to do about
    it, when it cannot be closed; Unreachable when the exchange does not answer: the close may have been sent; and what
    begin_close raises.
    """
    receipt = await client.begin_close(position_id, reason, attempt=attempt, lease=lease)
    if receipt.fence is None:
        raise StaleFence(
            f"position {position_id} is {receipt.status}, and somebody else drives it: close it when they have finished"
        )
    drive = Drive(client, access, clock or WallClock(), lease, GRACE, receipt)
    await drive.finish()
    return drive.receipt
