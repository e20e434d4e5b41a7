"""Every key and channel name in Redis, in one place.

All keys of a lane share one hash tag, so that a lane lies in one slot of a Cluster.
"""

SECRET = "jl:secret"
"""The key that signs tokens, made once by the first worker."""

EVERYBODY = "jl:all"
"""The channel that every worker hears."""


def lane(campaign: str, number: int = 0) -> str:
    """Base of a lane's keys; the Lua library makes the others from it."""
    return f"jl:{{{campaign}:{number}}}"


def lane_number(base: str) -> int:
    """Which lane of its campaign a base is that of."""
    return int(base[base.rindex(":") + 1 : -1])


def campaign_of(base: str) -> str:
    """The campaign of a lane."""
    return base[len("jl:{") : base.rindex(":")]


def first_lane_of(base: str) -> str:
    """Base of lane 0 of the same campaign."""
    return lane(campaign_of(base))


def lanes(base: str) -> str:
    """In lane 0, which lanes there are."""
    return f"{base}:lanes"


def works(base: str) -> str:
    """A lane's stream of finished works."""
    return f"{base}:works"


def room(base: str, room_id: str) -> str:
    """A room's hash."""
    return f"{base}:room:{room_id}"


def fence(base: str) -> str:
    """A lane's key that is written, with nothing in it, behind what must be durable."""
    return f"{base}:fence"


def counters(base: str) -> str:
    """A lane's totals."""
    return f"{base}:counters"


def worker(worker_id: str) -> str:
    """The channel of one worker."""
    return f"jl:w:{worker_id}"


def live_rooms(base: str) -> list[str]:
    """The sorted sets that together name every room in which somebody may sit."""
    return [f"{base}:pool", f"{base}:invited", f"{base}:deadlines"]
