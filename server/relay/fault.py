"""What is wrong with a value: a sentence that can be translated, and the values in it."""

from __future__ import annotations


class Fault:
    """Why something is refused.

    Attributes:
        english: a sentence with `{name}` for each value, as `str.format` takes it; translations
            are found by it.
        values: by name; one may be a fault itself.
    """

    __slots__ = ("english", "values")

    def __init__(self, english: str, /, **values: object) -> None:
        """`english` is written out where the fault is made, so that a test finds all of them."""
        self.english = english
        self.values = values

    def __str__(self) -> str:
        """The sentence in English, filled in."""
        return self.english.format(**self.values)


class FaultError(Exception):
    """Something is refused; the message is the fault in English."""

    def __init__(self, fault: Fault) -> None:
        """Refuse it because of `fault`."""
        super().__init__(str(fault))
        self.fault = fault
