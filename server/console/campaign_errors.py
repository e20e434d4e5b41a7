"""What is wrong with the editor's form, as a list above it: the form is long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server.console.campaign_fields import Layout
from server.console.campaign_parts import Rows
from server.console.forms import Field, Form
from server.console.texts import Translate


class WrongField(NamedTuple):
    """A field with an error: its name, where it stands in the form, and what is wrong."""

    name: str
    where: str
    error: str


ShownRows = tuple[Rows, Sequence[Sequence[Field]]]
"""A list of the editor, and the fields of each of its rows."""


def wrong_fields(
    layout: Layout, lists: Sequence[ShownRows], form: Form, t: Translate
) -> list[WrongField]:
    """Those of a form with this layout and these rows, in their order."""
    return [
        WrongField(field.name, f"{where} › {t(field.label)}", form.errors[field.name])
        for where, field in _places(layout, lists, t)
        if field.name in form.errors
    ]


def _places(
    layout: Layout, lists: Sequence[ShownRows], t: Translate
) -> Iterator[tuple[str, Field]]:
    """Every field, with the heading above it."""
    for group in layout.groups:
        yield from ((t(group.title), field) for field in group.fields)
    for rows, entries in lists:
        for number, entry in enumerate(entries, start=1):
            yield from ((f"{t(rows.title)} {number}", field) for field in entry)
    for account in layout.accounts:
        yield from ((t(account.title), field) for field in account.fields)
