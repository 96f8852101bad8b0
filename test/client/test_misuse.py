"""What is said to whoever mixes tasks and threads, forks, or forgets a block."""

import asyncio
import os
import traceback
import warnings

import pytest
from psycopg_pool import ConnectionPool
from tradelatch import AsyncClient, Client, InvalidArgument, TradelatchError


async def test_with_where_async_with_is_meant(database, apt):
    async with AsyncClient(database) as client:
        with pytest.raises(TypeError, match="write `async with`"), client.opening(**apt):
            pytest.fail("entered")
        with pytest.raises(TypeError, match="write `async with"):
            await client.opening(**apt)
        assert await client.open_positions() == []


def test_async_with_where_with_is_meant(database, apt):
    async def open_one() -> None:
        async with client.opening(**apt):
            pytest.fail("entered")

    with Client(database) as client:
        with pytest.raises(TypeError, match="write `with`"):
            asyncio.run(open_one())
        assert client.open_positions() == []


def test_client_of_the_process_before_a_fork(database, apt):
    """The connections are the parent's: the child must not even close them."""
    with Client(database) as client, client.opening(**apt) as position:
        read, write = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, of forks beside threads
            child = os.fork()
        if child == 0:
            said = []
            for call in (client.schema_version, client.open, lambda: position.place_entry("1"), client.close):
                try:
                    call()
                    said.append("nothing")
                except TradelatchError as error:
                    said.append(str(error))
                except BaseException:
                    said.append(traceback.format_exc())
            with Client(database) as own:
                said.append(own.schema_version())
            os.write(write, "\n".join(said).encode())
            os._exit(0)
        os.close(write)
        assert os.waitpid(child, 0)[1] == 0
        said = os.read(read, 65536).decode().splitlines()
        os.close(read)
        refusal = "this client was made before a fork: make one in each process"
        assert said == [refusal, refusal, refusal, "nothing", "1"]
        assert client.schema_version() == "1"
        position.detach()


def test_pool_whose_close_gives_back(database):
    pool = ConnectionPool(database, close_returns=True, open=False)
    with pytest.raises(InvalidArgument, match="close_returns"):
        Client(pool=pool)
