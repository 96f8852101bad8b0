"""Every call of the client against the catalogue: names, types, defaults, order."""

import functools
import inspect
import operator
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import pytest
from tradelatch import (
    AlertRow,
    AsyncClient,
    BackupRow,
    CleanupAction,
    Client,
    EventRow,
    Finding,
    FindingRow,
    Health,
    PositionRow,
    Receipt,
    TimelineRow,
)
from tradelatch.core.arguments import _TYPES
from tradelatch.core.receipt import RECEIPT_COLUMNS

NOT_CALLS = {"open", "close", "opening"}
RESULTS = {
    "tradelatch.receipt": Receipt,
    "tradelatch.finding": Finding,
    "tradelatch.cleanup_action": CleanupAction,
    "tradelatch.alerts": AlertRow,
    "tradelatch.events": EventRow,
    "tradelatch.findings": FindingRow,
}
VIEWS = {
    "positions": PositionRow,
    "open_positions": PositionRow,
    "position_timeline": TimelineRow,
    "events": EventRow,
    "alerts": AlertRow,
    "findings": FindingRow,
    "backups": BackupRow,
    "health": Health,
}
PYTHON_TYPES = {
    "text": str,
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
        format_type(p.prorettype, null)
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
        return Sequence[entry] if name in ("snapshot", "events", "marks") else entry
    return PYTHON_TYPES[sql_type]


def without_none(hint):
    """A type without its `| None`."""
    if not isinstance(hint, types.UnionType):
        return hint
    return functools.reduce(operator.or_, (kind for kind in hint.__args__ if kind is not types.NoneType))


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
            without_none(hints[p.name]) for p in parameters
        ], name
        assert {p.name: _TYPES[p.name] for p in parameters} == dict(zip(names, sql_types, strict=False)), name

        required = [parameter for parameter in parameters if parameter.default is parameter.empty]
        assert required == parameters[: len(parameters) - default_count], name
        defaults = [MappingProxyType({}) if p.default == {} else p.default for p in parameters[len(required) :]]
        (expected,) = admin(f"select {expressions}") if default_count else [()]
        expected = expected if isinstance(expected, tuple) else (expected,)
        assert defaults == list(expected), name

        one = RESULTS.get(result, PYTHON_TYPES.get(result, str))
        assert hints["return"] == (list[one] if is_set else one), name


def test_receipt(admin):
    assert RECEIPT_COLUMNS.split(", ") == [name for name, _ in admin(COLUMNS, "tradelatch.receipt")]


@pytest.mark.parametrize(("result", "kind"), list(RESULTS.items())[1:])
def test_results(admin, result, kind):
    columns = admin(COLUMNS, result)
    hints = typing.get_type_hints(kind)
    assert [(name, python_type(name, sql_type)) for name, sql_type in columns] == [
        (name, without_none(hint)) for name, hint in hints.items()
    ]


@pytest.mark.parametrize(("view", "kind"), VIEWS.items())
def test_views(admin, view, kind):
    columns = admin(COLUMNS, f"tradelatch.{view}")
    hints = typing.get_type_hints(kind)
    assert list(hints) == [name for name, _ in columns]
    for name, sql_type in columns:
        expected = Decimal if sql_type == "numeric" else python_type(name, sql_type)
        assert without_none(hints[name]) == expected, name


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
