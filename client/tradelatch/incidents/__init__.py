"""The incidents: the bot's legacy flow, the scenarios that `tradelatch reproduce` plays, and the demo."""
