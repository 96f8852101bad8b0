"""A restore gives a position back in its own transaction; in no other one is that a legal move."""

import pytest

RESTORE_BY_HAND = """
    update monitoring.positions
    set move = 'restore_backup', move_details = '{}', status = %s, closed_at = null
    where id = %s
"""


@pytest.fixture
def operator(connect, database):
    """Somebody who may do everything, as the roles allow it and by hand."""
    return connect(database)


def released(bot, operator):
    position = bot.create()
    assert operator.call("release_position", position_id=position.position_id, reason="x").outcome == "ok"
    (backup,) = operator("select * from tradelatch.backups where position_id = %s", position.position_id)
    return position.position_id, backup.backup_id


def restore(session, backup_id) -> list[tuple[str, str]]:
    return [
        (action.action, action.to_status)
        for action in session("select * from tradelatch.restore_backup(%s, dry_run => false)", backup_id)
    ]


def test_what_a_transaction_restored_is_not_moved_by_another(admin, connect, operator) -> None:
    position, backup = released(connect(), operator)
    assert operator.state_of(RESTORE_BY_HAND, "pending_entry", position) == "TL002"
    assert restore(operator, backup) == [("restore", "pending_entry")]
    before = admin.book(position), admin.events(position)
    assert operator.state_of(RESTORE_BY_HAND, "pending_sl", position) == "TL002"
    operator("set role tradelatch_owner")
    assert operator.state_of(RESTORE_BY_HAND, "pending_sl", position) == "TL002"
    assert (admin.book(position), admin.events(position)) == before
    assert admin.events(position) == ["create_position", "release_position", "restore_backup"]


def test_a_restore_that_is_rolled_back_leaves_nothing(admin, connect, operator) -> None:
    position, backup = released(connect(), operator)
    before = admin.book(position), admin.events(position)
    operator("begin")
    assert restore(operator, backup) == [("restore", "pending_entry")]
    operator("rollback")
    assert (admin.book(position), admin.events(position)) == before
    assert operator.state_of(RESTORE_BY_HAND, "pending_entry", position) == "TL002"
    assert restore(operator, backup) == [("restore", "pending_entry")]


def test_while_one_restores_another_does_not(admin, connect, operator, database) -> None:
    position, backup = released(connect(), operator)
    operator("begin")
    assert restore(operator, backup) == [("restore", "pending_entry")]
    by_hand = connect(database)
    by_hand("set lock_timeout = '100ms'")
    assert by_hand.state_of(RESTORE_BY_HAND, "pending_entry", position) == "55P03"
    operator("rollback")
    assert by_hand.state_of(RESTORE_BY_HAND, "pending_entry", position) == "TL002"
    assert admin.book(position).status == "closed"
