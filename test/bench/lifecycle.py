"""The moves that the rows are about, as prepared statements."""

from __future__ import annotations

from itertools import count

from databases import SYMBOLS
from session import Session
from uuid6 import uuid7

CREATE = """
select position_id, fence
from tradelatch.create_position(
    exchange => 'binance', symbol => $1, side => 'long', quantity => 10, entry_price => 100,
    request_id => $2, attempt => $3
)
"""
CONFIRM = """
select order_client_order_id
from tradelatch.confirm_entry(
    position_id => $1, fence => $2, filled_quantity => 10, average_price => 100, exchange_order_id => '8389765591234567'
)
"""
ACTIVATE = """
select outcome
from tradelatch.activate_position(
    position_id => $1, fence => $2, stop_loss_price => 98, client_order_id => $3,
    stop_loss_order_id => '8389765591234568'
)
"""
CLOSE = """
select outcome
from tradelatch.confirm_close(
    position_id => $1, reason => 'take_profit', orders_ended => array[$2], exit_price => 101, realized_pnl => 10
)
"""
CANCEL = "select outcome from tradelatch.cancel_position(position_id => $1, fence => $2, reason => 'measured')"

MOVES = {"create_position": CREATE, "confirm_entry": CONFIRM, "activate_position": ACTIVATE, "confirm_close": CLOSE}

_numbers = count(1)


def create(session: Session) -> tuple[float, tuple[str, str]]:
    """Milliseconds of create_position, and the position's id and fence: another symbol each time, of a few hundred.

    The symbols are those of the history; request and attempt are new, and attempts rise with time, as the client's.
    """
    number = next(_numbers)
    took, (position_id, fence) = session.call(
        "create_position", f"S{number % SYMBOLS}USDT", f"signal:9{number:08}", uuid7()
    )
    return took, (position_id, fence)


def finish(session: Session, position_id: str, fence: str) -> float:
    """Milliseconds of the three moves after it."""
    confirmed, (stop_loss,) = session.call("confirm_entry", position_id, fence)
    activated, _ = session.call("activate_position", position_id, fence, stop_loss)
    closed, _ = session.call("confirm_close", position_id, stop_loss)
    return confirmed + activated + closed
