"""The final store: finished works, counters and live rooms, as `store_reader` read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple


class Hand(NamedTuple):
    """A participant who wrote in a work, and the serial number for it."""

    participant: str
    serial: int


class StoredWork(NamedTuple):
    """A finished work.

    Attributes:
        id: the id of the work and of its room.
        hands: every participant who wrote in it.
        writers: for each character, the index of its writer in `hands`.
        ink: for each character, the digest of its strokes.
        completed_at: milliseconds since 1970.
    """

    id: str
    hands: tuple[Hand, ...]
    writers: bytes
    ink: tuple[int, ...]
    completed_at: int


class LiveRoom(NamedTuple):
    """An unfinished room.

    Attributes:
        id: the room's id.
        seats: the participant in each seat; "" if the seat is free.
        ink: for each committed character, the digest of its strokes.
    """

    id: str
    seats: tuple[str, str]
    ink: tuple[int, ...]


class Lane(NamedTuple):
    """One lane of a campaign.

    Attributes:
        relays: the counter of finished works.
        participants: the counter of their hands.
        unarchived: works in the lane's stream, which the archiver may also have stored already.
        rooms: unfinished rooms by id.
    """

    relays: int
    participants: int
    unarchived: list[StoredWork]
    rooms: dict[str, LiveRoom]


class StoredPledge(NamedTuple):
    """A pledge that a participant made."""

    pledge: str
    participant: str
    number: int
    certificate: str


class StoredCampaign(NamedTuple):
    """A campaign: its lanes in Redis and its works in SQL.

    Attributes:
        id: its id.
        lanes: in Redis.
        works: in SQL.
        pledges: in SQL or in the stream.
        pledge_counts: the counters, by pledge.
    """

    id: str
    lanes: list[Lane]
    works: list[StoredWork]
    pledges: Sequence[StoredPledge] = ()
    pledge_counts: Mapping[str, int] = MappingProxyType({})


class Store:
    """The final store of some campaigns.

    Attributes:
        campaigns: what was read of each campaign.
        names: their ids.
        works: all finished works by id, in SQL or in a stream.
        rooms: all unfinished rooms by id.
    """

    def __init__(self, campaigns: list[StoredCampaign]) -> None:
        """Index what was read of each campaign."""
        self.campaigns = campaigns
        self.names = {campaign.id for campaign in campaigns}
        self.works: dict[str, StoredWork] = {}
        self.rooms: dict[str, LiveRoom] = {}
        for campaign in campaigns:
            for lane in campaign.lanes:
                self.works |= {work.id: work for work in lane.unarchived}
                self.rooms |= lane.rooms
            self.works |= {work.id: work for work in campaign.works}
        self._multi_lane = {campaign.id for campaign in campaigns if len(campaign.lanes) > 1}

    def share_pool(self, campaign: str, one: str, other: str) -> bool:
        """Whether two rooms of a campaign are in the same lane, so they share its pool.

        A room's id ends with the letter of its lane.
        """
        return campaign not in self._multi_lane or one[-1:] == other[-1:]

    def has_several_lanes(self, campaign: str) -> bool:
        """Whether the campaign has or had more than one lane."""
        return campaign in self._multi_lane
