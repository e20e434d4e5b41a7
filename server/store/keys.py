"""Key and channel names in Redis.

All keys of a lane share one hash tag, so a lane lies in one slot of a Cluster. `functions/head.lua`
lists them; here are those that code outside the Lua library uses.
"""

SECRET = "jl:secret"
"""The key that signs tokens, made once by the first worker."""

GUARD = "jl:{guard}"
"""The beginning of the guard's keys: counts by network, the key of a day, used proofs."""

CAMPAIGNS = "jl:campaigns"
"""A key whose value differs after each change of a campaign."""

WORKER_STATUSES, DRAINS = "jl:{console}:workers", "jl:{console}:drains"
"""Hashes by worker: the statuses, and who is to be drained."""

SAMPLES, SAMPLING = "jl:{console}:samples", "jl:{console}:sampling"
"""The list of figures of the last minutes, the newest first; the lock of whoever adds to it."""

EVERYBODY = "jl:all"
"""The channel of all workers."""


def lane(campaign: str, number: int = 0) -> str:
    """Base of a lane's keys; every other key begins with it."""
    return f"jl:{{{campaign}:{number}}}"


def lane_number(base: str) -> int:
    """The number of a lane within its campaign."""
    return int(base[base.rindex(":") + 1 : -1])


def campaign_of(base: str) -> str:
    """The campaign of a lane."""
    return base[len("jl:{") : base.rindex(":")]


def first_lane_of(base: str) -> str:
    """Base of lane 0 of the same campaign."""
    return lane(campaign_of(base))


def lanes(base: str) -> str:
    """In lane 0: which lanes there are."""
    return f"{base}:lanes"


def works(base: str) -> str:
    """A lane's stream of finished works."""
    return f"{base}:works"


def pledges(base: str) -> str:
    """In lane 0: the totals of the campaign's pledges."""
    return f"{base}:pledges"


def pledged(base: str) -> str:
    """In lane 0: the stream of pledges."""
    return f"{base}:pledged"


def pledge(base: str, pledge_id: str, participant: str) -> str:
    """In lane 0: a pledge that a participant made."""
    return f"{base}:pledge:{pledge_id}:{participant}"


def room(base: str, room_id: str) -> str:
    """A room's hash."""
    return f"{base}:room:{room_id}"


def fence(base: str) -> str:
    """A lane's key that is written, with an empty value, behind durable calls."""
    return f"{base}:fence"


def generation(base: str) -> str:
    """The run of Redis in which a lane was compared with the archive."""
    return f"{base}:generation"


def funnel(base: str) -> str:
    """In lane 0: how many visits reached each step."""
    return f"{base}:funnel"


def counters(base: str) -> str:
    """A lane's totals."""
    return f"{base}:counters"


def worker(worker_id: str) -> str:
    """The channel of one worker."""
    return f"jl:w:{worker_id}"


def live_rooms(base: str) -> list[str]:
    """The sorted sets that together have every room with a holder."""
    return [f"{base}:pool", f"{base}:invited", f"{base}:deadlines"]


def unfinished_rooms(base: str) -> list[str]:
    """The sorted sets that together have every unfinished room."""
    return [*live_rooms(base), f"{base}:kept"]
