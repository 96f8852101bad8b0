"""Options and types that commands share."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import click

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=36500)


def duration(value: str | timedelta) -> timedelta:
    """The type of an option: `90s`, `5m`, `1h`, `2d`, and `1h30m`."""
    if isinstance(value, timedelta):
        return value
    parts = re.findall(r"(\d{1,9}(?:\.\d{1,6})?)([smhd])", value)
    if not parts or "".join(map("".join, parts)) != value:
        raise click.BadParameter(f"{value!r} is not a duration; write 90s, 5m or 1h")
    total = sum((timedelta(**{UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
    if total > LONGEST:
        raise click.BadParameter(f"{value!r} is too long")
    return total


NOW = datetime.max.replace(tzinfo=UTC)  # what `now` stands for until the database is asked


def moment(value: str | datetime) -> datetime:
    """The type of an option: a time with its zone, or `now`, which is NOW."""
    if isinstance(value, datetime):
        return value
    if value.strip() == "now":
        return NOW
    try:
        told = datetime.fromisoformat(value.strip())
    except ValueError:
        told = None
    if told is None or told.tzinfo is None:
        raise click.BadParameter(f"{value[:64]!r} is not a time with its zone; write 2025-10-28T13:19:10Z, or now")
    return told.astimezone(UTC)


json_option = click.option("--json", "as_json", is_flag=True, envvar="TRADELATCH_JSON", help="Print one JSON document.")
confirm_option = click.option("--confirm", is_flag=True, help="Do it. Without this it is a dry run.")


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--exchange, --account and --symbol: None where they are not given."""
    for option in (
        click.option("--symbol", metavar="SYMBOL", help="Only this one, in any spelling."),
        click.option("--account", metavar="ACCOUNT", help="Only this exchange account."),
        click.option("--exchange", metavar="EXCHANGE", help="Only this venue."),
    ):
        command = option(command)
    return command


def amount(value: str | Decimal) -> Decimal:
    """The type of an option: a plain number above 0."""
    text = str(value)
    if not re.fullmatch(r"\d{1,30}(\.\d{1,30})?", text) or not Decimal(text):
        raise click.BadParameter(f"{text[:64]!r} is no number above 0")
    return Decimal(text)


def money(value: str | Decimal) -> Decimal:
    """The type of an option: a plain number, which may be below 0."""
    text = str(value)
    if not re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", text):
        raise click.BadParameter(f"{text[:64]!r} is no number")
    return Decimal(text)


reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Why, for the log: at most 1000 characters."
)
adopted_option = click.option("--adopted", is_flag=True, help="Also close adopted positions that cannot be protected.")
