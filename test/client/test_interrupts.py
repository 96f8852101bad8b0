# ruff: noqa: PT012 (the block is what is tested)
"""Ctrl-C, in flight and while the block of `opening` is left."""

import os
import signal
import threading
import time

import pytest
from psycopg_pool import ConnectionPool
from tradelatch import Client

from .conftest import within


@pytest.fixture(autouse=True)
def default_handler():
    """KeyboardInterrupt as ever, whatever the test run does with SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def interrupts(proxy):
    """Three Ctrl-C while the proxy holds an answer, which is then released."""

    def interrupt():
        proxy.held.wait()
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            is_over.wait(0.05)
        proxy.release()

    is_over = threading.Event()
    thread = threading.Thread(target=interrupt)
    thread.start()
    yield
    is_over.set()
    thread.join()


def test_in_the_block(database, apt):
    with Client(database) as client:
        with pytest.raises(KeyboardInterrupt), client.opening(**apt) as position:
            assert position.next_order
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait()
        assert position.status == "pending_rollback"
        assert position.next_order.kind == "close"


@pytest.mark.usefixtures("interrupts")
def test_create_in_flight(proxy, admin, apt):
    with Client(proxy.dsn) as client:
        proxy.hold("create_position")
        with pytest.raises(KeyboardInterrupt):
            client.create_position(**apt)
    assert admin("select status from tradelatch.positions") == ["canceled"]


@pytest.mark.usefixtures("interrupts")
def test_create_of_an_opening_in_flight(proxy, admin, apt):
    with Client(proxy.dsn) as client:
        proxy.hold("create_position")
        with pytest.raises(KeyboardInterrupt), client.opening(**apt):
            pytest.fail("entered")
    assert admin("select status from tradelatch.positions") == ["canceled"]


@pytest.mark.usefixtures("interrupts")
def test_while_leaving(proxy, apt):
    with Client(proxy.dsn) as client:
        with pytest.raises(KeyboardInterrupt) as caught, client.opening(**apt) as position:
            assert position.next_order
            proxy.hold("rollback_position")
            raise ValueError
        assert isinstance(caught.value.__context__, ValueError)
        assert position.status == "pending_rollback"


@pytest.mark.usefixtures("interrupts")
def test_move_in_flight(proxy, admin, apt):
    with Client(proxy.dsn) as client:
        with pytest.raises(KeyboardInterrupt), client.opening(**apt) as position:
            assert position.next_order
            proxy.hold("place_entry")
            position.place_entry("53190368")
        assert admin.events(position.position_id) == ["create_position", "place_entry", "rollback_position"]


def interrupt_for(seconds):
    """Ctrl-C every few milliseconds for so long, soon."""

    def interrupt():
        time.sleep(0.05)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.005)

    thread = threading.Thread(target=interrupt)
    thread.start()
    return thread


@pytest.mark.parametrize("size", [1, 2])
def test_again_and_again_while_the_pool_is_exhausted(database, apt, size):
    with ConnectionPool(database, min_size=size, open=True, kwargs={"autocommit": True}) as pool:
        client = Client(pool=pool, timeout=0.5)
        taken = [pool.getconn() for _ in range(size)]
        interrupting = interrupt_for(0.3)
        with within(0.5), pytest.raises(KeyboardInterrupt):
            client.create_position(**apt)
        interrupting.join()
        for connection in taken:
            pool.putconn(connection)
        assert client.open_positions() == []


def test_again_and_again_while_the_database_is_down(proxy, apt):
    dsn = proxy.dsn
    proxy.close()
    with Client(dsn, timeout=0.5) as client:
        interrupting = interrupt_for(0.3)
        with within(0.5), pytest.raises(KeyboardInterrupt):
            client.create_position(**apt)
        interrupting.join()
