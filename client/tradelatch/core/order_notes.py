"""What a handle knows of its orders: which it gave out, which arrived, and which ended since its last call."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

GRACE = 5.0  # seconds within which an order that was sent arrives, or never does

_OURS = re.compile(r"tl[0-9a-f]{22}[esc][0-9]+|id:.*", re.DOTALL)
_ENTRY = re.compile(r"tl[0-9a-f]{22}e1")
_STOP_LOSS = re.compile(r"tl[0-9a-f]{22}s[0-9]+")
_ENDS_THE_ENTRY = ("resize_position", "confirm_close", "confirm_flat")  # they say what is open after its end


def may_be_unsent(name: str) -> bool:
    """Whether this may be an order of the bot's own that is told before it is sent: not one of the book's ids."""
    return not _OURS.fullmatch(name)


class OrderNotes:
    """Notes about orders, by client order id, or `id:` and the exchange's id."""

    def __init__(self) -> None:
        self._given: dict[str, float] = {}  # when each was given out, monotonic; the latest one last
        self._placed: set[str] = set()  # arrived on the exchange
        self._over: set[str] = set()  # ended
        self._ended: dict[str, Decimal | None] = {}  # those not said yet; of an entry, what it filled if that is known

    def give(self, name: str) -> None:
        """Somebody may be sending it from now on."""
        self._given.pop(name, None)
        self._given[name] = time.monotonic()
        self._over.discard(name)  # it was refused, and is tried again
        self._ended.pop(name, None)

    def is_given(self, name: str) -> bool:
        """Whether it may have been sent."""
        return name in self._given

    @property
    def stop_loss(self) -> str | None:
        """The latest stop-loss that was given out and is not known to have ended."""
        standing = (name for name in reversed(self._given) if _STOP_LOSS.fullmatch(name) and name not in self._over)
        return next(standing, None)

    def place(self, *names: str) -> None:
        """These arrived."""
        self._placed.update(names)

    def end(self, *names: str, filled: Decimal | None = None) -> None:
        """These ended, or will never be sent."""
        self._over.update(names)
        for name in names:
            self._ended[name] = filled if filled is not None else self._ended.get(name)

    def miss(self, *names: str) -> None:
        """The exchange has none of these open: they ended, unless they may be on their way still."""
        on_their_way = time.monotonic() - GRACE
        for name in names:
            if name in self._placed or self._given.get(name, on_their_way) <= on_their_way:
                self.end(name)

    def to_say(self, move: str, filled: Decimal | int | None) -> list[str]:
        """What the next call names as ended. filled: what confirm_entry reports.

        That the entry ended is said only together with all that it filled, or by a call that says what is open.
        """
        return [
            name
            for name, all_filled in self._ended.items()
            if not _ENTRY.fullmatch(name)
            or move in _ENDS_THE_ENTRY
            or (move == "confirm_entry" and filled is not None and all_filled is not None and filled >= all_filled)
        ]

    def arrived(self, move: str, parameters: Mapping[str, Any]) -> None:
        """A call was answered that says of an order that it arrived, or that it is about to be sent."""
        if move in ("place_entry", "confirm_entry"):
            self.place(*(name for name in self._given if _ENTRY.fullmatch(name)))
        elif move == "activate_position":
            self.place(parameters["client_order_id"])
        for name in parameters.get("orders_placed") or ():
            if may_be_unsent(name) and not self.is_given(name):
                self.give(name)
            else:
                self.place(name)

    def said(self, names: Iterable[str], left: Iterable[str]) -> None:
        """A call that named these was answered; what is left all the same is named again."""
        for name in set(names) - set(left):
            self._ended.pop(name, None)
