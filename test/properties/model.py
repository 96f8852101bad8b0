"""The lifecycle in plain Python: sections 1 to 3 of the contract, written from its words and not from the SQL.

Where the words leave a choice, so does the model: several outcomes or SQLSTATEs, orders that must be cancelled and
others that may. Orders are known by the ends of their client order ids: e1, s2, c1. Time is two words: whether a lease
and its grace time have passed, and whether somebody's hand is over. Nothing is changed by a call that is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

OPEN = {"pending_entry", "entry_placed", "pending_sl", "active", "pending_close", "pending_rollback", "pending_cancels"}
CLOSING = {"pending_close", "pending_rollback"}
KINDS = {"e": "entry", "s": "stop_loss", "c": "close"}


class RefusedError(Exception):
    """The call must end with one of these SQLSTATEs, and change nothing."""

    def __init__(self, *states: str) -> None:
        super().__init__(*states)
        self.states = states


# What an attempt was: the call, beginning with its position's id.
Attempts = dict[str, tuple[Any, ...]]


@dataclass
class Order:
    """An order that a receipt handed out, or that the database was told of."""

    kind: str
    # The drives that may still send it (None: somebody without one), and whether their lease and grace time, or the
    # minute, have passed. Empty once it arrived.
    hands: dict[int | None, bool] = field(default_factory=dict)
    has_ended: bool = False


@dataclass
class Answer:
    """What the receipt must say; `position` is where it must stand."""

    position: "Position"
    outcomes: set[str]
    drives: bool = True  # it shows fence, lease and orders
    is_given: bool = False  # a drive that was somebody else's
    looks_up: bool = False  # the entry, which somebody else was to send
    changes_hands: bool = False
    may_cancel: set[str] = field(default_factory=set)  # beside what must be


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
    # Who drives
    drive: int = 0  # counts the times that it changed hands
    has_driver: bool = True  # somebody was given the current one
    fences: dict[int, int] = field(default_factory=dict)  # of each drive that somebody was given
    given_by: str | None = None  # the attempt that was given the current one
    lease_ended: int | None = None  # as a number that grows, None while the lease or its grace time runs
    handed_over: bool = False  # to somebody who may not send the entry
    # What is open
    filled: Decimal = Decimal(0)
    average: Decimal | None = None
    open: Decimal = Decimal(0)
    logged: set[Decimal] = field(default_factory=set)
    was_resized: bool = False
    # Its orders
    orders: dict[str, Order] = field(default_factory=dict)
    order_id: str | None = None
    ids: dict[str, str] = field(default_factory=dict)  # of the exchange, reported beside a client order id
    stops: int = 0
    sized: int = 0  # the first stop-loss for what is open now
    stop_order: str | None = None  # which one stands
    stop_order_id: str | None = None
    stop_price: Decimal | None = None
    may_follow: bool = False  # the price, into the profit
    closes: int = 0
    close_quantity: Decimal = Decimal(0)
    ends_as: str | None = None
    just_ended: bool = False
    latest: tuple[Any, ...] = ()
    # A call by another attempt is another one where its own repetition must not undo what came between.
    latest_attempt: str | None = None
    attempts: "Attempts" = field(default_factory=dict)

    # Orders left

    @property
    def left(self) -> dict[str, Order]:
        return {name: order for name, order in self.orders.items() if not order.has_ended}

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def called(self) -> str | None:
        """The order that the status calls for, where somebody was given the drive."""
        if not self.has_driver:
            return None
        if self.status == "pending_entry":
            return "e1"
        if self.status == "pending_sl":
            return f"s{self.stops}"
        return f"c{self.closes}" if self.status in CLOSING and self.close_quantity else None

    def call(self) -> None:
        """Hands out the order that is called for, at the end of each move."""
        name = self.called()
        if name is not None and name not in self.orders:
            self.orders[name] = Order(KINDS[name[0]], {self.drive: False})
        elif name is not None and self.orders[name].hands:
            self.orders[name].hands[self.drive] = False

    def call_afresh(self) -> None:
        if self.status == "pending_sl":
            self.stops += 1
        elif self.status in CLOSING:
            self.closes += 1

    def named(self, name: str) -> str:
        return name if name in self.left else self.ids.get(name, name)

    def may_end(self, name: str, drives: bool) -> bool:
        hands = self.orders[name].hands.items()
        return all(drives if drive == self.drive else is_over for drive, is_over in hands)

    def is_left(self, name: str | None) -> bool:
        return name in self.left

    def end(self, name: str) -> None:
        """An order that ended is never called for again; without its stop-loss a position is not active."""
        was_called_for = name == self.called()
        self.orders[name].has_ended = True
        if was_called_for:
            self.call_afresh()
        if name == self.stop_order:
            self.stop_order = self.stop_order_id = None
            if self.status == "active":
                self.status = "pending_sl"
                self.call_afresh()

    def place(self, names: Iterable[str], ended: Iterable[str], drives: bool) -> None:
        for name in map(self.named, names):
            if name in self.orders:
                self.orders[name].hands.clear()
                continue
            if name[0] in "esc" and name[1:].isdigit():
                raise RefusedError("TL005")
            self.orders[name] = Order("own", {} if name in ended else {self.drive if drives else None: False})

    def note(self, ended: Iterable[str], drives: bool, fills: bool = False, stays: bool = True) -> None:
        """Orders that ended. fills: the caller says what filled, or that nothing is open. stays: somebody drives on."""
        for name in map(self.named, ended):
            if not self.is_left(name) or not self.may_end(name, drives):
                continue
            kind = self.orders[name].kind
            if not fills and (kind == "entry" or (kind == "own" and self.status == "pending_cancels")):
                continue
            if name == self.stop_order and self.status == "active" and not stays:
                self.leave()
            self.end(name)

    def complete(self) -> None:
        if self.status == "pending_cancels" and not self.left:
            self.status = str(self.ends_as)
        if self.status != "pending_cancels":
            self.ends_as = None
        self.just_ended = not self.is_open
        self.call()

    def orders_as_they_are(self) -> Any:
        return self.status, {name: bool(order.hands) for name, order in self.left.items()}

    # Who drives

    def is_driven(self) -> bool:
        if not self.is_open or not self.has_driver or self.lease_ended is not None:
            return False
        return self.status != "active" or any(order.hands for order in self.left.values()) or self.is_unguarded()

    def is_unguarded(self) -> bool:
        """It has an order beside its stop-loss that the database handed out, or that was its stop-loss."""
        beside = {order.kind for name, order in self.left.items() if name != self.stop_order}
        return bool(beside & {"entry", "stop_loss", "close"})

    def leave(self) -> None:
        """Nobody drives any more; what was in hand stays so until lease and grace time have passed."""
        for order in self.orders.values():
            if self.drive in order.hands:
                order.hands[self.drive] = self.lease_ended is not None
        self.drive += 1
        self.has_driver, self.given_by, self.lease_ended = False, None, None

    def hand_over(self, attempt: str | None) -> None:
        name = self.called()
        may_be_sent = name is not None and self.drive in self.orders[name].hands and self.lease_ended is None
        self.leave()
        self.has_driver, self.given_by = True, attempt
        if may_be_sent:  # an id is given to one fence at a time
            self.call_afresh()

    def check_fence(self, fence: bool | None, attempt: str | None = None) -> None:
        """None: none is given. False: it is not the current one; the attempt may have been another call besides."""
        if fence is False:
            raise RefusedError("TL003", *(["TL005"] if attempt in self.attempts else []))

    def require(self, *statuses: str) -> None:
        if self.status not in statuses:
            raise RefusedError("TL002")

    # What a receipt says

    def order(self, looks_up: bool) -> tuple[str, str, Decimal, Decimal | None] | None:
        """Kind, name, quantity and price of the next order."""
        if looks_up and self.status in ("pending_entry", "entry_placed"):
            return "entry", "e1", self.quantity, None
        name = self.called()
        if name is None or (name == "e1" and (self.handed_over or not self.orders[name].hands)):
            return None
        if name[0] == "s":
            return "stop_loss", name, self.open, self.trigger()
        return KINDS[name[0]], name, self.quantity if name == "e1" else self.close_quantity, None

    def trigger(self) -> Decimal | None:
        if self.stop_price is not None or self.percent is None:
            return self.stop_price
        percent = -self.percent if self.side == "long" else self.percent
        return (self.average or self.entry_price) * (100 + percent) / 100

    def cancels(self, is_given: bool) -> set[str]:
        in_the_way = {
            "pending_sl": {"stop_loss", "unnamed"},
            # * may be the stop-loss that stands, where the book knows none by name
            "active": {"stop_loss", "unnamed"} if self.stop_order else {"stop_loss"},
            "pending_close": {"entry", "own", "close"},
            "pending_rollback": {"entry", "own", "close", "stop_loss", "unnamed"},
            "pending_cancels": {"entry", "own", "close", "stop_loss", "unnamed"},
        }.get(self.status, set())
        if is_given and self.status in ("pending_sl", "active"):
            in_the_way.add("entry")
        due = self.stop_order if self.status == "active" else self.called()
        return {name for name, order in self.left.items() if order.kind in in_the_way and name != due}

    # Moves

    def done(self, *call: Any, **more: Any) -> Answer:
        self.latest = call
        self.complete()
        return Answer(self, more.pop("outcomes", {"ok"}), **more)

    def replayed(
        self,
        ended: Iterable[str] = (),
        *,
        drives: bool = True,
        attempt: str | None = None,
        fills: bool = False,
    ) -> Answer:
        """A repetition; what it names has ended all the same."""
        is_given = not drives and attempt is not None and attempt == self.given_by
        shows = drives or is_given
        if self.is_open:
            self.note(ended, drives, fills, stays=shows or self.is_driven())
            self.complete()
        return Answer(self, {"replayed"}, drives=shows, is_given=is_given)

    def is_known(self, attempt: str | None, *call: Any) -> bool:
        """A repetition of the call that named itself so."""
        if attempt is None or attempt not in self.attempts:
            return False
        if self.attempts[attempt] != (self.id, *call):
            raise RefusedError("TL005")
        return True

    def know(self, attempt: str | None, *call: Any) -> None:
        self.latest_attempt = attempt
        if attempt is not None:
            self.attempts[attempt] = (self.id, *call)

    def check_order_id(self, order_id: str | None) -> None:
        if order_id is not None and self.order_id not in (None, order_id):
            raise RefusedError("TL005")

    def store_order_id(self, order_id: str | None) -> None:
        if order_id is not None:
            self.order_id = order_id
            if not self.adopted:
                self.ids[f"id:{order_id}"] = "e1"

    def place_entry(self, fence: bool, order_id: str) -> Answer:
        self.check_fence(fence)
        if self.is_open and self.order_id == order_id:
            return self.replayed()
        self.check_order_id(order_id)
        self.require(*OPEN)
        self.store_order_id(order_id)
        if self.is_left("e1"):
            self.orders["e1"].hands.clear()
        if self.status == "pending_entry":
            self.status = "entry_placed"
        return self.done("place_entry", order_id)

    def confirm_entry(
        self, fence: bool, filled: Decimal, average: Decimal | None, order_id: str | None, ended: list[str]
    ) -> Answer:
        self.check_fence(fence)
        self.check_order_id(order_id)
        growth = max(filled - self.filled, Decimal(0))
        is_news = filled == self.filled and average is not None and self.average is None and self.is_open
        is_replay = not growth and not is_news
        if is_replay and filled != self.filled and filled not in self.logged:
            raise RefusedError("22023")
        if not is_replay:
            self.require(*OPEN)
            self.store_order_id(order_id)
            # What a resize said was open had the entry's fill in it.
            if self.was_resized and not self.is_left("e1"):
                growth = Decimal(0)
            self.filled, self.average = filled, average
            self.logged.add(filled)
        elif not self.is_open:
            return self.replayed()

        called, might_fill = self.called(), self.is_left("e1")
        if might_fill and (not is_replay or ended):
            self.orders["e1"].hands.clear()  # or it would not fill
        self.note(ended, drives=True)
        if self.is_left("e1") and (self.filled >= self.quantity or "e1" in map(self.named, ended)):
            self.orders["e1"].has_ended = True
        may_fill = self.is_left("e1")
        is_due = self.called() == called  # unless it ended just now
        self.open += growth

        if self.status in CLOSING and (growth or (might_fill and not may_fill)):
            size = self.open
            if might_fill:
                # The close is for the quantity asked for; what will not be filled is not to be closed.
                size = max(self.close_quantity + (0 if may_fill else self.filled - self.quantity), Decimal(0))
                self.open = min(self.open, size)
            if is_due and size != self.close_quantity:
                self.closes += 1
            self.close_quantity = size
        elif self.status == "pending_cancels" and growth:
            self.status = "pending_close" if self.ends_as == "closed" else "pending_rollback"
            self.closes += 1
            self.close_quantity = self.open + (self.quantity - self.filled if may_fill else 0)
        elif growth:
            self.status = "pending_sl"
            if is_due:
                self.stops += 1
            self.sized = self.stops
        if is_replay:
            self.complete()
            return Answer(self, {"replayed"})
        return self.done("confirm_entry", filled, average)

    def activate_position(
        self, fence: bool, price: Decimal, name: str | None, order_id: str | None, ended: list[str]
    ) -> Answer:
        self.check_fence(fence)
        call = ("activate_position", price, name, order_id)
        if self.latest == call:
            answer = self.replayed(ended)
            answer.may_cancel |= {name or "", self.stop_order or ""}
            return answer
        self.require(*OPEN)
        called = self.called() if self.status == "pending_sl" else None
        stands = name or self.ids.get(f"id:{order_id}", f"id:{order_id}")
        if name is None:
            self.require("pending_sl")
            if called not in ended:
                raise RefusedError("22023")
            if not self.may_end(str(called), True):
                raise RefusedError("TL002")
        is_ours = stands[0] == "s" and stands[1:].isdigit()
        if (not is_ours and name is not None) or (is_ours and not 0 < int(stands[1:]) <= self.stops):
            raise RefusedError("TL005")
        if is_ours and not self.is_left(stands):
            return self.replayed(ended)

        gives_way = called in map(self.named, ended) and self.may_end(str(called), True)
        is_for_all = not is_ours or int(stands[1:]) >= self.sized
        activates = called is not None and (stands == called or (gives_way and is_for_all))
        fill = self.average or self.entry_price
        if activates and not self.may_follow and (price >= fill if self.side == "long" else price <= fill):
            raise RefusedError("22023")

        self.orders[stands] = Order("stop_loss")
        if order_id is not None:
            self.ids[f"id:{order_id}"] = stands
        self.note([name for name in ended if self.named(name) != stands], drives=True)
        if activates:
            self.status, self.stop_price, self.may_follow = "active", price, True
            self.stop_order, self.stop_order_id = stands, order_id
        return self.done(*call, may_cancel={stands})

    def final(self, fence: bool, name: str, reason: str, to: str, *statuses: str) -> Answer:
        """cancel_position, fail_position."""
        self.check_fence(fence)
        if self.status == to and self.latest == (name, reason):
            return self.replayed()
        self.require(*statuses)
        entry = self.orders["e1"]
        if name == "fail_position" and (not entry.hands or not self.handed_over):
            raise RefusedError("TL002")
        if not self.may_end("e1", True) or set(self.left) - {"e1"}:
            raise RefusedError("TL002")
        entry.has_ended = True
        self.status = to
        return self.done(name, reason)

    def begin_exit(self, status: str) -> None:
        self.status = status
        may_fill = self.quantity - self.filled if self.is_left("e1") else 0
        self.close_quantity = self.open + may_fill
        self.closes += 1

    def end_exit(self, ends_as: str, fence: bool | None, ended: Iterable[str]) -> None:
        """Nothing is open any more. Under the fence that alone was given the close, that has ended, too."""
        close = self.called() if fence and self.status in CLOSING else None
        if close is not None and set(self.orders[close].hands) - {self.drive}:
            close = None
        self.status, self.ends_as, self.open = "pending_cancels", ends_as, Decimal(0)
        self.note([*ended, *([close] if close else [])], bool(fence), fills=True)

    def rollback_position(self, fence: bool, reason: str) -> Answer:
        self.check_fence(fence)
        if self.status == "pending_rollback" and self.latest == ("rollback_position", reason):
            return self.replayed()
        self.require("pending_entry", "entry_placed", "pending_sl")
        self.begin_exit("pending_rollback")
        return self.done("rollback_position", reason)

    def confirm_flat(self, fence: bool, ended: list[str]) -> Answer:
        self.check_fence(fence)
        if "rolled_back" in (self.status, self.ends_as) and self.latest == ("confirm_flat",):
            return self.replayed(ended, fills=True)
        if self.ends_as != "rolled_back":
            self.require("pending_rollback")
        if self.is_left("e1") and not self.may_end("e1", True):
            raise RefusedError("TL002")
        self.end_exit("rolled_back", fence, [*ended, "e1"])
        return self.done("confirm_flat")

    def begin_close(self, fence: bool | None, reason: str, attempt: str | None) -> Answer:
        self.check_fence(fence, attempt)
        call = ("begin_close", reason)
        if self.is_known(attempt, *call):
            return self.replayed(drives=bool(fence), attempt=attempt)
        if fence and self.status == "pending_close" and self.latest == call:
            return self.replayed()
        self.require("active", "pending_sl", "pending_close")
        was_active = self.status == "active"
        if not fence and not was_active and self.is_driven():
            return Answer(self, {"existing", "replayed"} if self.latest == call else {"existing"}, drives=False)
        if not fence:
            self.hand_over(attempt)
        self.lease_ended = None
        if self.status != "pending_close":
            self.begin_exit("pending_close")
        self.know(attempt, *call)
        outcomes = {"ok"} if fence or was_active else {"ok", "claimed"}
        return self.done(*call, outcomes=outcomes, is_given=not fence, changes_hands=not fence)

    def confirm_close(self, fence: bool | None, reason: str, ended: list[str], attempt: str | None) -> Answer:
        self.check_fence(fence, attempt)
        call = ("confirm_close", reason)
        if self.is_known(attempt, *call):
            return self.replayed(ended, drives=bool(fence), attempt=attempt, fills=True)
        if self.status == "closed" and self.latest == call:
            return self.replayed(drives=bool(fence))
        if self.ends_as != "closed":
            self.require("active", "pending_sl", "pending_close")
        was, is_repeated = self.status, self.latest == call
        self.end_exit("closed", fence, ended)
        # A driver whose lease or grace time runs still frees it; of an active position, one with an order in hand.
        is_running = self.has_driver and self.lease_ended is None
        has_in_hand = any(self.drive in order.hands for order in self.left.values())
        is_given = not fence and bool(self.left) and not (is_running and (was != "active" or has_in_hand))
        if was == "pending_cancels" and is_repeated and not is_given:
            self.complete()
            return Answer(self, {"replayed"}, drives=bool(fence))
        if is_given:
            self.hand_over(attempt)
        self.know(attempt, *call)
        return self.done(*call, drives=bool(fence) or is_given, changes_hands=is_given)

    def confirm_orders(self, fence: bool | None, ended: list[str], placed: list[str]) -> Answer:
        self.check_fence(fence)
        if not self.is_open:
            return Answer(self, {"replayed"}, drives=bool(fence))
        before, stays = self.orders_as_they_are(), bool(fence) or self.is_driven()
        self.place(placed, ended, bool(fence))
        self.note(ended, bool(fence), stays=stays)
        self.complete()
        is_news = self.orders_as_they_are() != before
        return Answer(self, {"ok"} if is_news else {"replayed"}, drives=bool(fence))

    def replace_stop_loss(self, fence: bool | None, price: Decimal, attempt: str | None) -> Answer:
        self.check_fence(fence, attempt)
        call = ("replace_stop_loss", price)
        if self.is_known(attempt, *call):
            return self.replayed(drives=bool(fence), attempt=attempt)
        if fence and self.status == "pending_sl" and self.latest == call:
            return self.replayed()
        self.require("active", "pending_sl")
        was_active = self.status == "active"
        if not fence and not was_active and self.is_driven():
            return Answer(self, {"existing", "replayed"} if self.latest == call else {"existing"}, drives=False)
        if not fence:
            self.hand_over(attempt)
        self.lease_ended = None
        self.status, self.stop_price = "pending_sl", price
        self.call_afresh()
        self.know(attempt, *call)
        outcomes = {"ok"} if fence or was_active else {"ok", "claimed"}
        return self.done(*call, outcomes=outcomes, is_given=not fence, changes_hands=not fence)

    def update_stop_loss(
        self, price: Decimal | None, order_id: str | None, ended: list[str], attempt: str | None
    ) -> Answer:
        call = ("update_stop_loss", price, order_id)
        is_repeated = self.status == ("pending_sl" if price is None else "active")
        is_repeated &= (self.latest, self.latest_attempt) == (call, attempt)
        if self.is_known(attempt, *call) or is_repeated:
            answer = self.replayed(ended, drives=False, attempt=attempt)
            answer.drives &= price is None
            return answer
        self.require("active")
        self.know(attempt, *call)
        if price is None:
            self.hand_over(attempt)
            self.status = "pending_sl"
            self.stops += 1
            self.note(ended, drives=False)
            self.stop_order = self.stop_order_id = None
            return self.done(*call, is_given=True, changes_hands=True)
        self.stop_price = price
        if order_id not in (None, self.stop_order_id):
            self.stop_order, self.stop_order_id = self.ids.get(f"id:{order_id}", f"id:{order_id}"), order_id
            self.orders[self.stop_order] = Order("stop_loss")
        self.note([name for name in ended if self.named(name) != self.stop_order], drives=False)
        return self.done(*call, drives=False)

    def resize_position(
        self, fence: bool | None, quantity: Decimal, reason: str, ended: list[str], attempt: str | None
    ) -> Answer:
        self.check_fence(fence, attempt)
        call = ("resize_position", quantity, reason)
        drives = bool(fence) or self.status == "active" or not self.is_driven()
        is_repeated = self.status in CLOSING | {"pending_sl"}
        is_repeated &= (self.latest, self.latest_attempt) == (call, attempt)
        if self.is_known(attempt, *call) or is_repeated:
            return self.replayed(ended, drives=bool(fence), attempt=attempt, fills=True)
        self.require("active", "pending_sl", *(CLOSING | {"pending_cancels"} if fence else ()))
        if self.is_left("e1") and ("e1" not in map(self.named, ended) or not self.may_end("e1", bool(fence))):
            raise RefusedError("TL002")
        if drives:
            if not fence:
                self.hand_over(attempt)
            self.lease_ended = None
        if self.status in ("active", "pending_sl"):
            self.status = "pending_sl"
            self.stops += 1
            self.sized = self.stops
        else:
            self.status = {"closed": "pending_close", "rolled_back": "pending_rollback"}.get(
                str(self.ends_as), self.status
            )
            self.closes += 1
            self.close_quantity = quantity
        self.open, self.was_resized = quantity, True
        self.note(ended, bool(fence), fills=True)
        self.know(attempt, *call)
        is_given = drives and not fence
        return self.done(
            *call,
            outcomes={"ok", "claimed"} if is_given else {"ok"},
            drives=drives,
            is_given=is_given,
            changes_hands=is_given,
        )

    def reissue_order(self, fence: bool, name: str, remaining: Decimal | None) -> Answer:
        self.check_fence(fence)
        called = self.called()
        if called in (None, "e1"):
            raise RefusedError("TL002")
        number = int(str(called)[1:])
        if number > 1 and name == f"{str(called)[0]}{number - 1}":
            return self.replayed([name])
        if name != called:
            raise RefusedError("TL005")
        is_close = self.status in CLOSING
        quantity = self.close_quantity if is_close else self.open
        if remaining is not None and remaining > quantity:
            raise RefusedError("22023")
        if not self.may_end(name, True):
            raise RefusedError("TL002")
        self.end(name)
        if remaining is not None and remaining < quantity:
            self.open = max(self.open - (quantity - remaining), Decimal(0))
            if is_close:
                self.close_quantity = remaining
            else:
                self.sized = self.stops
        return self.done("reissue_order", name)

    def renew_lease(self, fence: bool) -> Answer:
        self.check_fence(fence)
        self.require(*OPEN)
        self.lease_ended = None
        return Answer(self, {"ok"})

    def claim(self) -> Answer:
        """claim_stale."""
        self.hand_over(None)
        self.handed_over = True
        self.complete()
        return Answer(self, {"claimed"}, is_given=True, looks_up=True, changes_hands=True)

    def take_over(self) -> Answer:
        self.require(*OPEN)
        self.may_follow = True
        return self.claim()


@dataclass
class Book:
    """All positions of one exchange account."""

    positions: list[Position] = field(default_factory=list)
    attempts: Attempts = field(default_factory=dict)

    def open(self, wanted: Position, attempt: str | None) -> Answer:
        """create_position or adopt_position."""
        asked = (wanted.slot, wanted.side, wanted.quantity, wanted.entry_price, wanted.percent)
        call = ("open", wanted.adopted, wanted.request_id, *asked)
        if attempt is not None and attempt in self.attempts:
            position_id, *known = self.attempts[attempt]
            if tuple(known) != call:
                raise RefusedError("TL005")
            (position,) = (position for position in self.positions if position.id == position_id)
            return Answer(position, {"replayed"}, drives=position.given_by == attempt)
        for position in self.positions:
            if wanted.request_id is not None and wanted.request_id == position.request_id:
                same = (position.slot, position.side, position.quantity, position.entry_price, position.percent)
                if same != asked:
                    raise RefusedError("TL005")
                return Answer(position, {"existing"}, drives=False)
        symbol, position_side = wanted.slot
        rivals = [p for p in self.positions if p.slot[0] == symbol]
        excluded = [p for p in rivals if p.slot == wanted.slot or "both" in (position_side, p.slot[1])]
        for position in rivals:
            if position.slot == wanted.slot and position.is_open:
                return Answer(position, {"existing"}, drives=False)
        if any(position.is_open for position in excluded):
            raise RefusedError("TL006")
        if wanted.adopted and any(position.just_ended for position in excluded):
            raise RefusedError("TL009")
        wanted.attempts, wanted.given_by = self.attempts, attempt
        wanted.complete()
        self.positions.append(wanted)
        return Answer(wanted, {"created"}, changes_hands=True)

    def claimable(self) -> list[Position]:
        """Unfinished and past their lease, the oldest lease first; those that nobody was given before."""
        stale = [
            p
            for p in self.positions
            if p.is_open
            and (p.status != "active" or p.is_unguarded())
            and (p.lease_ended is not None or not p.has_driver)
        ]
        return sorted(
            stale, key=lambda position: position.lease_ended if position.has_driver and position.lease_ended else 0
        )
