"""Tables: columns, rows of typed cells, a search, and links to older and newer rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Tone = Literal["plain", "good", "warn", "bad"]


@dataclass(frozen=True)
class Moment:
    """A time in milliseconds since 1970; 0 is shown as "never"."""

    at: int
    kind: ClassVar[str] = "moment"


@dataclass(frozen=True)
class Link:
    """A link to a path of the console; `text` is shown as it is."""

    text: str
    path: str
    kind: ClassVar[str] = "link"


@dataclass(frozen=True)
class Badge:
    """A state in a word, in English, which is translated."""

    label: str
    tone: Tone = "plain"
    kind: ClassVar[str] = "badge"


@dataclass(frozen=True)
class Code:
    """An id, or JSON: in a fixed width, and broken where it is too long."""

    text: str
    kind: ClassVar[str] = "code"


@dataclass(frozen=True)
class Button:
    """Posts `values` to a path of the console; the label is in English, and translated."""

    label: str
    path: str
    values: Mapping[str, str] = field(default_factory=dict)
    danger: bool = False


@dataclass(frozen=True)
class Buttons:
    """Several of them in one cell; links to pages may stand before."""

    buttons: Sequence[Button]
    links: Sequence[Link] = ()
    kind: ClassVar[str] = "buttons"


Cell = str | int | Moment | Link | Badge | Code | Buttons


@dataclass(frozen=True)
class Column:
    """A column; the title is in English, and translated. Numbers stand at the right."""

    title: str
    number: bool = False


@dataclass(frozen=True)
class Filter:
    """A field above the table, which narrows it; without `choices` one types.

    Attributes:
        name: in the address.
        label: in English; translated.
        value: as it is now.
        choices: values with their labels, which are shown as they are; the first one is for any.
        is_day: one chooses a day, e.g. 2030-01-31, instead of typing.
    """

    name: str
    label: str
    value: str = ""
    choices: Sequence[tuple[str, str]] = ()
    is_day: bool = False


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        caption: what it lists, in English; read out, not shown.
        columns: its columns.
        rows: cells, one for each column.
        empty: what is said in the place of no rows, in English.
        filters: fields that narrow it, sent with GET to the page's own address.
        newer, older: addresses with other rows, of `Visit.here`; "" for none.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str
    filters: Sequence[Filter] = ()
    newer: str = ""
    older: str = ""
