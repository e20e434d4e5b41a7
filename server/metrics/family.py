"""Metrics as they are told to Prometheus: families of samples, named by its conventions.

A name ends in its unit, if it has one, and a counter's in `_total`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from server.metrics.histogram import BOUNDS, Histogram

Kind = Literal["counter", "gauge", "histogram"]


class Sample(msgspec.Struct, array_like=True, frozen=True):
    """One figure.

    Attributes:
        suffix: behind the family's name: empty, or `_bucket`, `_sum` or `_count`.
        labels: as they are written, without braces: `reason="loading",le="0.1"`.
        value: the figure.
    """

    suffix: str
    labels: str
    value: float


class Family(msgspec.Struct, array_like=True, frozen=True):
    """All samples of one name.

    Attributes:
        name: as Prometheus shows it.
        kind: what its samples are.
        text: what it means, in one line.
        samples: the figures.
    """

    name: str
    kind: Kind
    text: str
    samples: list[Sample]


def counter(name: str, text: str, value: float) -> Family:
    """A counter without labels; its name ends in `_total`."""
    return Family(name, "counter", text, [Sample("", "", float(value))])


def gauge(name: str, text: str, value: float) -> Family:
    """A gauge without labels."""
    return Family(name, "gauge", text, [Sample("", "", float(value))])


def labelled(kind: Kind, name: str, text: str, label: str, values: Mapping[str, float]) -> Family:
    """A family with a sample for each value of one label."""
    samples = [
        Sample("", f'{label}="{escape(key)}"', float(value)) for key, value in values.items()
    ]
    return Family(name, kind, text, samples)


def histogram(name: str, text: str, observed: Histogram) -> Family:
    """A histogram; its name ends in `_seconds`."""
    samples, count = [], 0
    for bound, inside in zip((*map(repr, BOUNDS), "+Inf"), observed.counts, strict=True):
        count += inside
        samples.append(Sample("_bucket", f'le="{bound}"', float(count)))
    samples += [Sample("_sum", "", observed.sum), Sample("_count", "", float(count))]
    return Family(name, "histogram", text, samples)


def escape(value: str) -> str:
    """A label's value, as it is written between quotes."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
