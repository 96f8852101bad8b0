# ruff: noqa: PT012 (the block is what is tested)
"""Ctrl-C, in flight and while the block of `opening` is left."""

import os
import signal
import threading

import pytest
from tradelatch import Client


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
