"""An id of a market is recorded while positions are created under it: one contract never gets two slots."""

from itertools import count
from typing import Any

import psycopg
import pytest

from .conftest import PATIENCE

MARKETS = count(1)


class Feed:
    """Somebody who records one id of a market. Each test has a market of its own."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.base = f"A{next(MARKETS)}"
        self.id, self.symbol = f"{self.base}PERP", f"{self.base}USDC"

    def record(self, symbol: str | None = None) -> int:
        return self._say(symbol or self.symbol)

    def take_away(self) -> int:
        return self._say(None)

    def _say(self, symbol: str | None) -> int:
        return int(
            self.session.value(
                "select tradelatch.record_aliases('binance', jsonb_build_object(%s::text, %s::text))", self.id, symbol
            )
        )

    def start(self) -> Any:
        return self.session._thread.submit(self.record)


@pytest.fixture
def feed(connect, database) -> Feed:
    return Feed(connect(database))


def refused(running: Any) -> str:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as caught:
        running.result(PATIENCE)
    return str(caught.value)


def test_what_is_being_created_is_seen(admin, connect, feed) -> None:
    bot = connect()
    bot("begin")
    created = bot.create(symbol=feed.id)
    running = feed.start()
    admin.until_waiting(feed.session)
    bot("commit")
    assert f"position {created.position_id} is open under the id" in refused(running)
    assert admin("select from tradelatch.aliases where alias = %s", feed.id) == []
    bot.call("cancel_position", position_id=created.position_id, fence=created.fence, reason="enough")
    assert feed.record() == 1


@pytest.mark.parametrize("function", ["create_position", "adopt_position"])
def test_whoever_waits_for_it_looks_again(admin, connect, feed, function) -> None:
    bot = connect()
    arguments = bot.opening(symbol=feed.id)
    if function == "adopt_position":
        arguments["average_price"] = arguments.pop("entry_price")
        arguments["observed_at"] = admin.value("select clock_timestamp()")
    feed.session("begin")
    feed.record()
    running = bot.start(function, **arguments)
    admin.until_waiting(bot)
    feed.session("commit")
    assert running.answer() == "40001"
    assert bot.call(function, **arguments).symbol == feed.symbol
    assert [row.symbol for row in admin.open_positions()] == [feed.symbol]


def test_whoever_waits_for_the_slot_looks_again(admin, connect, feed, database) -> None:
    holder, bot = connect(database), connect()
    holder("begin")
    holder("select monitoring.lock_slot('binance', %s, %s)", admin.account, feed.id)
    running = bot.start_create(symbol=feed.id)
    admin.until_waiting(bot)
    assert feed.record() == 1
    holder("commit")
    assert running.answer() == "40001"
    assert bot.create(symbol=feed.id).symbol == feed.symbol


def test_a_session_with_plans_of_its_own_sees_it(connect, feed) -> None:
    bot = connect()

    def open_and_cancel() -> str:
        made = bot.create(symbol=feed.id)
        bot.call("cancel_position", position_id=made.position_id, fence=made.fence, reason="once more")
        return str(made.symbol)

    assert {open_and_cancel() for _ in range(8)} == {feed.id}  # from the sixth on its plans are kept
    assert feed.record() == 1
    assert open_and_cancel() == feed.symbol
    assert feed.take_away() == 1
    assert open_and_cancel() == feed.id


def test_a_restore_is_waited_for(admin, connect, feed, operator_dsn) -> None:
    bot, operator = connect(), connect(operator_dsn)
    made = bot.create(symbol=feed.id)
    operator.call("release_position", position_id=made.position_id, reason="a mistake")
    backup = operator.value("select backup_id from tradelatch.backups where position_id = %s", made.position_id)
    operator("begin")
    assert operator.call("restore_backup", backup_id=backup, dry_run=False).action == "restore"
    running = feed.start()
    admin.until_waiting(feed.session)
    operator("commit")
    assert f"position {made.position_id} is open under the id" in refused(running)


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_it_needs_read_committed(feed, level) -> None:
    feed.session(f"begin isolation level {level}")
    with pytest.raises(psycopg.errors.ActiveSqlTransaction, match="READ COMMITTED"):
        feed.record()
    feed.session("rollback")
    assert feed.record() == 1
