"""Proofs of another kind, checked by code of the operator: of a captcha, or a login code."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from typing import cast

CHECK_SECONDS = 5.0
"""Longest wait for a check; then the joiner is asked to try again."""

ProofCheck = Callable[[str, str], Awaitable[bool]]
"""Whether this proof, which is no solved challenge, lets this participant join."""


class ProofCheckError(ValueError):
    """There is no such function; the message says what is missing."""


def load_check(name: str) -> ProofCheck | None:
    """The function that an operator has named, as `module:function`; None without a name.

    Raises:
        ProofCheckError: it cannot be imported.
    """
    if not name:
        return None
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ProofCheckError(f"{name!r} is no `module:function`: {error}") from error
    if not callable(found):
        raise ProofCheckError(f"{name!r} is no function")
    return cast(ProofCheck, found)
