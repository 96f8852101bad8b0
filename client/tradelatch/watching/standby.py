"""Whether a server is a hot standby, and how far behind its primary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg

# Of a primary null. A standby that replays nothing cannot know whether there is something to replay.
BEHIND = """
select case when pg_is_in_recovery() then
    greatest(clock_timestamp() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()), interval '0')
end
"""


def behind(connection: psycopg.Connection[Any]) -> timedelta | None:
    """For how long a standby replayed no transaction; None of a server that is none."""
    ((age,),) = connection.execute(BEHIND).fetchall()
    found: timedelta | None = age
    return found
