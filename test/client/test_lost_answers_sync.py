# Generated from test_lost_answers_async.py by client/async_to_sync.py: change that file, not this one.
"""The connection cut between commit and answer: every call, when it is repeated, tells that it was done."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from tradelatch import Client, OutcomeUnknown, Receipt

FILL = ("confirm_entry", {"filled_quantity": Decimal("61.8"), "average_price": Decimal("3.23")})
STOP = ("activate_position", {"stop_loss_price": Decimal("3.29"), "stop_loss_order_id": "7"})
TRIGGERED = {"reason": "stop-loss", "orders_ended": ["id:7"], "exit_price": Decimal("3.29")}
ROLLBACK = ("rollback_position", {"reason": "refused"})
WITHOUT_FENCE = (
    "begin_close",
    "confirm_close",
    "confirm_orders",
    "replace_stop_loss",
    "resize_position",
    "update_stop_loss",
)


def move(client: Client, receipt: Receipt, name: str, arguments: dict) -> Receipt:
    """Call one function for the position of a receipt."""
    fence = {} if name in WITHOUT_FENCE else {"fence": receipt.fence}
    if name in ("reissue_order", "activate_position"):
        arguments = arguments | {"client_order_id": receipt.next_order.client_order_id}
    return getattr(client, name)(position_id=receipt.position_id, **fence, **arguments)


@pytest.mark.parametrize(
    ("before", "name", "arguments", "status"),
    [
        ([], "place_entry", {"exchange_order_id": "53190368"}, "entry_placed"),
        ([], *FILL, "pending_sl"),
        ([FILL], *STOP, "active"),
        ([], "cancel_position", {"reason": "refused"}, "canceled"),
        ([FILL], *ROLLBACK, "pending_rollback"),
        ([ROLLBACK], "confirm_flat", {"realized_pnl": Decimal("-1.5")}, "rolled_back"),
        ([FILL, STOP], "begin_close", {"reason": "target"}, "pending_close"),
        ([FILL, STOP], "confirm_close", TRIGGERED, "closed"),
        ([FILL, STOP], "confirm_close", {"reason": "stop-loss"}, "pending_cancels"),
        ([FILL, STOP], "confirm_orders", {"orders_ended": ["id:7"]}, "pending_sl"),
        ([FILL, STOP], "replace_stop_loss", {"stop_loss_price": Decimal("3.25")}, "pending_sl"),
        ([FILL, STOP], "resize_position", {"quantity": 60, "reason": "part-exit"}, "pending_sl"),
        ([FILL, STOP], "update_stop_loss", {"stop_loss_price": Decimal("3.25")}, "active"),
        ([FILL, STOP], "update_stop_loss", {"stop_loss_price": None}, "pending_sl"),
        ([FILL], "reissue_order", {"reason": "would trigger at once"}, "pending_sl"),
    ],
)
def test_move(proxy, admin, apt, before, name, arguments, status):
    with Client(proxy.dsn) as client:
        receipt = client.create_position(**apt)
        for step in before:
            receipt = move(client, receipt, *step)
        logged = admin.events(receipt.position_id)
        proxy.lose(name)
        repeated = move(client, receipt, name, arguments)
    assert not proxy.faults
    assert (repeated.outcome, repeated.status) == ("replayed", status)
    assert admin.events(receipt.position_id) == [*logged, name]


@pytest.mark.parametrize("attempt", [None, uuid4()])
def test_create_position(proxy, admin, apt, attempt):
    with Client(proxy.dsn) as client:
        client.schema_version()
        proxy.lose("create_position", times=3)
        receipt = client.create_position(**apt, attempt=attempt)
    assert not proxy.faults
    assert (receipt.outcome, receipt.status) == ("replayed", "pending_entry")
    assert receipt.fence is not None
    assert receipt.next_order.kind == "entry"
    assert admin.events(receipt.position_id) == ["create_position"]


def test_adopt_position(proxy, admin):
    with Client(proxy.dsn) as client:
        proxy.lose("adopt_position")
        receipt = client.adopt_position("bybit", "AVLUSDT", "long", 43, Decimal("0.1358"), datetime.now(UTC))
    assert (receipt.outcome, receipt.status) == ("replayed", "pending_sl")
    assert receipt.next_order.kind == "stop_loss"
    assert admin.events(receipt.position_id) == ["adopt_position"]


def test_fail_position(proxy, admin, apt, age_leases):
    with Client(proxy.dsn) as client:
        client.create_position(**apt)
        age_leases("2 minutes")
        (claimed,) = client.claim_stale()
        proxy.lose("fail_position")
        failed = client.fail_position(claimed.position_id, claimed.fence, "the exchange does not know it")
    assert (failed.outcome, failed.status) == ("replayed", "failed")
    assert admin.events(claimed.position_id) == ["create_position", "claim_stale", "fail_position"]


def test_renew_lease(proxy, apt):
    with Client(proxy.dsn) as client:
        created = client.create_position(**apt)
        proxy.lose("renew_lease")
        renewed = client.renew_lease(created.position_id, created.fence)
    assert not proxy.faults
    assert renewed.lease_until > created.lease_until


def test_claim_stale_is_not_repeated(proxy, admin, apt, age_leases):
    with Client(proxy.dsn) as client:
        created = client.create_position(**apt)
        age_leases("2 minutes")
        proxy.lose("claim_stale")
        with pytest.raises(OutcomeUnknown):
            client.claim_stale()
        assert client.claim_stale() == []
    assert admin.events(created.position_id) == ["create_position", "claim_stale"]


def test_claim_stale_is_repeated_when_only_the_comparison_was_lost(proxy):
    with Client(proxy.dsn) as client:
        proxy.lose("schema_version", times=2)
        assert client.claim_stale() == []
    assert not proxy.faults


def test_claim_stale_is_repeated_while_it_was_not_sent(proxy):
    with Client(proxy.dsn) as client:
        client.schema_version()
        proxy.cut()  # it is noticed before anything is sent
        assert client.claim_stale() == []


def test_cut_at_every_byte(proxy, admin, apt):
    """The row, and the word that its command is complete, are no answer before the end of the transaction is told."""
    with Client(proxy.dsn, timeout=30) as client:
        created = client.create_position(**apt)
        placing = {"position_id": created.position_id, "fence": created.fence, "exchange_order_id": "53190368"}
        assert (client.place_entry(**placing)).outcome == "ok"
        proxy.cut_after("place_entry", 0)
        assert (client.place_entry(**placing)).outcome == "replayed"
        whole = proxy.answer_length
        assert whole > 500
        for count in range(whole):
            proxy.executed.clear()
            proxy.cut_after("place_entry", count)
            assert (client.place_entry(**placing)).outcome == "replayed"
            assert not proxy.faults
            assert proxy.times("place_entry") == 2, f"{count} of {whole} bytes were an answer"
        proxy.executed.clear()
        proxy.cut_after("place_entry", whole)
        assert (client.place_entry(**placing)).outcome == "replayed"
        assert proxy.times("place_entry") == 1
    assert admin.events(created.position_id) == ["create_position", "place_entry"]


def test_claim_that_was_cut_short_is_unknown(proxy, admin, apt, age_leases):
    """All but the end of the transaction arrived."""
    with Client(proxy.dsn) as client:
        client.create_position(**apt)
        proxy.cut_after("claim_stale", 0)
        with pytest.raises(OutcomeUnknown):
            client.claim_stale()
        age_leases("2 minutes")
        proxy.cut_after("claim_stale", proxy.answer_length)  # of fewer rows, so without the end
        with pytest.raises(OutcomeUnknown):
            client.claim_stale()
