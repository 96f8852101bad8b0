"""Random lives of several positions, the SQL functions beside a plain Python model of the contract.

Outcomes, SQLSTATEs, next orders and cancels are compared at every call; statuses, quantities and the orders that are
left after it. A history that fails is shortened, and shown. TRADELATCH_EXAMPLES=N runs N of them, the usual ones first.
"""

import os
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Placeholder

from .model import Answer, Book, Order, Position, RefusedError

EXAMPLES = int(os.environ.get("TRADELATCH_EXAMPLES") or 100)
LENGTH = 80  # steps of a history
LEASE = "1 hour"
ACCOUNTS = count(1)
OURS = re.compile("[esc][0-9]+")

Choice = Callable[[Random], Any]
# Which of a position's orders a call names: none, all that are left, one of them, or some of all that there ever were.
Naming = tuple[int, ...] | int | None
Step = tuple[str, dict[str, Any]]


def one_of(*values: Any) -> Choice:
    return lambda random: random.choice(values)


def naming(random: Random) -> Naming:
    return random.choice([(), None, None, random.randrange(30), random.randrange(30), some_of(random)])


def some_of(random: Random) -> tuple[int, ...]:
    return tuple(random.randrange(30) for _ in range(random.randint(1, 3)))


# What may happen, with what it is called with; each is a method of the history.
places = one_of(*range(30))
sides = one_of("long", "short")
amounts = one_of(*(Decimal(n) for n in ("0.5", "2", "4", "10", "12")))
percents = one_of(None, Decimal("2.5"))
attempts = one_of(None, None, None, "a", "b", "c")
the_fence = one_of(*["current"] * 16, "earlier", "wrong")
a_fence = one_of(*["current"] * 9, *[None] * 9, "earlier", "wrong")
reasons = one_of("target", "signal")
prices = one_of(*(Decimal(n) for n in (90, 90, 95, 100, 105, 110, 110)))
MOVES: dict[str, dict[str, Choice]] = {
    "place_entry": {"which": the_fence, "other": one_of("", "", "", "-other")},
    "confirm_entry": {
        "which": the_fence,
        "filled": amounts,
        "average": one_of(None, Decimal(99), Decimal("100.5")),
        "has_id": one_of(False, False, True),
        "naming": naming,
    },
    "activate_position": {
        "which": the_fence,
        "price": prices,
        "back": one_of(*[0] * 8, 1, 1, 2, -1, None, None),
        "has_id": one_of(False, True),
        "naming": naming,
    },
    "cancel_position": {"which": the_fence, "reason": reasons},
    "fail_position": {"which": the_fence, "reason": reasons},
    "confirm_flat": {"which": the_fence, "naming": naming},
    "rollback_position": {"which": the_fence, "reason": reasons},
    "begin_close": {"which": a_fence, "reason": reasons, "attempt": attempts},
    "confirm_close": {"which": a_fence, "reason": reasons, "naming": naming, "attempt": attempts},
    "confirm_orders": {
        "which": a_fence,
        "naming": naming,
        "placing": lambda random: random.choice([(), (), some_of(random)]),
        "own": one_of(0, 0, 1, 2, 3),
    },
    "replace_stop_loss": {"which": a_fence, "price": prices, "attempt": attempts},
    "update_stop_loss": {
        "price": lambda random: random.choice([None, prices(random)]),
        "has_id": one_of(False, True),
        "naming": naming,
        "attempt": attempts,
    },
    "resize_position": {
        "which": a_fence,
        "quantity": amounts,
        "reason": reasons,
        "naming": naming,
        "attempt": attempts,
    },
    "reissue_order": {
        "which": the_fence,
        "kind": one_of("s", "c"),
        "back": one_of(0, 0, 0, 1, 2),
        "is_part": one_of(False, True),
    },
    "renew_lease": {"which": the_fence},
}
OTHERS: dict[str, dict[str, Choice]] = {
    "create_position": {
        "symbol": one_of("APTUSDT", "BTCUSDT"),
        "side": sides,
        "hedge": one_of(False, False, True),
        "quantity": amounts,
        "percent": percents,
        "request": one_of(None, None, "one", "two"),
        "attempt": attempts,
    },
    "adopt_position": {
        "symbol": one_of("APTUSDT", "BTCUSDT"),
        "side": sides,
        "quantity": amounts,
        "stop": one_of(None, Decimal(95)),
        "has_id": one_of(False, True),
        "attempt": attempts,
    },
    "repeat_opening": {"place": places},
    "lease_ends": {"place": places},
    "hands_end": {"place": places},
    "an_hour_passes": {"place": places},
    "claim_stale": {"at_most": one_of(1, 2, 3)},
    "claim_within_the_grace_time": {"place": places},
    "take_over": {"place": places},
}
# What is done next in an ordinary life: without it, most calls would be refused.
FITTING = {
    "pending_entry": [
        *["confirm_entry"] * 8,
        "place_entry",
        "place_entry",
        "cancel_position",
        "rollback_position",
        "fail_position",
    ],
    "entry_placed": [*["confirm_entry"] * 8, "cancel_position", "rollback_position"],
    "pending_sl": [
        *["activate_position"] * 6,
        *["confirm_entry", "reissue_order", "begin_close", "rollback_position", "replace_stop_loss"],
        *["confirm_orders", "resize_position", "confirm_close"],
    ],
    "active": [
        *["begin_close", "update_stop_loss", "confirm_entry", "place_entry", "activate_position"],
        *["confirm_close"] * 3,
        *["replace_stop_loss", "resize_position", *["confirm_orders"] * 3],
    ],
    "pending_close": [
        *["confirm_close", "confirm_close", "reissue_order", "begin_close", "confirm_entry", "confirm_orders"],
        *["activate_position", "resize_position"],
    ],
    "pending_rollback": [
        *["confirm_flat", "confirm_flat", "reissue_order", "confirm_entry", "place_entry", "confirm_orders"],
        *["activate_position", "resize_position"],
    ],
    "pending_cancels": [
        *["confirm_orders", "confirm_orders", "confirm_close", "confirm_flat", "confirm_entry"],
        *["activate_position", "resize_position"],
    ],
}


def answer_of(expect: Callable[[], Answer]) -> tuple[Answer | None, tuple[str, ...]]:
    """The model's answer, or the SQLSTATEs that it allows."""
    try:
        return expect(), ()
    except RefusedError as refused:
        return None, refused.states


class History:
    """Positions of an account of its own, and what happened to them."""

    def __init__(self, bot: psycopg.Connection[Any], admin: psycopg.Connection[Any]) -> None:
        self.bot, self.admin = bot, admin
        self.account = f"account-{next(ACCOUNTS)}"
        self.book = Book()
        self.ends = count(1)
        self.order_keys: dict[int, str] = {}
        self.openings: list[tuple[str, dict[str, Any], Position, str]] = []
        self.steps: list[Step] = []

    def draw(self, random: Random) -> Step:
        """What happens next: mostly a move that fits one of the open positions."""
        still_open = [n for n, position in enumerate(self.book.positions) if position.is_open]
        if not still_open:
            step, choices = "create_position", OTHERS["create_position"]
        elif random.random() < 0.15:
            step = random.choice(sorted(OTHERS))
            choices = OTHERS[step]
        else:
            place = random.choice(still_open)
            fitting = FITTING[self.book.positions[place].status] if random.random() < 0.9 else sorted(MOVES)
            step = random.choice(fitting)
            choices = {"place": one_of(place), **MOVES[step]}
            if self.steps and random.random() < 0.1:  # the same call again, with what it names now
                step, arguments = self.steps[-1]
                return step, arguments | ({"naming": naming(random)} if "naming" in arguments else {})
        return step, {name: choose(random) for name, choose in choices.items()}

    def take(self, step: Step) -> None:
        self.steps.append(step)
        name, arguments = step
        getattr(self, name)(**arguments)
        self.check_book()
        self.check_orders()

    # How a call is made and judged

    def pick(self, place: int) -> Position:
        return self.book.positions[place % len(self.book.positions)]

    def fence(self, position: Position, which: str | None) -> tuple[int | None, bool | None]:
        """The number, and whether it is the current one; None for a call without a fence."""
        if which is None:
            return None, None
        fence = 0 if which == "wrong" else position.fences.get(position.drive - (which == "earlier"), -1)
        return fence, position.has_driver and fence == position.fences[position.drive]

    def uuid(self, attempt: str | None) -> uuid.UUID | None:
        return attempt and uuid.uuid5(uuid.NAMESPACE_OID, f"{self.account}/{attempt}")

    def names(self, position: Position, naming: Naming) -> list[str]:
        left = sorted(position.left)
        if naming is None:
            return left
        if isinstance(naming, int):
            return left and [left[naming % len(left)]]
        known = sorted({*position.orders, *position.ids, "nobody's"})
        return [known[place % len(known)] for place in naming]

    def full(self, position: Position, name: str) -> str:
        """The name as the database knows it."""
        return self.order_keys[position.id] + name if OURS.fullmatch(name) else name

    def execute(self, connection: psycopg.Connection[Any], function: str, arguments: dict[str, Any]) -> list[Any]:
        named = SQL(", ").join(SQL("{} => {}").format(Identifier(name), Placeholder(name)) for name in arguments)
        query = SQL("select * from {}({})").format(Identifier("tradelatch", function), named)
        return connection.execute(query, arguments).fetchall()

    def call(self, function: str, expect: Callable[[], Answer], **arguments: Any) -> Answer | None:
        """Makes the call that the model has an answer to, and compares; None where both refuse."""
        answer, states = answer_of(expect)
        connection = self.admin if function == "take_over" else self.bot
        if answer is None:
            with pytest.raises(psycopg.Error) as raised:
                self.execute(connection, function, arguments)
            assert raised.value.sqlstate in states, raised.value
            return None
        (receipt,) = self.execute(connection, function, arguments)
        self.compare(receipt, answer)
        return answer

    def compare(self, receipt: Any, answer: Answer) -> None:
        position = answer.position
        assert receipt.outcome in answer.outcomes
        if not position.id:
            position.id = receipt.position_id
            query = "select order_key from monitoring.positions where id = %s"
            (self.order_keys[position.id],) = self.admin.execute(query, [position.id]).fetchone()
        assert (receipt.position_id, receipt.status) == (position.id, position.status)
        assert (receipt.account, receipt.symbol, receipt.position_side) == (self.account, *position.slot)
        if answer.changes_hands:
            assert receipt.fence > max(position.fences.values(), default=0)
            position.fences[position.drive] = receipt.fence
        assert receipt.fence == (position.fences[position.drive] if answer.drives else None)
        assert (receipt.lease_until is not None) == answer.drives

        key = self.order_keys[position.id]
        order = (receipt.order_kind, receipt.order_client_order_id, receipt.order_quantity, receipt.order_price)
        if answer.drives and (due := position.order(answer.looks_up)) is not None:
            kind, name, quantity, price = due
            assert order == (kind, key + name, quantity, price)
            assert receipt.order_side == ("buy" if (position.side == "long") == (kind == "entry") else "sell")
            assert receipt.order_reduce_only == (kind != "entry")
        else:
            assert {*order, receipt.order_side} == {None}
        cancels = {name.removeprefix(key) for name in receipt.order_cancels or []}
        must_cancel = position.cancels(answer.is_given) if answer.drives else set()
        assert must_cancel <= cancels <= must_cancel | answer.may_cancel

    # Openings

    def open(self, function: str, wanted: Position, attempt: str | None, arguments: dict[str, Any]) -> None:
        answer = self.call(function, lambda: self.book.open(wanted, attempt), **arguments)
        if attempt is not None and answer and "created" in answer.outcomes:
            self.openings.append((function, arguments, wanted, attempt))
            asked = (wanted.slot, wanted.side, wanted.quantity, wanted.entry_price, wanted.percent)
            self.book.attempts[attempt] = (wanted.id, "open", wanted.adopted, wanted.request_id, *asked)

    def create_position(
        self,
        symbol: str,
        side: str,
        hedge: bool,
        quantity: Decimal,
        percent: Decimal | None,
        request: str | None,
        attempt: str | None,
    ) -> None:
        position_side = side if hedge else "both"
        wanted = Position((symbol, position_side), side, quantity, Decimal(100), percent, request)
        arguments = {
            "exchange": "binance",
            "account": self.account,
            "symbol": symbol,
            "side": side,
            "position_side": position_side,
            "quantity": quantity,
            "entry_price": 100,
            "stop_loss_percent": percent,
            "request_id": request,
            "attempt": self.uuid(attempt),
            "lease": LEASE,
        }
        self.open("create_position", wanted, attempt, arguments)

    def adopt_position(
        self, symbol: str, side: str, quantity: Decimal, stop: Decimal | None, has_id: bool, attempt: str | None
    ) -> None:
        order_id = f"stop-{next(self.ends)}" if stop and has_id else None
        wanted = Position((symbol, "both"), side, quantity, Decimal(100), adopted=True, may_follow=True)
        wanted.filled = wanted.open = quantity
        wanted.average = Decimal(100)
        wanted.status, wanted.stops = ("active", 0) if stop else ("pending_sl", 1)
        wanted.sized = wanted.stops
        wanted.orders = {"*": Order("unnamed")}
        wanted.stop_price, wanted.stop_order_id = stop, order_id
        if order_id:
            wanted.stop_order = f"id:{order_id}"
            wanted.orders[wanted.stop_order] = Order("stop_loss")
        arguments = {
            "exchange": "binance",
            "account": self.account,
            "symbol": symbol,
            "side": side,
            "quantity": quantity,
            "average_price": 100,
            "observed_at": datetime.now(UTC),
            "stop_loss_price": stop,
            "stop_loss_order_id": order_id,
            "attempt": self.uuid(attempt),
            "lease": LEASE,
        }
        self.open("adopt_position", wanted, attempt, arguments)

    def repeat_opening(self, place: int) -> None:
        """The answer was lost, and the same call comes again, whatever has become of it."""
        if not self.openings:
            return
        function, arguments, position, attempt = self.openings[place % len(self.openings)]
        asked = (position.slot, position.side, position.quantity, position.entry_price, position.percent)
        wanted = Position(*asked, position.request_id, position.adopted)
        self.call(function, lambda: self.book.open(wanted, attempt), **arguments)

    # Moves of the driver, and what streams say

    def move(
        self, function: str, place: int, which: str | None, expect: Callable[[Position, Any], Answer], **facts: Any
    ) -> None:
        position = self.pick(place)
        fence, is_current = self.fence(position, which)
        for names in facts.keys() & {"orders_ended", "orders_placed"}:
            facts[names] = [self.full(position, name) for name in facts[names]]
        self.call(function, lambda: expect(position, is_current), position_id=position.id, fence=fence, **facts)

    def place_entry(self, place: int, which: str, other: str) -> None:
        order_id = f"entry-{self.pick(place).id}{other}"
        self.move("place_entry", place, which, lambda p, f: p.place_entry(f, order_id), exchange_order_id=order_id)

    def confirm_entry(
        self, place: int, which: str, filled: Decimal, average: Decimal | None, has_id: bool, naming: Naming
    ) -> None:
        order_id = f"entry-{self.pick(place).id}" if has_id else None
        ended = self.names(self.pick(place), naming)
        facts = {"filled_quantity": filled, "average_price": average, "exchange_order_id": order_id}

        def expect(position: Position, fence: bool) -> Answer:
            return position.confirm_entry(fence, filled, average, order_id, ended)

        self.move("confirm_entry", place, which, expect, orders_ended=ended, **facts)

    def activate_position(
        self, place: int, which: str, price: Decimal, back: int | None, has_id: bool, naming: Naming
    ) -> None:
        position = self.pick(place)
        name = None if back is None else f"s{position.stops - back}"
        order_id = f"stop-{position.id}-{name or price}" if has_id or name is None else None
        ended = self.names(position, naming)
        facts = {
            "stop_loss_price": price,
            "client_order_id": name and self.full(position, name),
            "stop_loss_order_id": order_id,
        }

        def expect(position: Position, fence: bool) -> Answer:
            return position.activate_position(fence, price, name, order_id, ended)

        self.move("activate_position", place, which, expect, orders_ended=ended, **facts)

    def cancel_position(self, place: int, which: str, reason: str) -> None:
        way = ("cancel_position", reason, "canceled", "pending_entry", "entry_placed")
        self.move("cancel_position", place, which, lambda p, f: p.final(f, *way), reason=reason)

    def fail_position(self, place: int, which: str, reason: str) -> None:
        way = ("fail_position", reason, "failed", "pending_entry")
        self.move("fail_position", place, which, lambda p, f: p.final(f, *way), reason=reason)

    def confirm_flat(self, place: int, which: str, naming: Naming) -> None:
        ended = self.names(self.pick(place), naming)
        self.move("confirm_flat", place, which, lambda p, f: p.confirm_flat(f, ended), orders_ended=ended)

    def rollback_position(self, place: int, which: str, reason: str) -> None:
        self.move("rollback_position", place, which, lambda p, f: p.rollback_position(f, reason), reason=reason)

    def begin_close(self, place: int, which: str | None, reason: str, attempt: str | None) -> None:
        facts = {"reason": reason, "attempt": self.uuid(attempt), "lease": LEASE}
        self.move("begin_close", place, which, lambda p, f: p.begin_close(f, reason, attempt), **facts)

    def confirm_close(self, place: int, which: str | None, reason: str, naming: Naming, attempt: str | None) -> None:
        ended = self.names(self.pick(place), naming)
        # the default lease is what the ordinary life is looked up by
        facts = {"reason": reason, "orders_ended": ended, "attempt": self.uuid(attempt)}
        self.move("confirm_close", place, which, lambda p, f: p.confirm_close(f, reason, ended, attempt), **facts)

    def confirm_orders(self, place: int, which: str | None, naming: Naming, placing: Naming, own: int) -> None:
        position = self.pick(place)
        ended = self.names(position, naming)
        placed = [name for name in self.names(position, placing) if name not in ("*", "nobody's")]
        placed += [f"own-{own}"] if own else []
        facts = {"orders_ended": ended, "orders_placed": placed}
        self.move("confirm_orders", place, which, lambda p, f: p.confirm_orders(f, ended, placed), **facts)

    def replace_stop_loss(self, place: int, which: str | None, price: Decimal, attempt: str | None) -> None:
        facts = {"stop_loss_price": price, "attempt": self.uuid(attempt), "lease": LEASE}
        self.move("replace_stop_loss", place, which, lambda p, f: p.replace_stop_loss(f, price, attempt), **facts)

    def update_stop_loss(
        self, place: int, price: Decimal | None, has_id: bool, naming: Naming, attempt: str | None
    ) -> None:
        position = self.pick(place)
        order_id = f"stop-{position.id}-{price}" if has_id and price is not None else None
        ended = self.names(position, naming)
        self.call(
            "update_stop_loss",
            lambda: position.update_stop_loss(price, order_id, ended, attempt),
            position_id=position.id,
            stop_loss_price=price,
            stop_loss_order_id=order_id,
            orders_ended=[self.full(position, name) for name in ended],
            attempt=self.uuid(attempt),
            lease=LEASE,
        )

    def resize_position(
        self, place: int, which: str | None, quantity: Decimal, reason: str, naming: Naming, attempt: str | None
    ) -> None:
        ended = self.names(self.pick(place), naming)
        facts = {"quantity": quantity, "reason": reason, "orders_ended": ended}
        facts |= {"attempt": self.uuid(attempt), "lease": LEASE}

        def expect(position: Position, fence: bool | None) -> Answer:
            return position.resize_position(fence, quantity, reason, ended, attempt)

        self.move("resize_position", place, which, expect, **facts)

    def reissue_order(self, place: int, which: str, kind: str, back: int, is_part: bool) -> None:
        position = self.pick(place)
        name = f"{kind}{(position.stops if kind == 's' else position.closes) - back}"
        remaining = position.open / 2 if is_part and position.open else None
        facts = {"client_order_id": self.full(position, name), "reason": "ended", "remaining": remaining}
        self.move("reissue_order", place, which, lambda p, f: p.reissue_order(f, name, remaining), **facts)

    def renew_lease(self, place: int, which: str) -> None:
        self.move("renew_lease", place, which, lambda p, f: p.renew_lease(f), lease=LEASE)

    # Time passes, drivers fall silent, and others take over

    def age(self, position: Position, change: str, *values: Any) -> None:
        with self.admin.transaction():
            self.admin.execute("set local session_replication_role = replica")  # the guard lets no lease fall
            query = f"update monitoring.positions set {change} where id = %s"
            self.admin.execute(query, [*values, position.id])

    def lease_ends(self, place: int) -> None:
        position = self.pick(place)
        if not (position.is_open and position.has_driver):
            return
        position.lease_ended = next(self.ends)
        lease = "timestamptz '2020-01-01' + %s * interval '1 hour'"
        self.age(position, f"lease_until = {lease}", position.lease_ended)

    def hands_end(self, place: int) -> None:
        """Those of earlier drivers, and of nobody in particular."""
        position = self.pick(place)
        self.set_hands(position, "2000-01-01")
        for order in position.orders.values():
            order.hands |= {drive: True for drive in order.hands if drive != position.drive}

    def set_hands(self, position: Position, until: str) -> None:
        hand = "case when h.hand ? 'until' then h.hand || jsonb_build_object('until', %s::text) else h.hand end"
        hands = f"(select jsonb_object_agg(h.name, {hand}) from jsonb_each(orders_in_hand) as h (name, hand))"
        self.age(position, f"orders_in_hand = {hands}", until)

    def an_hour_passes(self, place: int) -> None:
        """Since a position ended."""
        position = self.pick(place)
        position.just_ended = False
        self.age(position, "closed_at = closed_at - interval '1 hour'")

    def claim_stale(self, at_most: int) -> None:
        self.claim(self.book.claimable()[:at_most], max_positions=at_most)

    def claim_within_the_grace_time(self, place: int) -> None:
        position = self.pick(place)
        if not (position.is_open and position.has_driver and position.lease_ended is None):
            return
        claimed = [p for p in self.book.claimable() if p is not position]
        if position.status != "active" or position.is_unguarded():
            claimed.append(position)
        self.age(position, "lease_until = clock_timestamp()")
        self.claim(claimed, grace="0")
        if claimed and claimed[-1] is position:
            self.set_recent_hands(position)
        else:
            self.age(position, "lease_until = clock_timestamp() + interval '1 hour'")

    def set_recent_hands(self, position: Position) -> None:
        """As the model has them, so that no time passes by itself."""
        for name, order in position.left.items():
            if any(not is_over for drive, is_over in order.hands.items() if drive != position.drive):
                self.age(
                    position,
                    "orders_in_hand = jsonb_set(orders_in_hand, array[%s, 'until'], '\"2100-01-01\"')",
                    self.full(position, name),
                )

    def claim(self, claimed: list[Position], **arguments: Any) -> None:
        receipts = self.execute(self.bot, "claim_stale", {"account": self.account, "lease": LEASE, **arguments})
        assert [receipt.position_id for receipt in receipts] == [position.id for position in claimed]
        for receipt, position in zip(receipts, claimed, strict=True):
            self.compare(receipt, position.claim())

    def take_over(self, place: int) -> None:
        position = self.pick(place)
        self.call("take_over", position.take_over, position_id=position.id, reason="it hangs", lease=LEASE)

    # What is true after every step

    def check_book(self) -> None:
        rows = self.admin.execute(
            "select position_id, status, is_driven, filled_quantity, open_quantity, quantity, entry_price"
            " from tradelatch.positions where account = %s order by position_id",
            [self.account],
        ).fetchall()
        assert [tuple(row) for row in rows] == [
            (p.id, p.status, p.is_driven(), p.filled, p.open, p.quantity, p.entry_price) for p in self.book.positions
        ]

    def check_orders(self) -> None:
        """No order outlives its position: the slot is free only when nothing of it may stand or be sent."""
        rows = self.admin.execute(
            "select position_id, name, kind, in_hand_until is not null from tradelatch.orders where account = %s",
            [self.account],
        ).fetchall()
        assert sorted(rows) == sorted(
            (position.id, self.full(position, name), order.kind, bool(order.hands))
            for position in self.book.positions
            for name, order in position.left.items()
        )

    def end(self) -> None:
        """The log explains every status; the next history finds a small book."""
        unexplained = self.admin.execute(
            "select p.id from monitoring.positions as p,"
            " lateral (select e.to_status, e.from_status, lag(e.to_status) over (order by e.id) as before,"
            " row_number() over (order by e.id desc) as place"
            " from monitoring.position_events as e where e.position_id = p.id) as l"
            " where p.account = %s"
            " and (l.from_status is distinct from l.before or l.place = 1 and l.to_status <> p.status)",
            [self.account],
        ).fetchall()
        assert not unexplained
        with self.admin.transaction():
            self.admin.execute("set local session_replication_role = replica")
            self.admin.execute(
                "update monitoring.positions set status = 'failed', closed_at = now()"
                " where account = %s and closed_at is null",
                [self.account],
            )


FAILURES = (AssertionError, psycopg.Error, pytest.fail.Exception)
Connections = tuple[psycopg.Connection[Any], psycopg.Connection[Any]]


def failure(connections: Connections, steps: list[Step]) -> BaseException | None:
    """What these steps end with."""
    history = History(*connections)
    try:
        for step in steps:
            history.take(step)
        history.end()
    except FAILURES as error:
        return error
    return None


def shortened(connections: Connections, steps: list[Step]) -> list[Step]:
    """Without the steps that do not matter to the failure; the first one opens a position."""
    size = len(steps) // 2
    while size:
        for start in range(len(steps) - size, 0, -size):
            rest = steps[:start] + steps[start + size :]
            if failure(connections, rest) is not None:
                steps = rest
        size //= 2
    return steps


def test_sql_and_model_agree(bot: psycopg.Connection[Any], admin: psycopg.Connection[Any]) -> None:
    for seed in range(EXAMPLES):
        random, history = Random(seed), History(bot, admin)
        try:
            for _ in range(LENGTH):
                history.take(history.draw(random))
            history.end()
        except FAILURES as error:
            steps = shortened((bot, admin), history.steps)
            shown = "\n".join(f"    {name} {arguments}" for name, arguments in steps)
            found = failure((bot, admin), steps) or error
            pytest.fail(f"history {seed}: {type(found).__name__} {found}\n{shown}")
