-- The authority for matching, turns and counters: every transition of a room is one call here.
--
-- KEYS[1] of every function is the lane's base, `jl:{campaign:lane}`. All keys of a lane begin
-- with it and so lie in one slot, where a call is atomic; a key named in a room's or participant's
-- own data is made from the base:
--   :pool            sorted set   rooms that strangers are led to, by when they came in
--   :kept            sorted set   rooms with nobody in them that wait for a later stranger
--   :kept:<locale>   sorted set   those whose phrase is of this locale
--   :pool:<locale>   sorted set   likewise, but only those that came in behind many others
--   :invited         sorted set   rooms that wait for a friend
--   :deadlines       sorted set   rooms by a moment before which the clock changes nothing in them
--   :counters        hash         relays, participants; in lane 0 the campaign's last serial, too
--   :serials         list         "first last granted" blocks of serials of a lane other than 0
--   :lanes           hash         in lane 0: open, known, known_at, low_at, and w:<worker> "rate at"
--   :workers         hash         worker -> "online writing lease-until", or "dead since"
--   :census          string       packed: online, writing, given up; for a second
--   :pulse           string       when any worker beat last
--   :quiet           string       there while an outage is too recent, or writes are not durable
--                                 in time: nobody is given up and nothing runs out
--   :works           stream       finished works on their way to the archive
--   :room:<id>       hash         a room, see rooms.lua
--   :who:<participant> string     packed: s address, r room, rec last partners, t when last seated,
--                                 h when `hello` was said there, p the addresses before
--   :untold:<participant> list    "work serial" that the participant has not heard of
--   :invite:<code>   string       the room that a friend was invited to, for a day
--
-- ARGV[1..4] of the functions that change rooms are the rules: the present in ms (0: this
-- server's clock), and the turn, grace and keep times in ms. Ids and the seed come from the
-- caller, so a call can be replayed. An answer is MessagePack, in the order of the types in
-- relay/transition.py. A repeated call changes nothing: each looks at the seat's address and the
-- turn first; a session that was replaced is answered `elsewhere`, one whose worker was given up
-- `fenced`.
--
-- The same rules stand in relay/room.py, relay/lane.py and relay/matching.py; the model test
-- compares every answer of both.

local LAST_PARTNERS = 3
local SLACK = 8
local SWAPS = 16
local UNTOLD = 20
local NO_LIMIT = -1

local CLOCKS_APART = 100
local LAST_PLACES = 3

local HOUR = 3600000
local ROOM_TTL = 25 * HOUR
local DONE_TTL = 60000
local PERSON_TTL = 2 * HOUR
local UNTOLD_TTL = 30 * 24 * HOUR
local DEAD_TTL = 24 * HOUR
local LEASE = 5000
local RETURN = 30000
local FEW_WORKERS = 16
local CENSUS_TTL = 900
local PULSE = 2500
local SERIALS_TTL = 2000
local EARLY_ROUNDS = 5
local LANES_READY = 6000
local LANES_CALM = 60000
