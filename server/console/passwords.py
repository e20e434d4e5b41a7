"""Passwords of accounts: hashed with argon2id, in threads, so that nobody waits for another one."""

from __future__ import annotations

import asyncio
import hmac
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.settings import LEAST_PASSWORD_CHARS

MOST_CHARS = 256

AT_ONCE = 2
"""Hashes computed at a time in one process; each takes 64 MiB and 50 to 100 ms of a core."""

_HASH_BEGINS = "$argon2"


class PasswordError(ValueError):
    """A password is not long enough, or too long; the message says so."""


def is_hash(value: str) -> bool:
    """Whether this is a hash of a password, and not a password."""
    return value.startswith(_HASH_BEGINS)


def check_length(password: str) -> None:
    """Refuse a password that is too short or too long.

    Raises:
        PasswordError: it is.
    """
    if len(password) < LEAST_PASSWORD_CHARS:
        raise PasswordError(f"a password has at least {LEAST_PASSWORD_CHARS} characters")
    if len(password) > MOST_CHARS:
        raise PasswordError(f"a password has at most {MOST_CHARS} characters")


def hashed(password: str) -> str:
    """The hash of a password; takes 50 to 100 ms.

    Raises:
        PasswordError: it is too short or too long.
    """
    check_length(password)
    return PasswordHasher().hash(password)


class Passwords:
    """Checks passwords in threads."""

    def __init__(self) -> None:
        """Nothing is computed yet."""
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """As `hashed`, in a thread."""
        async with self._at_once:
            return await asyncio.to_thread(hashed, password)

    async def is_right(self, expected: str | None, password: str) -> bool:
        """Whether a password is the expected one; takes the same time where there is none.

        Args:
            expected: its hash, or the password itself; None for an account that does not exist.
            password: what somebody typed; one that is too long is wrong.
        """
        async with self._at_once:
            return await asyncio.to_thread(_is_right, expected, password[: MOST_CHARS + 1])


def _is_right(expected: str | None, password: str) -> bool:
    if expected and not is_hash(expected):
        same = hmac.compare_digest(expected.encode(), password.encode())
        _verify(_of_nobody(), password)
        return same
    right = _verify(expected or _of_nobody(), password)
    return right and bool(expected)


def _verify(expected: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(expected, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _of_nobody() -> str:
    """A hash to compare with where there is no account."""
    return PasswordHasher().hash("nobody has this password")
