"""Accounts apart: the bot of one account against another one, through every function and every view.

The tests run in their order: nothing was granted before the first grant, and nobody takes that back.
"""

import json
import re

import psycopg
import pytest

# What a bot may call, by what becomes of it when it is about a position of somebody else's account.
REFUSED = {
    "create_position": "'binance', 'NEWUSDT', 'long', 1, 100, account => 'alpha'",
    "adopt_position": "'binance', 'NEWUSDT', 'long', 1, 100, clock_timestamp(), account => 'alpha'",
    "place_entry": "{id}, {fence}, '4711'",
    "confirm_entry": "{id}, {fence}, 61.8, 3.2",
    "activate_position": "{id}, {fence}, 3.5, '{key}s1'",
    "cancel_position": "{id}, {fence}, 'mine'",
    "fail_position": "{id}, {fence}, 'mine'",
    "rollback_position": "{id}, {fence}, 'mine'",
    "confirm_flat": "{id}, {fence}",
    "begin_close": "{id}, 'mine'",
    "confirm_close": "{id}, 'mine', array['{key}s1']",
    "confirm_orders": "{id}, array['{key}e1']",
    "replace_stop_loss": "{id}, 3.6",
    "update_stop_loss": "{id}, 3.6",
    "resize_position": "{id}, 1, 'mine'",
    "reissue_order": "{id}, {fence}, '{key}s1', 'mine'",
    "renew_lease": "{id}, {fence}",
    "settle_position": "{id}, fees => 1",
    "claim_stale": "exchange => 'binance', account => 'alpha'",
    "reconcile": "'binance', '[]', clock_timestamp(), account => 'alpha', complete => true",
    "reconcile_orders": "'binance', '[]', clock_timestamp(), account => 'alpha', complete => true",
    "record_marks": "'binance', '[{{\"symbol\": \"APTUSDT\", \"price\": 1}}]', account => 'alpha'",
    "diagnose": "exchange => 'binance', account => 'alpha'",
}
SHOWS_NOTHING = {
    "claim_stale": "grace => '0'",
    "diagnose": "stale_after => '0'",
    "find_order": "'{key}e1'",
    "lock_holders": "",
}
SAYS_NOTHING = {"normalize_exchange", "normalize_symbol", "schema_version", "record_findings"}
OPERATORS = {
    "take_over": "{id}, 'mine'",
    "release_position": "{id}, 'mine'",
    "cleanup": "'all'",
    "set_stale_after": "'1 minute'",
    "after_restore": "'mine'",
    "restore_backup": "gen_random_uuid()",
    "archive_events": "",
    "archive_alerts": "",
    "archive_findings": "",
    "grant_account": "current_user, 'binance', 'alpha'",
    "revoke_account": "current_user, 'binance', 'alpha'",
}
BOOK = """
select md5(concat(
    (select string_agg(p::text, ' ' order by p.id) from monitoring.positions as p where p.account = 'alpha'),
    (select string_agg(e::text, ' ' order by e.id) from monitoring.position_events as e),
    (select string_agg(m::text, ' ' order by m::text) from monitoring.marks as m),
    (select string_agg(s::text, ' ' order by s::text) from monitoring.snapshots as s),
    (select string_agg(s::text, ' ' order by s::text) from monitoring.order_snapshots as s)
))
"""


class Desk:
    """A bot for each of two accounts, a position of each, and people who look."""

    def __init__(self, server, database, admin, connect) -> None:
        self.admin, self.connect, self._server = admin, connect, server
        self.name = admin.connection.info.dbname
        self.roles: dict[str, str] = {}

    def login(self, short: str, *member_of: str) -> None:
        role = self.roles[short] = f"{self._server.prefix}{short}"
        self.admin(f"create role {role} login in role {', '.join(member_of)}")

    def lapse(self, receipt) -> None:
        """Its lease ended an hour ago."""
        with self.admin.connection.transaction():
            self.admin("set local session_replication_role = replica")
            lapsed = "update monitoring.positions set lease_until = now() - interval '1 h' where id = %s"
            self.admin(lapsed, receipt.position_id)

    def session(self, short: str):
        session = self.connect(self._server.dsn_of(self.name, user=self.roles[short]))
        session.account = "alpha"
        return session


@pytest.fixture(scope="module")
def desk(server, database):
    from .conftest import Admin, Session

    opened = []

    def connect(dsn):
        opened.append(Session(dsn))
        return opened[-1]

    admin = Admin(database)
    desk = Desk(server, database, admin, connect)
    for short, role in (("a", "bot"), ("b", "bot"), ("w", "watcher"), ("o", "operator"), ("r", "reader")):
        desk.login(short, f"tradelatch_{role}")
    desk.alpha = desk.session("a").create(account="alpha")
    desk.beta = desk.session("a").create(account="beta")
    desk.lapse(desk.session("a").create(account="alpha", symbol="STALEUSDT"))
    admin(
        "insert into monitoring.alerts (alert, severity, position_id, exchange, account, symbol, detail)"
        " values ('incomplete', 'warning', %s, 'binance', 'alpha', 'APTUSDT', '{}')",
        desk.alpha.position_id,
    )
    admin(
        "insert into monitoring.health_findings (check_name, severity, position_id, exchange, account, symbol, detail,"
        " action) values ('incomplete', 'warning', %s, 'binance', 'alpha', 'APTUSDT', '{}', 'recover')",
        desk.alpha.position_id,
    )
    yield desk
    for session in opened:
        session.close()
    for role in desk.roles.values():
        admin(f"drop owned by {role}")
        admin(f"drop role {role}")
    admin.close()


def rows_of_alpha(desk, session, source: str) -> list[str]:
    """What a session sees of somebody else's position."""
    rows = [json.dumps(row.v) for row in session(f"select to_jsonb(v) as v from tradelatch.{source} as v")]
    key = desk.alpha.order_client_order_id.removesuffix("e1")
    its = re.compile(rf'"position_id": {desk.alpha.position_id}\b')
    return [row for row in rows if "alpha" in row or key in row or its.search(row)]


def arguments(desk, text: str) -> str:
    key = desk.alpha.order_client_order_id.removesuffix("e1")
    return text.format(id=desk.alpha.position_id, fence=desk.alpha.fence, key=key)


def views(desk) -> list[str]:
    found = desk.admin("select viewname from pg_views where schemaname = 'tradelatch' order by 1")
    return [row.viewname for row in found]


def test_nothing_changes_while_nothing_was_granted(desk) -> None:
    for short in "abrwo":
        session = desk.session(short)
        assert rows_of_alpha(desk, session, "positions"), short
        assert session.value("select sees_all_accounts from tradelatch.health") is True
        plan = "\n".join(row[0] for row in session("explain (verbose) select * from tradelatch.open_positions"))
        assert "may_see" not in plan, "and nothing is looked up"


def test_a_session_that_has_its_plans_is_held_to_the_first_grant(desk) -> None:
    session = desk.session("b")
    for number in range(7):
        assert session.answer_create(symbol=f"PLAN{number}USDT", account="alpha") == "created"
        assert session.answer("renew_lease", position_id=desk.alpha.position_id, fence=desk.alpha.fence) == "ok"
        assert rows_of_alpha(desk, session, "positions")
    operator = desk.session("o")
    assert operator.value("select tradelatch.grant_account(%s::name, 'Binance', 'beta')", desk.roles["b"]) == 1
    assert operator.value("select tradelatch.grant_account(%s::name, account => 'alpha')", desk.roles["a"]) == 1
    assert session.answer_create(symbol="PLAN7USDT", account="alpha") == "42501"
    assert session.answer("renew_lease", position_id=desk.alpha.position_id, fence=desk.alpha.fence) == "42501"
    assert rows_of_alpha(desk, session, "positions") == []
    assert session.answer_create(symbol="PLAN7USDT", account="beta") == "created"


def test_every_function_is_tried(desk) -> None:
    functions = desk.admin("select proname::text as name from pg_proc where pronamespace = 'tradelatch'::regnamespace")
    assert {row.name for row in functions} - {"record_aliases"} == {
        *REFUSED, *SHOWS_NOTHING, *SAYS_NOTHING, *OPERATORS
    }  # fmt: skip


@pytest.mark.parametrize("function", REFUSED)
def test_a_bot_moves_no_other_account(desk, function) -> None:
    session = desk.session("b")
    before = desk.admin.value(BOOK)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="alpha") as caught:
        session(f"select * from tradelatch.{function}({arguments(desk, REFUSED[function])})")
    assert json.loads(caught.value.diag.message_detail)["account"] == "alpha"
    assert desk.admin.value(BOOK) == before


@pytest.mark.parametrize("function", OPERATORS)
def test_what_operators_do_is_no_bots(desk, function) -> None:
    call = f"select * from tradelatch.{function}({arguments(desk, OPERATORS[function])})"
    for short in "abw":
        assert desk.session(short).state_of(call) == "42501"


@pytest.mark.parametrize("function", SHOWS_NOTHING)
def test_a_bot_is_shown_no_other_account(desk, function, age_leases) -> None:
    holder = desk.session("a")
    holder("begin")
    assert holder.answer("renew_lease", position_id=desk.alpha.position_id, fence=desk.alpha.fence) == "ok"
    call = f"{function}({arguments(desk, SHOWS_NOTHING[function])})"
    assert rows_of_alpha(desk, desk.session("b"), call) == []
    holder("rollback")


def test_a_bot_reads_no_other_account(desk) -> None:
    session = desk.session("b")
    for view in views(desk):
        if view in ("backups", "account_grants"):
            assert session.state_of(f"select * from tradelatch.{view}") == "42501"
            continue
        if view == "aliases":  # of markets, whoever trades them
            continue
        assert rows_of_alpha(desk, session, view) == [], view
        seen = session.value(f"select count(*) from tradelatch.{view}")
        own = rows_of_alpha(desk, desk.session("a"), view)
        assert seen or view in ("alerts", "findings"), f"{view}: its own it sees"
        assert own or view == "health", f"{view}: and so does the other one"


def test_health_says_who_sees_a_part(desk) -> None:
    health = "select * from tradelatch.health"
    (part,), (all_,) = desk.session("b")(health), desk.session("o")(health)
    assert (part.sees_all_accounts, all_.sees_all_accounts) == (False, True)
    open_ = "select count(*) from monitoring.positions where closed_at is null"
    assert part.open_positions == desk.admin.value(f"{open_} and account = 'beta'")
    assert all_.open_positions == desk.admin.value(open_)
    day = "select 1 from monitoring.position_events as e join monitoring.positions as p on p.id = e.position_id"
    assert desk.session("a").answer_create(account="alpha") == "existing"
    assert len(desk.admin(f"{day} where e.event = 'duplicate_prevented' and p.account = 'alpha'")) == 1
    (part,), (all_,) = desk.session("b")(health), desk.session("o")(health)
    assert (part.duplicates_prevented, all_.duplicates_prevented) == (0, 1)


def test_no_function_of_ones_own_sees_a_row_before_the_view_does(desk) -> None:
    session = desk.session("b")
    seen: list[str] = []
    session.connection.add_notice_handler(lambda notice: seen.append(notice.message_primary))
    session(
        "create function pg_temp.leak(what text) returns boolean language plpgsql cost 0.0001 as"
        " $$ begin raise notice '%', what; return true; end $$"
    )
    for view in views(desk):
        if view not in ("backups", "account_grants"):
            session(f"select * from tradelatch.{view} as v where pg_temp.leak(v::text)")
    assert seen
    assert [row for row in seen if "alpha" in row] == []


def test_operators_and_watchers_see_all(desk) -> None:
    for short in "ow":
        session = desk.session(short)
        for view in ("positions", "open_positions", "orders", "position_timeline", "events", "alerts", "findings"):
            assert rows_of_alpha(desk, session, view), (short, view)
        assert session.value("select sees_all_accounts from tradelatch.health") is True
        assert session.state_of("select tradelatch.record_findings()") == ""
    operator = desk.session("o")
    assert operator.answer("renew_lease", position_id=desk.alpha.position_id, fence=desk.alpha.fence) == "ok"


def test_a_watcher_who_is_a_bot_too_moves_what_the_bot_may(desk) -> None:
    desk.login("wb", "tradelatch_bot", "tradelatch_watcher")
    session = desk.session("wb")
    assert rows_of_alpha(desk, session, "positions")
    assert session.answer("renew_lease", position_id=desk.alpha.position_id, fence=desk.alpha.fence) == "42501"


def test_record_findings_of_a_bot_looks_at_all_accounts(desk) -> None:
    """It must not clear what its caller does not see."""
    unprotected = desk.session("a").create(account="alpha", symbol="BAREUSDT")
    desk.session("a").call(
        "confirm_entry", position_id=unprotected.position_id, fence=unprotected.fence, filled_quantity=61
    )
    desk.lapse(unprotected)
    count = "select count(*) from monitoring.health_findings where cleared_at is null and account = 'alpha'"
    assert desk.session("o").value("select tradelatch.record_findings()") >= 1
    stood = desk.admin.value(count)
    assert stood >= 1
    assert desk.session("b").value("select tradelatch.record_findings()") == 0, "it counts what it may see"
    assert desk.admin.value(count) == stood


def test_a_grant_to_a_group_and_to_everything(desk) -> None:
    operator = desk.session("o")
    group = f"{desk.roles['r']}s"
    desk.admin(f"create role {group}")
    desk.roles["group"] = group
    desk.login("g", "tradelatch_bot", group)
    session = desk.session("g")
    assert session.state_of("select * from tradelatch.diagnose(exchange => 'binance', account => 'alpha')") == "42501"
    assert operator.value("select tradelatch.grant_account(%s::name)", group) == 1
    assert operator.value("select tradelatch.grant_account(%s::name)", group) == 0
    assert session.answer("renew_lease", position_id=desk.alpha.position_id, fence=desk.alpha.fence) == "ok"
    assert session.value("select sees_all_accounts from tradelatch.health") is True
    grants = operator("select role_name, exchange, account from tradelatch.account_grants where role_name = %s", group)
    assert [tuple(row) for row in grants] == [(group, None, None)]


def test_what_is_revoked_is_gone_and_does_not_open_the_rest(desk) -> None:
    operator, session = desk.session("o"), desk.session("b")
    revoke = "select tradelatch.revoke_account(%s::name, %s, %s)"
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="covers"):
        operator(revoke, desk.roles["group"], "binance", "alpha")
    assert operator.value(revoke, desk.roles["b"], "okx", None) == 0
    assert operator.value(revoke, desk.roles["b"], None, None) == 1
    assert session.answer_create(symbol="NOMOREUSDT", account="beta") == "42501"
    assert session("select * from tradelatch.positions") == []
    for short in ("a", "group"):
        assert operator.value(revoke, desk.roles[short], None, None) == 1
    assert desk.admin("select from monitoring.account_grants") == []
    for short in "abr":
        assert desk.session(short)("select * from tradelatch.positions") == [], "whoever revokes opens nothing"
    assert operator("select * from tradelatch.positions")


def test_a_grant_of_a_role_that_is_gone_is_no_obstacle(desk) -> None:
    operator = desk.session("o")
    gone = f"{desk.roles['r']}gone"
    desk.admin(f"create role {gone}")
    assert operator.value("select tradelatch.grant_account(%s::name)", gone) == 1
    desk.admin(f"drop role {gone}")
    assert desk.session("b")("select * from tradelatch.positions") == []
    assert operator.value("select tradelatch.revoke_account(%s::name)", gone) == 1
    assert operator.state_of("select tradelatch.grant_account('nobody_at_all')") == "22023"
