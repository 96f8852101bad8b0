# Generated from test_standby_async.py by client/async_to_sync.py: change that file, not this one.
"""Commits that wait for a synchronous standby which is not there, and how that wait can end."""

import psycopg
import pytest
from tradelatch import Client, OutcomeUnknown, Unavailable

from .conftest import hurried

ENDS = ["pg_cancel_backend", "pg_terminate_backend", "fast", "immediate", "kill"]


@pytest.mark.parametrize("end", ENDS)
def test_wait_that_is_ended_is_no_answer(standby, threads, apt, end):
    """The move may be lost with this server, so its receipt is not returned; the same attempt asks again."""
    with Client(standby.dsn, timeout=60) as client:
        client.schema_version()
        standby.go()
        creating = threads.start(client.create_position, **apt)
        threads.until(standby.waiting)
        standby.end_the_wait(end)
        standby.come_back()
        receipt = threads.result(creating)
        assert (receipt.outcome, receipt.next_order.kind) == ("replayed", "entry")
        assert [row.position_id for row in client.positions()] == [receipt.position_id]


@pytest.mark.parametrize("end", ENDS[:2])
def test_claim_whose_wait_is_ended_is_unknown(standby, threads, apt, end):
    with Client(standby.dsn, timeout=60) as client:
        client.create_position(**apt)
        with psycopg.connect(standby.dsn) as connection:
            connection.execute("set local session_replication_role = replica")  # the guard lets no lease fall
            connection.execute("update monitoring.positions set lease_until = lease_until - interval '1 hour'")
        standby.go()
        claiming = threads.start(client.claim_stale)
        threads.until(standby.waiting)
        standby.end_the_wait(end)
        with pytest.raises(OutcomeUnknown):
            threads.result(claiming)


def test_timeout_bounds_the_wait(standby, apt):
    with Client(standby.dsn) as client:
        client.schema_version()
        standby.go()
        with hurried(client), pytest.raises(Unavailable):
            client.create_position(**apt)


@pytest.mark.usefixtures("own_schema")
def test_other_warnings_mean_nothing(database, admin, apt, caplog):
    with Client(database) as client:
        created = client.create_position(**apt)
        admin(
            "create function public.warn() returns trigger language plpgsql as"
            " $$ begin raise warning 'the disk is nearly full'; return null; end $$"
        )
        admin("create trigger warn after update on monitoring.positions for each row execute function public.warn()")
        placed = client.place_entry(created.position_id, created.fence, "53190368")
        assert (placed.outcome, placed.status) == ("ok", "entry_placed")
    assert "the disk is nearly full" in caplog.text
