"""The program of docs/exchanges.md, run as it stands there, and the endpoints that it names."""

import re
import types
from pathlib import Path

import pytest
from tradelatch.venues import VENUES

from .binance_standin import BinanceStandIn
from .bybit_standin import BybitStandIn
from .conftest import EVERY, environment_of

PAGE = (Path(__file__).parents[2] / "docs/exchanges.md").read_text()


async def test_the_program_runs(
    binance: BinanceStandIn, bybit: BybitStandIn, bot_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    page = types.ModuleType("page")
    exec(compile(source, "docs/exchanges.md", "exec"), page.__dict__)
    variables = {"TRADELATCH_DSN": bot_dsn} | environment_of(binance) | environment_of(bybit)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert await page.recover() == []


def test_the_page_names_every_endpoint() -> None:
    paths = {path for each in EVERY for _, path in each().routes}
    assert paths == set(re.findall(r"`(/(?:(?:fapi/|api/)?v\d/|info |exchange )[^`]*)`", PAGE))


def test_the_page_names_every_code_that_says_what_to_do() -> None:
    """Hyperliquid has texts."""
    _, _, table = PAGE.partition("| | an id that exists |")
    for line in table.partition("\n\n")[0].splitlines()[2:-1]:
        name, *told, _ = (cell.strip() for cell in line.strip("|").split("|"))
        codes = VENUES[name.lower()].codes
        known = [codes.duplicate, codes.mode, codes.passed, codes.clock]
        assert [set(re.findall(r"-?\d{3,}|[A-Z_]{6,}", cell)) for cell in told] == known
