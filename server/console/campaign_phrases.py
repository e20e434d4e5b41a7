"""Phrases in the editor are named by what people write; in a campaign by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.catalogue import Library

Plain = dict[str, Any]


def named_by_text(plain: Plain, library: Library) -> Plain:
    """A campaign whose choice of phrases and weights have texts where they had ids."""
    return _renamed(plain, _texts_of(plain, library))


def named_by_id(plain: Plain, library: Library) -> Plain:
    """The same with ids again; what is no text of a phrase stays as it was typed.

    A campaign offers its own phrases anyway: they are no choice.
    """
    by_text = {_key(text): phrase for phrase, text in _texts_of(plain, library).items()}
    typed = [*plain.get("phrases", ()), *plain.get("weights", ())]
    named = _renamed(plain, {it: by_text[_key(it)] for it in typed if _key(it) in by_text})
    own = {entry["id"] for entry in plain.get("phrase", ())}
    if phrases := named.get("phrases"):
        named["phrases"] = [it for it in phrases if it not in own]
    return named


def _texts_of(plain: Plain, library: Library) -> dict[str, str]:
    """Of all phrases that the campaign may offer, by id."""
    own = {entry["id"]: entry["text"] for entry in plain.get("phrase", ())}
    return own | {phrase.id: phrase.text for phrase in library.phrases.values()}


def _renamed(plain: Plain, names: Mapping[str, str]) -> Plain:
    changed: Plain = {}
    if phrases := plain.get("phrases"):
        changed["phrases"] = [names.get(it, it) for it in phrases]
    if weights := plain.get("weights"):
        changed["weights"] = {names.get(it, it): weight for it, weight in weights.items()}
    return plain | changed


def _key(text: str) -> str:
    return text.strip().casefold()
