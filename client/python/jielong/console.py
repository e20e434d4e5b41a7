"""Describes messages in plain lines for a terminal. Live ink and counters get no line."""

from __future__ import annotations

from .address import page_url
from .messages import (
    Bye,
    Committed,
    Completed,
    Error,
    Invited,
    Matched,
    Message,
    PartnerState,
    React,
    Turn,
    Unknown,
    Waiting,
    Welcome,
)


def describe(message: Message, seat: int | None, service: str) -> str | None:
    """One line about a message, or None for a message that needs none.

    Args:
        message: the message received.
        seat: the participant's own seat, which tells their turns from the partner's.
        service: the address of the service, of which the pages are.
    """
    match message:
        case Welcome():
            return f"welcome to {message.campaign.title}; {message.counters.relays} relays so far"
        case Waiting():
            return f"waiting for a partner; the phrase is {message.phrase.text}"
        case Invited():
            return f"invite a friend with {message.code} or {page_url(service, message.url)}"
        case Matched():
            region = f" from {message.partner.region}" if message.partner.region else ""
            return (
                f"matched with {message.partner.alias}{region}; the phrase is"
                f" {message.phrase.text}, seat {message.seat}"
            )
        case Turn():
            who = "your" if message.seat == seat else "the partner's"
            return f"{who} turn: {message.char} ({message.ms / 1000:.0f} s)"
        case Committed():
            who = "you" if message.seat == seat else "the partner"
            return f"{who} finished character {message.c + 1}"
        case PartnerState():
            grace = f", {message.ms / 1000:.0f} s of grace" if message.ms is not None else ""
            return f"the partner is {_STATES.get(message.state, message.state)}{grace}"
        case React():
            return f"the partner sends: {message.e}"
        case Completed():
            page = page_url(service, message.url)
            return f"completed; your number is {message.serial}: {page}"
        case Error():
            return f"refused: {message.code} ({message.message})"
        case Bye():
            return f"the server closes ({message.why}); back after {message.retry_ms} ms"
        case Unknown():
            return f"unknown message: {message.type}"
    return None


_STATES = {"away": "away", "back": "back", "left": "gone for good"}
