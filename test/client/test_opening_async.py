# ruff: noqa: PT012 (the block is what is tested)
"""The block of `opening`: what it hands out, what it renews, and how it is left."""

import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from tradelatch import (
    AsyncClient,
    IllegalTransition,
    InvalidArgument,
    LeaseExpired,
    OpeningIncomplete,
    SlotTaken,
    StaleFence,
    TradelatchError,
    Unavailable,
)

from .conftest import hurried

FILL = {"filled_quantity": Decimal("61.8"), "average_price": Decimal("3.23")}
SHORT = timedelta(seconds=2)  # a lease that is renewed twice before it ends
STOP = {"stop_loss_price": Decimal("3.29"), "stop_loss_order_id": "7"}


class Boom(Exception):
    """What goes wrong in a block."""


async def test_whole_way(database, admin, apt):
    async with AsyncClient(database) as client:
        async with client.opening(**apt, request_id="signal:5483266", stop_loss_percent=2) as position:
            entry = position.next_order
            assert (entry.kind, entry.side, entry.quantity, entry.reduce_only) == (
                "entry",
                "sell",
                apt["quantity"],
                False,
            )
            assert entry.valid_until == position.lease_until
            await position.place_entry("53190368")
            assert position.next_order is None
            await position.confirm_entry(entry.quantity, average_price=Decimal("3.23"))
            stop = position.next_order
            assert (stop.kind, stop.side, stop.price, stop.reduce_only) == ("stop_loss", "buy", Decimal("3.2946"), True)
            await position.activate(stop.price, stop_loss_order_id="1002")
            assert position.next_order is None
        assert position.status == "active"
        await position.begin_close("target")
        close = position.next_order
        assert (close.kind, close.side, close.quantity, close.reduce_only) == ("close", "buy", apt["quantity"], True)
        await position.confirm_close("target", orders_ended=[stop.client_order_id], exit_price=Decimal("3.1"))
        assert (position.status, position.cancels) == ("closed", ())
    assert admin.events(position.position_id) == [
        "create_position",
        "place_entry",
        "confirm_entry",
        "activate_position",
        "begin_close",
        "confirm_close",
    ]


async def test_slot_and_request_are_taken(database, apt):
    async with AsyncClient(database) as client:
        holder = await client.create_position(**apt, request_id="signal:1")
        for arguments in (apt, {**apt, "request_id": "signal:1"}):
            with pytest.raises(SlotTaken) as caught:
                async with client.opening(**arguments):
                    pytest.fail("entered")
            assert (caught.value.position_id, caught.value.status) == (holder.position_id, "pending_entry")
        await client.cancel_position(holder.position_id, holder.fence, "test")
        with pytest.raises(SlotTaken, match="canceled"):
            async with client.opening(**apt, request_id="signal:1"):
                pytest.fail("entered")


@pytest.mark.parametrize("error", [Boom("bad\n\x00news\u2028" + "!" * 2000), None])
async def test_nothing_was_handed_out(database, admin, apt, error):
    async with AsyncClient(database) as client:
        with pytest.raises(Boom if error else OpeningIncomplete) as caught:
            async with client.opening(**apt) as position:
                if error:
                    raise error
        assert (position.status, position.next_order) == ("canceled", None)
        assert not hasattr(caught.value, "__notes__")
        if error is None:
            told = caught.value
            assert (told.position_id, told.status) == (position.position_id, "canceled")
            assert (told.next_order, told.cancels) == (None, ())
        assert admin.events(position.position_id) == ["create_position", "cancel_position"]
        assert (await client.create_position(**apt)).outcome == "created"


@pytest.mark.parametrize("steps", [0, 1, 2])
@pytest.mark.parametrize("error", [Boom, None])
async def test_something_may_be_open(database, admin, apt, steps, error):
    async with AsyncClient(database) as client:
        with pytest.raises(error or OpeningIncomplete) as caught:
            async with client.opening(**apt) as position:
                entry = position.next_order
                if steps > 0:
                    await position.place_entry("53190368")
                if steps > 1:
                    await position.confirm_entry(**FILL)
                before = position.lease_until
                if error:
                    raise error()
        assert position.status == "pending_rollback"
        assert position.lease_until > before  # there is time to send the close
        close = position.next_order
        assert (close.kind, close.side, close.quantity, close.reduce_only) == ("close", "buy", apt["quantity"], True)
        key = entry.client_order_id.removesuffix("e1")  # the entry has ended when all of it is filled
        assert close.cancels == (f"{key}s1" if steps > 1 else f"{key}e1",)
        (note,) = caught.value.__notes__
        due = f"its close order {close.client_order_id} is due, after cancelling {', '.join(close.cancels)}"
        assert note == f"position {position.position_id} is pending_rollback: {due}"
        if error is None:
            told = caught.value
            assert (told.position_id, told.status) == (position.position_id, "pending_rollback")
            assert (told.next_order, told.cancels) == (close, close.cancels)
        assert (await position.confirm_flat()).status == "rolled_back"


async def test_a_fact_is_as_good_as_a_read_order(database, apt, proxy):
    """The order was not read, but its placing was reported, and the answer to that was lost."""
    async with AsyncClient(proxy.dsn) as client:
        with pytest.raises(Unavailable):
            async with client.opening(**apt) as position:
                proxy.hold("place_entry")
                with hurried(client):
                    await position.place_entry("53190368")
        assert position.status == "pending_rollback"


@pytest.mark.parametrize("end", ["cancel", "rollback", "begin_close", "confirm_close", "active", "detach"])
@pytest.mark.parametrize("error", [Boom(), None])
async def test_left_alone(database, admin, apt, end, error):
    async with AsyncClient(database) as client:
        try:
            async with client.opening(**apt) as position:
                if end in ("begin_close", "confirm_close", "active"):
                    await position.confirm_entry(**FILL)
                    await position.activate(**STOP)
                if end == "detach":
                    position.detach()
                elif end != "active":
                    await getattr(position, end)("test")
                before = admin.events(position.position_id)
                if error:
                    raise error
        except Boom:
            assert error
        assert admin.events(position.position_id) == before


@pytest.mark.usefixtures("own_schema")
async def test_activation_that_was_a_duplicate_is_incomplete(database, admin, apt):
    async with AsyncClient(database) as client:
        with pytest.raises(OpeningIncomplete):
            async with client.opening(**apt) as position:
                await position.confirm_entry(**FILL)
                admin("drop index monitoring.idx_unique_active_position, monitoring.idx_unique_active_position_short")
                admin("alter table monitoring.positions disable trigger user")
                admin(
                    "insert into monitoring.positions (symbol, exchange, account, side, position_side, quantity,"
                    " entry_price, status, origin) select symbol, exchange, account, side, position_side, quantity,"
                    " entry_price, 'pending_entry', origin from monitoring.positions"
                )
                admin("alter table monitoring.positions enable trigger user")
                assert (await position.activate(**STOP)).outcome == "duplicate"
        assert (position.status, position.next_order) == ("pending_rollback", None)


async def test_lost_answer_of_an_activation(proxy, admin, apt):
    """The block fails because nobody answered, but the position is active: nothing is undone."""
    async with AsyncClient(proxy.dsn) as client:
        with pytest.raises(Unavailable) as caught:
            async with client.opening(**apt) as position:
                await position.confirm_entry(**FILL)
                proxy.hold("activate_position")
                with hurried(client):
                    await position.activate(**STOP)
        assert not hasattr(caught.value, "__notes__")
    assert admin("select status from tradelatch.positions") == ["active"]


async def test_exit_that_fails_keeps_the_error(proxy, apt, caplog):
    async with AsyncClient(proxy.dsn) as client:
        after = ExitStack()
        with after, pytest.raises(Boom, match="original") as caught:
            async with client.opening(**apt) as position:
                assert position.next_order
                proxy.close()
                after.enter_context(hurried(client))
                raise Boom("original")
        (note,) = caught.value.__notes__
        assert f"position {position.position_id} could not be undone: Unavailable" in note
        assert "could not be undone" in caplog.text


async def test_stale_driver(database, admin, apt, age_leases):
    attempt = uuid4()
    async with AsyncClient(database) as client:
        with pytest.raises(Boom) as caught:
            async with client.opening(**apt, attempt=attempt) as position:
                assert position.next_order
                age_leases("2 minutes")
                (claimed,) = await client.claim_stale()
                for name, arguments in (
                    ("place_entry", {"exchange_order_id": "53190368"}),
                    ("confirm_entry", FILL),
                    ("activate", {**STOP, "client_order_id": "x"}),
                    ("cancel", {"reason": "test"}),
                    ("rollback", {"reason": "test"}),
                    ("confirm_flat", {}),
                    ("begin_close", {"reason": "test"}),
                    ("confirm_close", {"reason": "test"}),
                    ("confirm_orders", {}),
                    ("replace_stop_loss", {"stop_loss_price": 3}),
                    ("resize", {"quantity": 60, "reason": "test"}),
                    ("reissue_order", {"client_order_id": "x", "reason": "test"}),
                    ("renew_lease", {}),
                ):
                    with pytest.raises(StaleFence) as refused:
                        await getattr(position, name)(**arguments)
                    assert refused.value.sqlstate == "TL003"
                assert (position.next_order, position.cancels) == (None, ())
                replayed = await client.create_position(**apt, attempt=attempt)
                assert (replayed.outcome, replayed.fence, replayed.next_order) == ("replayed", None, None)
                raise Boom
        assert "StaleFence" in caught.value.__notes__[0]
        with pytest.raises(SlotTaken):
            async with client.opening(**apt, attempt=attempt):
                pytest.fail("entered")
    assert admin.events(position.position_id) == ["create_position", "claim_stale"]
    assert claimed.fence > position.fence


async def test_order_is_refused_after_the_lease(database, apt, monkeypatch):
    async with AsyncClient(database) as client:
        with pytest.raises(LeaseExpired):
            async with client.opening(**apt, lease=timedelta(seconds=600)) as position:
                now = time.monotonic()
                monkeypatch.setattr("tradelatch.core.lease.time.monotonic", lambda: now + 601)
                _ = position.next_order
        assert position.status == "canceled"  # it was not handed out


async def test_skewed_clock(database, apt, monkeypatch):
    """This machine's clock is an hour ahead, or behind: the database's counts."""
    for hours in (1, -1):

        class Skewed(datetime):
            @classmethod
            def now(cls, zone, skew=timedelta(hours=hours)):
                return datetime.now(zone) + skew

        monkeypatch.setattr("tradelatch.core.lease.datetime", Skewed)
        monkeypatch.setattr("tradelatch.core.calling_async.datetime", Skewed)
        async with AsyncClient(database) as client:
            with pytest.raises(OpeningIncomplete):
                async with client.opening(**apt) as position:
                    assert position.next_order.valid_until - datetime.now(UTC) < timedelta(minutes=1)
            await position.confirm_flat()


async def test_lease_is_renewed(database, apt, tasks):
    async with AsyncClient(database) as client, client.opening(**apt, lease=SHORT) as position:
        first = position.lease_until
        await tasks.until(lambda: position.lease_until > first + timedelta(seconds=1))
        assert position.next_order.valid_until == position.lease_until
        assert await client.claim_stale(grace=timedelta(0)) == []
        await position.confirm_entry(**FILL)
        await position.activate(**STOP)
        last = position.lease_until
        await tasks.until(lambda: datetime.now(UTC) > last)
        assert position.lease_until - last < SHORT / 2  # one may have been on its way
        with pytest.raises(LeaseExpired):
            await position.begin_close("target")
            while position.next_order:
                position._lease.lose(position.fence)


async def test_renewal_outlives_a_lost_connection(proxy, apt, tasks):
    async with AsyncClient(proxy.dsn) as client:
        with pytest.raises(OpeningIncomplete):
            async with client.opening(**apt, lease=SHORT) as position:
                proxy.cut()
                proxy.lose("renew_lease")
                first = position.lease_until
                await tasks.until(lambda: position.lease_until > first)
        assert not proxy.faults


async def test_renewal_stops_with_the_block(database, admin, apt, tasks):
    async with AsyncClient(database) as client:
        async with client.opening(**apt, lease=timedelta(seconds=0.3)) as position:
            position.detach()
        last = position.lease_until
        await tasks.until(lambda: datetime.now(UTC) > last + timedelta(seconds=0.5))
        (claimed,) = await client.claim_stale(grace=timedelta(0))
        assert claimed.position_id == position.position_id
        assert claimed.next_order.kind == "entry"  # to be looked up
        with pytest.raises(StaleFence):
            await position.place_entry("53190368")


async def test_new_stop_loss_is_a_new_drive(database, apt):
    async with AsyncClient(database) as client:
        async with client.opening(**apt) as position:
            await position.confirm_entry(**FILL)
            await position.activate(**STOP)
            first = position.fence
            await position.update_stop_loss(Decimal("3.25"))
            assert (position.fence, position.next_order) == (first, None)
            await position.update_stop_loss(None)
            assert position.fence > first
            order = position.next_order
            assert (order.kind, position.status) == ("stop_loss", "pending_sl")
            await position.reissue_order(order.client_order_id, "would trigger at once")
            assert position.next_order.client_order_id != order.client_order_id
            await position.activate(Decimal("3.3"))
        assert position.status == "active"


async def test_own_attempt_again(database, apt):
    """A second life of the same process: its entry may have been sent by the first."""
    attempt = uuid4()
    async with AsyncClient(database) as client:
        await client.create_position(**apt, attempt=attempt)
        with pytest.raises(Boom):
            async with client.opening(**apt, attempt=attempt) as position:
                assert position.outcome == "replayed"
                raise Boom
        assert position.status == "pending_rollback"


async def test_refused_arguments(database, apt):
    async with AsyncClient(database) as client:
        with pytest.raises(InvalidArgument):
            client.opening(**{**apt, "quantity": 61.8})
        with pytest.raises(InvalidArgument):
            async with client.opening(**{**apt, "side": "up"}):
                pytest.fail("entered")
        with pytest.raises(IllegalTransition) as caught:
            async with client.opening(**apt) as position:
                await position.confirm_flat()
        assert caught.value.detail["status"] == "pending_entry"
        assert "Legal moves" in str(caught.value)


async def test_exit_is_bounded(database, apt):
    """Somebody locks the table while the block is left."""
    async with AsyncClient(database) as client:
        rival = psycopg.connect(database)
        with ExitStack() as after, pytest.raises(Boom) as caught:
            async with client.opening(**apt) as position:
                rival.execute("lock table monitoring.positions in access exclusive mode")
                after.enter_context(hurried(client))
                raise Boom
        rival.close()
    assert caught.value.__notes__
    assert position.status == "pending_entry"


async def test_refused_handle_offers_nothing(database, apt):
    """What stands after IllegalTransition is not known, so the order of the latest receipt may be one too many."""
    async with AsyncClient(database) as client, client.opening(**apt) as position:
        entry = position.next_order
        with pytest.raises(IllegalTransition):
            await position.confirm_flat()
        assert (position.next_order, position.cancels) == (None, ())
        await client.confirm_entry(position.position_id, position.fence, **FILL)  # as the handler of a stream may
        await position.confirm_entry(**FILL)
        assert position.next_order.kind == "stop_loss"
        assert position.next_order.client_order_id != entry.client_order_id
        position.detach()


async def test_renewal_that_is_refused(database, apt, age_leases, tasks):
    """The background learnt that somebody else drives, before the task did."""
    async with AsyncClient(database) as client:
        with pytest.raises(LeaseExpired) as caught:
            async with client.opening(**apt, lease=SHORT) as position:
                (await position.confirm_entry(20)).next_order  # noqa: B018 (it is given out)
                await position.confirm_entry(40)
                assert position.cancels
                age_leases("2 minutes")
                await client.claim_stale()
                await tasks.until(lambda: position._lease.is_lost)
                assert position.cancels == ()
                _ = position.next_order
        assert "StaleFence" in caught.value.__notes__[0]


async def test_opening_without_its_block(database, apt):
    async with AsyncClient(database) as client:
        forgotten = client.opening(**apt)
        with pytest.raises(AttributeError, match=r"write `async with client\.opening"):
            _ = forgotten.next_order
        async with client.opening(**apt) as position:
            position.detach()
        again = client.opening(**{**apt, "symbol": "ETHUSDT"})
        async with again as position:
            await position.cancel("test")
        with pytest.raises(TradelatchError, match="entered before"):
            async with again:
                pytest.fail("entered")


async def test_late_answer_is_not_the_latest(proxy, apt, tasks):
    """It was given up at `timeout`, and arrives when the position is further on."""
    async with AsyncClient(proxy.dsn) as client, client.opening(**apt) as position:
        proxy.hold("place_entry")
        with hurried(client), pytest.raises(Unavailable):
            await position.place_entry("53190368")
        await position.confirm_entry(**FILL)
        stop_loss = position.next_order
        proxy.release()
        await tasks.until(lambda: not client._caller._silent)
        assert (position.status, position.next_order) == ("pending_sl", stop_loss)
        position.detach()
