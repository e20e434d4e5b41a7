"""Makes what a worker runs of a definition: with its phrases, and moments with an offset."""

from __future__ import annotations

from server.campaign.definition import Definition
from server.campaign.schedule import moment
from server.catalogue import Library
from server.relay.campaign import Campaign
from server.relay.phrase import Phrase, make_phrase


def compose(definition: Definition, library: Library) -> Campaign:
    """The campaign of a definition that `check` found right."""
    return Campaign(
        id=definition.id,
        title=definition.title or definition.id,
        enabled=definition.open,
        locale=definition.locale,
        phrases=phrases_of(definition, library),
        opens=moment(definition.opens, definition.time_zone),
        closes=moment(definition.closes, definition.time_zone),
        networks=definition.network,
        bound_tokens=definition.bound_tokens,
        moderation=definition.moderation,
        check=definition.check,
        deletion=definition.deletion,
        retention_days=definition.retention_days,
        weights=definition.weights,
        relays=definition.relays,
        pledges=definition.pledge,
        funds=definition.fund,
        rehearsal=definition.rehearsal,
    )


def phrases_of(definition: Definition, library: Library) -> dict[str, Phrase]:
    """What the campaign offers, by id: its choice of the library, then its own phrases."""
    everything = not (definition.phrases or definition.categories or definition.own_only)
    chosen = {
        key: phrase
        for key, phrase in library.phrases.items()
        if everything
        or key in definition.phrases
        or library.categories[key] in definition.categories
    }
    own = (make_phrase(it.id, it.text, it.locale) for it in definition.phrase)
    return chosen | {phrase.id: phrase for phrase in own}
