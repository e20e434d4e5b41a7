"""History files: merged by time, compressed or not, and refused if they are invalid."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from server.check.history import HistoryError, find_events, read_events
from server.check.report import event_line
from tests.check.histories import History
from tests.history import HistoryWriter


def test_files_are_merged_by_time(tmp_path: Path) -> None:
    clock = iter(range(10)).__next__
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl.gz"
    with HistoryWriter(one, clock) as first, HistoryWriter(two, clock) as second:
        first.tap("a", 1)("sent", {"t": "hello"})
        second.tap("b", 1)("sent", {"t": "hello"})
        first.closed("a", 1, 1000)
    found = [(event.at, event.event.client, event.event.kind) for event in read_events([one, two])]
    assert found == [
        (0, "a", "opened"),
        (1, "a", "sent"),
        (2, "b", "opened"),
        (3, "b", "sent"),
        (4, "a", "closed"),
    ]


def test_an_event_is_found_again_by_its_reference(tmp_path: Path) -> None:
    plain = History().connect("a").connect("b").write_file(tmp_path)
    compressed = tmp_path / "compressed"
    compressed.write_bytes(gzip.compress(plain.read_bytes()))
    files = [plain, compressed]
    every = {recorded.ref: recorded.event for recorded in read_events(files)}
    assert len(every) == 12
    assert find_events(files, every) == every


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"at": 1}\n', "missing required field"),
        ("nonsense\n", ":1: "),
        (
            '{"at": 2, "client": "a", "connection": 1, "event": "opened"}\n'
            '{"at": 1, "client": "a", "connection": 1, "event": "closed"}\n',
            ":2: earlier than the line before",
        ),
    ],
    ids=["key missing", "no JSON", "order"],
)
def test_an_invalid_file_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "invalid.jsonl"
    path.write_text(text)
    with pytest.raises(HistoryError, match=fault):
        list(read_events([path]))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="cannot be read"):
        list(read_events([tmp_path / "none"]))


def test_an_event_is_reported_in_one_line(tmp_path: Path) -> None:
    path = History().pair("r").write("r", 0).write_file(tmp_path)
    lines = [event_line(recorded.event, 100.0) for recorded in read_events([path])]
    assert lines[0] == "     0.100 s  a/1 opened"
    assert any("a/1 -> commit room=r c=0 strokes=[1]" in line for line in lines)
    assert all(len(line) < 160 for line in lines)
