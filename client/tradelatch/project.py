"""Where the sqitch project lies."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def sqitch_project() -> Path:
    """The folder with sqitch.conf, sqitch.plan, deploy/, revert/ and verify/.

    A wheel carries it in the package; an editable install finds it at the top of the checkout.
    """
    for folder in (_PACKAGE / "sqitch", _PACKAGE.parents[1]):
        if (folder / "sqitch.plan").is_file():
            return folder
    raise FileNotFoundError(f"no sqitch.plan in {_PACKAGE / 'sqitch'} or {_PACKAGE.parents[1]}")
