"""What one process of the open model counts, and which latencies it measures."""

from __future__ import annotations

COUNTERS = (
    "arrived",
    "open",
    "seated",
    "completed",
    "failed",
    "turned_away",
    "bytes",
    "messages",
    "twice",
    "outside",
    "early",
    "late_us",
    "cpu_us",
)
"""`arrived`: users who have started; `open`: users who are loading the page or connected, or turned
away and about to come back; `turned_away`: how often users were turned away; `late_us`: the longest
delay between the scheduled time of an arrival and its start; `cpu_us`: CPU of this process."""
LATENCIES = ("welcomed", "seated", "matched", "committed", "completed", "loaded")
"""`loaded` (the page, with visits), `welcomed`, `seated`, `matched`: from the scheduled arrival;
`committed`: from the scheduled end of writing; `completed`: from the scheduled end of writing the
last character, for its writer."""

WELCOMED, SEATED, MATCHED, COMMITTED, COMPLETED, LOADED = range(len(LATENCIES))
"""Where each of them stands in `LATENCIES`."""
