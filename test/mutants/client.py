"""Breaks the client, or a script, on purpose, one way at a time, and says which test saw it: the second half of
`make mutants`.

    python test/mutants/client.py [NAME...]

A mutant is a piece of a file and what it is replaced with, in a copy of client/, deploy/ and verify/ that the tests
import instead. One that no test fails on has survived, and the exit status is 1. Without names all of them run, after
the files as they are, which must pass.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]
CHANGED = ("client", "deploy", "verify")
BESIDE = ("revert", "sqitch.plan", "sqitch.conf", "pyproject.toml")
PATIENCE = 150  # seconds; a test that waits for ever has seen the mutant too
FIRST_RESULT = """

class _First(psycopg.AsyncRawCursor[Any]):
    def _check_results(self, results: list[Any]) -> None:
        super()._check_results(results[:1])
"""


class Mutant(NamedTuple):
    file: str  # of client/tradelatch/core, or with its folder
    source: str
    instead: str
    tests: str  # that are to see it: of test/client, or with their folder
    appended: str = ""


MUTANTS = {
    "last_result_ignored": Mutant(
        "calling_async.py", "psycopg.AsyncRawCursor(", "_First(", "test_answers_sync.py", FIRST_RESULT
    ),
    "standby_ignored": Mutant(
        "calling_async.py", "self._is_replicated = False\n", "pass\n", "test_standby_sync.py test_standby_async.py"
    ),
    "open_transaction_ignored": Mutant(
        "calling_async.py", "if not is_idle(self.connection):", "if False:", "test_answers_sync.py"
    ),
    "lost_connection_refuses": Mutant(
        "answers.py", "code.startswith(_LOST) or (not code and connection.closed)", "False", "test_lost_answers_sync.py"
    ),
    "read_only_refuses": Mutant("answers.py", '    "25006": Fate.ELSEWHERE,', "    #", "test_faults_sync.py"),
    "read_only_connection_kept": Mutant(
        "calling_async.py", "is_abandoned or not is_usable or", "is_abandoned or", "test_faults_sync.py"
    ),
    "deadlocks_for_ever": Mutant("calling_async.py", "undone > RETRIES", "False", "test_faults_sync.py"),
    "claims_repeated": Mutant(
        "calling_async.py", "if is_sent and not call.repeatable:", "if False:", "test_lost_answers_sync.py"
    ),
    "busy_slot_refuses_the_repetition": Mutant(
        "calling_async.py",
        "(fate is Fate.BUSY and not flight.is_open)",
        "fate is Fate.BUSY",
        "test_connections_sync.py",
    ),
    "busy_slot_always_repeated": Mutant(
        "calling_async.py", " or (fate is Fate.BUSY and not flight.is_open)", "", "test_faults_sync.py"
    ),
    "refusal_not_told": Mutant(
        "calling_async.py",
        "if refusal := refusal_of(self._trouble):",
        "if refusal := None:",
        "test_connections_sync.py",
    ),
    "other_answer_taken": Mutant(
        "calling_async.py",
        "contradiction(await self._canonical(flight, call.parameters, receipt), receipt)",
        "None",
        "test_connections_sync.py",
    ),
    "fork_unseen": Mutant("calling_async.py", "if self._process != os.getpid():", "if False:", "test_misuse.py"),
    "pooler_unseen": Mutant(
        "calling_async.py", "process == line.connection.info.backend_pid", "True", "test_pooler.py"
    ),
    "tasks_wait_for_ever": Mutant(
        "_asyncio.py", "while not task.done() and flight.patience():", "while not task.done():", "test_faults_async.py"
    ),
    "threads_wait_for_ever": Mutant(
        "_threads.py", "ended.acquire(timeout=flight.patience())", "ended.acquire()", "test_faults_sync.py"
    ),
    "tasks_not_shielded": Mutant(
        "_asyncio.py", "            interruption = error\n", "            raise\n", "test_cancellation.py"
    ),
    "threads_not_shielded": Mutant(
        "_threads.py", "            interruption = error\n", "            raise\n", "test_interrupts.py"
    ),
    "statement_not_cancelled": Mutant(
        "_threads.py", "connection.cancel_safe(", "(lambda **_: None)(", "test_faults_sync.py"
    ),
    "silent_connections_count": Mutant(
        "calling_async.py", "LARGEST_POOL + len(self._silent)", "LARGEST_POOL", "test_connections_sync.py"
    ),
    "idle_ones_kept": Mutant("calling_async.py", "await self._pool.drain()", "pass", "test_connections_sync.py"),
    "late_answer_taken": Mutant("position_async.py", "            flight.check()\n", "", "test_opening_sync.py"),
    "refused_handle_offers": Mutant(
        "position_async.py",
        "self._is_unsure = self._is_unsure, True",
        "self._is_unsure = self._is_unsure, False",
        "test_opening_sync.py",
    ),
    "sequence_grant_unseen": Mutant(
        "verify/drift.psql", "where r.relkind = 'S'\n", "where r.relkind = '?'\n", "plan/test_drift.py"
    ),
    "column_grant_unseen": Mutant(
        "verify/drift.psql",
        "    cross join aclexplode(a.attacl) as x\n",
        "    cross join aclexplode('{}'::aclitem[]) as x\n",
        "plan/test_drift.py",
    ),
    "default_privileges_unseen": Mutant(
        "verify/drift.psql", "and x.grantee <> d.defaclrole", "and false", "plan/test_drift.py"
    ),
    "function_grant_unseen": Mutant(
        "verify/assert.psql",
        "'executable by', pg_temp.list(executable_by, 'nobody')",
        "'executable by', pg_temp.list(array(select unnest(pg_temp.holders('f', p.proacl, p.proowner, 'EXECUTE')) from"
        " pg_proc as p where p.oid = v_function), 'nobody')",
        "plan/test_drift.py",
    ),
    "member_of_the_owner_unseen": Mutant(
        "verify/roles/all.sql", "'who may become it', 'nobody'", "'who may become it', :'members'", "plan/test_drift.py"
    ),
    "foreign_function_unseen": Mutant(
        "verify/drift.psql",
        "        and p.proowner <> 'tradelatch_owner'::regrole\n",
        "        and false\n",
        "plan/test_drift.py",
    ),
    "foreign_table_unseen": Mutant(
        "verify/drift.psql",
        "    where c.relowner <> 'tradelatch_owner'::regrole\n",
        "    where false\n",
        "plan/test_drift.py",
    ),
    "foreign_trigger_unseen": Mutant(
        "verify/drift.psql",
        "    where p.proowner <> 'tradelatch_owner'::regrole or",
        "    where false and",
        "plan/test_drift.py",
    ),
    "foreign_rule_unseen": Mutant("verify/drift.psql", "w.rulename <> '_RETURN'", "false", "plan/test_drift.py"),
    "notified_in_a_full_queue": Mutant(
        "deploy/helpers/raise_alert.sql",
        "pg_notification_queue_usage() < 0.5\n        and ",
        "",
        "database/test_notify_queue.py",
    ),
    "notified_behind_another": Mutant(
        "deploy/helpers/raise_alert.sql", "and l.objid = 0", "and false", "database/test_notify_queue.py"
    ),
    "flood_of_queries": Mutant(
        "client/tradelatch/watching/alerts.py",
        "        time.sleep(max(0.0, min(MOST_OFTEN",
        "        max(0.0, (min(MOST_OFTEN",
        "watching/test_alert_log.py",
    ),
    "due_at_the_start_unsaid": Mutant(
        "client/tradelatch/watching/alerts.py",
        "%(is_first)s and exists (",
        "%(is_first)s and false and exists (",
        "watching/test_alert_log.py",
    ),
    "told_again_after_a_restart": Mutant(
        "client/tradelatch/watching/alerts.py",
        "self._told[key] = int(xid), datetime.fromisoformat(at)",
        "del xid, at",
        "watching/test_alert_log.py",
    ),
    "lost_by_a_restart": Mutant(
        "client/tradelatch/watching/alerts.py",
        "*(xid for xid, _ in self._waiting.values())",
        "",
        "watching/test_alert_log.py",
    ),
    "held_on_another_side_is_flat": Mutant(
        "client/tradelatch/exchange.py",
        "[each for each in held if each.size and mode_of(each.position_side) != ours]",
        "list[Holding]()",
        "cli/test_modes_and_markets.py",
    ),
    "refused_for_the_mode_is_flat": Mutant(
        "client/tradelatch/venues/session.py",
        "        if is_mode:\n",
        "        if False:\n",
        "venues/test_conformance.py",
    ),
    "namesake_unseen": Mutant(
        "client/tradelatch/driving.py",
        "        if alike:\n            raise",
        "        if False:\n            raise",
        "cli/test_modes_and_markets.py",
    ),
    "lists_cover_all": Mutant(
        "client/tradelatch/looking.py",
        "is_all = counts >=",
        "is_all = True or counts >=",
        "cli/test_modes_and_markets.py",
    ),
    "existing_id_is_a_refusal": Mutant(
        "client/tradelatch/orders.py",
        "        if known is None:\n            raise\n",
        "        raise\n",
        "venues/test_answers.py",
    ),
    "passed_stop_loss_is_tried_again": Mutant(
        "client/tradelatch/driving.py",
        "            except TriggerPassed:\n",
        "            except ZeroDivisionError:\n",
        "recovery/test_recovery.py",
    ),
    "unknown_filter_accepted": Mutant(
        "client/tradelatch/cli/filters.py", "    if name in known:\n", "    if True:\n", "cli/test_filters.py"
    ),
    "cleanup_quiet_while_critical": Mutant(
        "client/tradelatch/cli/cleanup.py",
        "max(status_of(actions), status_of_findings(standing))",
        "status_of(actions)",
        "cli/test_cleanup.py",
    ),
    "advice_does_nothing": Mutant(
        "client/tradelatch/advice.py",
        '_command("recover", finding, "--confirm")',
        '_command("recover", finding, "")',
        "cli/test_advice.py",
    ),
    "close_without_take_over": Mutant(
        "client/tradelatch/cli/close.py", "if row.is_driven else None", "if False else None", "cli/test_moves.py"
    ),
    "first_host_has_it_all": Mutant(
        "settings.py", 'int(timeout / (1 + str(hosts).count(",")))', "int(timeout)", "test_connections_sync.py"
    ),
    "alerts_end_on_a_standby": Mutant(
        "client/tradelatch/watching/alerts.py",
        "except psycopg.errors.ReadOnlySqlTransaction:\n            return False",
        "except NotImplementedError:\n            return False",
        "failover/test_standbys.py",
    ),
    "standby_unsaid": Mutant(
        "client/tradelatch/watching/standby.py", "    return found", "    return None", "failover/test_standbys.py"
    ),
    "dry_run_on_a_standby": Mutant(
        "client/tradelatch/cli/errors.py", 'error.sqlstate == "25006"', "False", "failover/test_standbys.py"
    ),
    "recover_ends_with_a_connection": Mutant(
        "client/tradelatch/cli/recover.py",
        "NoConnection, psycopg.Error) as error",
        "NoConnection) as error",
        "cli/test_recover.py",
    ),
}


def copy(folder: Path) -> None:
    """What is to be broken, and what lies beside it."""
    for name in CHANGED:
        shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BESIDE:
        (folder / name).symlink_to(TOP / name)


def failures(folder: Path, tests: str) -> list[str]:
    """The tests that fail with the files of a folder."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "--no-header", "--tb=no", "-rfE"]
    command += [f"test/{name}" if "/" in name else f"test/client/{name}" for name in tests.split()]
    environment = os.environ | {"PYTHONPATH": str(folder / "client"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command,
            cwd=TOP,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return ["a test that did not end"]
    found = re.findall(r"^(?:FAILED|ERROR) test/(\S+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 and not found:
        sys.exit(f"{tests} could not run:\n{done.stdout}")
    return found


def path_of(folder: Path, mutant: Mutant) -> Path:
    return folder / (mutant.file if "/" in mutant.file else f"client/tradelatch/core/{mutant.file}")


@contextmanager
def mutated(folder: Path, mutant: Mutant) -> Iterator[None]:
    """The copy is changed in the block, and the twins are written anew."""
    path = path_of(folder, mutant)
    text = path.read_text(encoding="utf-8")
    assert text.count(mutant.source) == 1, f"{mutant.file} has {mutant.source!r} {text.count(mutant.source)} times"
    generate = [sys.executable, folder / "client" / "async_to_sync.py"]
    path.write_text(text.replace(mutant.source, mutant.instead) + mutant.appended, encoding="utf-8")
    subprocess.run(generate, check=True, stdout=subprocess.DEVNULL)
    yield
    path.write_text(text, encoding="utf-8")
    subprocess.run(generate, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    names = sys.argv[1:] or list(MUTANTS)
    survivors = []
    with tempfile.TemporaryDirectory(prefix="tradelatch-mutants-", dir="/tmp") as name:
        whole = Path(name)
        copy(whole)
        if not sys.argv[1:]:
            tests = " ".join(sorted({test for mutant in MUTANTS.values() for test in mutant.tests.split()}))
            if found := failures(whole, tests):
                print("The files as they are fail:", *found, sep="\n")
                return 1
        for mutant in names:
            started = time.monotonic()
            with mutated(whole, MUTANTS[mutant]):
                found = failures(whole, MUTANTS[mutant].tests)
            print(f"{mutant:32} {time.monotonic() - started:4.0f} s  {', '.join(found) or 'SURVIVED'}", flush=True)
            survivors += [] if found else [mutant]
    print(f"{len(names) - len(survivors)} of {len(names)} mutants of files were caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
