-- The authority for matching, turns and counters: every transition of a room is one call here.
--
-- KEYS[1] of every function is the lane's base, `jl:{campaign:lane}`. All keys of a lane begin
-- with it, so they lie in one slot, and each call is atomic. Keys that depend on a room's or a
-- participant's data are made from the base:
--   :pool            sorted set   rooms in which strangers are seated, by when they were added
--   :kept            sorted set   rooms that nobody holds and that wait for a stranger, likewise
--   :kept:<locale>   sorted set   those of them whose phrase is of this locale
--   :pool:<locale>   sorted set   likewise, but only rooms that were added behind many others
--   :apart, :apart_kept, and both with :<locale>  the same four, of the rooms of participants who
--                                 are kept apart: confirmed reports name them
--   :invited         sorted set   rooms that wait for a friend
--   :deadlines       sorted set   rooms by a time in ms; nothing in the room is due before it
--   :counters        hash         relays, participants, completed_at (ms) of the last work; in
--                                 lane 0 also serial: the campaign's last one; in other lanes added:
--                                 the last serial added to the lane
--   :funnel          hash         in lane 0: step of a visit -> how many reached it
--   :generation      string       the run of Redis in which the lane was compared with the archive;
--                                 while it is missing, nobody is seated and no serial is given
--   :serials         list         "first last granted" blocks of serials of a lane other than 0
--   :lanes           hash         in lane 0: open, known, known_at, low_at, and for each worker
--                                 rate:<worker> "rate at"
--   :workers         hash         worker -> "online writing lease-until", or "dead since"
--   :worker_summary  string       packed: since when, online, writing, dead workers; for less than
--                                 a second
--   :last_heartbeat  string       when the last heartbeat of any worker came, in ms
--   :expiry_pause    string       the time until which no lease and no deadline runs out, in ms
--   :clock           string       packed: the lane's time at the last heartbeat, and by how much it
--                                 is ahead of the wall clock
--   :works           stream       finished works on their way to the archive
--   :pledges         hash         in lane 0: count:<pledge> and number:<pledge>, the last one given
--   :pledged         stream       in lane 0: pledges on their way to the archive
--   :pledge:<pledge>:<participant> string  in lane 0: packed certificate, number, ms since 1970
--   :room:<id>       hash         a room, see room_storage.lua
--   :participant:<id> string      packed, see participants.lua
--   :unacknowledged:<participant> list  "work serial" of works that the participant has not
--                                 acknowledged
--   :invite:<code>   string       the room that a friend was invited to, for a day
--
-- ARGV[1..4] of the functions that change rooms are the rules: the wall clock in ms (0: this
-- server's), then the turn, the grace and the keep time in ms. The caller passes ids and the
-- seed, so a call can be replayed. Answers are MessagePack in the order of the types in
-- relay/transition.py, if nothing else is said.
--
-- A repeated call changes nothing: each function looks at the seat's address and at the turn first.
-- A session that was replaced is answered `elsewhere`; a session of a worker whose lease ran out,
-- `fenced`. A lane without a generation answers some functions with the error BEHIND; nothing is
-- done then, see reconciliation.lua.
--
-- relay/room.py, relay/lane.py and relay/matching.py have the same rules; the model test compares
-- every answer.

local LAST_PARTNERS = 3
local SLACK = 8
local SWAPS = 16
local MAX_UNACKNOWLEDGED = 20
local NO_LIMIT = -1

local CLOCK_TOLERANCE = 100
local SLEW = 20
local PREVIOUS_ADDRESSES = 3

local HOUR = 3600000
local ROOM_TTL = 25 * HOUR
local COMPLETED_TTL = 60000
local PARTICIPANT_TTL = 2 * HOUR
local UNACKNOWLEDGED_TTL = 30 * 24 * HOUR
local DEAD_TTL = 24 * HOUR
local LEASE = 5000
local MAX_PAUSE = 30000
local FEW_WORKERS = 16
local SUMMARY_TTL = 900
local HEARTBEAT_LATE = 2500
local SERIALS_TTL = 2000
local REINDEX_ROUNDS = 5
local LANES_ANNOUNCED = 6000
local LANES_CALM = 60000
