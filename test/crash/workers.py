"""Bots in processes of their own, what they were answered, and whether the book knows it."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from itertools import count, cycle
from pathlib import Path
from typing import Any

import psycopg
from tradelatch import Client

from .load import NAMES_WHAT_ENDED, call

LOAD = Path(__file__).with_name("load.py")
PATIENCE = 60.0  # seconds until a test gives up waiting for what it wants to observe

# Pairs of open rows that exclude one another, in one snapshot.
CONFLICTS = """
select a.id, b.id
from monitoring.positions as a
join monitoring.positions as b using (exchange, account, symbol)
where a.closed_at is null and b.closed_at is null and a.id < b.id
    and (a.position_side = b.position_side or 'both' in (a.position_side, b.position_side))
"""
# The same at every moment that has passed: openings less endings in a slot, in the order of the log.
OVERLAPS = """
with changes as (
    select p.exchange, p.account, p.symbol, e.position_id, e.at,
        sum(case when e.from_status is null then 1 else -1 end)
            over (partition by p.exchange, p.account, p.symbol order by e.at, e.from_status is null) as open
    from monitoring.position_events as e
    join monitoring.positions as p on p.id = e.position_id
    left join monitoring.position_statuses as s on s.status = e.to_status
    where e.event <> 'duplicate_prevented' and (e.from_status is null or not s.is_open)
)
select * from changes where open > 1
"""
# Nobody's right to drive is another position's, and neither is an order's id.
SHARED_FENCES = """
select fence
from monitoring.position_events
where fence is not null
group by fence
having count(distinct position_id) > 1
"""
SHARED_KEYS = "select order_key from monitoring.positions group by order_key having count(*) > 1"
SESSIONS = """
select application_name, backend_type, state, wait_event_type, wait_event, query
from pg_stat_activity
where application_name <> '' or backend_type = 'walsender'
"""
LOGGED = """
select
    coalesce(details ->> 'marker', details ->> 'exchange_order_id', details ->> 'reason', details ->> 'attempt'),
    position_id, to_status, event
from monitoring.position_events
where event = any (%s)
"""
MOVES = [
    "create_position",
    "place_entry",
    "confirm_entry",
    "activate_position",
    "cancel_position",
    "rollback_position",
    "confirm_flat",
    "begin_close",
    "confirm_close",
    "update_stop_loss",
]
ENDS = {
    "pending_entry": ["cancel_position"],
    "entry_placed": ["cancel_position"],
    "pending_sl": ["rollback_position", "confirm_flat"],
    "active": ["confirm_close"],
    "pending_close": ["confirm_close"],
    "pending_rollback": ["confirm_flat"],
}


class Worker:
    """A bot's process. `calls` and `answers` grow as it speaks."""

    def __init__(self, dsn: str, name: str, seed: str, load: Path = LOAD) -> None:
        self.dsn, self.name = dsn, name
        self.calls: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.process = subprocess.Popen(
            [sys.executable, load, dsn, name, seed], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        for text in self.process.stdout or ():
            if not text.endswith("\n"):
                return  # killed in the middle of a line
            line = json.loads(text)
            if "call" in line:
                self.calls[line["call"]] = line
            else:
                self.answers[line["answer"]] = line

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def end(self) -> None:
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        self._ended()

    def _ended(self) -> None:
        self.process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()

    def unanswered(self) -> dict[str, Any] | None:
        """The call that was under way when it ended."""
        open_calls = [line for marker, line in self.calls.items() if marker not in self.answers]
        assert len(open_calls) <= 1
        return open_calls[0] if open_calls else None


class Crew:
    """Several workers on one database, and whoever dies is replaced."""

    def __init__(self, dsn: str, seed: int, size: int, loads: Sequence[Path] = (LOAD,)) -> None:
        self.dsn, self.seed = dsn, seed
        self._loads = cycle(loads)
        self._names = (f"bot{number}" for number in count(1))
        self.workers: list[Worker] = []
        self.former: list[Worker] = []
        for _ in range(size):
            self.add()

    def add(self) -> Worker:
        name = next(self._names)
        self.workers.append(Worker(self.dsn, name, f"{self.seed}/{name}", next(self._loads)))
        return self.workers[-1]

    def replace(self, worker: Worker) -> None:
        self.workers.remove(worker)
        self.former.append(worker)
        self.add()

    def answers(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for worker in [*self.former, *self.workers]:
            found |= dict(worker.answers)
        return found

    def answered(self) -> int:
        """How many calls were."""
        return sum(len(worker.answers) for worker in [*self.former, *self.workers])

    def until_answers(self, more: int) -> None:
        """Returns when so many more calls were answered."""
        wanted = self.answered() + more
        end = time.monotonic() + PATIENCE
        while self.answered() < wanted:
            assert time.monotonic() < end, f"the bots do not go on: {self._waits()}"
            dead = [worker.name for worker in self.workers if worker.process.poll() is not None]
            assert not dead, f"ended by themselves: {dead}"
            time.sleep(0.001)

    def _waits(self) -> str:
        """What each bot asked and was not answered, and what the server's sessions wait for."""
        asked = [f"{each.name}: {(each.unanswered() or {}).get('call')}" for each in self.workers]
        try:
            with psycopg.connect(self.dsn, connect_timeout=5) as connection:
                sessions = connection.execute(SESSIONS).fetchall()
        except psycopg.Error as error:
            return f"{asked}; {error}"
        return f"{asked}; {sessions}"

    def end(self) -> None:
        for worker in self.workers:
            worker.end()


def check_book(dsn: str, answers: dict[str, dict[str, Any]]) -> None:
    """Every answered move is in the log, once, and no slot holds two, now or ever."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert not connection.execute(CONFLICTS).fetchall()
        assert not connection.execute(OVERLAPS).fetchall()
        logged: dict[str, tuple[Any, ...]] = {}
        for marker, *event in connection.execute(LOGGED, [MOVES]).fetchall():
            assert marker not in logged, f"{marker} was done twice: {logged[marker]}, {event}"
            logged[marker] = tuple(event)
        lost = [
            answer
            for marker, answer in answers.items()
            if answer["outcome"] != "existing"
            and logged.get(marker, ())[:2] != (answer["position_id"], answer["status"])
        ]
        assert not lost, f"answered, and not in the log: {lost[:5]}"
        assert not connection.execute(SHARED_FENCES).fetchall()
        assert not connection.execute(SHARED_KEYS).fetchall()


def carry_on(client: Client, worker: Worker) -> str:
    """Repeats the call that a killed worker got no answer to, and ends the position that it drove; the outcome."""
    line = worker.unanswered()
    last = list(worker.answers.values())[-1:]
    outcome = ""
    if line is not None:
        receipt = call(client, line["function"], line["arguments"])
        outcome = receipt.outcome
        assert outcome in ("created", "existing", "replayed", "ok")
        if outcome == "existing":
            return outcome
        answer = {"position_id": receipt.position_id, "status": receipt.status, "fence": receipt.fence}
        worker.answers[line["call"]] = {"outcome": outcome, **answer}
        last = [answer]
    for answer in last:
        for function in ENDS.get(answer["status"], []) if answer["fence"] is not None else []:
            marker = f"after {worker.name}: {function} of {answer['position_id']}"
            facts: dict[str, Any] = (
                {"details": {"marker": marker}} if function == "confirm_flat" else {"reason": marker}
            )
            if function in NAMES_WHAT_ENDED:
                facts["orders_ended"] = [order.name for order in client.orders(answer["position_id"])]
            call(client, function, {"position_id": answer["position_id"], "fence": answer["fence"], **facts})
    return outcome
