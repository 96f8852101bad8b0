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

CONTRACT = {"22023", "42501", "55P03", "TL002", "TL003", "TL004", "TL005", "TL006", "TL009"}
# Raised before the function is entered: there is no such value.
NO_SUCH_VALUE = {"22003", "22007", "22008", "22015", "22P02", "22P05"}
STRUCTURED = CONTRACT - {"42501", "55P03"}


@dataclass(frozen=True)
class OfPosition:
    """What one of the positions that are there has under this name, looked up when the call is made."""

    name: str
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
    "stop_loss_order_id": ["2001", "2002"],
    "reason": ["because"],
    "observed_at": ["now", "2026-01-01 00:00:00+00"],
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
seen = st.fixed_dictionaries(
    {"symbol": st.sampled_from(["COIN3USDT", "COIN4USDT", "NEWUSDT"])},
    optional={
        "side": st.sampled_from(["long", "short", "buy"]) | scalars,
        "quantity": st.sampled_from([0, 10, "5"]) | scalars,
        "average_price": st.just(100) | scalars,
        "position_side": st.sampled_from(["both", "long"]) | scalars,
        "stop_loss_price": st.just(90) | scalars,
        "stop_loss_order_id": st.just("2001") | scalars,
        "client_order_id": st.just("tp-1") | scalars,
        "order_id": st.sampled_from(["1001", "2001"]) | scalars,
        "trigger": st.just(90) | scalars,
        "reduce_only": st.booleans() | scalars,
    },
)
snapshots = st.lists(seen, max_size=3).map(json.dumps)
# Orders of a position of ours, the bot's own, and what nobody knows.
some_position = st.shared(st.integers(0, 8), key="position")
ours = st.builds(OfPosition, st.sampled_from(["e1", "s1", "s2", "c1"]), some_position)
orders = st.lists(st.one_of(ours, ours, st.sampled_from(["tp-1", "id:1001", "id:2001", "*"]), texts), max_size=3)
BY_TYPE = {
    "text": texts,
    "name": texts,
    "text[]": st.one_of(orders, st.integers(0, 1001).map(["tp-1"].__mul__), st.just([None])),
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
    if name in ("position_id", "fence"):
        fitting: st.SearchStrategy[Any] = st.builds(OfPosition, st.just(name), some_position)
    elif name in ("client_order_id", "name"):
        fitting = ours
    elif name in ("snapshot", "orders"):
        fitting = snapshots
    elif name in FITTING:
        fitting = st.sampled_from(FITTING[name])
    else:
        fitting = {
            "numeric": st.decimals("0.001", "200", places=3).map(str),
            "interval": st.just("1 minute"),
            "jsonb": st.just("{}"),
            "text[]": orders,
        }.get(sql_type, wild)
    return st.one_of(fitting, fitting, fitting, wild)


@pytest.fixture(scope="module")
def positions(bot: psycopg.Connection[Any]) -> list[Any]:
    """One position in each status that a bot can bring about at once, with its fence and the names of its orders."""
    made = []
    active = [
        "confirm_entry({position_id}, {fence}, 10, 100)",
        "activate_position({position_id}, {fence}, 90, '{s1}', '2001')",
    ]
    for index, moves in enumerate(
        [
            [],
            ["place_entry({position_id}, {fence}, '1001')"],
            ["confirm_entry({position_id}, {fence}, 5)"],
            active,
            ["confirm_entry({position_id}, {fence}, 5, 100)", "begin_close({position_id}, 'exit', {fence})"],
            ["rollback_position({position_id}, {fence}, 'failed')"],
            [*active, "confirm_close({position_id}, 'exit')"],
            ["cancel_position({position_id}, {fence}, 'rejected')"],
            [*active, "confirm_close({position_id}, 'exit', array['{s1}'])"],
        ]
    ):
        create = "select * from tradelatch.create_position('binance', %s, 'long', 10, 100)"
        receipt = bot.execute(create, [f"COIN{index}USDT"]).fetchone()
        key = receipt.order_client_order_id.removesuffix("e1")
        position = {"position_id": receipt.position_id, "fence": receipt.fence}
        position |= {ending: key + ending for ending in ("e1", "s1", "s2", "c1")}
        for move in moves:
            receipt = bot.execute(f"select * from tradelatch.{move.format(**position)}").fetchone()
            position["fence"] = receipt.fence or position["fence"]
        made.append(position)
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

    def looked_up(value: Any) -> Any:
        if isinstance(value, list):
            return [looked_up(item) for item in value]
        return positions[value.index][value.name] if isinstance(value, OfPosition) else value

    arguments = SQL(", ").join(
        SQL("{} => {}::{}").format(Identifier(name), Literal(looked_up(value)), SQL(types[name]))
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
