"""Hyperliquid: ids of 128 bits, nothing that ccxt adds, prices for market orders, and whose account a key is for."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tradelatch.exchange import Holding, NotListed, OrderRefused, Unreachable
from tradelatch.testing.conformance import Bench
from tradelatch.venues import VENUES, AccessRefused, NotConfigured, open_exchanges

from .conftest import environment_of
from .hyperliquid_standin import KEY, WALLET, HyperliquidStandIn
from .standin import PRICE, Fate
from .test_orders import ACCOUNT, send

ROW = VENUES["hyperliquid"]
APT = "APTUSDC"
ENTRY = "tl0123456789abcdef012345e1"
STOP = "tl0123456789abcdef012345s12"
TOLD = "0x0123456789abcdef012345730000000c"


async def stop(exchange: Any, name: str = STOP, trigger: str = "3.1686") -> Any:
    return await send(exchange, name, "sell", kind="stop", trigger=Decimal(trigger), reduce_only=True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (ENTRY, "0x0123456789abcdef0123456500000001"),
        (STOP, TOLD),
        ("entry-1", "0x000000000000000000656e7472792d31"),
        ("0x0123456789abcdef0123456789abcdef", "0x0123456789abcdef0123456789abcdef"),
    ],
)
def test_a_client_order_id_goes_there_and_back(name: str, told: str) -> None:
    assert ROW.to_exchange(name) == told
    assert ROW.from_exchange(told) == name


@given(st.from_regex(r"tl[0-9a-f]{22}[a-z][1-9][0-9]{0,3}|[A-Za-z0-9._-]{1,15}", fullmatch=True))
def test_every_id_that_is_ours_comes_back(name: str) -> None:
    told = ROW.to_exchange(name)
    assert len(told) == 34
    assert ROW.from_exchange(told) == name


@given(st.integers(0, 2**128 - 1))
def test_an_id_of_somebody_elses_is_a_name_too(number: int) -> None:
    """Whatever it reads as, that name leads to the same order."""
    told = f"0x{number:032x}"
    assert ROW.to_exchange(ROW.from_exchange(told)) == told


@pytest.mark.parametrize("name", ["a-name-of-16-char", "entry 1", "tl0123456789abcdef012345s01", "0xABC"])
async def test_an_id_that_cannot_travel_is_not_sent(
    on_hyperliquid: Any, hyperliquid: HyperliquidStandIn, name: str
) -> None:
    if name == "0xABC":  # a short name like any other
        await send(on_hyperliquid, name)
        assert (await on_hyperliquid.find(APT, name, **ACCOUNT)).client_order_id == name
        return
    with pytest.raises(OrderRefused, match="hyperliquid takes no client order id"):
        await send(on_hyperliquid, name)
    assert hyperliquid.orders == []


async def test_nothing_of_what_ccxt_adds_is_sent(on_hyperliquid: Any, hyperliquid: HyperliquidStandIn) -> None:
    await send(on_hyperliquid, ENTRY)
    await stop(on_hyperliquid)
    await on_hyperliquid.cancel(APT, STOP, **ACCOUNT)
    done = [told.params["action"] for told in hyperliquid.told if told.path.startswith("/exchange")]
    assert [set(action) for action in done] == [{"type", "orders", "grouping"}] * 2 + [{"type", "cancels"}]
    for said in ("setReferrer", "approveBuilderFee", "builder", "userAbstraction", "CCXT"):
        assert said not in str([told.params for told in hyperliquid.told])


async def test_a_market_order_is_a_limit_order_that_takes_what_is_there(
    on_hyperliquid: Any, hyperliquid: HyperliquidStandIn
) -> None:
    hyperliquid.price = Decimal("3.0001")
    await send(on_hyperliquid, ENTRY, quantity="61.87")
    (asked,) = hyperliquid.asked(*hyperliquid.entry)
    assert asked["action"]["orders"] == [
        {
            "a": 0,
            "b": True,
            "p": "3.1501",  # 5 % above what the order book has, in five digits
            "s": "61.8",
            "r": False,
            "t": {"limit": {"tif": "Ioc"}},
            "c": "0x0123456789abcdef0123456500000001",
        }
    ]
    order = await on_hyperliquid.find(APT, ENTRY, **ACCOUNT)
    assert (order.kind, order.status, order.filled, order.price) == ("market", "closed", Decimal("61.8"), None)
    held = Holding("default", APT, Decimal("61.8"), Decimal("3.0001"))
    assert await on_hyperliquid.positions(**ACCOUNT) == [held]


async def test_a_market_order_without_a_price_is_not_sent(on_hyperliquid: Any, hyperliquid: HyperliquidStandIn) -> None:
    hyperliquid.next("POST", "/info l2Book", Fate(body={"coin": "APT", "levels": [[], []]}))
    with pytest.raises(Unreachable, match="cannot be read"):
        await send(on_hyperliquid, ENTRY)
    assert hyperliquid.asked(*hyperliquid.entry) == []


async def test_a_stop_loss_has_room_below_its_trigger(on_hyperliquid: Any, hyperliquid: HyperliquidStandIn) -> None:
    await stop(on_hyperliquid)
    (asked,) = hyperliquid.asked(*hyperliquid.entry)
    (sent,) = asked["action"]["orders"]
    assert (sent["p"], sent["r"], sent["c"]) == ("2.8517", True, TOLD)
    assert sent["t"] == {"trigger": {"isMarket": True, "triggerPx": "3.1686", "tpsl": "sl"}}
    (listed,) = await on_hyperliquid.open_orders(APT, **ACCOUNT)
    assert (listed.client_order_id, listed.kind, listed.trigger) == (STOP, "stop", Decimal("3.1686"))
    assert listed == await on_hyperliquid.find(APT, STOP, **ACCOUNT)


@pytest.mark.parametrize(("price", "asked", "sent"), [("9.9876", "12.3456", "12.346"), ("101234", "123456", "123456")])
async def test_a_price_has_five_digits(
    on_hyperliquid: Any, hyperliquid: HyperliquidStandIn, price: str, asked: str, sent: str
) -> None:
    hyperliquid.price = Decimal(price)
    order = await send(on_hyperliquid, STOP, kind="stop", trigger=Decimal(asked), reduce_only=True)
    (told,) = hyperliquid.asked(*hyperliquid.entry)
    assert told["action"]["orders"][0]["t"]["trigger"]["triggerPx"] == sent
    assert order.trigger == Decimal(sent)


async def test_a_triggered_stop_stays_the_same_order(on_hyperliquid: Any, hyperliquid: HyperliquidStandIn) -> None:
    await send(on_hyperliquid, ENTRY)
    sent = await stop(on_hyperliquid)
    status = hyperliquid.routes["POST", "/info orderStatus"]
    hyperliquid.routes["POST", "/info orderStatus"] = lambda p: (
        status(p) | {"order": status(p)["order"] | {"status": "triggered"}}
    )
    assert (await on_hyperliquid.find(APT, STOP, **ACCOUNT)).status == "open", "it may still fill"
    hyperliquid.routes["POST", "/info orderStatus"] = status
    hyperliquid.trigger(hyperliquid.orders[-1])
    order = await on_hyperliquid.find(APT, STOP, **ACCOUNT)
    assert (order.order_id, order.status, order.filled) == (sent.order_id, "closed", Decimal("61.8"))


@pytest.mark.parametrize(
    ("told", "is_filled", "status"),
    [
        ("marginCanceled", False, "canceled"),
        ("reduceOnlyCanceled", True, "closed"),
        ("iocCancelRejected", False, "canceled"),
        ("scheduledCancel", False, "canceled"),
        ("canceled", True, "canceled"),
    ],
)
async def test_why_an_order_ended(
    on_hyperliquid: Any, hyperliquid: HyperliquidStandIn, told: str, is_filled: bool, status: str
) -> None:
    await send(on_hyperliquid, ENTRY, kind="limit", price=Decimal(3))
    (order,) = hyperliquid.orders
    order.filled = Decimal(is_filled)
    answer = hyperliquid._status({"oid": order.order_id})
    hyperliquid.next(*hyperliquid.find_order, Fate(body=answer | {"order": answer["order"] | {"status": told}}))
    found = await on_hyperliquid.find(APT, ENTRY, **ACCOUNT)
    assert (found.status, found.filled) == (status, Decimal(is_filled))


async def test_a_second_order_of_an_id_is_not_sent(on_hyperliquid: Any, hyperliquid: HyperliquidStandIn) -> None:
    """Whether the exchange would refuse it is not published."""
    await send(on_hyperliquid, ENTRY)
    with pytest.raises(OrderRefused, match=f"an order of that client order id exists: {ENTRY}"):
        await send(on_hyperliquid, ENTRY)
    assert len(hyperliquid.orders) == 1


TEXTS: list[tuple[type[Exception], str]] = [
    (OrderRefused, "Order must have minimum value of $10."),
    (OrderRefused, "Insufficient margin to place order. asset=0"),
    (OrderRefused, "A text that nobody knows"),
    (AccessRefused, "User or API Wallet 0x5b38da6a701c568545dcfcb03fcb875f56beddc4 does not exist."),
    (AccessRefused, "Must deposit before performing actions. User: 0x5b38da6a701c568545dcfcb03fcb875f56beddc4"),
    (Unreachable, "Too many cumulative requests sent (37986 > 10436) for cumulative volume traded $437.92."),
    (Unreachable, "Invalid nonce: duplicate nonce"),
]


@pytest.mark.parametrize(("what", "text"), TEXTS)
async def test_a_text_is_what_it_says(
    on_hyperliquid: Any, hyperliquid: HyperliquidStandIn, what: type[Exception], text: str
) -> None:
    for body in ({"status": "err", "response": text}, hyperliquid.error(text, "")):
        hyperliquid.next(*hyperliquid.entry, Fate(200, body))
        with pytest.raises(what, match=r"hyperliquid: [a-z]+ ") as raised:
            await send(on_hyperliquid, ENTRY)
        assert type(raised.value) is not NotListed
    assert hyperliquid.orders == []


ROLES = [
    ({"role": "missing"}, "WALLET is no account of its own: its role is missing"),
    ({"role": "agent", "data": {"user": "0x" + "1" * 40}}, "WALLET is the address of an API wallet"),
    ({"role": "subAccount", "data": {"master": "0x" + "1" * 40}}, "WALLET is no account of its own"),
]


@pytest.mark.parametrize(("role", "said"), ROLES)
async def test_an_address_that_is_no_account_reads_as_nothing(
    on_hyperliquid: Any, hyperliquid: HyperliquidStandIn, role: Any, said: str
) -> None:
    """Everybody may ask: a wrong address holds nothing, which would be taken for the end of every position."""
    hyperliquid.roles[WALLET] = role
    for ask in (
        on_hyperliquid.positions(**ACCOUNT),
        on_hyperliquid.find(APT, ENTRY, **ACCOUNT),
        send(on_hyperliquid, ENTRY),
    ):
        with pytest.raises(AccessRefused, match=f"hyperliquid: {said}"):
            await ask
    assert {told.path for told in hyperliquid.told} <= {
        "/info exchangeStatus",
        "/info metaAndAssetCtxs",
        "/info userRole",
    }


async def test_a_key_of_another_account_is_not_used(hyperliquid: HyperliquidStandIn) -> None:
    """Its orders would go to that account, and what this one holds would be asked."""
    environment = environment_of(hyperliquid, TRADELATCH_HYPERLIQUID_KEY="0x" + "7d" * 32)
    async with open_exchanges(["hyperliquid"], environment=environment) as exchanges:
        with pytest.raises(AccessRefused, match="KEY is not the key of an API wallet of that account"):
            await exchanges["hyperliquid"].positions(**ACCOUNT)


async def test_the_accounts_own_key_may_be_used(hyperliquid: HyperliquidStandIn) -> None:
    wallet = hyperliquid._signer().eth_get_address_from_private_key(KEY).lower()
    hyperliquid.roles = {wallet: {"role": "user"}}
    hyperliquid.routes["POST", "/info clearinghouseState"] = lambda _: {"assetPositions": []}
    environment = environment_of(hyperliquid, TRADELATCH_HYPERLIQUID_WALLET=wallet)
    async with open_exchanges(["hyperliquid"], environment=environment) as exchanges:
        assert await exchanges["hyperliquid"].positions(**ACCOUNT) == []
        assert await exchanges["hyperliquid"].positions(**ACCOUNT) == []
    assert len(hyperliquid.asked("POST", "/info userRole")) == 1


@pytest.mark.parametrize(("part", "value"), [("KEY", "0x12"), ("WALLET", "me"), ("WALLET", WALLET[:-1])])
async def test_a_key_that_is_none_is_one_line(hyperliquid: HyperliquidStandIn, part: str, value: str) -> None:
    environment = environment_of(hyperliquid, **{f"TRADELATCH_HYPERLIQUID_{part}": value})
    with pytest.raises(NotConfigured, match=f"TRADELATCH_HYPERLIQUID_{part} is not what it should be") as refused:
        async with open_exchanges(["hyperliquid"], ["default"], environment=environment):
            raise AssertionError("opened")
    assert value not in str(refused.value)


async def test_orders_of_other_markets_are_none_of_ours(on_hyperliquid: Any, hyperliquid: HyperliquidStandIn) -> None:
    await stop(on_hyperliquid)
    row = hyperliquid._order(hyperliquid.orders[0])
    others = [row | {"coin": coin, "oid": 10 + number} for number, coin in enumerate(("@107", "PURR/USDC", "xyz:GOLD"))]
    hyperliquid.routes["POST", "/info frontendOpenOrders"] = lambda _: [*others, row, row]
    assert [order.client_order_id for order in await on_hyperliquid.all_open_orders(**ACCOUNT)] == [STOP]


async def test_the_smallest_order_is_worth_twice_the_least(on_hyperliquid: Any) -> None:
    """Ten dollars; and what is closed may be worth a little less than it was."""
    assert await on_hyperliquid.smallest(APT, **ACCOUNT) == Decimal("6.2")
    assert 20 * Decimal("0.97") < Decimal("6.2") * PRICE < 21


async def test_a_symbol_is_spelt_as_in_the_book(on_hyperliquid: Any, hyperliquid: HyperliquidStandIn) -> None:
    hyperliquid.positions["kPEPE", "both"] = (Decimal(1000), PRICE)
    hyperliquid.positions["NEW", "both"] = (Decimal(7), PRICE)
    held = [holding.symbol for holding in await on_hyperliquid.positions(**ACCOUNT)]
    assert held == ["KPEPEUSDC", "NEWUSDC"]
    assert await Bench(on_hyperliquid, "KPEPEUSDC", Decimal(1)).find(ENTRY) is None
