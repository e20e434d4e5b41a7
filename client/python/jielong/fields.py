"""Typed reading of one received map: a missing or ill-typed key is Malformed, an extra one not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from .exceptions import Malformed
from .strokes import Character, Stroke

V = TypeVar("V")


class Fields:
    """The keys of one received map.

    Args:
        source: what the codec returned; anything but a map is Malformed.
        where: the map's name, for the exception's text.
    """

    def __init__(self, source: object, where: str) -> None:
        if not isinstance(source, Mapping):
            raise Malformed(f"{where} is {type(source).__name__}, not a map")
        self.source: Mapping[str, object] = source
        self.where = where

    def _get(self, key: str, kind: type[V]) -> V:
        value = self.source.get(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            found = "missing" if value is None else type(value).__name__
            raise Malformed(f"{self.where}.{key} is {found}, not {kind.__name__}")
        return value

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self.source.get(key) is not None

    def text(self, key: str) -> str:
        """A string."""
        return self._get(key, str)

    def number(self, key: str) -> int:
        """An integer; true and false are not integers."""
        return self._get(key, int)

    def flag(self, key: str) -> bool:
        """True or false."""
        return self._get(key, bool)

    def map(self, key: str) -> Fields:
        """A map."""
        return Fields(self.source.get(key), f"{self.where}.{key}")

    def maps(self, key: str) -> list[Fields]:
        """A list of maps."""
        items = self._get(key, list)
        return [Fields(item, f"{self.where}.{key}[{i}]") for i, item in enumerate(items)]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        items = self._get(key, list)
        if not all(isinstance(item, str) for item in items):
            raise Malformed(f"{self.where}.{key} holds something other than strings")
        return tuple(items)

    def stroke(self, key: str) -> Stroke:
        """A flat list of integers; what they mean is for `strokes.decode`."""
        return _stroke(self._get(key, list), f"{self.where}.{key}")

    def character(self, key: str) -> Character:
        """A list of strokes."""
        return _character(self._get(key, list), f"{self.where}.{key}")

    def characters(self, key: str) -> tuple[Character, ...]:
        """A list of lists of strokes."""
        items = self._get(key, list)
        return tuple(_character(item, f"{self.where}.{key}[{i}]") for i, item in enumerate(items))


def _character(value: object, where: str) -> Character:
    if not isinstance(value, list):
        raise Malformed(f"{where} is {type(value).__name__}, not a list of strokes")
    return tuple(_stroke(item, f"{where}[{i}]") for i, item in enumerate(value))


def _stroke(value: object, where: str) -> Stroke:
    if not isinstance(value, list) or not all(type(number) is int for number in value):
        raise Malformed(f"{where} is not a list of integers")
    return tuple(value)
