"""What a role or a database sets for its sessions changes no answer: the same day under each setting, told the same."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier, Placeholder
from tradelatch.deployment import deploy_with_psql
from tradelatch.programs import libpq_environment, run_program

from .conftest import Session

SETTINGS = [
    "standard_conforming_strings = off",
    "backslash_quote = off",
    "DateStyle = 'German, DMY'",
    "DateStyle = 'SQL, MDY'",
    "IntervalStyle = 'sql_standard'",
    "IntervalStyle = 'iso_8601'",
    "extra_float_digits = -15",
    "TimeZone = 'America/St_Johns'",
    "TimeZone = '-13:45'",
    "bytea_output = 'escape'",
    "array_nulls = off",
    "transform_null_equals = on",
    "quote_all_identifiers = on",
    "xmloption = 'document'",
    "client_encoding = 'LATIN1'",
    "default_text_search_config = 'simple'",
    "plan_cache_mode = 'force_generic_plan'",
    "plan_cache_mode = 'force_custom_plan'",
    "default_transaction_read_only = off",
    "plpgsql.extra_errors = 'all'",
    "plpgsql.extra_warnings = 'all'",
    "search_path = tradelatch, monitoring, public",
    "search_path = ''",
    "seed = 0.5",
]
# In the answers: what is new each time, and what stands for it here.
NEW = {
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "uuid",
    r"tl[0-9a-f]{22}": "key",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)*|Z)": "time",
    r"day-\d+": "account",
    r"\b(position|fence|position_id\" :|fence\" :) \d+": r"\1 number",
}
NUMBERS = ["alert_id", "attempt", "event_id", "fence", "finding_id", "id", "position_id"]
TIMES = ["age", "lease_until", "since_previous", "xid"]


class Day:
    """What happens in an account, and everything that is said about it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.told: list[Any] = []
        self._numbers: dict[tuple[str, int], int] = {}

    def __call__(self, function: str, **arguments: Any) -> list[Any]:
        """The rows of a function as JSON, which psycopg reads alike in every setting; or how it is refused."""
        named = SQL(", ").join(SQL("{} => {}").format(Identifier(name), Placeholder(name)) for name in arguments)
        query = SQL("select to_jsonb(r)::text from tradelatch.{}({}) as r").format(Identifier(function), named)
        try:
            rows = [
                json.loads(row[0], parse_float=Decimal) for row in self._session.connection.execute(query, arguments)
            ]
        except psycopg.Error as error:
            diagnosis = error.diag
            self._say(
                function,
                [diagnosis.sqlstate, diagnosis.message_primary, diagnosis.message_detail, diagnosis.message_hint],
            )
            return []
        self._say(function, rows)
        return rows

    def view(self, name: str, order: str) -> None:
        query = SQL("select to_jsonb(v)::text from tradelatch.{} as v where v.account = %s order by {}")
        rows = self._session.connection.execute(
            query.format(Identifier(name), Identifier(order)), [self._session.account]
        )
        self._say(name, [json.loads(row[0], parse_float=Decimal) for row in rows.fetchall()])

    def _say(self, name: str, answer: Any) -> None:
        self.told.append((name, self._lasting(answer)))

    def _lasting(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._lasting_part(name, part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._lasting(part) for part in value]
        if isinstance(value, str):
            for pattern, name in NEW.items():
                value = re.sub(pattern, name, value)
        return value

    def _lasting_part(self, name: str, part: Any) -> Any:
        if part is not None and name in TIMES:
            return "time"
        if isinstance(part, int) and name in NUMBERS:
            return self._numbers.setdefault((name, part), len(self._numbers))
        return self._lasting(part)


def lived(session: Session) -> list[Any]:
    """A day: positions that are opened, rolled back and claimed, a look at the exchange, and what is refused."""
    day = Day(session)
    slot = {
        "exchange": " BinanceUSDM ",
        "account": session.account,
        "side": "LONG",
        "quantity": 10,
        "entry_price": "1e2",
    }
    attempt = {"attempt": uuid4()}
    opening = {
        "symbol": "btc/usdt:usdt-261225",
        "request_id": "signal:1",
        "stop_loss_percent": "2.50",
        "lease": "1 day",
    }
    details = {"details": r'{"why": "a \\ backslash, \"quotes\" and \u00e4", "at": "2026-03-29T02:30:00Z"}'}

    (made,) = day("create_position", **slot, **opening, **attempt, **details)
    day("create_position", **slot, **opening, **attempt, **details)
    day("create_position", **slot, **opening)
    day("create_position", **slot, **opening | {"request_id": "signal:2"})
    day("create_position", **slot | {"entry_price": "1e-3"}, **opening)
    drive = {"position_id": made["position_id"], "fence": made["fence"]}
    day("place_entry", **drive, exchange_order_id="0xFF\\1")
    day("confirm_entry", **drive, filled_quantity="4.0", average_price="99.995")
    day("confirm_entry", **drive, filled_quantity="9.75")
    day("renew_lease", **drive, lease="36:00:00")
    (undone,) = day("rollback_position", **drive, reason="it's over")
    ended = [undone["order_client_order_id"], *undone["order_cancels"]]
    day("confirm_flat", **drive, orders_ended=ended, exit_price="98", realized_pnl="-.5")
    day("settle_position", position_id=made["position_id"], fees="0.0001")

    (left,) = day("create_position", **slot, symbol="c/usdt", lease="1 microsecond")
    day("confirm_entry", position_id=left["position_id"], fence=left["fence"], filled_quantity=1)
    day("claim_stale", exchange="binance", account=session.account, grace="0", lease="1 day -23:00:00")
    day("renew_lease", position_id=left["position_id"], fence=left["fence"])

    day("normalize_symbol", symbol="APT_USDT")
    day("normalize_symbol", symbol=" btcusdt_261225 ")
    day("create_position", **slot, symbol="A\x01\\d")
    day("create_position", **slot, symbol="X", details="[]")
    day("cancel_position", **drive, reason="\\")

    held = [
        {
            "symbol": "D/USDT:USDT",
            "side": "short",
            "quantity": " 1.50e1 ",
            "average_price": ".5",
            "stop_loss_price": None,
        },
        {"symbol": "CUSDT", "side": "Short", "quantity": "\t3", "average_price": 7},
        {"symbol": "EUSDT", "side": None, "quantity": "0"},
    ]
    look = {"exchange": "binance", "account": session.account, "complete": True}
    day("reconcile", **look, snapshot=json.dumps(held[1:]), observed_at=datetime.now(UTC))
    day("reconcile", **look, snapshot=json.dumps(held[:1]), observed_at=datetime.now(UTC))
    day("reconcile", **look, snapshot='[{"symbol": "D", "side": "long", "quantity": "1d"}]', observed_at="now")
    day("record_marks", exchange="binance", account=session.account, marks='[{"symbol": "C/USDT", "price": "1.10"}]')
    day("diagnose", account=session.account, stale_after="0")
    day("cleanup", mode=" ALL ", account=session.account, older_than="0")

    day.view("positions", "position_id")
    day.view("events", "event_id")
    day.view("alerts", "alert_id")
    return day.told


@pytest.fixture(scope="module")
def in_its_account(server: Any, database: str, logins: dict[str, dict[str, str]]) -> Callable[[str], Any]:
    """`in_its_account("setting = value")` is an operator's session that sets that, with an account of its own."""
    dsn = server.dsn_of(conninfo_to_dict(database)["dbname"], **logins["operator"])
    numbers = count(1)

    @contextmanager
    def session(setting: str) -> Iterator[Session]:
        with closing(Session(dsn)) as operator:
            operator.account = f"day-{next(numbers)}"
            operator(f"set {setting}")
            yield operator

    return session


@pytest.fixture(scope="module")
def ordinary(in_its_account: Callable[[str], Any]) -> list[Any]:
    with in_its_account("client_min_messages = notice") as session:
        return lived(session)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_changes_no_answer(in_its_account, ordinary: list[Any], setting: str) -> None:
    with in_its_account(setting) as session:
        told = lived(session)
    assert [name for name, _ in told] == [name for name, _ in ordinary]
    for (name, answer), (_, expected) in zip(told, ordinary, strict=True):
        assert answer == expected, name


def test_the_day_is_an_ordinary_one(ordinary: list[Any]) -> None:
    """It is not compared with itself in vain: most calls are answered, and those that are meant to be refused are."""
    refused = [answer[0] for _, answer in ordinary if answer and re.fullmatch("[0-9A-Z]{5}", str(answer[0]))]
    assert sorted(refused) == ["22023", "22023", "22023", "TL002", "TL003", "TL005"]
    (looked, looked_again, _) = [answer for name, answer in ordinary if name == "reconcile"]
    assert {finding["check_name"] for finding in looked + looked_again} >= {"side_mismatch", "orphaned_exchange"}


def test_no_body_has_a_backslash_that_a_setting_changes(admin) -> None:
    """What PL/pgSQL runs is parsed in the caller's session: there a backslash stands in an E'' string or nowhere."""
    bodies = admin(
        "select p.oid::regprocedure::text as function, p.prosrc from pg_proc as p"
        " where p.pronamespace in ('monitoring'::regnamespace, 'tradelatch'::regnamespace) and p.prosrc <> ''"
    )
    assert len(bodies) > 50
    assert not [body.function for body in bodies if "\\" in re.sub(r"\bE'(?:[^'\\]|''|\\.)*'", "", body.prosrc)]


def test_the_plan_deploys_the_same(server: Any, database: str) -> None:
    """Whatever a setting makes of a string in a script."""
    name = server.create_database()
    deploy_with_psql(server.dsn_of(name, options="-c standard_conforming_strings=off -c transform_null_equals=on"))
    assert schema_of(server.dsn_of(name)) == schema_of(database)
    server.drop_database(name)


def schema_of(dsn: str) -> list[str]:
    """What pg_dump prints of it, but for its random key."""
    printed = run_program(["pg_dump", "--schema-only"], environment=libpq_environment(dsn))
    return [line for line in printed.splitlines() if not re.match(r"\\(un)?restrict ", line)]
