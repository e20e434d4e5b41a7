"""What the workers of one service tell each other."""

from __future__ import annotations

import os
import threading

import pytest

from server.metrics.exposition import Block, blocks, text
from server.metrics.family import counter, histogram, labelled
from server.metrics.histogram import Histogram
from server.metrics.shared_file import PLACE_BYTES, MetricsFile, OwnMetricsFile


def made(*counts: float) -> list[Block]:
    return blocks([counter(f"made_{n}_total", "Made.", count) for n, count in enumerate(counts)])


def test_everybody_reads_what_each_has_written_last() -> None:
    own = OwnMetricsFile(3)
    worker = MetricsFile(os.dup(own.descriptor), own.places)
    assert worker.read() == {}
    own.write(0, made(1))
    worker.write(2, made(5, 2.5))
    worker.write(2, made(6))
    assert own.read() == {0: made(1), 2: made(6)}


def test_the_metrics_of_a_worker_that_has_ended_are_gone() -> None:
    file = OwnMetricsFile(2)
    file.write(1, made(1))
    file.empty(1)
    assert file.read() == {}


def test_metrics_that_are_too_long_are_refused_and_the_last_ones_stay() -> None:
    file = OwnMetricsFile(2)
    file.write(0, made(1))
    with pytest.raises(ValueError, match="bytes"):
        file.write(0, made(*range(PLACE_BYTES // 64)))
    assert file.read() == {0: made(1)}


def test_a_reader_never_sees_half_of_what_is_written() -> None:
    file = OwnMetricsFile(1)
    written = made(*range(200))
    stop = threading.Event()

    def write_on() -> None:
        while not stop.is_set():
            file.write(0, written[:100])
            file.write(0, written)

    writer = threading.Thread(target=write_on)
    file.write(0, written)
    writer.start()
    try:
        for _ in range(200):
            for told in file.read().values():
                assert len(told) in {100, 200}
    finally:
        stop.set()
        writer.join()


def test_buckets_hold_all_that_was_faster() -> None:
    observed = Histogram()
    for seconds in (0.0004, 0.001, 0.003, 0.7, 99):
        observed.observe(seconds)
    family = histogram("waiting_seconds", "Waiting.", observed)
    buckets = {sample.labels: sample.value for sample in family.samples}
    assert buckets['le="0.001"'] == 2
    assert buckets['le="0.005"'] == 3
    assert buckets['le="1.0"'] == 4
    assert buckets['le="+Inf"'] == 5
    sums = {sample.suffix: sample.value for sample in family.samples if not sample.labels}
    assert sums == {"_sum": pytest.approx(99.7044), "_count": 5}


def test_what_several_workers_tell_under_one_name_stands_together() -> None:
    of_one = [counter("made_total", "Made.", 1), labelled("gauge", "open", "Open.", "by", {'"': 2})]
    told = text(blocks([counter("all_total", "All.", 0.5)]), blocks(of_one, 0), blocks(of_one, 1))
    assert told.decode().splitlines() == [
        *("# HELP all_total All.", "# TYPE all_total counter", "all_total 0.5"),
        *("# HELP made_total Made.", "# TYPE made_total counter"),
        *('made_total{worker="0"} 1', 'made_total{worker="1"} 1'),
        *("# HELP open Open.", "# TYPE open gauge"),
        *('open{by="\\"",worker="0"} 2', 'open{by="\\"",worker="1"} 2'),
    ]
