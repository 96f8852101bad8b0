"""What the log of a bot that was never converted tells: its double openings, how often, and how each unfolded.

reading.py finds the bytes, scanning.py the lines that matter, messages.py says what they mean, stories.py joins them,
verdicts.py names the scenario, analysis.py drives it all; text.py and html.py show the report. No database is needed.
"""

from .analysis import Options, Unreadable, analyze, size_of
from .report import Finding, Incident, Report

__all__ = ["Finding", "Incident", "Options", "Report", "Unreadable", "analyze", "size_of"]
