"""The demo: two incidents of a live bot, each played on the old flow and on tradelatch."""
