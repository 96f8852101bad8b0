"""A move that was answered is on disk, whatever the session says about synchronous_commit."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from .conftest import order_of

# How far a transaction has written when it is about to commit, and whether the disk has more than that right after:
# the record of the commit comes last.
WRITTEN, ON_DISK = "select pg_current_wal_insert_lsn()", "select pg_current_wal_flush_lsn() > %s::pg_lsn"
TURNS = 20


def driven(receipt) -> dict:
    return {"position_id": receipt.position_id, "fence": receipt.fence}


def test_a_move_waits_for_the_disk(database, admin, connect) -> None:
    bot, plain = connect(), connect(database)
    plain("create table plain (id int)")
    for session in (bot, plain):
        session("set synchronous_commit = off")

    def is_on_disk_after(session, act) -> bool:
        with session.connection.transaction():
            act()
            written = admin.value(WRITTEN)
        return bool(admin.value(ON_DISK, written))

    moves, plain_rows = [], []
    for turn in range(TURNS):
        moves.append(is_on_disk_after(bot, lambda turn=turn: bot.create(symbol=f"S{turn}")))
        plain_rows.append(is_on_disk_after(plain, lambda: plain("insert into plain values (1)")))
    assert all(moves)
    assert bot.value("show synchronous_commit") == "off"
    # The server writes on its own a few times a second, which a row without our care may meet by chance, not always.
    assert not all(plain_rows)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [("off", "on"), ("local", "on"), ("remote_write", "on"), ("on", "on"), ("remote_apply", "remote_apply")],
)
def test_every_function_raises_what_is_less_than_on(asked, kept, admin, connect, operator_dsn, age_leases) -> None:
    bot, operator = connect(), connect(operator_dsn)
    for session in (bot, operator):
        session("select set_config('synchronous_commit', %s, false)", asked)

    def level_after(function: str, session=bot, **arguments) -> tuple:
        with session.connection.transaction():
            answers = session.calls(function, **arguments)
            return answers[0] if answers else None, session.value("show synchronous_commit")

    position, level = level_after("create_position", **bot.opening())
    levels = {"create_position": level}
    adopted, levels["adopt_position"] = level_after(
        "adopt_position", exchange="binance", account=admin.account, symbol="AVLUSDT", side="long", quantity=43,
        average_price=1, observed_at=datetime.now(UTC),
    )  # fmt: skip
    stop_loss = adopted.order_client_order_id
    age_leases("1 hour", bot.create(symbol="BTCUSDT").position_id)
    stale, levels["claim_stale"] = level_after("claim_stale", account=admin.account)
    other = bot.create(symbol="ETHUSDT")
    s1, s2 = (order_of(position, name) for name in ("s1", "s2"))
    for function, arguments in (
        ("renew_lease", driven(position)),
        ("place_entry", {**driven(position), "exchange_order_id": "1"}),
        ("confirm_entry", {**driven(position), "filled_quantity": 62}),
        ("activate_position", {**driven(position), "stop_loss_price": 4, "client_order_id": s1}),
        ("update_stop_loss", {"position_id": position.position_id, "stop_loss_price": 5}),
        ("replace_stop_loss", {**driven(position), "stop_loss_price": 6}),
        ("confirm_orders", {**driven(position), "orders_placed": [s2]}),
        ("begin_close", {**driven(position), "reason": "x"}),
        ("confirm_close", {**driven(position), "reason": "x", "orders_ended": [s1, s2]}),
        ("reissue_order", {**driven(adopted), "client_order_id": stop_loss, "reason": "x"}),
        ("rollback_position", {**driven(adopted), "reason": "x"}),
        ("confirm_flat", driven(adopted)),
        ("fail_position", {**driven(stale), "reason": "x"}),
        ("cancel_position", {**driven(other), "reason": "x"}),
    ):
        levels[function] = level_after(function, **arguments)[1]
    sized, _ = level_after(
        "adopt_position", exchange="binance", account=admin.account, symbol="METUSDT", side="long", quantity=43,
        average_price=1, observed_at=datetime.now(UTC), stop_loss_price=Decimal("0.9"),
    )  # fmt: skip
    by_id = {"position_id": sized.position_id, "reason": "x"}
    levels["settle_position"] = level_after("settle_position", position_id=position.position_id, fees=1)[1]
    levels["resize_position"] = level_after("resize_position", **by_id, quantity=4)[1]
    levels["take_over"] = level_after("take_over", operator, **by_id)[1]
    levels["release_position"] = level_after("release_position", operator, **by_id)[1]
    levels["reconcile"] = level_after(
        "reconcile", exchange="binance", account=admin.account, snapshot=Jsonb([]), observed_at=datetime.now(UTC)
    )[1]
    levels["reconcile_orders"] = level_after(
        "reconcile_orders", exchange="binance", account=admin.account, orders=Jsonb([]), observed_at=datetime.now(UTC)
    )[1]
    levels["record_marks"] = level_after("record_marks", exchange="binance", marks=Jsonb([]))[1]
    for archive in ("archive_events", "archive_alerts", "archive_findings"):
        levels[archive] = level_after(archive, operator)[1]
    levels["record_aliases"] = level_after("record_aliases", operator, exchange="binance", aliases=Jsonb({}))[1]
    levels["record_findings"] = level_after("record_findings")[1]
    levels["set_stale_after"] = level_after("set_stale_after", operator, stale_after="5 minutes")[1]
    levels["cleanup"] = level_after("cleanup", operator, mode="all", account=admin.account)[1]
    backup = admin.value("select backup_id from tradelatch.backups where position_id = %s", sized.position_id)
    levels["restore_backup"] = level_after("restore_backup", operator, backup_id=backup, dry_run=False)[1]
    levels["after_restore"] = level_after("after_restore", operator, reason="x", skip=0)[1]
    # Every bot keeps every account.
    levels["grant_account"] = level_after("grant_account", operator, role="tradelatch_bot")[1]
    levels["revoke_account"] = level_after("revoke_account", operator, role="tradelatch_operator", exchange="kraken")[1]
    assert levels == dict.fromkeys(levels, kept)
    lifecycle = admin(
        "select proname::text from pg_proc where pronamespace = 'tradelatch'::regnamespace and provolatile = 'v'"
    )
    assert set(levels) == {row.proname for row in lifecycle}
    # Whoever repeats a call acts on the answer too.
    repeated, level = level_after("cancel_position", **driven(other), reason="x")
    assert (repeated.outcome, level) == ("replayed", kept)


def test_every_answer_that_carries_an_order_writes_its_row(admin, connect) -> None:
    """A transaction that writes nothing waits for no standby."""
    bot = connect()
    opening, closing = {"attempt": uuid4()}, {"attempt": uuid4(), "reason": "take profit"}
    position = bot.create(**opening)
    s1, s2 = (order_of(position, name) for name in ("s1", "s2"))
    refused = ("reissue_order", {**driven(position), "client_order_id": s1, "reason": "refused"})
    fill = ("confirm_entry", {**driven(position), "filled_quantity": 62})
    close = ("begin_close", {"position_id": position.position_id, **closing})
    for moves, repeated in (
        ([], ("create_position", bot.opening(**opening))),
        ([fill], fill),
        ([refused], refused),
        ([("activate_position", {**driven(position), "stop_loss_price": 4, "client_order_id": s2})], fill),
        ([close], close),
    ):
        for function, arguments in moves:
            assert bot.answer(function, **arguments) in ("ok", "replayed")
        with bot.connection.transaction():
            assert bot.answer(repeated[0], **repeated[1]) in ("ok", "replayed")
            transaction = bot.value("select pg_current_xact_id_if_assigned()::xid::text")
        (row,) = admin("select xmin::text, xmax::text from monitoring.positions where id = %s", position.position_id)
        assert transaction in row, repeated
