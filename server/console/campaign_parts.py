"""What the editor of a campaign is made of: groups of fields, and lists of entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from server.console.campaign_languages import name_of
from server.console.forms import Field, Kind

LONG = 20_000
"""Characters of a field that has several lines of values."""


class Group(NamedTuple):
    """Fields that stand together; the texts are in English, and translated.

    Those that every campaign needs are open when the page is.
    """

    title: str
    fields: Sequence[Field]
    hint: str = ""
    is_open: bool = False


class Rows(NamedTuple):
    """A list of entries, each with these fields.

    Attributes:
        path: that of the list.
        title, hint: in English, and translated.
        columns: the fields of one entry.
        is_kept: whether no entry can be removed.
    """

    path: str
    title: str
    columns: Sequence[Field]
    hint: str = ""
    is_kept: bool = False

    def row(self, number: int) -> list[Field]:
        """The fields of one entry."""
        return [replace(it, name=f"{self.path}.{number}.{it.name}") for it in self.columns]


def free(name: str, label: str, kind: Kind = "text", hint: str = "", most: int = 200) -> Field:
    """A field that may be empty."""
    return Field(name, label, kind, hint, required=False, most=most)


def by_language(
    name: str, most: int, languages: Sequence[str], kind: Kind = "text", label: str = ""
) -> list[Field]:
    """A field for each language, which is its label, or its hint below a `label`."""
    return [
        Field(
            f"{name}.{tag}",
            label or name_of(tag),
            kind,
            name_of(tag) if label else "",
            required=False,
            most=most,
        )
        for tag in languages
    ]
