"""The command line. Its libraries come with `tradelatch[cli]`.

A command is one line of COMMANDS and one module beside this one, named after it (`take-over`: take_over.py), in which
a click command has that name too. The module is imported when the command is called.
"""

COMMANDS = {
    "deploy": "bring the database to this version's schema",
    "verify": "check the deployed schema and its grants",
    "reproduce": "the incidents, on the legacy flow and on tradelatch",
    "diagnose": "what is wrong in the book, and between it and the exchanges",
    "reconcile": "record what an exchange shows, and compare the book with it",
    "recover": "finish what dead workers left, by asking the exchange",
    "cleanup": "end what is proven over, adopt what is proven there",
    "backups": "what cleanup, reconcile and release can be taken back from",
    "restore": "take a cleanup back",
    "take-over": "drive a position at once, without waiting for its lease",
    "close": "close a position, reduce-only",
    "resize": "say how much of a position is open now",
    "stop-loss": "say which stop-loss stands, have it moved, or say that it is gone",
    "settle": "say what a position that is over was closed at, and earned",
    "release": "force a slot free in the book (the exchange is not touched)",
    "adopt": "take a position of the exchange into the book",
    "aliases": "an exchange's own ids of its markets, so that each is one slot",
    "after-restore": "before a bot connects to a restored database",
    "accounts": "which logins may use which exchange accounts",
    "positions": "the open positions, or all that ever were",
    "orders": "the orders left: what stands on the exchanges, or may",
    "timeline": "the history of a position, or of a symbol",
    "status": "the book on one screen",
    "watch": "the book live, or alerts as they are raised",
    "exchange-check": "whether an exchange does what tradelatch relies on",
    "metrics": "the book for Prometheus",
    "archive": "move old events from the database to a file",
    "analyze-logs": "double openings in the logs of a bot that does not use tradelatch",
}
