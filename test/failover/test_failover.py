"""Whatever becomes of the primary: what was answered is on the standby, nothing is done twice, and the bots go on.

`make failover ROUNDS=N` runs more rounds of each kind; TRADELATCH_FAILOVER_SEED=N other ones.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pytest
from tradelatch import Client, TradelatchError

from ..crash import workers
from ..crash.workers import Crew, check_book
from .commands import Watchers
from .servers import SETTINGS, Server, Servers, until

ROUNDS = int(os.environ.get("TRADELATCH_FAILOVER_ROUNDS", "3"))
SEED = int(os.environ.get("TRADELATCH_FAILOVER_SEED", "1"))
KINDS = ("killed", "immediate", "fast", "frozen", "split")
ASYNC_LOAD = Path(__file__).with_name("load.py")
CHANGED = "select position_id, severity from tradelatch.diagnose() where check_name = 'history_changed'"
OF_ALERT = ("alert", "exchange", "account", "symbol", "position_side")
RAISED = f"select {', '.join(OF_ALERT)} from tradelatch.alerts where at > %s"
ALERTS = "select alert_id, at, alert from tradelatch.alerts where at > %s order by at, alert_id"


@pytest.fixture
def crew(servers: Servers) -> Iterator[Crew]:
    """Bots at work, with both clients. What earlier ones left is removed."""
    with psycopg.connect(servers.primary.dsn, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # the guard lets nothing be removed
        connection.execute("truncate monitoring.positions, monitoring.position_events")
    crew = Crew(servers.dsn(), SEED, 4, [workers.LOAD, ASYNC_LOAD])
    yield crew
    crew.end()


def end_primary(kind: str, primary: Server) -> None:
    """Its end; a frozen one, and one that is cut off, still run."""
    if kind == "killed":
        primary.kill()
    elif kind in ("immediate", "fast"):
        primary.cluster.stop(kind)
    elif kind == "frozen":
        primary.freeze()


def fail_over(kind: str, servers: Servers, crew: Crew, chance: random.Random) -> float:
    """One round; the seconds without an answer."""
    old, new = servers.primary, servers.synchronous
    crew.until_answers(chance.randrange(30, 120))
    time.sleep(chance.uniform(0, 0.01))  # anywhere between two answers
    end_primary(kind, old)
    began = time.monotonic()
    new.promote()
    servers.primary = new
    if kind in ("frozen", "split"):
        # The old one takes connections, and commits nothing: its standby is gone.
        old.thaw()
        time.sleep(chance.uniform(0, 2))
        old.kill()
    servers.rejoin(old)
    with psycopg.connect(new.dsn, autocommit=True) as connection:
        (found,) = connection.execute(
            "select check_name, position_id from tradelatch.diagnose() where check_name = 'history_changed'"
        ).fetchall()
        assert found == ("history_changed", None)
        connection.execute("select tradelatch.after_restore('a synchronous failover', skip => 0)")
        assert not connection.execute(
            "select from tradelatch.diagnose() where check_name = 'history_changed'"
        ).fetchall()
    crew.until_answers(1)
    silence = time.monotonic() - began
    servers.until_streaming()
    check_book(new.dsn, crew.answers())
    return silence


@pytest.mark.parametrize("kind", KINDS)
def test_the_primary_is_lost(servers: Servers, crew: Crew, kind: str) -> None:
    chance = random.Random(f"{kind} {SEED}")
    ((began,),) = servers.primary.ask("select clock_timestamp()")
    watchers = Watchers(servers.dsn())
    silences = [fail_over(kind, servers, crew, chance) for _ in range(ROUNDS)]
    crew.until_answers(40)
    crew.end()
    answers = crew.answers()
    check_book(servers.primary.dsn, answers)
    until(watchers.is_up, "metrics are those of the new primary")

    def unprinted() -> set[object]:
        with psycopg.connect(servers.primary.dsn) as connection:
            raised = set(connection.execute(RAISED, [began]).fetchall())
        return raised - {tuple(document[name] for name in OF_ALERT) for document in watchers.alerts.documents()}

    until(lambda: not unprinted(), "every alert is printed")  # the same one of a slot once, with a count
    printed = Counter(document["alert_id"] for document in watchers.alerts.documents())
    watchers.end()
    assert set(printed.values()) <= {1}
    outcomes = Counter(answer["outcome"] for answer in answers.values())
    print(
        f"\n{kind}: {ROUNDS} failovers, {len(answers)} answers, none lost, none twice: {dict(outcomes)}; silence"
        f" {median(silences):.1f} s, at most {max(silences):.1f} s; {len(printed)} alerts"
    )


def test_an_asynchronous_standby_is_promoted(servers: Servers, crew: Crew) -> None:
    """What it did not have is lost; after_restore makes that no worker of then is believed, and no id comes twice."""
    chance = random.Random(f"asynchronous {SEED}")
    lost_in_all = 0
    of_earlier_rounds: set[str] = set()
    for _ in range(ROUNDS):
        crew.until_answers(chance.randrange(20, 60))
        behind = servers.asynchronous
        servers.leave_behind(behind)
        crew.until_answers(chance.randrange(20, 60))
        for server in servers.by_name.values():
            if server is not behind:
                server.kill()
        for worker in crew.workers:
            worker.kill()
        behind.set("synchronous_standby_names", "")
        behind.promote()
        behind.ask("select pg_reload_conf()")
        answers = {marker: each for marker, each in crew.answers().items() if marker not in of_earlier_rounds}
        of_earlier_rounds |= answers.keys()
        lost_in_all += check_after_restore(behind, answers)
        servers.primary = behind
        for server in servers.others:
            servers.rejoin(server)
        behind.set("synchronous_standby_names", SETTINGS["synchronous_standby_names"])
        behind.ask("select pg_reload_conf()")
        servers.until_streaming()
        for worker in list(crew.workers):
            crew.replace(worker)
    crew.until_answers(40)
    print(f"\nasynchronous: {ROUNDS} failovers, {lost_in_all} answered moves lost, every worker of then refused")


def check_after_restore(server: Server, answers: dict[str, dict[str, Any]]) -> int:
    """Calls after_restore, and checks what it promises; how many answered moves were lost."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        known = {marker for marker, *_ in connection.execute(workers.LOGGED, [workers.MOVES]).fetchall()}
        lost = [each for marker, each in answers.items() if each["outcome"] != "existing" and marker not in known]
        listed = connection.execute(
            "select position_id, exchange from tradelatch.after_restore('the primary burnt')"
        ).fetchall()
        book = dict(connection.execute("select id, closed_at is null from monitoring.positions").fetchall())
    positions = {position for position, _ in listed}
    assert positions - {None} == {position for position, is_open in book.items() if is_open}
    assert not book or (None, "binance") in listed
    for each in lost:  # open in the book, or a position that the book does not know
        assert each["position_id"] in positions or each["position_id"] not in book, each
    with Client(server.dsn, timeout=10) as client:
        # Over, not its fence, or unknown.
        given = {(each["position_id"], each["fence"]) for each in answers.values() if each["fence"] is not None}
        states = {state_of(partial(client.renew_lease, *right)) for right in given}
        assert states <= {"TL002", "TL003", "TL004"}, states
        highest = max(each["position_id"] for each in answers.values())
        receipt = client.create_position("binance", "FIRSTUSDT", "long", 1, 1)
        assert receipt.position_id > highest
        assert receipt.fence > max(each["fence"] or 0 for each in answers.values())
        client.cancel_position(receipt.position_id, receipt.fence, "seen")
        for position in positions - {None}:  # an operator looks, and ends what is open
            client.release_position(position, "looked at the exchange")
    return len(lost)


def state_of(call: Callable[[], object]) -> str | None:
    """The SQLSTATE that a call ends in; None where it is accepted."""
    try:
        call()
    except TradelatchError as error:
        return error.sqlstate
    return None
