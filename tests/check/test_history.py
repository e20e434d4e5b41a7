"""Histories as files: merged by time, compressed or not, and refused when they make no sense."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from server.check.history import HistoryError, events, reread
from server.check.report import one_line
from tests.check.histories import Story
from tests.history import HistoryWriter


def test_files_are_merged_by_time(tmp_path: Path) -> None:
    clock = iter(range(10)).__next__
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl.gz"
    with HistoryWriter(one, clock) as first, HistoryWriter(two, clock) as second:
        first.tap("a", 1)("sent", {"t": "hello"})
        second.tap("b", 1)("sent", {"t": "hello"})
        first.closed("a", 1, 1000)
    found = [(event.at, event.event.client, event.event.event) for event in events([one, two])]
    assert found == [
        (0, "a", "opened"),
        (1, "a", "sent"),
        (2, "b", "opened"),
        (3, "b", "sent"),
        (4, "a", "closed"),
    ]


def test_an_event_is_found_again_by_its_reference(tmp_path: Path) -> None:
    plain = Story().hello("a").hello("b").file(tmp_path)
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    files = [plain, packed]
    every = {recorded.ref: recorded.event for recorded in events(files)}
    assert len(every) == 12
    assert reread(files, every) == every


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
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text(text)
    with pytest.raises(HistoryError, match=fault):
        list(events([path]))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="cannot be read"):
        list(events([tmp_path / "none"]))


def test_an_event_is_told_in_one_line(tmp_path: Path) -> None:
    path = Story().pair("r").write("r", 0).file(tmp_path)
    lines = [one_line(recorded.event, 100.0) for recorded in events([path])]
    assert lines[0] == "     0.100 s  a/1 opened"
    assert any("a/1 -> commit room=r c=0 strokes=[1]" in line for line in lines)
    assert all(len(line) < 160 for line in lines)
