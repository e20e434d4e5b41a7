"""Forms: what a page asks for, what was posted, and what is wrong with it, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from server.console.texts import Translate, text

Kind = Literal[
    "text",
    "password",
    "email",
    "number",
    "colour",
    "url",
    "datetime",
    "area",
    "choice",
    "tick",
    "file",
    "hidden",
]


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        name: as it is posted.
        label: in English; translated where it is shown.
        kind: how it is drawn. `area` has several lines, `choice` is one of `choices`, `tick` is
            posted as "on" or not at all.
        hint: a sentence below the label, in English.
        required: whether it may not be empty.
        most: characters at most.
        choices: values with their labels, in English.
        autocomplete: what a browser may fill in.
        proposed: values that are proposed while one types, with their labels as they are.
    """

    name: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    required: bool = True
    most: int = 200
    choices: Sequence[tuple[str, str]] = ()
    autocomplete: str = "off"
    proposed: Sequence[tuple[str, str]] = ()

    @property
    def is_required(self) -> bool:
        """Whether something must be typed."""
        return self.required and self.kind not in ("tick", "hidden")


@dataclass
class Form:
    """Fields with their values and errors.

    Attributes:
        fields: in the order in which they are drawn.
        values: by name of the field.
        errors: by name of the field, in the language of the page. "" is for the form as a whole.
    """

    fields: Sequence[Field]
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def take(self, posted: Mapping[str, str], t: Translate) -> bool:
        """Fill in what was posted, and check it; whether nothing is wrong so far."""
        for one in self.fields:
            value = posted.get(one.name, "")
            self.values[one.name] = value if one.kind in ("password", "area") else value.strip()
            if problem := _problem(one, self.values[one.name], t):
                self.errors[one.name] = problem
        return self.is_right

    @property
    def is_right(self) -> bool:
        """Whether no field has an error."""
        return not self.errors

    def value(self, name: str) -> str:
        """The value of a field; "" where nothing is."""
        return self.values.get(name, "")


def _problem(one: Field, value: str, t: Translate) -> str:
    if not value:
        return t(text("This is needed.")) if one.is_required else ""
    if len(value) > one.most:
        return t(text("At most {most} characters."), most=one.most)
    if one.kind == "choice" and value not in {key for key, _ in one.choices}:
        return t(text("Choose one of the list."))
    if one.kind == "number" and not value.lstrip("-").isdecimal():
        return t(text("Write a whole number."))
    return ""
