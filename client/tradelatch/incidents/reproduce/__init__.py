"""The scenarios in which a bot opened one position twice, on its legacy flow and on tradelatch.

Each is played by the wall clock made faster, on a real database and a simulated exchange. What became of it is read
from what the two hold when everybody has finished, not from what a flow says of itself.
"""
