# Generated from test_answers_async.py by client/async_to_sync.py: change that file, not this one.
# ruff: noqa: PT012 (the block is what is tested)
"""What counts as an answer: nothing before the server reported the end of the transaction without an error."""

from decimal import Decimal

import pytest
from psycopg_pool import ConnectionPool
from tradelatch import Client, RetriesExhausted, TradelatchError, Unavailable

from .conftest import hurried

FILL = {"filled_quantity": Decimal("61.8"), "average_price": Decimal("3.23")}
# A deferred constraint trigger raises at COMMIT, when the row was sent already. Its sequence counts the commits.
REFUSED_AT_COMMIT = """
    drop sequence if exists public.commits cascade;
    create sequence public.commits minvalue 0 start 0;
    create or replace function public.refuse() returns trigger language plpgsql security definer as $$
    begin
        if nextval('public.commits') < {times} then
            raise exception 'refused at commit' using errcode = '{sqlstate}';
        end if;
        return null;
    end $$;
    drop trigger if exists refuse on monitoring.positions;
    create constraint trigger refuse after insert or update on monitoring.positions
    deferrable initially deferred for each row execute function public.refuse();
"""
ALWAYS = 10**9


def refuse(admin, sqlstate: str, times: int = ALWAYS) -> None:
    admin(REFUSED_AT_COMMIT.format(sqlstate=sqlstate, times=times))


def allow(admin) -> None:
    admin("drop trigger refuse on monitoring.positions")


@pytest.mark.usefixtures("own_schema", "short_pauses")
@pytest.mark.parametrize(("sqlstate", "kind"), [("40001", RetriesExhausted), ("23505", None), ("P0001", None)])
def test_refused_at_commit(database, admin, apt, sqlstate, kind):
    with Client(database) as client:
        refuse(admin, sqlstate)
        with pytest.raises(TradelatchError) as caught:
            client.create_position(**apt)
        assert (type(caught.value), caught.value.sqlstate) == (kind or TradelatchError, sqlstate)
        assert admin("select count(*) from monitoring.positions") == [0]
        allow(admin)
        assert (client.create_position(**apt)).outcome == "created"


@pytest.mark.usefixtures("own_schema", "short_pauses")
def test_serialization_failure_at_commit_is_repeated(database, admin, apt):
    with Client(database) as client:
        refuse(admin, "40001", times=3)
        receipt = client.create_position(**apt)
        assert (receipt.outcome, receipt.next_order.kind) == ("created", "entry")
        assert admin("select last_value from public.commits") == [3]
        assert admin("select id from monitoring.positions") == [receipt.position_id]


@pytest.mark.usefixtures("own_schema", "short_pauses")
@pytest.mark.parametrize("sqlstate", ["40001", "23505", "P0001"])
def test_handle_stays_where_it_was(database, admin, apt, sqlstate):
    with Client(database) as client, client.opening(**apt) as position:
        entry = position.next_order
        refuse(admin, sqlstate)
        with pytest.raises(TradelatchError) as caught:
            position.confirm_entry(**FILL)
        assert caught.value.sqlstate == sqlstate
        assert (position.status, position.next_order) == ("pending_entry", entry)
        assert admin("select status from monitoring.positions") == ["pending_entry"]
        allow(admin)
        position.confirm_entry(**FILL)
        position.detach()


@pytest.mark.usefixtures("own_schema", "short_pauses")
@pytest.mark.parametrize("sqlstate", ["40001", "23505", "P0001"])
def test_opening_that_was_refused_is_not_entered(database, admin, apt, sqlstate):
    with Client(database) as client:
        refuse(admin, sqlstate)
        with pytest.raises(TradelatchError) as caught, client.opening(**apt):
            pytest.fail("entered")
        assert caught.value.sqlstate == sqlstate
    assert admin("select count(*) from monitoring.positions") == [0]


@pytest.mark.usefixtures("own_schema", "short_pauses")
def test_exit_that_was_refused_is_noted(database, admin, apt):
    with Client(database) as client:
        with pytest.raises(ValueError, match="original") as caught, client.opening(**apt) as position:
            assert position.next_order
            refuse(admin, "P0001")
            raise ValueError("original")
        assert "could not be undone" in caught.value.__notes__[0]
        assert position.status == "pending_entry"
    assert admin("select status from monitoring.positions") == ["pending_entry"]


def test_open_transaction_is_no_answer(database, admin, apt):
    """A pool that hands its connections out in a transaction takes back what was done in it."""

    def begin(connection):
        connection.execute("begin")

    with ConnectionPool(database, kwargs={"autocommit": True}, min_size=1, open=False, check=begin) as pool:
        client = Client(pool=pool)
        with hurried(client, 2), pytest.raises(Unavailable, match="has not ended the transaction"):
            client.create_position(**apt)
    assert admin("select count(*) from monitoring.positions") == [0]
