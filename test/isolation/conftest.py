"""`--write-expected`, for test_isolation.py."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-expected", action="store_true", help="write test/isolation/expected anew")
