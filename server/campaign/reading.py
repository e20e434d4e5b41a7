"""From plain data, as TOML and JSON have them, to definitions and back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from server.campaign.checks import check
from server.campaign.definition import Definition
from server.campaign.problems import CampaignError, Problem
from server.catalogue import Library
from server.relay.fault import Fault

_AT = re.compile(r"(?P<reason>.*?)(?: - at `(?P<path>.*)`)?", re.DOTALL)


def read_definition(plain: object, library: Library) -> Definition:
    """The campaign that plain data define.

    Raises:
        CampaignError: a value has the wrong type, or is not allowed.
    """
    named = plain.get("id") if isinstance(plain, dict) else None
    campaign = named if isinstance(named, str) else ""
    try:
        definition = msgspec.convert(plain, Definition)
    except msgspec.ValidationError as error:
        raise CampaignError([_problem(error)], campaign) from error
    if problems := check(definition, library):
        raise CampaignError(problems, campaign)
    return definition


def draft_of(plain: object) -> Definition | None:
    """What plain data define so far, unchecked, to be looked at; None if a type is wrong."""
    try:
        return msgspec.convert(plain, Definition)
    except msgspec.ValidationError:
        return None


def plain_of(definition: Definition) -> dict[str, Any]:
    """Plain data of a definition, for TOML: only what is not as it would be anyway."""
    plain = msgspec.to_builtins(definition, builtin_types=(datetime,))
    assert isinstance(plain, dict)
    return plain


def _problem(error: msgspec.ValidationError) -> Problem:
    """What msgspec found, e.g. "Expected `str`, got `int` - at `$.pledge[0].id`"."""
    found = _AT.fullmatch(str(error))
    assert found is not None
    path = (found["path"] or "").removeprefix("$").removeprefix(".")
    return Problem(path, Fault("{reason}", reason=found["reason"]))
