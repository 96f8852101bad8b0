"""Who is told, and that an ordinary day is silent."""

from decimal import Decimal

import pytest

from .conftest import PATIENCE, order_of

EXPOSED = "rollback_with_exposure"


@pytest.fixture
def told(admin, connect, database):
    """The alerts since the last look; whoever listens is woken where there are some, and only then."""
    listener = connect(database)
    listener("listen tradelatch_alert")
    seen: set[int] = set()

    def told() -> list[str]:
        # Notifications come in the order of the commits, so that what was to come came before this one.
        admin("notify tradelatch_alert, 'end'")
        payloads = []
        for note in listener.connection.notifies(timeout=PATIENCE):
            if note.payload == "end":
                break
            payloads.append(note.payload)
        else:
            pytest.fail("nothing was notified")
        query = "select alert_id, alert from tradelatch.alerts where account = %s order by alert_id"
        alerts = [row for row in admin(query, admin.account) if row.alert_id not in seen]
        seen.update(row.alert_id for row in alerts)
        assert payloads == [""] * len(alerts)
        return [row.alert for row in alerts]

    return told


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


def filled(session, symbol: str):
    position = session.create(symbol=symbol)
    session.call("confirm_entry", **driven(position), filled_quantity=Decimal("61.8"))
    return position


def test_an_ordinary_day_is_silent(connect, told) -> None:
    bot = connect()
    position = bot.create(symbol="AUSDT")
    first, second = (order_of(position, name) for name in ("s1", "s2"))
    for function, arguments in (
        ("place_entry", {**driven(position), "exchange_order_id": "1"}),
        ("confirm_entry", {**driven(position), "filled_quantity": 30}),
        ("confirm_entry", {**driven(position), "filled_quantity": Decimal("61.8"), "orders_ended": [first]}),
        ("renew_lease", driven(position)),
        ("activate_position", {**driven(position), "stop_loss_price": 4, "client_order_id": second}),
        ("update_stop_loss", {"position_id": position.position_id, "stop_loss_price": 5}),
        ("begin_close", {**driven(position), "reason": "x"}),
        ("confirm_close", {**driven(position), "reason": "x", "orders_ended": [second]}),
    ):
        assert bot.answer(function, **arguments) == "ok", function
    canceled = bot.create(symbol="BUSDT")
    assert bot.answer("cancel_position", **driven(canceled), reason="x") == "ok"
    # Rolled back before anything was filled.
    flat = bot.create(symbol="CUSDT")
    assert bot.answer("rollback_position", **driven(flat), reason="x") == "ok"
    assert bot.answer("confirm_flat", **driven(flat)) == "ok"
    assert told() == []


def test_a_prevented_duplicate(connect, told) -> None:
    bot = connect()
    bot.create(symbol="AUSDT")
    assert told() == []
    assert bot.answer_create(symbol="AUSDT") == "existing"
    assert told() == ["duplicate_prevented"]


def test_a_rollback_with_exposure(connect, told) -> None:
    bot = connect()
    position = filled(bot, "AUSDT")
    assert bot.answer("rollback_position", **driven(position), reason="x" * 1000) == "ok"
    assert told() == [EXPOSED]
    assert bot.answer("rollback_position", **driven(position), reason="x" * 1000) == "replayed"
    assert told() == []


def test_a_fill_that_is_later_than_the_rollback(connect, told) -> None:
    bot = connect()
    position = bot.create(symbol="AUSDT")
    assert bot.answer("rollback_position", **driven(position), reason="x") == "ok"
    assert told() == []
    for quantity in (30, Decimal("61.8")):
        assert bot.answer("confirm_entry", **driven(position), filled_quantity=quantity) == "ok"
    assert told() == [EXPOSED]


def test_a_release(connect, operator_dsn, told) -> None:
    position = connect().create(symbol="AUSDT")
    operator = connect(operator_dsn)
    assert operator.answer("release_position", position_id=position.position_id, reason="x") == "ok"
    assert told() == ["position_released"]


def test_what_is_rolled_back_told_nobody(connect, admin, told) -> None:
    bot = connect()
    bot.create(symbol="AUSDT")
    with bot.connection.transaction(force_rollback=True):
        assert bot.answer_create(symbol="AUSDT") == "existing"
    assert told() == []
    assert admin.value("select count(*) from monitoring.alerts where account = %s", admin.account) == 0


def test_two_schedules_at_once_tell_once(connect, admin, told, age_leases) -> None:
    """Whoever comes second waits, and finds it told."""
    position = filled(connect(), "AUSDT")
    age_leases("1 hour", position.position_id)
    first, second = connect(), connect()
    with first.connection.transaction():
        first.call("record_findings")
        running = second.start("record_findings")
        admin.until_waiting(second)
    running.receipt()
    assert told() == ["no_stop_loss"]
