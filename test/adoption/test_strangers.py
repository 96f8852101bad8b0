"""Nothing that the old table's owner wrote runs with the rights of a superuser who deploys, verifies or reverts."""

import json
import re

import pytest
from tradelatch.programs import ProgramError
from tradelatch.project import sqitch_project

from .conftest import OWNER, WRITER, Live

PREFLIGHT = sqitch_project() / "deploy" / "adoption" / "preflight.sql"
SETTLE = sqitch_project() / "deploy" / "adoption" / "settle.psql"

# What they all call: whoever runs it with a superuser's rights makes its author one.
WEAPON = f"""
create function public.seize() returns boolean language plpgsql as $$
begin
    if (select r.rolsuper from pg_roles as r where r.rolname = current_user) then
        execute 'alter role {OWNER} superuser';
    end if;
    return true;
end
$$;
create function public.seizes(anyelement) returns boolean language plpgsql immutable as $$
begin
    return public.seize();
end
$$;
create function public.seize_rows() returns trigger language plpgsql as $$
begin
    perform public.seize();
    return new;
end
$$;
"""

# What it makes, and as what it is refused before anything else; null where it is left alone, and does nothing.
TABLE_ATTACKS = {
    "a CHECK": (
        "alter table monitoring.positions add constraint mine check (public.seizes(leverage))",
        "function of another owner behind a table",
    ),
    "a default": (
        "alter table monitoring.positions alter trailing_activated set default public.seize()",
        "function of another owner behind a table",
    ),
    "an expression index": (
        "create index mine on monitoring.positions (public.seizes(leverage))",
        "function of another owner behind a table",
    ),
    "an operator in a predicate": (
        "create function public.is_more(text, integer) returns boolean language plpgsql immutable"
        " as 'begin return public.seize(); end';"
        " create operator public.>>> (leftarg = text, rightarg = integer, function = public.is_more);"
        " create index mine on monitoring.positions (leverage) where symbol::text operator(public.>>>) 1",
        "function of another owner behind a table",
    ),
    "a domain": (
        "create domain public.seized as numeric check (public.seizes(value));"
        " alter table monitoring.positions add mine public.seized",
        "function of another owner behind a table",
    ),
    "a generated column": (
        "alter table monitoring.positions add mine boolean generated always as (public.seizes(leverage)) stored",
        "function of another owner behind a table",
    ),
    "a cast to json": (
        "create type public.mood as enum ('calm');"
        " create function public.as_json(public.mood) returns json language plpgsql"
        " as 'begin perform public.seize(); return ''1''; end';"
        " create cast (public.mood as json) with function public.as_json(public.mood);"
        " alter table monitoring.positions add mine public.mood default 'calm'",
        "function of another owner behind a table",
    ),
    "a policy": (
        "create policy mine on monitoring.positions using (public.seize())",
        "policy on the table",
    ),
    "a trigger": (
        "create trigger mine before update on monitoring.positions for each row execute function public.seize_rows()",
        "trigger on the table",
    ),
    "a rule": (
        "create rule mine as on update to monitoring.positions do also select public.seize()",
        "rule on the table",
    ),
}
OTHER_ATTACKS = {
    "an operator that fits better": (
        "create function public.append(text[], text) returns text[] language plpgsql"
        " as 'begin perform public.seize(); return array_append($1, $2); end';"
        " create operator public.|| (leftarg = text[], rightarg = text, function = public.append)",
        None,
    ),
    "a function that fits better": (
        "create function public.jsonb_build_object(text, text, text, text) returns jsonb language plpgsql"
        " as 'begin perform public.seize(); return null; end';"
        " create function public.jsonb_build_object(text, name, text, text, text, text) returns jsonb language plpgsql"
        " as 'begin perform public.seize(); return null; end';"
        " create function public.quote_ident(name) returns text language plpgsql"
        " as 'begin perform public.seize(); return $1::text; end'",
        None,
    ),
    "a function of ours": (
        "create function monitoring.is_known_attempt(uuid, text, text, text) returns boolean language plpgsql"
        " as 'begin return public.seize(); end'",
        "function of another owner",
    ),
    "an operator in the book's schema": (
        "create function public.append(text[], text) returns text[] language plpgsql"
        " as 'begin perform public.seize(); return array_append($1, $2); end';"
        " create operator monitoring.|| (leftarg = text[], rightarg = text, function = public.append)",
        "operator of another owner",
    ),
    "a view in the archive": (
        "create schema monitoring_archive;"
        " create view monitoring_archive.positions_20250101_000000_000000"
        " as select 1 as id, public.seize() as is_mine;"
        " create view monitoring_archive.position_events_20250101_000000_000000"
        " as select 1 as id, 1 << 20 as fence, public.seize() as is_mine",
        "relation of another owner",
    ),
    "a table in the schema of the functions": (
        "create schema tradelatch; create table tradelatch.positions ()",
        "relation of another owner",
    ),
    "a function in the schema of the functions": (
        "create schema tradelatch; create function tradelatch.create_position(text, text, text, numeric, numeric)"
        " returns boolean language plpgsql as 'begin return public.seize(); end'",
        "function of another owner",
    ),
    "a trigger on the registry": (
        "create schema sqitch; create table sqitch.projects (project text);"
        " create trigger mine before insert on sqitch.projects for each row execute function public.seize_rows()",
        "relation of another owner",
    ),
    "the search_path of the database": (
        "do $$ begin execute"
        " format('alter database %I set search_path = public, pg_catalog', current_database()); end $$;"
        " create function public.count(text) returns bigint language sql return public.seize()::int",
        "search_path of the database",
    ),
}
# What only a superuser can make, of functions that are not his.
LENT = {
    "an event trigger": (
        "create function public.on_change() returns event_trigger language plpgsql"
        " as 'begin perform public.seize(); end'",
        "create event trigger mine on ddl_command_end execute function public.on_change()",
        "event trigger",
    ),
    "an operator class": (
        "create function public.compared(numeric, numeric) returns integer language plpgsql immutable"
        " as 'begin perform public.seize(); return numeric_cmp($1, $2); end'",
        "create operator class public.odd for type numeric using btree as"
        " operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,"
        " function 1 public.compared(numeric, numeric);"
        f" set role {OWNER}; create index mine on monitoring.positions (leverage public.odd)",
        "function of another owner behind a table",
    ),
}


def plant(live: Live, attack: str) -> None:
    live.execute(f"grant create on schema public to {OWNER}")
    live.execute(f"alter database {live.name} owner to {OWNER}")
    live.psql(f"--username={OWNER}", f"--command={WEAPON}", f"--command={attack}")


def is_seized(live: Live) -> bool:
    """Whether its owner got a superuser's rights; takes them away again."""
    seized = live.value("select rolsuper from pg_roles where rolname = %s", OWNER)
    live.execute(f"alter role {OWNER} nosuperuser")
    return seized


def refusal(live: Live, file: object, **variables: str) -> set[str]:
    with pytest.raises(ProgramError) as raised:
        live.psql(file=file, **variables)
    (detail,) = re.findall(r"DETAIL:  (.*)", str(raised.value))
    return {row["problem"] for row in json.loads(detail)}


@pytest.mark.parametrize("name", [*TABLE_ATTACKS, *OTHER_ATTACKS])
def test_an_attack_on_a_deploy(make_live, name: str) -> None:
    attack, problem = (TABLE_ATTACKS | OTHER_ATTACKS)[name]
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    plant(live, attack)
    before = live.schema()
    if problem:
        assert problem in refusal(live, PREFLIGHT)
        assert live.schema() == before
    else:
        live.deploy()
        live.verify()
        live.revert()
        assert live.schema() == before
    assert not is_seized(live)


@pytest.mark.parametrize("name", LENT)
def test_an_attack_with_what_a_superuser_made(make_live, name: str) -> None:
    attack, lent, problem = LENT[name]
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    plant(live, attack)
    live.execute(lent)
    is_seized(live)  # making the index compares, and the trigger is called when it is made
    assert problem in refusal(live, PREFLIGHT)
    assert problem in refusal(live, SETTLE)
    assert not is_seized(live)


@pytest.mark.parametrize("name", OTHER_ATTACKS)
def test_an_attack_on_a_deploy_to_an_empty_database(legacy_cluster, name: str) -> None:
    attack, problem = OTHER_ATTACKS[name]
    live = Live(legacy_cluster, f"empty_{list(OTHER_ATTACKS).index(name)}")
    Live(legacy_cluster, "postgres").execute(f"create database {live.name}")
    live.execute(f"create schema monitoring authorization {OWNER}")
    plant(live, attack)
    if problem:
        assert problem in refusal(live, PREFLIGHT)
    else:
        live.deploy()
        live.revert()
    assert not is_seized(live)


@pytest.mark.parametrize("name", TABLE_ATTACKS)
def test_an_attack_on_the_mending(make_live, name: str) -> None:
    attack, problem = TABLE_ATTACKS[name]
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.execute("update monitoring.positions set quantity = -1 where id = 1")
    plant(live, attack)
    assert problem in refusal(live, SETTLE)
    assert problem in refusal(live, SETTLE, confirm="1")
    assert not is_seized(live)
    assert live.value("select count(*) from monitoring.positions where quantity = -1") == 1


def test_an_attack_on_the_list_of_mended_rows(make_live) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.execute("update monitoring.positions set quantity = -1 where id = 1")
    plant(
        live,
        "create table monitoring.settled_positions (settled_at timestamptz default now(), settled_by text,"
        " id bigint, problems text, action text, position jsonb, is_mine boolean default public.seize())",
    )
    assert "relation of another owner" in refusal(live, SETTLE, confirm="1")
    assert not is_seized(live)


def test_an_attack_on_verify_and_revert(make_live) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.deploy()
    live.execute(f"grant create on schema monitoring to {OWNER}")
    plant(live, OTHER_ATTACKS["a function of ours"][0])
    with pytest.raises(ProgramError, match="what belongs to others"):
        live.verify()
    with pytest.raises(ProgramError, match="TL008"):
        live.revert()
    assert live.value("select tradelatch.schema_version()")
    assert not is_seized(live)
    live.execute("drop function monitoring.is_known_attempt(uuid, text, text, text)")
    attack, lent, _ = LENT["an event trigger"]
    live.execute(f"set role {OWNER}; {attack}; reset role; {lent}")
    is_seized(live)
    for script in (live.verify, live.revert):
        with pytest.raises(ProgramError, match="what belongs to others"):
            script()
    assert live.value("select tradelatch.schema_version()")
    assert not is_seized(live)


def test_what_whoever_deploys_gives_by_default_opens_nothing(make_live) -> None:
    """What the revert runs stands in a table: whoever could write to it would have the rights of a superuser."""
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    for kind in ("tables", "sequences", "functions"):
        live.execute(f"alter default privileges grant all on {kind} to {WRITER}")
    live.deploy()
    live.verify()
    assert not live.all(
        "select c.relname from pg_class as c cross join aclexplode(c.relacl) as x"
        " where c.relowner = 'tradelatch_owner'::regrole and c.relname <> 'positions'"
        f" and x.grantee = '{WRITER}'::regrole"
    )


def test_old_sequences_are_nobodys_any_more_and_come_back(make_live) -> None:
    live = make_live("real_rows", as_of="2025-10-28", closed=10)
    live.execute(f"grant update on sequence monitoring.positions_id_seq to {WRITER} with grant option")
    before = live.schema()
    live.deploy()
    assert not live.all(
        "select x.grantee::regrole from pg_class as c cross join aclexplode(c.relacl) as x"
        " where c.oid = 'monitoring.positions_id_seq'::regclass and x.grantee <> c.relowner"
    )
    live.revert()
    assert live.schema() == before
