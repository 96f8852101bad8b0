"""A position of one's own, closed, and its orders cancelled: each until nothing of it is on the exchange."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from .core.arguments import MINUTE
from .core.client_async import AsyncClient
from .core.errors import StaleFence
from .core.receipt import Receipt
from .driving import Drive, ModeMismatch
from .exchange import ExchangeAccess, Unreachable, mode_mismatch, position_mode
from .orders import GRACE, Clock, DrivenPosition, WallClock, cancel


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

    Raises ModeMismatch, before anything is done, where the account is in another position mode than the position;
    StaleFence while somebody else drives the position, and nothing was sent; Unsettled, with what to do about it, when
    it cannot be closed; Unreachable when the exchange does not answer: the close may have been sent; and what
    begin_close raises.
    """
    for row in await client.positions(position_id):
        with suppress(Unreachable):  # the close begins all the same, and recovery goes on with it
            if mismatch := mode_mismatch(row.position_side, await position_mode(access, row.symbol, row.account), []):
                raise ModeMismatch(mismatch)
    receipt = await client.begin_close(position_id, reason, attempt=attempt, lease=lease)
    if receipt.fence is None:
        raise StaleFence(
            f"position {position_id} is {receipt.status}, and somebody else drives it: close it when they have finished"
        )
    drive = Drive(client, access, clock or WallClock(), lease, GRACE, receipt)
    await drive.finish()
    return drive.receipt


async def cancel_orders(
    access: ExchangeAccess, position: DrivenPosition, client: AsyncClient | None = None, *, clock: Clock | None = None
) -> tuple[str, ...]:
    """Cancel the orders that a receipt or a handle lists, and return the names of those that are known to be no more.

    Without a client those that were still open; a handle names them in its next call. With one the book is told, too:
    where the position waits for nothing but these orders, or is active, each is looked up until its end is known, the
    position is looked at where an entry or an order of one's own is among them, and what was filled after all is
    closed, or protected. `*` is carried out then, and not without.

    clock: to wait by; else the machine's.

    Raises Unreachable, when one of them was not answered: call again. With a client also StaleFence, where somebody
    else drives the position, and Unsettled, with what to do about it.
    """
    names = position.cancels
    if client is None or not names:
        were_open = await cancel(access, position, names)
        return tuple(name for name, was_open in were_open.items() if was_open)
    receipt = position if isinstance(position, Receipt) else position.receipt
    if receipt.fence is None:
        raise StaleFence(f"position {receipt.position_id} is {receipt.status}: somebody else drives it")
    if receipt.status in ("active", "pending_cancels"):
        await Drive(client, access, clock or WallClock(), MINUTE, GRACE, receipt).finish()
        return names
    were_open = await cancel(access, position, names)
    ended = tuple(name for name, was_open in were_open.items() if was_open)
    await client.confirm_orders(receipt.position_id, orders_ended=ended, fence=receipt.fence)
    return ended
