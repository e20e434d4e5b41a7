"""Families as text in Prometheus' format, version 0.0.4.

Each worker makes the lines of its own families; whoever is asked only joins those of all workers.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from server.metrics.family import Family, Sample

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Block(msgspec.Struct, array_like=True, frozen=True):
    """The text of one family of one worker.

    Attributes:
        name: of the family.
        head: the lines that tell its meaning and kind.
        lines: those of its samples.
    """

    name: str
    head: str
    lines: str


def blocks(families: Iterable[Family], worker: int | None = None) -> list[Block]:
    """The text of these families, with the label `worker` if it is given."""
    more = "" if worker is None else f'worker="{worker}"'
    return [_block(family, more) for family in families]


def text(*of_workers: Iterable[Block]) -> bytes:
    """The whole text; what several workers tell under one name stands together."""
    parts: dict[str, list[str]] = {}
    for told in of_workers:
        for block in told:
            if block.name in parts:
                parts[block.name].append(block.lines)
            else:
                parts[block.name] = [block.head, block.lines]
    return "".join(["".join(part) for part in parts.values()]).encode()


def _block(family: Family, more: str) -> Block:
    name = family.name
    head = f"# HELP {name} {family.text}\n# TYPE {name} {family.kind}\n"
    return Block(name, head, "".join([_line(name, sample, more) for sample in family.samples]))


def _line(name: str, sample: Sample, more: str) -> str:
    labels, value = sample.labels, sample.value
    if more:
        labels = f"{labels},{more}" if labels else more
    in_braces = f"{{{labels}}}" if labels else ""
    return f"{name}{sample.suffix}{in_braces} {int(value) if value.is_integer() else value}\n"
