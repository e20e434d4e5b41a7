"""Messages to the server, one constructor each.

Each returns the map that goes over the wire, without the keys whose value is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from . import strokes as ink_format

Outgoing: TypeAlias = dict[str, object]
"""A message to the server, ready for `Connection.send`."""

REACTIONS = ("clap", "heart", "fire", "smile", "fan")
"""The reactions that a partner can be shown."""

REASONS = ("obscene", "idle", "other")
"""The reasons for which a room can be reported."""

SHARED_AS = ("link", "poster")
"""What becomes of a finished work."""


def _message(t: str, **keys: object) -> Outgoing:
    return {"t": t} | {key: value for key, value in keys.items() if value is not None}


def hello(
    token: str | None = None,
    campaign: str | None = None,
    locale: str | None = None,
    client: str | None = None,
) -> Outgoing:
    """The first message, once. `token` resumes a participant; `client` names the program."""
    return _message("hello", token=token, campaign=campaign, locale=locale, client=client)


def join(
    phrase: str | None = None,
    invite: str | None = None,
    locales: Sequence[str] = (),
    proof: str | None = None,
) -> Outgoing:
    """Take part: with the phrase of that id if a room is opened, or in a friend's room.

    `locales` are the languages that the participant is willing to write; any when empty. `proof`
    solves the server's last `challenge`.
    """
    languages = list(locales) or None
    return _message("join", phrase=phrase, invite=invite, locales=languages, proof=proof)


def invite(room: str) -> Outgoing:
    """Take the waiting room out of the pool, for a friend."""
    return _message("invite", room=room)


def ink(room: str, c: int, s: int, p: Sequence[int], end: bool = False) -> Outgoing:
    """Live ink: the next part of stroke `s` of character `c`; `end` with the last part."""
    return _message("ink", room=room, c=c, s=s, p=list(p), end=True if end else None)


def undo(room: str, c: int, s: int) -> Outgoing:
    """Take back the strokes of character `c` from index `s` on."""
    return _message("undo", room=room, c=c, s=s)


def commit(room: str, c: int, strokes: Sequence[Sequence[int]]) -> Outgoing:
    """Character `c` is finished: 1 to 64 strokes, at most 4,096 points. Safe to repeat.

    Raises:
        ValueError: the strokes break these limits or leave the grid.
    """
    ink_format.check(strokes)
    return _message("commit", room=room, c=c, strokes=[list(stroke) for stroke in strokes])


def react(room: str, e: str) -> Outgoing:
    """Show the partner one of `REACTIONS`.

    Raises:
        ValueError: `e` is not one of them.
    """
    if e not in REACTIONS:
        raise ValueError(f"{e!r} is not one of {', '.join(REACTIONS)}")
    return _message("react", room=room, e=e)


def share(how: str) -> Outgoing:
    """The work just finished was shared ("link") or its poster was kept ("poster"); no answer.

    Raises:
        ValueError: `how` is neither.
    """
    if how not in SHARED_AS:
        raise ValueError(f"{how!r} is not one of {', '.join(SHARED_AS)}")
    return _message("share", how=how)


def report(room: str, why: str) -> Outgoing:
    """End the room for the sender and hold its work for review; `why` is one of `REASONS`.

    Raises:
        ValueError: `why` is not one of them.
    """
    if why not in REASONS:
        raise ValueError(f"{why!r} is not one of {', '.join(REASONS)}")
    return _message("report", room=room, why=why)


def leave(room: str, keep: bool = False) -> Outgoing:
    """Give up the seat or stop waiting; `keep` leaves the characters to a later stranger."""
    return _message("leave", room=room, keep=True if keep else None)


def pledge(pledge: str) -> Outgoing:
    """Make the pledge of that id. Safe to repeat."""
    return _message("pledge", pledge=pledge)


def ping(n: int | None = None) -> Outgoing:
    """Ask for a `pong` with the same `n`."""
    return _message("ping", n=n)
