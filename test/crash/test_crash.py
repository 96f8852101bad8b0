"""Whatever is killed, and whenever: what was answered stays done, and no slot holds two.

`make crash ROUNDS=N` runs more rounds; TRADELATCH_CRASH_SEED=N other ones.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tradelatch import Client
from tradelatch.cluster import Cluster
from tradelatch.programs import ProgramError

from .workers import PATIENCE, Crew, carry_on, check_book

ROUNDS = int(os.environ.get("TRADELATCH_CRASH_ROUNDS", "3"))
SEED = int(os.environ.get("TRADELATCH_CRASH_SEED", "1"))
CREW = 4


@pytest.fixture
def crew(cluster: Cluster) -> Iterator[Crew]:
    """Bots at work. What earlier ones left open is ended first."""
    dsn = cluster.dsn()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # the guard lets nothing be removed
        connection.execute("truncate monitoring.positions, monitoring.position_events")
    crew = Crew(dsn, SEED, CREW)
    yield crew
    crew.end()


def kill_server(cluster: Cluster, with_backends: bool) -> None:
    """SIGKILL for the postmaster, and for its children at the same moment or when they see that it is gone."""
    postmaster = cluster.postmaster()
    assert postmaster is not None
    children = [int(pid) for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]
    os.kill(postmaster, signal.SIGKILL)
    for child in children if with_backends else []:
        if is_child(child, cluster):
            os.kill(child, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while any(is_running(pid) for pid in [postmaster, *children]):
        assert time.monotonic() < end, "a process of the killed server stays"
        time.sleep(0.002)


def is_running(pid: int) -> bool:
    """Neither gone nor waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def is_child(pid: int, cluster: Cluster) -> bool:
    """The process works in that cluster's data folder: the id was not given to another one meanwhile."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve() == cluster.data.resolve()
    except OSError:
        return False


def start_again(cluster: Cluster) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            cluster.start()
            return
        except ProgramError:
            assert time.monotonic() < end, "the server does not start again"
            time.sleep(0.05)


def test_the_server_is_killed(cluster: Cluster, crew: Crew) -> None:
    """The bots go on where they were: the call that got no answer is repeated, and is then either done or replayed."""
    chance = random.Random(f"server {SEED}")
    for _ in range(ROUNDS):
        crew.until_answers(chance.randrange(40, 200))
        time.sleep(chance.uniform(0, 0.01))  # anywhere between two answers
        kill_server(cluster, with_backends=chance.random() < 0.5)
        start_again(cluster)
        check_book(crew.dsn, crew.answers())
    crew.until_answers(40)
    crew.end()
    answers = crew.answers()
    check_book(crew.dsn, answers)
    outcomes = Counter(answer["outcome"] for answer in answers.values())
    print(f"{ROUNDS} crashes of the server, {len(answers)} answers: {dict(outcomes)}")


def test_a_client_is_killed(crew: Crew) -> None:
    """Somebody else repeats its last call: that tells whether it was done, and gives the position back to be driven."""
    chance = random.Random(f"client {SEED}")
    outcomes: Counter[str] = Counter()
    with Client(crew.dsn) as client:
        for _ in range(ROUNDS):
            crew.until_answers(chance.randrange(40, 200))
            time.sleep(chance.uniform(0, 0.01))
            worker = chance.choice(crew.workers)
            worker.kill()
            outcomes[carry_on(client, worker)] += 1
            crew.replace(worker)
            check_book(crew.dsn, crew.answers())
    crew.until_answers(40)
    crew.end()
    answers = crew.answers()
    check_book(crew.dsn, answers)
    print(f"{ROUNDS} clients killed, {len(answers)} answers; their last calls, repeated: {dict(outcomes)}")
