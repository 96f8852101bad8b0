"""Commits that wait for a synchronous standby which is not there, and how that wait can end."""

import psycopg
import pytest
from tradelatch import AsyncClient, OutcomeUnknown, Unavailable

from .conftest import hurried

ENDS = ["pg_cancel_backend", "pg_terminate_backend", "fast", "immediate", "kill"]


@pytest.mark.parametrize("end", ENDS)
async def test_wait_that_is_ended_is_no_answer(standby, tasks, apt, end):
    """The move may be lost with this server, so its receipt is not returned; the same attempt asks again."""
    async with AsyncClient(standby.dsn, timeout=60) as client:
        await client.schema_version()
        standby.go()
        creating = tasks.start(client.create_position, **apt)
        await tasks.until(standby.waiting)
        standby.end_the_wait(end)
        standby.come_back()
        receipt = await tasks.result(creating)
        assert (receipt.outcome, receipt.next_order.kind) == ("replayed", "entry")
        assert [row.position_id for row in await client.positions()] == [receipt.position_id]


@pytest.mark.parametrize("end", ENDS[:2])
async def test_claim_whose_wait_is_ended_is_unknown(standby, tasks, apt, end):
    async with AsyncClient(standby.dsn, timeout=60) as client:
        await client.create_position(**apt)
        with psycopg.connect(standby.dsn) as connection:
            connection.execute("set local session_replication_role = replica")  # the guard lets no lease fall
            connection.execute("update monitoring.positions set lease_until = lease_until - interval '1 hour'")
        standby.go()
        claiming = tasks.start(client.claim_stale)
        await tasks.until(standby.waiting)
        standby.end_the_wait(end)
        with pytest.raises(OutcomeUnknown):
            await tasks.result(claiming)


async def test_timeout_bounds_the_wait(standby, apt):
    async with AsyncClient(standby.dsn) as client:
        await client.schema_version()
        standby.go()
        with hurried(client), pytest.raises(Unavailable):
            await client.create_position(**apt)


@pytest.mark.usefixtures("own_schema")
async def test_other_warnings_mean_nothing(database, admin, apt, caplog):
    async with AsyncClient(database) as client:
        created = await client.create_position(**apt)
        admin(
            "create function public.warn() returns trigger language plpgsql as"
            " $$ begin raise warning 'the disk is nearly full'; return null; end $$"
        )
        admin("create trigger warn after update on monitoring.positions for each row execute function public.warn()")
        placed = await client.place_entry(created.position_id, created.fence, "53190368")
        assert (placed.outcome, placed.status) == ("ok", "entry_placed")
    assert "the disk is nearly full" in caplog.text
