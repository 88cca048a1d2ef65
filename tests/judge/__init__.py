"""The judge: reads what is in the topics and tables and says which of the guarantees hold (README, "What is promised").

It shares no code with the program. The tests of `system` ask it at the end of every story; a person asks it about an
environment left by hand: `PYTHONPATH=tests python -m judge --help`.
"""

from .evidence import Evidence, LedgerRow, SessionRow, await_transactions, committed_offsets, end_offsets, gather
from .report import FORM, Report
from .verdict import examine, judge

__all__ = [
    "FORM",
    "Evidence",
    "LedgerRow",
    "Report",
    "SessionRow",
    "await_transactions",
    "committed_offsets",
    "end_offsets",
    "examine",
    "gather",
    "judge",
]
