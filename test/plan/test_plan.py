"""The plan, by the real sqitch: every change deployed, reverted, redeployed, and the database compared at each step.

Each test has a cluster of its own, also when TRADELATCH_TEST_DSN is set, because roles belong to the whole cluster.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import psycopg
import pytest
from tradelatch.cluster import private_cluster
from tradelatch.deployment import changes, deploy, deploy_with_psql, sqitch
from tradelatch.programs import ProgramError, libpq_environment, run_program
from tradelatch.project import sqitch_project

PROJECT = sqitch_project()
CHANGES = changes()

# What sqitch calls for psql. After each script it dumps the database as the script left it, which is what a sqitch call
# for each change would show, in a fifth of the time; after a revert it notes a verify script that passes all the same.
CLIENT = """#!/bin/sh
psql "$@" || exit
for script; do :; done
change=${script#*/}
case $script in deploy/* | revert/*) ;; *) exit 0 ;; esac
mkdir -p "$STEPS/$(dirname "$change")"
pg_dump --exclude-schema=sqitch --exclude-table-data=monitoring.histories >"$STEPS/$change" || exit
case $script in revert/*)
    if psql --no-psqlrc --set ON_ERROR_STOP=1 --file "verify/$change" >/dev/null 2>&1; then
        echo "$change" >>"$STEPS/verified"
    fi
esac
"""


@dataclass(frozen=True)
class Steps:
    """Dumps of a database: before and after the whole plan, and after the revert and the redeploy of each change."""

    dsn: str
    empty: str
    whole: str
    reverted: dict[str, str]
    redeployed: dict[str, str]
    verified_without: list[str]
    roles: tuple[str, str]


def create_database(cluster, name: str) -> str:
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return cluster.dsn(name)


def dump(dsn: str, *command: str) -> str:
    printed = subprocess.run(
        command or ["pg_dump", "--exclude-schema=sqitch", "--exclude-table-data=monitoring.histories"],
        env=libpq_environment(dsn),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return without_random_key(printed)


def without_random_key(printed: str) -> str:
    lines = printed.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(("\\restrict ", "\\unrestrict ")))


def difference(left: str, right: str) -> str:
    """The lines that two dumps do not share: shorter and quicker than a diff of all."""
    lines = [set(text.splitlines()) for text in (left, right)]
    return "\n".join(
        [f"- {line}" for line in sorted(lines[0] - lines[1])] + [f"+ {line}" for line in sorted(lines[1] - lines[0])]
    )


@pytest.fixture
def cluster() -> Iterator:
    with private_cluster(durable=False) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steps]:
    """The whole plan up, down and up again, with what was there after every change."""
    folder = tmp_path_factory.mktemp("plan")
    client, configuration = folder / "client", folder / "sqitch.conf"
    client.write_text(CLIENT)
    client.chmod(0o700)
    configuration.write_text(f'[engine "pg"]\n\tclient = {client}\n')

    def walk(dsn: str, *arguments: str) -> dict[str, str]:
        saved = folder / arguments[0]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("STEPS", str(saved))
            patch.setenv("SQITCH_USER_CONFIG", str(configuration))
            sqitch(dsn, *arguments)
        return {change: without_random_key((saved / f"{change}.sql").read_text()) for change in CHANGES}

    with private_cluster(durable=False) as cluster:
        dsn = create_database(cluster, "steps")
        empty, roles = dump(dsn), dump(dsn, "pg_dumpall", "--roles-only")
        deploy(dsn)
        whole = dump(dsn)
        reverted = walk(dsn, "revert", "-y")
        roles_left = dump(dsn, "pg_dumpall", "--roles-only")
        redeployed = walk(dsn, "deploy", "--no-verify")
        verified = folder / "revert" / "verified"
        verified_without = verified.read_text().split() if verified.exists() else []
        yield Steps(dsn, empty, whole, reverted, redeployed, verified_without, (roles, roles_left))


def test_every_change_has_its_scripts_and_every_script_its_change() -> None:
    folders = [PROJECT / kind for kind in ("deploy", "revert", "verify")]
    scripts = {str(path.relative_to(PROJECT)) for folder in folders for path in folder.rglob("*.sql")}
    assert scripts == {f"{kind}/{change}.sql" for kind in ("deploy", "revert", "verify") for change in CHANGES}


def test_each_revert_gives_back_what_the_redeploy_starts_from(steps: Steps) -> None:
    for before, change in pairwise(["", *CHANGES]):
        expected = steps.redeployed[before] if before else steps.empty
        assert steps.reverted[change] == expected, f"{change}:\n{difference(expected, steps.reverted[change])}"


def test_the_redeployed_plan_is_the_deployed_one(steps: Steps) -> None:
    redeployed = steps.redeployed[CHANGES[-1]]
    assert redeployed == steps.whole, difference(steps.whole, redeployed)


def test_one_psql_deploys_what_sqitch_does(steps: Steps) -> None:
    with psycopg.connect(steps.dsn, autocommit=True) as connection:
        connection.execute("create database by_psql")
    by_psql = steps.dsn.replace("/steps?", "/by_psql?")
    deploy_with_psql(by_psql)
    deployed = dump(by_psql)
    assert deployed == steps.whole, difference(steps.whole, deployed)


def test_each_change_changes_something(steps: Steps) -> None:
    idle = [change for change in CHANGES if steps.redeployed[change] == steps.reverted[change]]
    assert idle == ["adoption/preflight", "roles/all"]  # the one only looks, and a database's dump has no roles


def test_each_verify_script_fails_without_its_change(steps: Steps) -> None:
    assert steps.verified_without == ["adoption/preflight.sql"]  # which only looks


def test_no_verify_script_divides_by_zero() -> None:
    for change in CHANGES:
        script = (PROJECT / "verify" / f"{change}.sql").read_text()
        assert not re.search(r"\b1 / ", script), change
        assert "pg_temp.assert" in script or change == "adoption/preflight", change  # which only looks


@pytest.mark.parametrize("condition", ["false", "null"])
def test_what_is_not_true_fails(steps: Steps, condition: str) -> None:
    """Also where assertions are switched off: plpgsql.check_asserts is for PL/pgSQL's own."""
    script = "set plpgsql.check_asserts = off; begin; \\i verify/assert.psql\n"
    failed = subprocess.run(
        ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1"],
        input=f"{script} select pg_temp.assert({condition}, 'so be it');",
        cwd=PROJECT,
        env=libpq_environment(steps.dsn),
        capture_output=True,
        text=True,
    )
    assert (failed.returncode, failed.stderr) == (3, "ERROR:  so be it\n")


# What somebody did to the database, the change whose verify script fails by it, and what that says.
DAMAGES = [
    (
        "grant pg_read_all_data to tradelatch_reader",
        "roles/all",
        "role tradelatch_reader: member of pg_read_all_data; expected none",
    ),
    (
        "grant create on schema monitoring to public",
        "schemas/monitoring",
        "schema monitoring: open to objects of PUBLIC; expected nobody",
    ),
    (
        "grant usage on schema tradelatch to public",
        "schemas/tradelatch",
        "schema tradelatch: usable by PUBLIC, tradelatch_feed, tradelatch_reader;"
        " expected tradelatch_feed, tradelatch_reader",
    ),
    (
        "alter function tradelatch.renew_lease(bigint, bigint, interval) owner to postgres",
        "functions/renew_lease",
        "function tradelatch.renew_lease(bigint, bigint, interval): owner postgres; expected tradelatch_owner",
    ),
    (
        "grant execute on function tradelatch.take_over(bigint, text, interval) to public, tradelatch_bot",
        "functions/take_over",
        "function tradelatch.take_over(bigint, text, interval): "
        "executable by PUBLIC, tradelatch_bot, tradelatch_operator; expected tradelatch_operator",
    ),
    (
        "revoke execute on function tradelatch.release_position(bigint, text) from tradelatch_operator",
        "functions/release_position",
        "function tradelatch.release_position(bigint, text): executable by nobody; expected tradelatch_operator",
    ),
    (
        "alter function tradelatch.restore_backup(uuid, boolean) set lock_timeout = '9s'",
        "functions/restore_backup",
        "function tradelatch.restore_backup(uuid, boolean): settings lock_timeout=9s, search_path=pg_catalog, pg_temp; "
        "expected lock_timeout=2s, search_path=pg_catalog, pg_temp",
    ),
    (
        "alter function tradelatch.diagnose(text, text, text, interval) volatile security invoker",
        "functions/diagnose",
        "function tradelatch.diagnose(text, text, text, interval): "
        "security invoker; expected definer | volatility volatile; expected stable",
    ),
    (
        "drop function monitoring.refuse_move(monitoring.positions, text, text)",
        "helpers/refuse_move",
        "function monitoring.refuse_move(monitoring.positions, text, text) is missing",
    ),
    (
        "alter function monitoring.lock_slot(text, text, text) rename to lock_slots;"
        "create function monitoring.lock_slot(text) returns void language sql return null",
        "helpers/lock_slot",
        "function monitoring.lock_slot(text, text, text) is missing; found monitoring.lock_slot(text)",
    ),
    (
        "create or replace function monitoring.grace() returns interval immutable parallel safe"
        " return interval '1 hour'",
        "helpers/grace",
        "monitoring.grace() is 01:00:00; expected 00:00:05",
    ),
    (
        "grant select on monitoring.positions to tradelatch_reader",
        "tables/positions",
        "monitoring.positions: readable by tradelatch_reader",
    ),
    (
        "grant insert on monitoring.position_events to tradelatch_bot with grant option",
        "tables/position_events",
        "monitoring.position_events: writable by tradelatch_bot with grant option; expected nobody",
    ),
    (
        "grant usage on sequence monitoring.stale_fences to tradelatch_bot",
        "tables/stale_fences",
        "monitoring.stale_fences: writable by tradelatch_bot; expected nobody",
    ),
    (
        "alter table monitoring.event_archives alter column alerts type integer",
        "tables/event_archives",
        "monitoring.event_archives.alerts is integer; expected bigint",
    ),
    (
        "alter table monitoring.snapshots drop column max_closes",
        "tables/snapshots",
        "monitoring.snapshots.max_closes is missing; expected integer",
    ),
    (
        "alter table monitoring.marks set (fillfactor = 90)",
        "tables/marks",
        "monitoring.marks: options autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000, fillfactor=90; "
        "expected fillfactor=20",
    ),
    (
        "delete from monitoring.position_transitions where to_status = 'failed'",
        "tables/position_transitions",
        "statuses that monitoring.position_transitions leads to from another is "
        "{active,canceled,closed,entry_placed,pending_cancels,pending_close,pending_rollback,pending_sl,rolled_back}; "
        "expected {active,canceled,closed,entry_placed,failed,pending_cancels,pending_close,pending_rollback,"
        "pending_sl,rolled_back}",
    ),
    (
        "drop index monitoring.positions_closed_at",
        "indexes/positions_closed_at",
        "index monitoring.positions_closed_at is missing",
    ),
    (
        "update pg_index set indisvalid = false where indexrelid = 'monitoring.idx_unique_active_position'::regclass",
        "indexes/idx_unique_active_position",
        "index monitoring.idx_unique_active_position: valid false; expected true",
    ),
    (
        "drop index monitoring.idx_unique_position_attempt;"
        "create index idx_unique_position_attempt on monitoring.positions (signal)",
        "indexes/idx_unique_position_attempt",
        "index monitoring.idx_unique_position_attempt: unique false; expected true | "
        "definition btree (signal); expected (attempt) WHERE %",
    ),
    (
        "alter table monitoring.positions disable trigger positions_guard",
        "triggers/guard",
        "trigger positions_guard on monitoring.positions: enabled no; expected yes",
    ),
    (
        "drop trigger positions_births on monitoring.positions",
        "triggers/births",
        "trigger positions_births on monitoring.positions is missing",
    ),
    (
        "alter table monitoring.positions drop constraint positions_coherent_check",
        "constraints/coherence",
        "constraint positions_coherent_check on monitoring.positions is missing",
    ),
    (
        "alter domain monitoring.percent drop constraint percent_check",
        "types/percent",
        "domain monitoring.percent takes '0'",
    ),
    (
        "grant usage on type monitoring.side to public",
        "types/side",
        "domain monitoring.side: usable by PUBLIC; expected nobody",
    ),
    (
        "alter type tradelatch.cleanup_action add attribute note text",
        "types/cleanup_action",
        "type tradelatch.cleanup_action: columns backup_id uuid, position_id bigint, action text, from_status text, "
        "to_status text, detail jsonb, note text; expected backup_id uuid, position_id bigint, action text, "
        "from_status text, to_status text, detail jsonb",
    ),
    (
        "grant select on tradelatch.backups to tradelatch_bot",
        "views/backups",
        "tradelatch.backups: readable by tradelatch_bot, tradelatch_operator; expected tradelatch_operator",
    ),
    (
        "create trigger mine before update on monitoring.account_grants for each row"
        " execute function suppress_redundant_updates_trigger()",
        "functions/schema_version",
        "more than the plan made: function monitoring.lock_slot(text): it belongs to postgres\n"
        "  function tradelatch.renew_lease(bigint,bigint,interval): it belongs to postgres\n"
        "  sequence monitoring.stale_fences: USAGE granted to tradelatch_bot\n"
        "  trigger mine on monitoring.account_grants: it calls suppress_redundant_updates_trigger()",
    ),
]


def test_verify_names_the_object_and_the_difference(steps: Steps) -> None:
    damaged = steps.dsn.replace("/steps?", "/damaged?")
    with psycopg.connect(steps.dsn.replace("/steps?", "/postgres?"), autocommit=True) as connection:
        connection.execute("create database damaged template steps")
        try:
            with psycopg.connect(damaged) as damager:
                for statements, _, _ in DAMAGES:
                    damager.execute(statements)
                # Nor does a stranger's function run, where the database's own path leads to it.
                damager.execute(
                    "create function public.format(text, variadic text[]) returns text language plpgsql"
                    " as $$ begin raise exception 'a stranger was called'; end $$"
                )
                damager.execute("alter database damaged set search_path = public, pg_catalog")
                damager.execute("alter database damaged set plpgsql.check_asserts = off")
            with pytest.raises(ProgramError) as raised:
                sqitch(damaged, "verify")
        finally:
            connection.execute("revoke pg_read_all_data from tradelatch_reader")
            connection.execute("drop database damaged")
    printed = str(raised.value)
    assert set(re.findall(r'Verify script "verify/(\S+)\.sql" failed', printed)) == {
        "adoption/preflight",
        *(change for _, change, _ in DAMAGES),
    }, printed
    assert "search_path=public, pg_catalog" in printed
    for _, change, message in DAMAGES:
        where = rf"verify/(?:{change}\.sql|drift\.psql):\d+"
        assert re.search(rf"{where}: ERROR:  {re.escape(message)}\n", printed), printed
    assert "stranger" not in printed
    assert "CONTEXT" not in printed


def test_the_roles_go_with_the_plan(steps: Steps) -> None:
    before, after = steps.roles
    assert after == before


def test_another_database_works_on_when_the_plan_is_reverted(steps: Steps) -> None:
    with psycopg.connect(steps.dsn, autocommit=True) as connection:
        connection.execute("create database other")
        other = steps.dsn.replace("/steps?", "/other?")
        sqitch(other, "deploy", "--verify")
        sqitch(other, "revert", "-y")
        sqitch(steps.dsn, "verify")
        assert dump(steps.dsn) == steps.whole
        connection.execute("set role tradelatch_bot")
        assert connection.execute("select tradelatch.schema_version()").fetchone() == ("1",)


def test_a_role_with_members_outlives_the_plan(cluster) -> None:
    dsn = create_database(cluster, "members")
    sqitch(dsn, "deploy", "--to", "roles/all")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create role alice login in role tradelatch_reader")
        sqitch(dsn, "revert", "-y")
        assert connection.execute("select pg_has_role('alice', 'tradelatch_reader', 'member')").fetchone() == (True,)
        sqitch(dsn, "deploy", "--to", "roles/all")
        connection.execute("drop role alice")
        sqitch(dsn, "revert", "-y")
        assert not connection.execute(r"select from pg_roles where rolname ~ '^tradelatch_'").fetchall()


HOLDERS = """
select m.member::regrole::text
from pg_auth_members as m
where m.roleid = 'tradelatch_owner'::regrole
    and not to_jsonb(m) @> '{"set_option": false, "inherit_option": false}'
"""


def test_a_deployer_needs_no_superuser_and_is_no_owner_afterwards(cluster) -> None:
    dsn = create_database(cluster, "deployed")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create role deployer login createrole")
        connection.execute("grant create on database deployed to deployer")

        def holders() -> list[str]:
            return [name for (name,) in connection.execute(HOLDERS)]

        deployer = cluster.dsn("deployed", user="deployer")
        sqitch(deployer, "deploy", "--verify", "--to", "tables/positions")
        assert not holders()
        sqitch(deployer, "deploy")  # the next version
        assert not holders()
        sqitch(deployer, "verify")
        with psycopg.connect(deployer) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("set role tradelatch_owner")
        connection.execute("create role friend; grant tradelatch_owner to friend")
        with pytest.raises(ProgramError, match="tradelatch_owner: who may become it friend; expected nobody"):
            sqitch(deployer, "verify")
        connection.execute("drop role friend")
        sqitch(deployer, "revert", "-y")
        assert not connection.execute(r"select from pg_roles where rolname ~ '^tradelatch_'").fetchall()


def test_a_second_deployer_is_refused_in_a_clear_line_until_he_is_let(cluster) -> None:
    """From PostgreSQL 16 on, only who made a role may grant it; before, whoever may create roles."""
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        for name in ("first", "second"):
            connection.execute(f"create role {name} login createrole")
            connection.execute(f"create database of_{name} owner {name}")
        is_new = connection.info.server_version >= 160000
        sqitch(cluster.dsn("of_first", user="first"), "deploy", "--verify", "--to", "types/receipt")
        second = cluster.dsn("of_second", user="second")
        if is_new:
            with pytest.raises(ProgramError, match="second may not deploy: tradelatch_owner was made by another login"):
                sqitch(second, "deploy", "--to", "types/receipt")
            connection.execute("set role first")
            connection.execute("grant tradelatch_owner to second with admin true, inherit false, set false")
            connection.execute("reset role")
        sqitch(second, "deploy", "--verify", "--to", "types/receipt")
        assert not connection.execute(HOLDERS).fetchall()
        for name in ("second", "first"):
            sqitch(cluster.dsn(f"of_{name}", user=name), "revert", "-y")
            connection.execute(f"drop database of_{name}")
            connection.execute(f"drop owned by {name}")


def test_who_may_create_no_roles_is_told_so_before_anything_is_made(cluster) -> None:
    dsn = create_database(cluster, "nobodys")
    sqitch(dsn, "deploy", "--to", "roles/all")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create role nobody login")
        with pytest.raises(ProgramError, match="nobody may not deploy: tradelatch_owner was made by another login"):
            run_program(
                ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--file={PROJECT}/deploy/adoption/preflight.sql"],
                environment=libpq_environment(cluster.dsn("nobodys", user="nobody")),
            )
        sqitch(dsn, "revert", "-y")
        connection.execute("drop role nobody")


def test_a_dump_that_lost_its_owners_is_refused_with_what_to_do(cluster, tmp_path) -> None:
    dsn = create_database(cluster, "owned")
    sqitch(dsn, "deploy", "--to", "types/receipt")
    restored = create_database(cluster, "orphans")
    for command in (
        ["pg_dump", "--format=custom", f"--file={tmp_path}/dump"],
        ["pg_restore", "--no-owner", "--dbname=orphans", f"{tmp_path}/dump"],
    ):
        subprocess.run(command, env=libpq_environment(dsn), check=True)
    for command in (["verify"], ["deploy", "--to", "tables/exchange_aliases"]):
        with pytest.raises(ProgramError) as raised:
            sqitch(restored, *command)
        assert "what tradelatch made belongs to postgres, not to tradelatch_owner" in str(raised.value)
        assert "HINT:  Was a dump restored with --no-owner?" in str(raised.value)


def test_the_registry_may_be_another_teams(cluster, tmp_path) -> None:
    dsn = create_database(cluster, "shared")
    (tmp_path / "deploy").mkdir()
    (tmp_path / "sqitch.conf").write_text("[core]\n\tengine = pg\n")
    (tmp_path / "sqitch.plan").write_text(
        "%syntax-version=1.0.0\n%project=theirs\n\nprices 2026-01-01T00:00:00Z A <a@b.invalid> # Theirs\n"
    )
    (tmp_path / "deploy" / "prices.sql").write_text("create table public.prices ();\n")
    subprocess.run(
        ["sqitch", "--chdir", tmp_path, "deploy", "--registry", "team a", "db:pg:shared"],
        env=libpq_environment(dsn) | {"TZ": "UTC"},
        check=True,
    )
    registry = ("--registry", "team a")
    sqitch(dsn, "deploy", *registry, "--verify", "--to", "types/receipt")
    sqitch(dsn, "verify", *registry)
    with psycopg.connect(dsn, autocommit=True) as connection:
        projects = 'select project from "team a".projects order by project'
        assert connection.execute(projects).fetchall() == [("theirs",), ("tradelatch",)]
        assert connection.execute("select to_regnamespace('sqitch')").fetchone() == (None,)
        # and a stranger's registry is refused under whatever name
        connection.execute("create role stranger")
        connection.execute('alter table "team a".projects owner to stranger')
        with pytest.raises(ProgramError, match="relation of another owner"):
            sqitch(dsn, "verify", *registry)
        connection.execute('alter table "team a".projects owner to postgres')
        sqitch(dsn, "revert", "-y", *registry)
        connection.execute("drop role stranger")


def test_a_failing_deploy_keeps_what_succeeded(cluster) -> None:
    dsn = create_database(cluster, "failing")
    with psycopg.connect(dsn) as connection:
        connection.execute("create schema monitoring; create domain monitoring.side as text")
    with pytest.raises(ProgramError, match='type "side" already exists'):
        deploy(dsn)
    deployed = sqitch(dsn, "status")
    assert "types/symbol" in deployed
