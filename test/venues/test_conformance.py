"""Every exchange of the table does what tradelatch relies on: the suite of tradelatch.testing, on each stand-in."""

from decimal import Decimal
from typing import Any

import pytest
from tradelatch.testing.conformance import Bench, conform

from .standin import StandIn

LIVES = [("both", False), ("long", True), ("short", True)]


@pytest.mark.parametrize(("position_side", "hedge_mode"), LIVES, ids=["one-way", "long", "short"])
async def test_it_conforms(on_any: Any, any_standin: StandIn, position_side: str, hedge_mode: bool) -> None:
    any_standin.hedge_mode = hedge_mode
    bench = Bench(on_any, "APTUSDT", Decimal("0.1"), position_side=position_side, patience=0.5, pause=0.02)
    told: list[str] = []
    await conform(bench, told.append)
    assert len(told) == 4
    assert not any(size for size, _ in any_standin.positions.values())
    assert not [order for order in any_standin.orders if order.status == "open"]
    assert {(told.method, told.path) for told in any_standin.told} <= set(any_standin.routes)
