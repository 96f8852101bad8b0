"""Every call of the client against the catalogue: names, types, defaults, order."""

import functools
import inspect
import operator
import re
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import pytest
from tradelatch import (
    AccountGrant,
    AlertRow,
    AliasRow,
    AsyncClient,
    BackupRow,
    CleanupAction,
    Client,
    EventRow,
    Finding,
    FindingRow,
    FoundOrder,
    Health,
    LockHolder,
    OrderRow,
    PositionRow,
    Receipt,
    TimelineRow,
)
from tradelatch.core.arguments import _TYPES
from tradelatch.core.receipt import RECEIPT_COLUMNS
from tradelatch.core.words import OrderKind, OrderSide, Outcome, PositionSide, Side, Status

NOT_CALLS = {"open", "close", "opening"}
RESULTS = {
    "tradelatch.receipt": Receipt,
    "tradelatch.finding": Finding,
    "tradelatch.cleanup_action": CleanupAction,
    "tradelatch.alerts": AlertRow,
    "tradelatch.events": EventRow,
    "tradelatch.findings": FindingRow,
    "TABLE(position_id bigint, kind text, is_left boolean)": FoundOrder,
    "TABLE(exchange text, account text, symbol text, pid integer, user_name text, application_name text,"
    " is_holder boolean, since timestamp with time zone)": LockHolder,
}
VIEWS = {
    "positions": PositionRow,
    "open_positions": PositionRow,
    "position_timeline": TimelineRow,
    "events": EventRow,
    "alerts": AlertRow,
    "findings": FindingRow,
    "orders": OrderRow,
    "aliases": AliasRow,
    "backups": BackupRow,
    "account_grants": AccountGrant,
    "health": Health,
}
PYTHON_TYPES = {
    "text": str,
    "name": str,
    "text[]": Sequence[str],
    "numeric": Decimal | int,
    "bigint": int,
    "integer": int,
    "interval": timedelta,
    "uuid": UUID,
    "boolean": bool,
    "timestamp with time zone": datetime,
    "xid8": str,
}
FUNCTIONS = """
    select
        p.proname,
        coalesce(p.proargnames, '{}'),
        array(select format_type(t.type, null) from unnest(p.proargtypes) with ordinality as t (type, n) order by n),
        p.pronargdefaults,
        pg_get_expr(p.proargdefaults, 0),
        p.proretset,
        regexp_replace(pg_get_function_result(p.oid), '^SETOF ', '')
    from pg_proc as p
    where p.pronamespace = 'tradelatch'::regnamespace
"""
COLUMNS = """
    select a.attname, format_type(a.atttypid, null)
    from pg_attribute as a
    where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum
"""


def calls(client):
    return {
        name: method
        for name, method in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_") and name not in NOT_CALLS | VIEWS.keys()
    }


def python_type(name, sql_type):
    """A jsonb is an object, but for the arrays of them."""
    if sql_type == "jsonb":
        entry = Mapping[str, typing.Any]
        return Sequence[entry] if name in ("snapshot", "orders", "events", "marks") else entry
    return PYTHON_TYPES[sql_type]


def plain(hint):
    """A type without its `| None`; words of a fixed list are strings."""
    kinds = typing.get_args(hint) if typing.get_origin(hint) in (types.UnionType, typing.Union) else (hint,)
    kinds = [str if typing.get_origin(kind) is typing.Literal else kind for kind in kinds]
    return functools.reduce(operator.or_, (kind for kind in kinds if kind is not types.NoneType))


@pytest.mark.parametrize("client", [AsyncClient, Client])
def test_calls(client, admin):
    functions = {row[0]: row[1:] for row in admin(FUNCTIONS)}
    methods = calls(client)
    assert methods.keys() == functions.keys()
    for name, (names, sql_types, default_count, expressions, is_set, result) in functions.items():
        parameters = list(inspect.signature(methods[name]).parameters.values())[1:]
        hints = typing.get_type_hints(methods[name])
        assert [parameter.name for parameter in parameters] == names[: len(parameters)], name
        assert [python_type(n, kind) for n, kind in zip(names, sql_types, strict=False)] == [
            plain(hints[p.name]) for p in parameters
        ], name
        assert {p.name: _TYPES[p.name] for p in parameters} == dict(zip(names, sql_types, strict=False)), name

        required = [parameter for parameter in parameters if parameter.default is parameter.empty]
        assert required == parameters[: len(parameters) - default_count], name
        defaults = [MappingProxyType({}) if p.default == {} else p.default for p in parameters[len(required) :]]
        (expected,) = admin(f"select {expressions}") if default_count else [()]
        expected = expected if isinstance(expected, tuple) else (expected,)
        assert defaults == [() if value == [] else value for value in expected], name

        one = RESULTS.get(result, PYTHON_TYPES.get(result, str))
        assert hints["return"] == (list[one] if is_set else one), name


DOMAIN = "select pg_get_constraintdef(oid) from pg_constraint where contypid = %s::regtype"
COMMENT = """
    select col_description(attrelid, attnum)
    from pg_attribute
    where attrelid = 'tradelatch.receipt'::regclass and attname = %s
"""


@pytest.mark.parametrize(
    ("words", "query", "argument", "pattern"),
    [
        (Status, "select string_agg(status, ' ') || %s from monitoring.position_statuses", "", r"(\w+)"),
        (Side, DOMAIN, "monitoring.side", r"'(\w+)'"),
        (PositionSide, DOMAIN, "monitoring.position_side", r"'(\w+)'"),
        (Outcome, COMMENT, "outcome", r"(?:^|; (?:else )?)(\w+)"),
        (OrderKind, COMMENT, "order_kind", r"^(\w+), (\w+) or (\w+);"),
        (OrderSide, COMMENT, "order_side", r"^(\w+) or (\w+)"),
    ],
)
def test_words(admin, words, query, argument, pattern):
    (told,) = admin(query, argument)
    assert {word for match in re.finditer(pattern, told) for word in match.groups()} == set(typing.get_args(words))


def test_receipt(admin):
    assert RECEIPT_COLUMNS.split(", ") == [name for name, _ in admin(COLUMNS, "tradelatch.receipt")]


@pytest.mark.parametrize(("result", "kind"), list(RESULTS.items())[1:])
def test_results(admin, result, kind):
    columns = re.findall(r"(\w+) (\w[^,)]*)[,)]", result) or admin(COLUMNS, result)
    hints = typing.get_type_hints(kind)
    assert [(name, python_type(name, sql_type)) for name, sql_type in columns] == [
        (name, plain(hint)) for name, hint in hints.items()
    ]


def test_every_view_has_a_row(admin):
    views = admin("select relname from pg_class where relnamespace = 'tradelatch'::regnamespace and relkind = 'v'")
    assert sorted(views) == sorted(VIEWS)


@pytest.mark.parametrize(("view", "kind"), VIEWS.items())
def test_views(admin, view, kind):
    columns = admin(COLUMNS, f"tradelatch.{view}")
    hints = typing.get_type_hints(kind)
    assert list(hints) == [name for name, _ in columns]
    for name, sql_type in columns:
        expected = Decimal if sql_type == "numeric" else python_type(name, sql_type)
        assert plain(hints[name]) == expected, name


@pytest.mark.parametrize("client", [AsyncClient, Client])
def test_opening_takes_what_create_position_takes(client):
    opening, create = (inspect.signature(method).parameters for method in (client.opening, client.create_position))
    assert list(opening.items()) == list(create.items())


def test_twins_have_the_same_methods():
    def parameters(client):
        return {
            name: list(inspect.signature(method).parameters.items())
            for name, method in inspect.getmembers(client, inspect.isfunction)
            if not name.startswith("__")
        }

    assert parameters(Client) == parameters(AsyncClient)
