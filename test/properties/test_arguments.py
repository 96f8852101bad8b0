"""Whatever a bot passes to a function, the answer is a receipt or one of the contract's SQLSTATEs.

Every example is rolled back, so that it can be repeated. TRADELATCH_EXAMPLES=N runs N random ones for each function
instead of the same few.
"""

import json
import os
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier, Literal
from tradelatch.project import sqitch_project

FUNCTIONS = sorted(path.stem for path in (sqitch_project() / "deploy" / "functions").glob("*.sql"))
EXAMPLES = os.environ.get("TRADELATCH_EXAMPLES")
REPEATABLE = settings(
    max_examples=int(EXAMPLES or 50),
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

CONTRACT = {"22023", "42501", "55P03", "TL002", "TL003", "TL004", "TL005", "TL006"}
# Raised before the function is entered: there is no such value.
NO_SUCH_VALUE = {"22003", "22007", "22008", "22015", "22P02", "22P05"}
STRUCTURED = CONTRACT - {"42501", "55P03"}


@dataclass(frozen=True)
class OfPosition:
    """A column of one of the positions that are there, looked up when the call is made."""

    column: str
    index: int


# Text

UNUSUAL = (
    "\x01\t\n\r\x1f\x7f\x85\x9f"  # control characters
    "\u2028\u2029\u200b\u200d\ufeff\u00a0\u3000"  # separators, blanks, what has no width
    "\u202a\u202e\u2066\u2069\u061c"  # right to left
    "\u0130\u0131\u00df\u1e9e\u01c5\u03c2\ufb01e\u0301"  # letters whose case has its own rules
    "\U0001f680\U0001f468\U0010ffff\ufffd\ud7ff\ue000\uffff"  # beyond the basic plane, and at its edges
    "/:-_'\"\\%$;,.{}[]() "
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=1100),
    st.text(st.sampled_from(UNUSUAL + "aZ9"), max_size=70),
    st.integers(0, 1100).map("x".__mul__),
    st.integers(48, 66).map("\U0001f680".__mul__),
)
FITTING = {
    "exchange": ["binance", "BinanceUSDM", " bybit "],
    "account": ["default", " a "],
    "symbol": [
        "APTUSDT",
        "apt/usdt:usdt",
        "BTC/USDT:USDT-261225",
        "BTCUSDT_261225",
        "BTC/USD:BTC",
        "ßUSDT",
        "A:A",
        "/",
        ":",
    ],
    "side": ["long", "short", " LONG ", "buy"],
    "position_side": ["both", "long", "short", "LONG"],
    "request_id": ["signal:1", "signal:2"],
    "exchange_order_id": ["1001", "1002"],
    "stop_loss_order_id": ["2001"],
    "reason": ["because"],
    "mode": ["duplicates", "incomplete", "orphaned_db", "orphaned_exchange", "all"],
}

# Everything else, as text: PostgreSQL reads it

EDGES = (
    "NaN Infinity -Infinity 1e400 -1e400 1e-400 1e200000 0 -0 1e30 999999999999999999999999999999 1e-16383 1e-20000 100"
)
numerics = st.one_of(
    st.sampled_from(EDGES.split()),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.builds("{}e{}".format, st.integers(-99, 99), st.integers(-16390, 131080)),
    st.decimals("0.001", "200", places=3).map(str),
)
bigints = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([-1, 0, 1, 2**63, 2**31])).map(str)
integers = st.one_of(st.integers(-(2**31), 2**31 - 1), st.sampled_from([-1, 0, 1, 1000, 1001, 2**31])).map(str)
intervals = st.one_of(
    st.sampled_from(
        ["1 minute", "0", "-1 s", "1 microsecond", "10 years", "178000000 years", "infinity", "1 month -30 days"]
    ),
    st.builds(
        "{} months {} days {} microseconds".format,
        st.integers(-(2**31), 2**31 - 1),
        st.integers(-(2**31), 2**31 - 1),
        st.integers(-(2**63), 2**63 - 1),
    ),
)
timestamps = st.one_of(
    st.sampled_from(["infinity", "-infinity", "epoch", "now", "4714-11-24 00:00:00+00 BC", "294276-12-31"]),
    st.datetimes().map(str),
)
uuids = st.one_of(st.integers(0, 3).map("00000000-0000-0000-0000-{:012}".format), st.uuids().map(str))
plain = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(plain)
)
documents = st.one_of(
    st.just("{}"),
    st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(plain), inner)).map(json.dumps),
    st.dictionaries(
        st.sampled_from(["attempt", "reason", "filled_quantity", "stop_loss_price", "side", "symbol", "quantity"]),
        scalars,
    ).map(json.dumps),
    st.sampled_from(
        ['{"a": 1e400}', "[" * 500 + "]" * 500, '{"a": "%s"}' % ("x" * 40000), "null", "", "{", '"\\ud800"']
    ),
)
BY_TYPE = {
    "text": texts,
    "numeric": numerics,
    "bigint": bigints,
    "integer": integers,
    "interval": intervals,
    "timestamp with time zone": timestamps,
    "uuid": uuids,
    "jsonb": documents,
    "boolean": st.booleans().map(str),
}


def values(name: str, sql_type: str) -> st.SearchStrategy[Any]:
    """What an argument may be: mostly what fits, so that the others are looked at as well."""
    wild = st.one_of(BY_TYPE[sql_type], st.none())
    if name in ("position_id", "fence", "client_order_id"):
        column = {"position_id": "id", "client_order_id": "order_client_order_id"}.get(name, name)
        fitting: st.SearchStrategy[Any] = st.builds(
            OfPosition, st.just(column), st.shared(st.integers(0, 7), key="position")
        )
    elif name in FITTING:
        fitting = st.sampled_from(FITTING[name])
    else:
        fitting = {
            "numeric": st.decimals("0.001", "200", places=3).map(str),
            "interval": st.just("1 minute"),
            "jsonb": st.just("{}"),
        }.get(sql_type, wild)
    return st.one_of(fitting, fitting, fitting, wild)


@pytest.fixture(scope="module")
def positions(bot: psycopg.Connection[Any]) -> list[Any]:
    """One position in each status that a bot can bring about at once, with its fence and the order that is due."""
    made = []
    for index, moves in enumerate(
        [
            [],
            ["place_entry(%s, %s, '1001')"],
            ["confirm_entry(%s, %s, 5)"],
            ["confirm_entry(%s, %s, 10, 100)", "activate_position(%s, %s, 90)"],
            ["confirm_entry(%s, %s, 5, 100)", "begin_close(%s, 'exit', %s)"],
            ["rollback_position(%s, %s, 'failed')"],
            ["cancel_position(%s, %s, 'rejected')"],
            ["confirm_entry(%s, %s, 10, 100)", "confirm_close(%s, 'exit', fence => %s)"],
        ]
    ):
        create = "select * from tradelatch.create_position('binance', %s, 'long', 10, 100)"
        receipt = first = bot.execute(create, [f"COIN{index}USDT"]).fetchone()
        for move in moves:
            receipt = bot.execute(f"select * from tradelatch.{move}", [first.position_id, first.fence]).fetchone()
        made.append(
            {"id": first.position_id, "fence": first.fence, "order_client_order_id": receipt.order_client_order_id}
        )
    return made


@pytest.fixture(scope="module")
def signatures(admin: psycopg.Connection[Any]) -> dict[str, dict[str, str]]:
    """For each function the types of its arguments, by name; those without a default first."""
    rows = admin.execute(
        "select p.proname, a.name, format_type(a.type, null) as type"
        " from pg_proc as p, unnest(p.proargnames, p.proargtypes::oid[]) with ordinality as a (name, type, place)"
        " where p.pronamespace = 'tradelatch'::regnamespace and a.type is not null order by p.proname, a.place"
    ).fetchall()
    found: dict[str, dict[str, str]] = {name: {} for name in FUNCTIONS}
    for row in rows:
        found[row.proname][row.name] = row.type
    return found


def required(admin: psycopg.Connection[Any], function: str) -> int:
    query = "select pronargs - pronargdefaults from pg_proc where oid = ('tradelatch.' || %s)::regproc"
    return admin.execute(query, [function]).fetchone()[0]


def judge(error: psycopg.Error, call: str) -> None:
    """The error is one of the contract's, and says what it must."""
    state, told = error.sqlstate, error.diag
    if state in NO_SUCH_VALUE and "function" not in (told.context or ""):
        return
    assert state in CONTRACT, f"{call}\nends with {state}: {told.message_primary}\n{told.context}"
    if state in STRUCTURED:
        detail = json.loads(told.message_detail or "null")
        assert isinstance(detail, dict | list), f"{call}\nends with {state}, and DETAIL {told.message_detail}"
        if state == "22023":
            assert told.message_primary.startswith(detail["argument"])
            assert len(told.message_primary) < 64 + 120


@pytest.mark.parametrize("function", FUNCTIONS)
@REPEATABLE
@given(data=st.data())
def test_only_the_contracts_errors_come_out(
    function: str,
    data: st.DataObject,
    admin: psycopg.Connection[Any],
    bot: psycopg.Connection[Any],
    positions: list[Any],
    signatures: dict[str, dict[str, str]],
) -> None:
    types = signatures[function]
    names = list(types)
    needed = required(admin, function)
    given_names = names[:needed] + [name for name in names[needed:] if data.draw(st.booleans())]
    drawn = {name: data.draw(values(name, types[name]), label=name) for name in given_names}
    arguments = SQL(", ").join(
        SQL("{} => {}::{}").format(
            Identifier(name),
            Literal(positions[value.index][value.column] if isinstance(value, OfPosition) else value),
            SQL(types[name]),
        )
        for name, value in drawn.items()
    )
    call = SQL("select * from {}({})").format(Identifier("tradelatch", function), arguments).as_string(bot)
    with bot.transaction(force_rollback=True):
        for _ in range(2):  # the second one is a repetition
            try:
                with bot.transaction():
                    bot.execute(call).fetchall()
            except psycopg.Error as error:
                judge(error, call)
