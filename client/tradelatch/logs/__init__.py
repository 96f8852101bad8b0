"""What the log of a bot that was never converted tells: its double openings, how often, and how each unfolded.

sources.py says what each file is, reading.py gives its bytes, records.py its times, and scanning.py the lines that
matter; the tables, read by grammar.py, say what they mean. openings.py and book.py join them into stories, verdicts.py
names the scenario, findings.py what else is wrong. report.py counts; text.py, html.py and svg.py show it. No database
is needed.
"""

from .analysis import Options, Unreadable, analyze, size_of
from .messages import canonical
from .report import Finding, Incident, Report

__all__ = ["Finding", "Incident", "Options", "Report", "Unreadable", "analyze", "canonical", "size_of"]
