"""Logs on disk, read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tradelatch.logs import Options, Report, analyze

from .botlog import BotLog, Form, with_comma

Read = Callable[..., Report]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What a log tells: `read(log)`, `read(log, with_dot, symbol="APTUSDT")`; text and bytes will do as well."""

    def read(log: BotLog | str | bytes, form: Form = with_comma, **options: Any) -> Report:
        path = tmp_path / "bot.log"
        text = log.text(form) if isinstance(log, BotLog) else log
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return analyze([str(path)], Options(**options))

    return read
