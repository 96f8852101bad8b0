"""Random lives of several positions, the SQL functions beside a plain Python model of the contract.

TRADELATCH_EXAMPLES=N runs N random histories instead of the same few.
"""

import os
import re
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, assume, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.sql import SQL, Identifier, Placeholder

from .model import OPEN, Answer, Book, Position, RefusedError

EXAMPLES = os.environ.get("TRADELATCH_EXAMPLES")
REPEATABLE = settings(
    max_examples=int(EXAMPLES or 60),
    stateful_step_count=40,
    derandomize=EXAMPLES is None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
LEASE = "1 hour"
MOST_OPENINGS = 6  # calls in one history; the others are moves
# What a driver may do next: without it, most calls would be refused.
FITTING = {
    "pending_entry": ["place_entry", *["confirm_entry"] * 3, "cancel_position", "rollback_position", "fail_position"],
    "entry_placed": [*["confirm_entry"] * 4, "cancel_position", "rollback_position"],
    "pending_sl": [*["activate_position"] * 3, "confirm_entry", "reissue_order", "begin_close", "rollback_position"],
    "active": ["begin_close", "update_stop_loss", "update_stop_loss", "confirm_entry", "place_entry", "confirm_close"],
    "pending_close": ["confirm_close", "reissue_order", "begin_close", "confirm_entry"],
    "pending_rollback": ["confirm_flat", "reissue_order", "confirm_entry", "place_entry"],
}
ACCOUNTS = count(1)

places = st.integers(0, 30)
fences = st.sampled_from(["current"] * 8 + ["earlier", "wrong"])
optional_fences = st.one_of(st.none(), st.just("current"), fences)
sides = st.sampled_from(["long", "short"])
symbols = st.sampled_from(["APTUSDT", "BTCUSDT"])
amounts = st.sampled_from([Decimal(n) for n in ("0.5", "2", "4", "10", "12")])
averages = st.sampled_from([None, Decimal(99), Decimal("100.5")])
percents = st.sampled_from([None, Decimal("2.5")])
prices = st.sampled_from([Decimal(n) for n in (90, 95, 100, 105, 110)])
reasons = st.sampled_from(["target", "signal"])
choices = st.lists(st.integers(0, 19), min_size=1, max_size=6)
attempts = st.sampled_from([None, None, None, *"abcdefgh"])


def answer_of(expect: Callable[[], Answer]) -> tuple[Answer | None, tuple[str, ...]]:
    """The model's answer, or the SQLSTATEs that it allows."""
    try:
        return expect(), ()
    except RefusedError as refused:
        return None, refused.states


class Lifecycle(RuleBasedStateMachine):
    bot: ClassVar[psycopg.Connection[Any]]
    admin: ClassVar[psycopg.Connection[Any]]

    @initialize(side=sides, percent=percents, choices=choices)
    def start(self, side: str, percent: Decimal | None, choices: list[int]) -> None:
        self.account = f"account-{next(ACCOUNTS)}"
        self.book = Book()
        self.ends = count(1)
        self.order_keys: dict[int, str] = {}
        self.openings: list[tuple[str, dict[str, Any], Position, str | None]] = []
        self.tries = 0
        self.create_position("APTUSDT", side, False, Decimal(10), percent, None, "a")
        self.drive(0, choices, Decimal(4), None)

    # How a call is made and judged

    def pick(self, place: int) -> Position:
        assume(self.book.positions)
        return self.book.positions[place % len(self.book.positions)]

    def fence(self, position: Position, which: str | None) -> int | None:
        if which == "earlier":
            return position.fences[-2] if len(position.fences) > 1 else -1
        return {None: None, "current": position.fence, "wrong": 0}[which]

    def uuid(self, attempt: str | None) -> uuid.UUID | None:
        return attempt and uuid.uuid5(uuid.NAMESPACE_OID, f"{self.account}/{attempt}")

    def execute(self, function: str, arguments: dict[str, Any]) -> list[Any]:
        named = SQL(", ").join(SQL("{} => {}").format(Identifier(name), Placeholder(name)) for name in arguments)
        query = SQL("select * from {}({})").format(Identifier("tradelatch", function), named)
        return self.bot.execute(query, arguments).fetchall()

    def call(self, function: str, expect: Callable[[], Answer], **arguments: Any) -> Answer | None:
        """Makes the call that the model has an answer to, and compares; None where both refuse."""
        answer, states = answer_of(expect)
        if answer is None:
            with pytest.raises(psycopg.Error) as raised:
                self.execute(function, arguments)
            assert raised.value.sqlstate in states, raised.value
            event(f"{function}: {raised.value.sqlstate}")
            return None
        (receipt,) = self.execute(function, arguments)
        event(f"{function}: {receipt.outcome}, {receipt.status}")
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
            assert receipt.fence > max(position.fences, default=0)
            position.fence = receipt.fence
            position.fences.append(receipt.fence)
        assert receipt.fence == (position.fence if answer.drives else None)
        assert (receipt.lease_until is not None) == answer.drives

        due = position.order(answer.claimed) if answer.drives else None
        key = self.order_keys[position.id]
        if due is None:
            assert (
                receipt.order_kind
                is receipt.order_side
                is receipt.order_quantity
                is receipt.order_client_order_id
                is None
            )
        else:
            assert (receipt.order_kind, receipt.order_client_order_id) == (due.kind, key + due.name)
            assert (receipt.order_quantity, receipt.order_price) == (due.quantity, due.price)
            assert receipt.order_side == ("buy" if (position.side == "long") == (due.kind == "entry") else "sell")
            assert receipt.order_reduce_only == (due.kind != "entry")
        cancels = {re.sub(f"^{key}", "", order) for order in receipt.order_cancels or []}
        if answer.drives or answer.is_told_what_is_left:
            assert position.must_cancel() <= cancels <= position.may_cancel()
        else:
            assert not cancels

    def remember(self, attempt: str | None, answer: Answer | None, *call: Any) -> None:
        """A call that did something will be known by its attempt."""
        if attempt is not None and answer is not None and answer.outcomes & {"created", "ok", "claimed"}:
            given = answer.position.fence if answer.changes_hands else None
            self.book.attempts[attempt] = ((answer.position.id, *call), given)

    # Openings

    def open(self, function: str, wanted: Position, attempt: str | None, arguments: dict[str, Any]) -> None:
        self.tries += 1
        answer = self.call(function, lambda: self.book.open(wanted, attempt), **arguments)
        if answer and "created" in answer.outcomes:
            self.openings.append((function, arguments, wanted, attempt))
            asked = (wanted.slot, wanted.side, wanted.quantity, wanted.entry_price, wanted.percent)
            self.remember(attempt, answer, "open", wanted.adopted, wanted.request_id, *asked)

    @precondition(lambda self: self.tries < MOST_OPENINGS)
    @rule(
        symbol=symbols,
        side=sides,
        hedge=st.sampled_from([False, False, True]),
        quantity=amounts,
        percent=percents,
        request=st.sampled_from([None, None, "one", "two"]),
        attempt=attempts,
    )
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

    @precondition(lambda self: self.tries < MOST_OPENINGS)
    @rule(symbol=symbols, side=sides, quantity=amounts, stop=st.sampled_from([None, Decimal(95)]), attempt=attempts)
    def adopt_position(
        self, symbol: str, side: str, quantity: Decimal, stop: Decimal | None, attempt: str | None
    ) -> None:
        order_id = stop and f"stop-{next(self.ends)}"
        wanted = Position((symbol, "both"), side, quantity, Decimal(100), adopted=True)
        wanted.filled = wanted.open = quantity
        wanted.average = Decimal(100)
        wanted.stop_price, wanted.was_active = stop, stop is not None
        wanted.status, wanted.stops = ("active", 0) if stop else ("pending_sl", 1)
        wanted.known_ids = {f"id:{order_id}"} if stop else set()
        wanted.standing_stops = set(wanted.known_ids)
        wanted.is_replaced = stop is not None
        arguments = {
            "exchange": "binance",
            "account": self.account,
            "symbol": symbol,
            "side": side,
            "quantity": quantity,
            "average_price": 100,
            "stop_loss_price": stop,
            "stop_loss_order_id": order_id,
            "attempt": self.uuid(attempt),
            "lease": LEASE,
        }
        self.open("adopt_position", wanted, attempt, arguments)

    @rule(place=places)
    def repeat_opening(self, place: int) -> None:
        """The answer was lost, and the same call comes again, whatever has become of it."""
        assume(self.openings)
        function, arguments, position, attempt = self.openings[place % len(self.openings)]
        asked = (position.slot, position.side, position.quantity, position.entry_price, position.percent)
        wanted = Position(*asked, position.request_id, position.adopted)
        assume(attempt is not None)
        self.call(function, lambda: self.book.open(wanted, attempt), **arguments)

    # Moves of the driver

    @rule(place=places, choices=choices, filled=amounts, average=averages)
    def drive(self, place: int, choices: list[int], filled: Decimal, average: Decimal | None) -> None:
        """Some moves that fit, one after the other."""
        still_open = [n for n, position in enumerate(self.book.positions) if position.status in OPEN]
        assume(still_open)
        place = still_open[place % len(still_open)]
        position = self.book.positions[place]
        for choice in choices:
            if (fitting := FITTING.get(position.status)) is None:
                return
            function = fitting[choice % len(fitting)]
            first: dict[str, tuple[Any, ...]] = {
                "place_entry": ("current", ""),
                "confirm_entry": ("current", max(filled, position.filled), average),
                "activate_position": ("current", Decimal(90 if position.side == "long" else 110)),
                "begin_close": ("current" if choice % 2 else None, "target", None),
                "confirm_flat": ("current",),
                "update_stop_loss": (None if choice % 4 else Decimal(95), bool(choice % 8), None),
                "reissue_order": ("current", "s" if position.status == "pending_sl" else "c", 0, bool(choice % 2)),
            }
            getattr(self, function)(place, *first.get(function, ("current", "signal")))

    drive_2 = drive_3 = drive_4 = drive_5 = drive_6 = drive  # so that it is drawn more often than others

    def move(
        self,
        function: str,
        place: int,
        which: str | None,
        expect: Callable[[Position, Any], Answer],
        **facts: Any,
    ) -> Answer | None:
        position = self.pick(place)
        fence = self.fence(position, which)
        return self.call(function, lambda: expect(position, fence), position_id=position.id, fence=fence, **facts)

    @rule(place=places, which=fences, other=st.sampled_from(["", "", "", "-other"]))
    def place_entry(self, place: int, which: str, other: str) -> None:
        order_id = f"entry-{self.pick(place).id}{other}"
        self.move("place_entry", place, which, lambda p, f: p.place_entry(f, order_id), exchange_order_id=order_id)

    @rule(place=places, which=fences, filled=amounts, average=averages)
    def confirm_entry(self, place: int, which: str, filled: Decimal, average: Decimal | None) -> None:
        facts = {"filled_quantity": filled, "average_price": average}
        self.move("confirm_entry", place, which, lambda p, f: p.confirm_entry(f, filled, average), **facts)

    @rule(place=places, which=fences, price=prices)
    def activate_position(self, place: int, which: str, price: Decimal) -> None:
        self.move("activate_position", place, which, lambda p, f: p.activate_position(f, price), stop_loss_price=price)

    @rule(place=places, which=fences, reason=reasons)
    def cancel_position(self, place: int, which: str, reason: str) -> None:
        way = ("cancel_position", reason, "canceled", "pending_entry", "entry_placed")
        self.move("cancel_position", place, which, lambda p, f: p.end(f, *way), reason=reason)

    @rule(place=places, which=fences, reason=reasons)
    def fail_position(self, place: int, which: str, reason: str) -> None:
        way = ("fail_position", reason, "failed", "pending_entry")
        self.move("fail_position", place, which, lambda p, f: p.end(f, *way), reason=reason)

    @rule(place=places, which=fences)
    def confirm_flat(self, place: int, which: str) -> None:
        way = ("confirm_flat", "", "rolled_back", "pending_rollback")
        self.move("confirm_flat", place, which, lambda p, f: p.end(f, *way))

    @rule(place=places, which=fences, reason=reasons)
    def rollback_position(self, place: int, which: str, reason: str) -> None:
        self.move("rollback_position", place, which, lambda p, f: p.rollback_position(f, reason), reason=reason)

    @rule(place=places, which=optional_fences, reason=reasons, attempt=attempts)
    def begin_close(self, place: int, which: str | None, reason: str, attempt: str | None) -> None:
        facts = {"reason": reason, "attempt": self.uuid(attempt), "lease": LEASE}
        answer = self.move("begin_close", place, which, lambda p, f: p.begin_close(reason, f, attempt), **facts)
        self.remember(attempt, answer, "begin_close", reason)

    @rule(place=places, which=optional_fences, reason=reasons)
    def confirm_close(self, place: int, which: str | None, reason: str) -> None:
        self.move("confirm_close", place, which, lambda p, f: p.confirm_close(reason, f), reason=reason)

    @rule(place=places, price=st.one_of(st.none(), prices), has_id=st.booleans(), attempt=attempts)
    def update_stop_loss(self, place: int, price: Decimal | None, has_id: bool, attempt: str | None) -> None:
        position = self.pick(place)
        order_id = f"stop-{position.id}-{price}" if has_id and price is not None else None
        answer = self.call(
            "update_stop_loss",
            lambda: position.update_stop_loss(price, order_id, attempt),
            position_id=position.id,
            stop_loss_price=price,
            stop_loss_order_id=order_id,
            attempt=self.uuid(attempt),
            lease=LEASE,
        )
        self.remember(attempt, answer, "update_stop_loss", price, order_id)

    @rule(
        place=places,
        which=fences,
        kind=st.sampled_from("sc"),
        back=st.sampled_from([0, 0, 0, 1, 2]),
        is_part=st.booleans(),
    )
    def reissue_order(self, place: int, which: str, kind: str, back: int, is_part: bool) -> None:
        position = self.pick(place)
        name = f"{kind}{(position.stops if kind == 's' else position.closes) - back}"
        remaining = position.open / 2 if is_part and position.open else None
        facts = {"client_order_id": self.order_keys[position.id] + name, "reason": "ended", "remaining": remaining}
        self.move("reissue_order", place, which, lambda p, f: p.reissue_order(f, name, remaining), **facts)

    @rule(place=places, which=fences)
    def renew_lease(self, place: int, which: str) -> None:
        self.move("renew_lease", place, which, lambda p, f: p.renew_lease(f), lease=LEASE)

    # Drivers that fall silent, and those who take over

    @rule(place=places)
    def lease_ends(self, place: int) -> None:
        position = self.pick(place)
        assume(position.status in OPEN)
        position.lease_ended = next(self.ends)
        with self.admin.transaction():
            self.admin.execute("set local session_replication_role = replica")  # the guard lets no lease fall
            self.admin.execute(
                "update monitoring.positions set lease_until = timestamptz '2020-01-01' + %s * interval '1 hour'"
                " where id = %s",
                [position.lease_ended, position.id],
            )

    @rule(at_most=st.integers(1, 3))
    def claim_stale(self, at_most: int) -> None:
        receipts = self.execute("claim_stale", {"max_positions": at_most, "account": self.account, "lease": LEASE})
        claimed = self.book.claimable()[:at_most]
        assert [receipt.position_id for receipt in receipts] == [position.id for position in claimed]
        for receipt, position in zip(receipts, claimed, strict=True):
            event(f"claim_stale: {receipt.status}")
            self.compare(receipt, position.claim())

    # What is true after every step

    @invariant()
    def book_is_the_models(self) -> None:
        rows = self.admin.execute(
            "select position_id, status, fence, filled_quantity, open_quantity, quantity, entry_price"
            " from tradelatch.positions where account = %s order by position_id",
            [self.account],
        ).fetchall()
        assert [tuple(row) for row in rows] == [
            (p.id, p.status, p.fence, p.filled, p.open, p.quantity, p.entry_price) for p in self.book.positions
        ]

    def teardown(self) -> None:
        """The log explains every status."""
        unexplained = self.admin.execute(
            "select p.id from monitoring.positions as p,"
            " lateral (select e.to_status, e.from_status, lag(e.to_status) over (order by e.id) as before,"
            " row_number() over (order by e.id desc) as place"
            " from monitoring.position_events as e where e.position_id = p.id) as l"
            " where p.account = %s"
            " and (l.from_status is distinct from l.before or l.place = 1 and l.to_status <> p.status)",
            [getattr(self, "account", "")],
        ).fetchall()
        assert not unexplained


@pytest.fixture
def machine(bot: psycopg.Connection[Any], admin: psycopg.Connection[Any]) -> Iterator[type[Lifecycle]]:
    Lifecycle.bot, Lifecycle.admin = bot, admin
    yield Lifecycle
    del Lifecycle.bot, Lifecycle.admin


def test_sql_and_model_agree(machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(machine, settings=REPEATABLE)
