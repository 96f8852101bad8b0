"""The lifecycle in plain Python: section 2 of the contract, written from its words and not from the SQL.

Where the words leave a choice, so does the model: several outcomes or SQLSTATEs, orders that must be cancelled and
others that may. Client order ids are known by their ends: e1, s2, c1.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

OPEN = {"pending_entry", "entry_placed", "pending_sl", "active", "pending_close", "pending_rollback"}
CLOSING = {"pending_close", "pending_rollback"}


class RefusedError(Exception):
    """The call must end with one of these SQLSTATEs, and change nothing."""

    def __init__(self, *states: str) -> None:
        super().__init__(*states)
        self.states = states


# What an attempt was: the call, beginning with its position's id, and the fence that it was given, if any.
Attempts = dict[str, tuple[tuple[Any, ...], int | None]]


@dataclass
class Order:
    kind: str
    quantity: Decimal
    name: str
    price: Decimal | None = None


@dataclass
class Answer:
    """What the receipt must say; `position` is where it must stand."""

    position: "Position"
    outcomes: set[str]
    drives: bool = True
    is_told_what_is_left: bool = False  # of entry and stop-loss, though it does not drive
    claimed: bool = False
    changes_hands: bool = False


@dataclass
class Position:
    slot: tuple[str, str]  # symbol and position side
    side: str
    quantity: Decimal
    entry_price: Decimal
    percent: Decimal | None = None
    request_id: str | None = None
    adopted: bool = False
    status: str = "pending_entry"
    id: int = 0
    fence: int = 0
    fences: list[int] = field(default_factory=list)
    lease_ended: int | None = None  # as a number that grows, None while the lease lives
    handed_over: bool = False  # to somebody who may not send the entry
    filled: Decimal = Decimal(0)
    average: Decimal | None = None
    open: Decimal = Decimal(0)
    order_id: str | None = None
    known_ids: set[str] = field(default_factory=set)
    stop_price: Decimal | None = None
    was_active: bool = False
    stops: int = 0
    standing_stops: set[str] = field(default_factory=set)  # beside the current one
    is_replaced: bool = False  # the current stop-loss is an order of another name
    closes: int = 0
    standing_closes: set[str] = field(default_factory=set)
    close_quantity: Decimal = Decimal(0)
    latest: tuple[Any, ...] = ()
    logged: set[Decimal] = field(default_factory=set)
    attempts: "Attempts" = field(default_factory=dict)

    # What is due

    def order(self, claimed: bool = False) -> Order | None:
        if (self.status == "pending_entry" and (claimed or not self.handed_over)) or (
            self.status == "entry_placed" and claimed
        ):
            return Order("entry", self.quantity, "e1")
        if self.status == "pending_sl":
            return Order("stop_loss", self.open, f"s{self.stops}", self.trigger())
        if self.status in CLOSING:
            return Order("close", self.close_quantity, f"c{self.closes}")
        return None

    def trigger(self) -> Decimal | None:
        if self.stop_price is not None or self.percent is None:
            return self.stop_price
        percent = -self.percent if self.side == "long" else self.percent
        return (self.average or self.entry_price) * (100 + percent) / 100

    def must_cancel(self) -> set[str]:
        current = {f"s{self.stops}"} if self.stops and not self.is_replaced else set()
        entry = {"e1"} if not self.adopted else set()
        unfilled = entry if self.filled < self.quantity else set()
        return {
            "pending_sl": self.standing_stops,
            "pending_close": self.standing_closes | unfilled,
            "pending_rollback": self.standing_closes | entry | self.standing_stops | current,
            "closed": self.standing_stops | current | unfilled,
        }.get(self.status, set())

    def may_cancel(self) -> set[str]:
        stops = {f"s{n}" for n in range(1, self.stops + 1)}
        closes = {f"c{n}" for n in range(1, self.closes)}
        if self.status == "pending_sl":
            return self.known_ids | stops - {f"s{self.stops}"}
        return {"e1"} | self.known_ids | stops | closes if self.status in CLOSING | {"closed"} else set()

    # Moves

    def check_fence(self, fence: int | None) -> None:
        if fence is not None and fence != self.fence:
            raise RefusedError("TL003")

    def require(self, *statuses: str) -> None:
        if self.status not in statuses:
            raise RefusedError("TL002")

    def done(self, *call: Any) -> Answer:
        self.latest = call
        return Answer(self, {"ok"})

    def size_close(self) -> bool:
        """The quantity of a close; whether it is another one."""
        size = self.open if self.filled >= self.quantity else max(self.quantity, self.open)
        self.close_quantity, before = size, self.close_quantity
        return size != before

    def place_entry(self, fence: int, order_id: str) -> Answer:
        self.check_fence(fence)
        if self.status in OPEN and self.order_id == order_id:
            return Answer(self, {"replayed"})
        if self.order_id is not None or self.status not in OPEN - {"entry_placed"}:
            raise RefusedError("TL002", "TL005")
        self.order_id = order_id
        self.known_ids |= {f"id:{order_id}"}
        if self.status == "pending_entry":
            self.status = "entry_placed"
        return self.done("place_entry", order_id)

    def confirm_entry(self, fence: int, filled: Decimal, average: Decimal | None) -> Answer:
        self.check_fence(fence)
        is_news = filled == self.filled and average is not None and self.average is None and self.status in OPEN
        if not is_news and (filled in self.logged or filled == self.filled):
            return Answer(self, {"replayed"})
        if filled < self.filled:
            raise RefusedError("22023")
        self.require(*OPEN)
        self.average = average
        self.open += filled - self.filled
        grew, self.filled = filled > self.filled, filled
        self.logged.add(filled)
        if self.status in CLOSING:
            if grew and self.size_close():
                self.standing_closes |= {f"c{self.closes}"}
                self.closes += 1
        elif grew:
            self.status = "pending_sl"
            if self.stops and not self.is_replaced:
                self.standing_stops |= {f"s{self.stops}"}
            self.stops += 1
            self.is_replaced = False
        return self.done("confirm_entry", filled, average)

    def activate_position(self, fence: int, price: Decimal) -> Answer:
        self.check_fence(fence)
        if self.status == "active" and self.latest == ("activate_position", price):
            return Answer(self, {"replayed"})
        self.require("pending_sl")
        fill = self.average or self.entry_price
        if not self.adopted and not self.was_active and (price >= fill if self.side == "long" else price <= fill):
            raise RefusedError("22023")
        self.status, self.stop_price, self.was_active, self.standing_stops = "active", price, True, set()
        return self.done("activate_position", price)

    def end(self, fence: int, name: str, reason: str, to: str, *statuses: str) -> Answer:
        """cancel_position, fail_position, confirm_flat."""
        self.check_fence(fence)
        if self.status == to and self.latest == (name, reason):
            return Answer(self, {"replayed"})
        self.require(*statuses)
        if name == "fail_position" and not self.handed_over:
            raise RefusedError("TL002")
        self.status = to
        if name == "confirm_flat":
            self.open = Decimal(0)
        return self.done(name, reason)

    def rollback_position(self, fence: int, reason: str) -> Answer:
        self.check_fence(fence)
        if self.status == "pending_rollback" and self.latest == ("rollback_position", reason):
            return Answer(self, {"replayed"})
        self.require("pending_entry", "entry_placed", "pending_sl")
        self.status = "pending_rollback"
        self.size_close()
        self.closes += 1
        return self.done("rollback_position", reason)

    def known_attempt(self, attempt: str | None, *call: Any) -> Answer | None:
        """A repetition of the call that named itself so: with fence and order while its fence is the current one."""
        if attempt is None or attempt not in self.attempts:
            return None
        before, fence = self.attempts[attempt]
        if before != (self.id, *call):
            raise RefusedError("TL005")
        return Answer(self, {"replayed"}, drives=fence == self.fence)

    def begin_close(self, reason: str, fence: int | None, attempt: str | None) -> Answer:
        self.check_fence(fence)
        if replay := self.known_attempt(attempt, "begin_close", reason):
            replay.drives |= fence is not None
            return replay
        if fence is None and self.status in ("pending_sl", "pending_close") and self.lease_ended is None:
            is_equal = self.latest == ("begin_close", reason) and attempt is None
            return Answer(self, {"existing", "replayed"} if is_equal else {"existing"}, drives=False)
        if fence is not None and self.status == "pending_close" and self.latest == ("begin_close", reason):
            return Answer(self, {"replayed"})
        self.require("active", "pending_sl", "pending_close")
        answer = self.done("begin_close", reason)
        answer.changes_hands = fence is None
        if answer.changes_hands and self.status == "pending_close":
            answer.outcomes = {"ok", "claimed"}
        if self.status != "pending_close":
            self.status = "pending_close"
            self.size_close()
            self.closes += 1
        self.lease_ended = None
        return answer

    def confirm_close(self, reason: str, fence: int | None) -> Answer:
        self.check_fence(fence)
        if self.status == "closed" and self.latest == ("confirm_close", reason):
            return Answer(self, {"replayed"}, drives=fence is not None, is_told_what_is_left=True)
        self.require("active", "pending_sl", "pending_close")
        self.status, self.open = "closed", Decimal(0)
        answer = self.done("confirm_close", reason)
        answer.drives, answer.is_told_what_is_left = fence is not None, True
        return answer

    def update_stop_loss(self, price: Decimal | None, order_id: str | None, attempt: str | None) -> Answer:
        call = ("update_stop_loss", price, order_id)
        if replay := self.known_attempt(attempt, *call):
            replay.drives &= price is None
            return replay
        if self.latest == (*call, attempt) and self.status == ("pending_sl" if price is None else "active"):
            return Answer(self, {"replayed"}, drives=False)
        self.require("active")
        answer = self.done(*call, attempt)
        if price is None:
            self.status, self.standing_stops, self.is_replaced = "pending_sl", set(), False
            self.stops += 1
            self.lease_ended = None
            answer.changes_hands = True
            return answer
        self.stop_price = price
        if order_id is not None:
            self.known_ids |= {f"id:{order_id}"}
            self.standing_stops, self.is_replaced = {f"id:{order_id}"}, True
        answer.drives = False
        return answer

    def reissue_order(self, fence: int, name: str, remaining: Decimal | None) -> Answer:
        self.check_fence(fence)
        due = self.order()
        if due is None or due.kind == "entry":
            raise RefusedError("TL002")
        number = int(due.name[1:])
        if number > 1 and name == f"{due.name[:1]}{number - 1}":
            return Answer(self, {"replayed"})
        if name != due.name:
            raise RefusedError("TL005")
        if remaining is not None:
            self.open = remaining
        if due.kind == "stop_loss":
            self.stops += 1
            return self.done("reissue_order", name)
        self.closes += 1
        self.close_quantity = self.close_quantity if remaining is None else remaining
        return self.done("reissue_order", name)

    def renew_lease(self, fence: int) -> Answer:
        self.check_fence(fence)
        self.require(*OPEN)
        self.lease_ended = None
        return Answer(self, {"ok"})

    def claim(self) -> Answer:
        self.lease_ended, self.handed_over = None, True
        return Answer(self, {"claimed"}, claimed=True, changes_hands=True)


@dataclass
class Book:
    """All positions of one exchange account."""

    positions: list[Position] = field(default_factory=list)
    attempts: Attempts = field(default_factory=dict)

    def open(self, wanted: Position, attempt: str | None) -> Answer:
        """create_position or adopt_position."""
        asked = (wanted.slot, wanted.side, wanted.quantity, wanted.entry_price, wanted.percent)
        if attempt is not None and attempt in self.attempts:
            (position_id, *call), fence = self.attempts[attempt]
            if call != ["open", wanted.adopted, wanted.request_id, *asked]:
                raise RefusedError("TL005")
            (position,) = (position for position in self.positions if position.id == position_id)
            return Answer(position, {"replayed"}, drives=fence == position.fence)
        for position in self.positions:
            if wanted.request_id is not None and wanted.request_id == position.request_id:
                same = (position.slot, position.side, position.quantity, position.entry_price, position.percent)
                if same != asked:
                    raise RefusedError("TL005")
                return Answer(position, {"existing"}, drives=False)
        symbol, position_side = wanted.slot
        rivals = [p for p in self.positions if p.status in OPEN and p.slot[0] == symbol]
        for position in rivals:
            if position.slot == wanted.slot:
                return Answer(position, {"existing"}, drives=False)
        if any("both" in (position_side, position.slot[1]) for position in rivals):
            raise RefusedError("TL006")
        wanted.attempts = self.attempts
        self.positions.append(wanted)
        return Answer(wanted, {"created"}, changes_hands=True)

    def claimable(self) -> list[Position]:
        """Unfinished and past their lease, the oldest lease first."""
        stale = [p for p in self.positions if p.status in OPEN - {"active"} and p.lease_ended is not None]
        return sorted(stale, key=lambda position: position.lease_ended or 0)
