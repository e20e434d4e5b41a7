#!lua name=jielong_6c21ee31f4e1
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
--   :counters        hash         relays, participants; in lane 0 also serial: the campaign's last
--                                 one; in other lanes added: the last serial added to the lane
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
--   :room:<id>       hash         a room, see rooms.lua
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

-- Calls to Redis and answers in MessagePack.

-- `redis` and `cmsgpack` exist while a function runs, not while the library loads. Each of these
-- replaces itself at the first call, so that later calls go straight to the original.
local call, pack
call = function(...)
  call = redis.call
  return call(...)
end
pack = function(...)
  pack = cmsgpack.pack
  return pack(...)
end

local headers = {}

-- The MessagePack header of an array of this length.
local function header(length)
  if length > 15 then return string.char(0xdc, math.floor(length / 256), length % 256) end
  local made = headers[length] or string.char(0x90 + length)
  headers[length] = made
  return made
end

-- An array of items that are packed already.
local function list(items)
  return header(#items) .. table.concat(items)
end

local function packed_list(items)
  local out = {}
  for i = 1, #items do out[i] = pack(items[i]) end
  return list(out)
end

local function answer(refusals, transitions)
  return header(2) .. packed_list(refusals) .. list(transitions)
end

-- Words: short strings without blanks, kept in one string with a blank between two.

local function has(words, word)
  if words == '' then return false end
  return string.find(' ' .. words .. ' ', ' ' .. word .. ' ', 1, true) ~= nil
end

local function add_word(words, word)
  if words == '' then return word end
  return words .. ' ' .. word
end

local function split(words)
  local out = {}
  for word in string.gmatch(words, '%S+') do out[#out + 1] = word end
  return out
end

-- `word` before the others, without its earlier place; the last ones beyond `most` are dropped.
local function with_first(word, words, most)
  if words == '' then return word end
  local out, count = word, 1
  for _, other in ipairs(split(words)) do
    if other ~= word and count < most then
      out = out .. ' ' .. other
      count = count + 1
    end
  end
  return out
end

-- Rooms: how they are stored, what changes them, and how a change is told.

-- The wall clock in ms: what the caller says, or this server's for 0.
local function wall_clock(given)
  local now = tonumber(given)
  if now == 0 then
    local time = call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return now
end

-- Store the lane's time, and by how much it is ahead of the wall clock.
local function keep_time(base, now, ahead) call('SET', base .. ':clock', pack(now, ahead)) end

-- The lane's time in ms, and by how much it is ahead of the wall clock. A lane compares times of
-- its own only: when the wall clock is lower than at the last heartbeat or finished work, it was set
-- back, and the lane's time is ahead of it by so much. It then runs a little slower, until
-- both are equal again.
local function lane_time(base, given)
  local now = wall_clock(given)
  local stored = call('GET', base .. ':clock')
  if not stored then return now, 0 end
  local last, ahead = cmsgpack.unpack(stored)
  local elapsed = now + ahead - last
  if elapsed < 0 then
    keep_time(base, last, ahead - elapsed)
    return last, ahead - elapsed
  end
  local slewed = math.min(ahead, math.floor(elapsed / SLEW))
  return last + elapsed - slewed, ahead - slewed
end

local function rules_of(base, args)
  local now, ahead = lane_time(base, args[1])
  return {
    now = now,
    ahead = ahead,
    turn = tonumber(args[2]),
    grace = tonumber(args[3]),
    keep = tonumber(args[4]),
    pool_size = NO_LIMIT,  -- until it is known
  }
end

-- A room's hash has three kinds of fields: ink0 to ink7, the ink of its characters; phrase; and
-- state, everything that changes, as a row of MessagePack values (one field costs a third of
-- twenty): chars, the length of the phrase; turn, the next character's index; version; for each
-- seat its holder, the holder's address, the last holder and the end of the grace; deadline, the
-- end of the turn; expiry, the end of a kept room; keep; held; invite, the code; people, everyone
-- who ever sat here; writers, one for each written character; serials, "participant serial ..." of
-- the finished work; locale, that of the phrase; by_locale, 1 while the room is in an index of its
-- locale; apart, 1 for a room of participants who are kept apart. Times are in ms, 0 for none; lists
-- are words.
-- Here it is a table, its seats room[0] and room[1], and room[APART]: it has 16 named fields at most,
-- since Lua takes much longer to make one of more. `indexed` is what the indexes say; nil for a room not stored yet.
local APART = 2

local function new_seat(holder, address, last, grace)
  return { holder = holder, address = address, last = last, grace = grace }
end

local function pack_room(room)
  local one, other = room[0], room[1]
  return pack(room.chars, room.turn, room.version, one.holder, one.address, one.last, one.grace,
    other.holder, other.address, other.last, other.grace, room.deadline, room.expiry, room.keep,
    room.held, room.invite, room.people, room.writers, room.serials, room.locale,
    room.indexed.by_locale, room[APART])
end

local function unpack_room(id, phrase, packed)
  local chars, turn, version, holder0, address0, last0, grace0, holder1, address1, last1, grace1,
    deadline, expiry, keep, held, invite, people, writers, serials, locale, by_locale, apart =
    cmsgpack.unpack(packed)
  return by_locale, {
    [0] = new_seat(holder0, address0, last0, grace0), new_seat(holder1, address1, last1, grace1),
    apart or 0,  -- nil in a room of an earlier version
    id = id, phrase = phrase, chars = chars, turn = turn, version = version, deadline = deadline,
    expiry = expiry, keep = keep, held = held, invite = invite, people = people, writers = writers,
    serials = serials, locale = locale,
  }
end

-- The free seat that is needed first: that of the next character, or that of the one after it.
local function open_seat(room)
  local turn, chars = room.turn, room.chars
  local next_one = turn % 2
  if room[next_one].holder == '' and turn < chars then return next_one end
  if room[1 - next_one].holder == '' and turn + 1 < chars then return 1 - next_one end
  return nil
end

local function completed(room) return room.turn == room.chars end

local function taken(room) return room[0].holder ~= '' or room[1].holder ~= '' end

local function in_pool(room)
  return (room[0].address ~= '' or room[1].address ~= '') and room.invite == ''
    and open_seat(room) ~= nil
end

local function is_kept(room)
  return room.keep == 1 and not taken(room) and not completed(room)
end

local function is_invited(room)
  return room.invite ~= '' and taken(room) and not completed(room)
end

local function next_deadline(room)
  local earliest = room.deadline
  local expiry, grace0, grace1 = room.expiry, room[0].grace, room[1].grace
  if expiry > 0 and (earliest == 0 or expiry < earliest) then earliest = expiry end
  if grace0 > 0 and (earliest == 0 or grace0 < earliest) then earliest = grace0 end
  if grace1 > 0 and (earliest == 0 or grace1 < earliest) then earliest = grace1 end
  return earliest
end

-- The index in which a room waits for strangers; false for none.
local function waits_in(room)
  local apart = room[APART] == 1
  if in_pool(room) then return apart and ':apart' or ':pool' end
  return is_kept(room) and (apart and ':apart_kept' or ':kept')
end

local function remember_indexes(room, by_locale)
  room.indexed = {
    waits_in = waits_in(room), by_locale = by_locale,
    invited = is_invited(room), deadline = next_deadline(room),
  }
end

local NOWHERE = { waits_in = false, by_locale = 0, invited = false, deadline = 0 }

local function load_room(base, id)
  local stored = call('HMGET', base .. ':room:' .. id, 'state', 'phrase')
  if not stored[1] then return nil end
  local by_locale, room = unpack_room(id, stored[2], stored[1])
  remember_indexes(room, by_locale)
  return room
end

local function new_room(id, phrase, chars, locale, apart)
  return {
    [0] = new_seat('', '', '', 0), new_seat('', '', '', 0), apart, id = id, phrase = phrase,
    chars = chars, turn = 0, version = 0, deadline = 0, expiry = 0, keep = 0, held = 0,
    invite = '', people = '', writers = '', serials = '', locale = locale,
  }
end

-- Put a room into the index in which it waits, or take it out; likewise in the index of its locale. Every join
-- looks at the SLACK oldest rooms of the pool, so only a room that comes in behind those is in an
-- index of its locale. Of rooms that come in the same millisecond the first ones stay the first.
local function index_waiting(base, rules, room, before, after)
  local old_name, name = before.waits_in, after.waits_in
  if old_name then
    call('ZREM', base .. old_name, room.id)
    if before.by_locale == 1 then
      call('ZREM', base .. old_name .. ':' .. room.locale, room.id)
    end
    if old_name == ':pool' and rules.pool_size > 0 then rules.pool_size = rules.pool_size - 1 end
  end
  if not name then return end
  local is_kept_index = name == ':kept' or name == ':apart_kept'
  local size = is_kept_index and SLACK or name == ':pool' and rules.pool_size or NO_LIMIT
  if size == NO_LIMIT then size = call('ZCARD', base .. name) end
  local score = rules.now + math.min(size, SLACK) / (2 * SLACK)
  call('ZADD', base .. name, score, room.id)
  if size >= SLACK then
    after.by_locale = 1
    call('ZADD', base .. name .. ':' .. room.locale, score, room.id)
  end
  if name == ':pool' then rules.pool_size = size + 1 end
end

local function delete_room(base, rules, room)
  local indexed = room.indexed or NOWHERE
  call('DEL', base .. ':room:' .. room.id)
  index_waiting(base, rules, room, indexed, NOWHERE)
  if indexed.invited then call('ZREM', base .. ':invited', room.id) end
  if indexed.deadline > 0 then call('ZREM', base .. ':deadlines', room.id) end
end

-- Store a room and put its indexes right. `c` and `ink`: a character that was just written.
local function save_room(base, rules, room, c, ink)
  if not (taken(room) or room.keep == 1 or completed(room)) then
    return delete_room(base, rules, room)
  end
  local key, before, fresh = base .. ':room:' .. room.id, room.indexed or NOWHERE, not room.indexed
  remember_indexes(room, 0)
  local after = room.indexed
  if after.waits_in == before.waits_in then
    after.by_locale = before.by_locale
  else
    index_waiting(base, rules, room, before, after)
  end
  if fresh then
    call('HSET', key, 'state', pack_room(room), 'phrase', room.phrase)
  elseif c then
    call('HSET', key, 'state', pack_room(room), 'ink' .. c, ink)
  else
    call('HSET', key, 'state', pack_room(room))
  end
  if completed(room) then
    call('PEXPIRE', key, COMPLETED_TTL)
  elseif fresh or is_kept(room) then
    call('PEXPIRE', key, math.max(ROOM_TTL, rules.keep + HOUR))
  end
  if after.invited and not before.invited then
    call('ZADD', base .. ':invited', rules.now, room.id)
  elseif before.invited and not after.invited then
    call('ZREM', base .. ':invited', room.id)
  end
  -- Mostly a deadline comes later with every turn, and the room is finished before the first one:
  -- the index may be early, and is put right when its time comes.
  if after.deadline > 0 and (before.deadline == 0 or after.deadline < before.deadline) then
    call('ZADD', base .. ':deadlines', after.deadline, room.id)
  elseif after.deadline == 0 and before.deadline > 0 then
    call('ZREM', base .. ':deadlines', room.id)
  end
end

-- The rooms whose deadline is over, `most` of them at most, the most overdue ones first. Rooms that
-- the index had too early are moved to their right place, REINDEX_ROUNDS times `most` at most.
local function overdue_rooms(base, now, most)
  local rooms
  for _ = 1, REINDEX_ROUNDS do
    local exact = true
    local found = call('ZRANGEBYSCORE', base .. ':deadlines', '-inf', now, 'WITHSCORES',
      'LIMIT', 0, most)
    rooms = {}
    for i = 1, #found, 2 do
      local room = load_room(base, found[i])
      local deadline = room and room.indexed.deadline or 0
      if deadline == tonumber(found[i + 1]) then
        rooms[#rooms + 1] = room
      else
        exact = false
        if deadline > 0 then
          call('ZADD', base .. ':deadlines', deadline, found[i])
        else
          call('ZREM', base .. ':deadlines', found[i])
        end
      end
    end
    if exact then break end
  end
  return rooms
end

-- What follows from any change: the version and the deadlines.
local function settle(rules, room)
  room.version = room.version + 1
  if completed(room) then
    room.deadline, room.expiry, room[0].grace, room[1].grace = 0, 0, 0, 0
  elseif not taken(room) then
    room.deadline, room.expiry = 0, rules.now + rules.keep
  else
    room.expiry = 0
    if open_seat(room) then
      room.deadline = 0
    elseif room.deadline == 0 then
      room.deadline = math.max(rules.now, room[room.turn % 2].grace) + rules.turn
    end
  end
end

local function take_seat(rules, room, seat, participant, address)
  local free = room[seat]
  free.holder, free.address, free.last = participant, address, participant
  room.people = add_word(room.people, participant)
  room.invite = ''
  settle(rules, room)
end

-- Free a seat. With `keep`, a character that its holder wrote keeps the room open.
local function vacate_seat(rules, room, seat, keep)
  local freed = room[seat]
  if keep and has(room.writers, freed.holder) then room.keep = 1 end
  freed.holder, freed.address, freed.grace = '', '', 0
  settle(rules, room)
end

-- The connection is lost; the seat is held for the grace. Meanwhile the turn of its holder stands
-- still: the grace is added to the deadline.
local function start_grace(rules, room, seat)
  if room.deadline > 0 and room.turn % 2 == seat then
    room.deadline = math.max(room.deadline, rules.now) + rules.grace
  end
  room[seat].address, room[seat].grace = '', rules.now + rules.grace
  settle(rules, room)
end

-- The holder is connected at `address`; what is left of the grace is taken off the deadline.
local function end_grace(rules, room, seat, address)
  if room.deadline > 0 and room.turn % 2 == seat then
    room.deadline = room.deadline - math.max(room[seat].grace - rules.now, 0)
  end
  room[seat].address, room[seat].grace = address, 0
  settle(rules, room)
end

local function seat_held_by(room, participant)
  if completed(room) then return nil end
  if room[0].holder == participant then return 0 end
  if room[1].holder == participant then return 1 end
  return nil
end

local function ink_of(base, room, first, last)
  if last < first then return {} end
  local names = {}
  for c = first, last do names[#names + 1] = 'ink' .. c end
  return call('HMGET', base .. ':room:' .. room.id, unpack(names))
end

local function hands_of(room)
  local words, out = split(room.serials), {}
  for i = 1, #words, 2 do
    out[#out + 1] = header(2) .. pack(words[i], tonumber(words[i + 1]))
  end
  return list(out)
end

-- The ms until a time; 0 when it is over, and never more than the rules give.
local function left(time, now, most) return math.min(math.max(time - now, 0), most) end

-- A room after a change. `what.ink`: the packed strokes to show; nil for all that is committed.
-- `what.ms`: the grace that is told; nil for what is left of the other seat's. `what.c`: the
-- character concerned.
local function transition(base, rules, kind, room, seat, address, what)
  what = what or {}
  local ink = what.ink or ink_of(base, room, 0, room.turn - 1)
  local ms = what.ms or left(room[1 - seat].grace, rules.now, rules.grace)
  local turn_ms = NO_LIMIT
  if room.deadline > 0 then
    local away = room[room.turn % 2].grace > 0
    turn_ms = left(room.deadline, rules.now, rules.turn + (away and rules.grace or 0))
  end
  local hands, relays, participants = header(0), 0, 0
  if completed(room) then
    local totals = room.totals or call('HMGET', base .. ':counters', 'relays', 'participants')
    hands, relays, participants = hands_of(room), tonumber(totals[1]), tonumber(totals[2])
  end
  local one, other = room[0], room[1]
  return header(9)
    .. pack(kind, seat, what.c or -1, address, ms)
    .. header(8) .. pack(room.id) .. room.phrase
    .. pack(room.chars, room.turn, room.version, turn_ms)
    .. header(2) .. header(3) .. pack(one.holder, one.address, one.last)
    .. header(3) .. pack(other.holder, other.address, other.last)
    .. list(ink)
    .. hands .. pack(relays, participants)
end

-- Whether Redis may have lost what the lane had: it was not compared with the archive since.
local function is_behind(base) return call('EXISTS', base .. ':generation') == 0 end

local function behind_error()
  return redis.error_reply('BEHIND the lane must be compared with the archive first')
end

local function is_fenced(base, worker)
  local entry = call('HGET', base .. ':workers', worker)
  return entry and string.sub(entry, 1, 4) == 'dead'
end

-- Whether the worker of an address may be dead or frozen: it is fenced, or its heartbeat is late.
local function is_late(base, address, now)
  local entry = call('HGET', base .. ':workers', string.match(address, '^[^/]*'))
  if not entry then return false end
  local words = split(entry)
  return words[1] == 'dead' or tonumber(words[3]) - now < LEASE - HEARTBEAT_LATE
end

-- Until when nothing runs out; 0 without a pause.
local function pause_until(base) return tonumber(call('GET', base .. ':expiry_pause') or 0) end

-- The key lives longer than the pause if the wall clock is set back, so it says when it ends.
local function pause_for(base, now, ms)
  call('SET', base .. ':expiry_pause', string.format('%d', now + ms), 'PX', ms)
end

-- Whether no deadline may run out: no worker sends heartbeats, or one does again since so short a
-- time that the others may not yet, or participants cannot be told (`pause_expiry`).
local function expiry_paused(base, now)
  local last = call('GET', base .. ':last_heartbeat')
  return last and now - tonumber(last) > HEARTBEAT_LATE or now < pause_until(base)
end

-- Why a session at `address` may not act for a seat; nil when it may. A seat without an address
-- says nothing of the worker: a call that is sent again after the connection was lost finds it so,
-- and so does a replaced session.
local function seat_refusal(base, room, seat, address)
  if room[seat].address == address then return nil end
  return is_fenced(base, string.match(address, '^[^/]*')) and 'fenced' or 'elsewhere'
end

-- The room and the seat of a session, or the refusal.
local function held_seat(base, participant, address, id)
  local room = load_room(base, id)
  local seat = room and seat_held_by(room, participant)
  if not seat then return nil, nil, 'no_such_room' end
  local refusal = seat_refusal(base, room, seat, address)
  if refusal then return nil, nil, refusal end
  return room, seat, nil
end

-- What a lane remembers of a participant.
--
-- The record is packed: address (where the participant is connected; "" for nowhere), room (the
-- last one), partners (the last ones as words, latest first), seated_at (ms), hello (when `hello`
-- was said at the address, ms), previous (the addresses before that, latest first).

local function participant_key(base, participant) return base .. ':participant:' .. participant end

local function load_participant(base, participant)
  local record = { address = '', room = '', partners = '', seated_at = 0, hello = 0, previous = '' }
  local stored = call('GET', participant_key(base, participant))
  if stored then
    record.address, record.room, record.partners, record.seated_at, record.hello, record.previous =
      cmsgpack.unpack(stored)
  end
  return record
end

local function save_participant(base, participant, record)
  call('SET', participant_key(base, participant),
    pack(record.address, record.room, record.partners, record.seated_at, record.hello,
      record.previous),
    'PX', PARTICIPANT_TTL)
end

-- The participant is connected at this address and said `hello` there at this time (ms).
local function connect(record, address, hello)
  if record.address ~= address then
    if record.address ~= '' then
      record.previous = with_first(record.address, record.previous, PREVIOUS_ADDRESSES)
    end
    record.address = address
  end
  record.hello = math.max(record.hello, hello)
end

-- The room and the seat that the participant holds; nil without one.
local function room_of(base, participant, record)
  if record.room == '' then return nil, nil end
  local room = load_room(base, record.room)
  local seat = room and seat_held_by(room, participant)
  if seat then return room, seat end
  return nil, nil
end

-- Connect the holder of a seat at this address; the transition.
local function restore_seat(base, rules, room, seat, address)
  local before, kind = room[seat].address, 'seated'
  if before ~= address then
    kind = before == '' and 'back' or 'moved'
    end_grace(rules, room, seat, address)
    save_room(base, rules, room)
  end
  return transition(base, rules, kind, room, seat, address)
end

local function add_unacknowledged(base, participant, work, serial)
  local key = base .. ':unacknowledged:' .. participant
  local length = call('RPUSH', key, work .. ' ' .. serial)
  if length == 1 then call('PEXPIRE', key, UNACKNOWLEDGED_TTL) end
  if length > MAX_UNACKNOWLEDGED then call('LTRIM', key, -MAX_UNACKNOWLEDGED, -1) end
end

local function add_partner(record, partner)
  record.partners = with_first(partner, record.partners, LAST_PARTNERS)
end

-- join: who meets whom.

local TICKET = 11  -- arguments of a ticket

-- Lehmer's generator with Park and Miller's constants; exact in double precision.
local function dice(seed)
  local state = seed
  return function(limit)
    state = state * 16807 % 2147483647
    return state % limit
  end
end

local function shuffle(below, items)
  for last = #items, 2, -1 do
    local other = below(last) + 1
    items[last], items[other] = items[other], items[last]
  end
end

local function first(others, one, may_meet)
  for i = 1, #others do
    if may_meet(one, others[i]) then return i end
  end
  return nil
end

-- Split one of the first pairs, so that `one` and another one, taken from `others`, get a partner.
local function exchange(made, one, others, may_meet)
  for i = 1, #others > 0 and math.min(#made, SWAPS) or 0 do
    local x, y = made[i][1], made[i][2]
    for _, both in ipairs({ { x, y }, { y, x } }) do
      local other = may_meet(one, both[1]) and first(others, both[2], may_meet)
      if other then
        made[i] = { one, both[1] }
        made[#made + 1] = { table.remove(others, other), both[2] }
        return true
      end
    end
  end
  return false
end

-- Give each host a guest and pair the other guests. Two guests who can meet but should not are paired
-- only when no exchange helps. Both lists come shuffled. Answers the pairs, and the guests and the
-- hosts left over. A guest that is taken leaves a hole: false.
local function pair(hosts, guests, may_meet, can_meet)
  local made, single, waiting = {}, {}, {}

  local function find(one, from)
    for i = from, #guests do
      local other = guests[i]
      if other and may_meet(one, other) then
        guests[i] = false
        return other
      end
    end
    return nil
  end

  local at = 1
  local function keep_pair(one, other, left)
    if other then made[#made + 1] = { one, other } else left[#left + 1] = one end
  end

  for _, host in ipairs(hosts) do
    while guests[at] == false do at = at + 1 end
    keep_pair(host, find(host, at), waiting)
  end
  for i = at, #guests do
    local one = guests[i]
    if one then keep_pair(one, find(one, i + 1), single) end
  end
  if #single == 0 then return made, single, waiting end
  local remaining, left = {}, {}
  while #single > 0 do
    local one = table.remove(single, 1)
    if not exchange(made, one, single, may_meet) then
      local other = first(single, one, can_meet)
      keep_pair(one, other and table.remove(single, other), remaining)
    end
  end
  for _, one in ipairs(remaining) do
    if not exchange(made, one, waiting, may_meet) then left[#left + 1] = one end
  end
  return made, left, waiting
end

local function writes(ticket, locale)
  local locales = ticket.locales
  return locales == '' or locales == locale or has(locales, locale)
end

-- Whether the phrase of one of two tickets suits both.
local function can_meet(one, other)
  return writes(one, other.locale) or writes(other, one.locale)
end

-- Whether `other`, who comes second by chance, opens the room of two tickets.
local function opens(other, one)
  return writes(one, other.locale)
    and (not writes(other, one.locale) or (other.chosen and not one.chosen))
end

local function may_enter(ticket, room)
  return not has(room.people, ticket.participant) and writes(ticket, room.locale)
end

-- A room that an index names; nil when it no longer waits there.
local function load_waiting(base, name, id, key)
  local room = load_room(base, id)
  if room and room.indexed.waits_in == name then return room end
  call('ZREM', key, id)
  return nil
end

-- Add to the rooms found the oldest other ones of each language that the tickets name.
local function add_of_languages(base, name, rooms, tickets)
  local found, known, wanted = {}, {}, {}
  for _, room in ipairs(rooms) do
    found[room.id], known[room.locale] = true, (known[room.locale] or 0) + 1
  end
  for _, ticket in ipairs(tickets) do
    for _, locale in ipairs(split(ticket.locales)) do
      if not wanted[locale] then wanted[#wanted + 1] = locale end
      wanted[locale] = (wanted[locale] or 0) + 1
    end
  end
  for _, locale in ipairs(wanted) do
    local key, most = base .. name .. ':' .. locale, wanted[locale] + SLACK
    for _, id in ipairs(call('ZRANGE', key, 0, (known[locale] or 0) + most - 1)) do
      local room = most > 0 and not found[id] and load_waiting(base, name, id, key)
      if room then rooms[#rooms + 1], most = room, most - 1 end
    end
  end
end

-- join: seat every ticket of one batch, at random, and say what happened.
-- KEYS  base
-- ARGV  rules (4), seed, worker, then for each ticket: participant, address, id for a new room,
--       packed phrase, its length, "1" if the phrase was asked for, a friend's code or "", the
--       last partners in any lane as words, latest first ("" for what this lane knows of them),
--       when `hello` was said at the address (ms) or 0, the phrase's locale, and the locales that
--       the participant is willing to write as words, or "" for any
-- Answer  [[refusal or "" for each ticket], [transition]]; the error BEHIND when the lane has no
--         generation
-- Atomic: no seat is given twice. Repeatable: a participant who already holds a seat is answered
-- with it (`seated`); but a friend's code that leads to another room is refused.
-- Without a friend's code nobody is seated in a room whose phrase is of a locale that they are not
-- willing to write. Of two tickets, the one whose phrase suits both opens the room; if both do, the
-- one that asked for its phrase.
-- The `resume` of the same session may come later than its join. So a later `hello` takes over, as
-- `resume` would. A `hello` of nearly the same time does not: it may be of an address that the
-- session itself has left, since it does not know what became of a join from there.
-- With `apart` 1 the tickets are those of participants who are kept apart, see join_apart.
local function seat_tickets(keys, args, apart)
  local base, rules, below = keys[1], rules_of(keys[1], args), dice(tonumber(args[5]))
  local refusals, transitions, fresh, again = {}, {}, {}, {}
  local records, touched = {}, {}
  local pool, kept = ':pool', ':kept'
  if apart == 1 then pool, kept = ':apart', ':apart_kept' end

  local function record_of(participant)
    local record = records[participant] or load_participant(base, participant)
    records[participant] = record
    return record
  end

  local function touch(participant)
    if not touched[participant] then
      touched[participant] = true
      touched[#touched + 1] = participant
    end
    return record_of(participant)
  end

  local function add_transition(kind, room, seat, address)
    transitions[#transitions + 1] = transition(base, rules, kind, room, seat, address)
  end

  local function remember(ticket, room)
    local record = touch(ticket.participant)
    record.address, record.room, record.seated_at, record.hello =
      ticket.address, room.id, rules.now, math.max(record.hello, ticket.hello)
  end

  local function open(ticket)
    local room = new_room(ticket.room, ticket.phrase, ticket.chars, ticket.locale, apart)
    take_seat(rules, room, 0, ticket.participant, ticket.address)
    remember(ticket, room)
    return room
  end

  local function seat(room, ticket)
    local free = open_seat(room)
    if apart == 1 then room[APART] = 1 end
    take_seat(rules, room, free, ticket.participant, ticket.address)
    remember(ticket, room)
    local partner = room[1 - free].last
    if partner ~= '' then
      add_partner(touch(ticket.participant), partner)
      add_partner(touch(partner), ticket.participant)
    end
    save_room(base, rules, room)
    add_transition('matched', room, free, ticket.address)
  end

  local function strangers(one, other)
    return not has(record_of(one).partners, other) and not has(record_of(other).partners, one)
  end

  -- Whether two tickets, or a ticket and a room, go together by their languages and by everybody's
  -- last partners.
  local function may_meet(one, other)
    if one.people then one, other = other, one end
    if one.people then return false end
    if not other.people then
      return can_meet(one, other) and strangers(one.participant, other.participant)
    end
    return may_enter(one, other)
      and (other[0].holder == '' or strangers(one.participant, other[0].holder))
      and (other[1].holder == '' or strangers(one.participant, other[1].holder))
  end

  -- The oldest rooms of an index, in random order. If there may be more, also the oldest
  -- ones of each language that the tickets name.
  local function oldest(name, tickets)
    local rooms, key, most = {}, base .. name, #tickets + SLACK
    local ids = call('ZRANGE', key, 0, most - 1)
    for _, id in ipairs(ids) do rooms[#rooms + 1] = load_waiting(base, name, id, key) end
    if #ids == most then add_of_languages(base, name, rooms, tickets) end
    if name == ':pool' and #ids < most then rules.pool_size = #ids end
    shuffle(below, rooms)
    return rooms
  end

  local function leads_to(code) return call('GET', base .. ':invite:' .. code) end

  local function invited(ticket)
    local id = leads_to(ticket.invite)
    local room = id and load_room(base, id)
    if room and room.invite == ticket.invite and open_seat(room)
      and not has(room.people, ticket.participant) then
      return room
    end
    return nil
  end

  local function seat_unpaired(ticket, unsuitable)
    for i, room in ipairs(unsuitable) do
      if may_enter(ticket, room) then return seat(table.remove(unsuitable, i), ticket) end
    end
    for _, room in ipairs(oldest(kept, { ticket })) do
      if may_enter(ticket, room) then return seat(room, ticket) end
    end
    local room = open(ticket)
    save_room(base, rules, room)
    add_transition('waiting', room, 0, ticket.address)
  end

  local function adopt_partners(ticket, record)
    if ticket.recent ~= '' then record.partners = ticket.recent end
  end

  if is_behind(base) then return behind_error() end
  if is_fenced(base, args[6]) then
    for _ = 7, #args, TICKET do refusals[#refusals + 1] = 'fenced' end
    return answer(refusals, {})
  end

  local queued = {}
  for at = 7, #args, TICKET do
    local ticket = {
      participant = args[at], address = args[at + 1], room = args[at + 2], phrase = args[at + 3],
      chars = tonumber(args[at + 4]), chosen = args[at + 5] == '1', invite = args[at + 6],
      recent = args[at + 7], hello = tonumber(args[at + 8]), locale = args[at + 9],
      locales = args[at + 10],
    }
    local record = record_of(ticket.participant)
    local refusal = ''
    local earlier = queued[ticket.participant]
    local elsewhere = record.address ~= '' and record.address ~= ticket.address
    if elsewhere and ticket.hello <= record.hello + CLOCK_TOLERANCE then
      refusal = 'elsewhere'
    elseif earlier then
      if earlier == ticket.address then again[#again + 1] = ticket else refusal = 'elsewhere' end
    else
      local room, held = room_of(base, ticket.participant, record)
      if elsewhere then
        connect(touch(ticket.participant), ticket.address, ticket.hello)
        if room then
          transitions[#transitions + 1] = restore_seat(base, rules, room, held, ticket.address)
        end
      end
      if room and ticket.invite ~= '' and leads_to(ticket.invite) ~= room.id then
        refusal = 'no_such_room'
      elseif room then
        add_transition('seated', room, held, room[held].address)
      elseif ticket.invite ~= '' then
        room = invited(ticket)
        if room then
          adopt_partners(ticket, record)
          seat(room, ticket)
        else
          refusal = 'no_such_room'
        end
      else
        adopt_partners(ticket, record)
        queued[ticket.participant] = ticket.address
        fresh[#fresh + 1] = ticket
      end
    end
    refusals[#refusals + 1] = refusal
  end

  shuffle(below, fresh)
  local made, left, unsuitable = pair(oldest(pool, fresh), fresh, may_meet, can_meet)
  for _, both in ipairs(made) do
    local one, other = both[1], both[2]
    if other.people or (not one.people and opens(other, one)) then one, other = other, one end
    seat(one.people and one or open(one), other)
  end
  for _, ticket in ipairs(left) do seat_unpaired(ticket, unsuitable) end

  for _, ticket in ipairs(again) do
    local room, held = room_of(base, ticket.participant, record_of(ticket.participant))
    if room then add_transition('seated', room, held, room[held].address) end
  end
  for _, participant in ipairs(touched) do
    save_participant(base, participant, record_of(participant))
  end
  return answer(refusals, transitions)
end

local function join(keys, args) return seat_tickets(keys, args, 0) end

-- join_apart: `join` for participants who are kept apart: they meet only each other.
-- KEYS, ARGV, Answer  those of join, which is just as atomic and repeatable
-- A room is apart once one of them sits in it, also by a friend's code: no stranger of the others comes
-- there any more.
local function join_apart(keys, args) return seat_tickets(keys, args, 1) end

-- Serial numbers of participants, in every lane of a campaign.

-- Serials ascend in the whole campaign. Lane 0 counts them. Any other lane takes them from blocks
-- that lane 0 granted; the rest of a block is dropped after SERIALS_TTL, so that serials ascend in
-- time, too.
local function counts_serials(base) return string.sub(base, -3) == ':0}' end

-- The hands of a work, each once in the order of their first characters; and hand -> its place.
local function hands_of_writers(writers)
  local hands, places = {}, {}
  for _, writer in ipairs(split(writers)) do
    if not places[writer] then
      hands[#hands + 1] = writer
      places[writer] = #hands
    end
  end
  return hands, places
end

-- Whether the lane has so many serials left; drops old blocks.
local function has_serials(base, now, wanted)
  if counts_serials(base) then return true end
  local key, left = base .. ':serials', 0
  for _, block in ipairs(call('LRANGE', key, 0, -1)) do
    local words = split(block)
    if now - tonumber(words[3]) > SERIALS_TTL then
      call('LREM', key, 1, block)
    else
      left = left + tonumber(words[2]) - tonumber(words[1]) + 1
    end
  end
  return left >= wanted
end

-- The next `wanted` serials; `has_serials` must have said that there are enough.
local function take_serials(base, wanted)
  local serials = {}
  if counts_serials(base) then
    local last = call('HINCRBY', base .. ':counters', 'serial', wanted)
    for i = 1, wanted do serials[i] = last - wanted + i end
    return serials
  end
  local key = base .. ':serials'
  while #serials < wanted do
    local words = split(call('LPOP', key))
    local first, last = tonumber(words[1]), tonumber(words[2])
    while first <= last and #serials < wanted do
      serials[#serials + 1] = first
      first = first + 1
    end
    if first <= last then
      call('LPUSH', key, string.format('%d %d %s', first, last, words[3]))
    end
  end
  return serials
end

-- grant_serials: a block of serials for another lane.
-- KEYS  base of lane 0
-- ARGV  how many
-- Answer  the last of them, an integer; the error BEHIND when the lane has no generation
-- Atomic: no two blocks overlap. Repeatable: a second call grants another block, and the first one
-- stays unused, which leaves a gap and nothing worse.
local function grant_serials(keys, args)
  if is_behind(keys[1]) then return behind_error() end
  return call('HINCRBY', keys[1] .. ':counters', 'serial', args[1])
end

-- add_serials: give a granted block of serials to a lane other than 0.
-- KEYS  base
-- ARGV  now (0: this server's clock), first, last, ms since they were granted
-- Answer  1, or 0 when a block granted later was added before: this one stays unused
-- Atomic: the check and the push are one step, so serials of a lane ascend. Repeatable: the same
-- block is not added twice.
local function add_serials(keys, args)
  local key, granted = keys[1] .. ':serials', (lane_time(keys[1], args[1])) - args[4]
  local added = tonumber(call('HGET', keys[1] .. ':counters', 'added') or 0)
  if tonumber(args[2]) <= added then return 0 end
  call('HSET', keys[1] .. ':counters', 'added', args[3])
  call('RPUSH', key, args[2] .. ' ' .. args[3] .. ' ' .. string.format('%d', granted))
  return 1
end

-- What a seated participant, a returning one and the clock change in a room.

-- Count a finished work, number its hands, and add it to the stream that the archive reads, with the
-- place in the trace of the commit if it has one.
local function count(base, rules, room, last_ink, trace)
  local hands, places = hands_of_writers(room.writers)
  room.totals = {
    call('HINCRBY', base .. ':counters', 'relays', 1),
    call('HINCRBY', base .. ':counters', 'participants', #hands),
  }
  local numbers, packed, serials = take_serials(base, #hands), {}, {}
  for place, hand in ipairs(hands) do
    local serial = string.format('%d', numbers[place])
    packed[place] = header(2) .. pack(hand, numbers[place])
    serials[place] = hand .. ' ' .. serial
    add_unacknowledged(base, hand, room.id, serial)
  end
  room.serials = table.concat(serials, ' ')
  local by = {}
  for i, writer in ipairs(split(room.writers)) do by[i] = places[writer] - 1 end
  local ink = ink_of(base, room, 0, room.chars - 2)
  ink[room.chars] = last_ink
  local work = header(7) .. pack(room.id) .. room.phrase .. list(packed) .. packed_list(by)
    .. list(ink) .. pack(rules.now, room.held)
  if trace then
    call('XADD', base .. ':works', '*', 'work', work, 'traceparent', trace)
  else
    call('XADD', base .. ':works', '*', 'work', work)
  end
end

-- commit: finish the character whose turn it is; the last one completes and counts the work.
-- KEYS  base
-- ARGV  rules (4), participant, address, room, character index, packed strokes; traceparent, if the
--       commit is traced
-- Answer  [[refusal] or [], [transition] or []]; `no_serials` when the lane needs serials first;
--         the error BEHIND for the last character when the lane has no generation
-- Atomic: the character, the counters, the serials and the stream's entry change together.
-- Repeatable: a character that this participant wrote is answered again as `repeated`.
local function commit(keys, args)
  local base, rules = keys[1], rules_of(keys[1], args)
  local participant, address, c, ink = args[5], args[6], tonumber(args[8]), args[9]
  local room = load_room(base, args[7])
  if not room then return answer({ 'no_such_room' }, {}) end
  if c < room.turn and split(room.writers)[c + 1] == participant then
    return answer({}, { transition(base, rules, 'repeated', room, c % 2, address,
      { c = c, ink = ink_of(base, room, c, c) }) })
  end
  if completed(room) then return answer({ 'no_such_room' }, {}) end
  local seat = seat_held_by(room, participant)
  if not seat then return answer({ 'not_your_turn' }, {}) end
  local refusal = seat_refusal(base, room, seat, address)
  if refusal then return answer({ refusal }, {}) end
  if c ~= room.turn or c % 2 ~= seat then return answer({ 'not_your_turn' }, {}) end
  if c + 1 == room.chars then
    if is_behind(base) then return behind_error() end
    local hands = hands_of_writers(add_word(room.writers, participant))
    if not has_serials(base, rules.now, #hands) then return answer({ 'no_serials' }, {}) end
  end
  room.writers = add_word(room.writers, participant)
  room.turn, room.deadline = room.turn + 1, 0
  settle(rules, room)
  if completed(room) then
    keep_time(base, rules.now, rules.ahead)  -- so the next work is not older than this one
    count(base, rules, room, ink, args[10])
  end
  save_room(base, rules, room, c, ink)
  local kind = completed(room) and 'completed' or 'committed'
  return answer({}, { transition(base, rules, kind, room, seat, address,
    { c = c, ink = { ink } }) })
end

-- leave: give up one's seat.
-- KEYS  base
-- ARGV  rules (4), participant, address, room, "1" to keep one's character for a stranger,
--       "1" when it is a report, which holds the work back
-- Answer  [[refusal] or [], [transition] or []]
-- Atomic: the seat is free in the same step in which its holder loses it. Repeatable: a repeat is
-- refused with `no_such_room`, and nothing changes.
local function leave(keys, args)
  local base, rules = keys[1], rules_of(keys[1], args)
  local room, seat, refusal = held_seat(base, args[5], args[6], args[7])
  if refusal then return answer({ refusal }, {}) end
  if args[9] == '1' then room.held = 1 end
  vacate_seat(rules, room, seat, args[8] == '1')
  save_room(base, rules, room)
  return answer({}, { transition(base, rules, 'left', room, seat, args[6], { ink = {} }) })
end

-- disconnect: the connection is lost; the seat is held for the grace.
-- KEYS  base
-- ARGV  rules (4), participant, address, room; "" for the participant's last room
-- Answer  [[refusal] or [], [transition] or []]
-- Atomic: the address is compared and removed in one step. Repeatable: a repeat finds another
-- address, is refused with `elsewhere`, and the grace does not begin again.
local function disconnect(keys, args)
  local base, rules, id = keys[1], rules_of(keys[1], args), args[7]
  if id == '' then id = load_participant(base, args[5]).room end
  local room, seat, refusal = held_seat(base, args[5], args[6], id)
  if refusal then return answer({ refusal }, {}) end
  start_grace(rules, room, seat)
  save_room(base, rules, room)
  return answer({}, { transition(base, rules, 'away', room, seat, '',
    { ms = rules.grace, ink = {} }) })
end

-- resume: a participant is connected, by token; take over the seat and read what was missed.
-- KEYS  base
-- ARGV  rules (4), participant, address, when `hello` was said there (ms)
-- Answer  [previous address or "", [transition] or [], [[work, serial] unacknowledged], "fenced"
--         for a worker whose lease ran out, "elsewhere" when `hello` was said at another address
--         later, else "", last partners as words, when last seated]
-- Atomic: one address has the participant afterwards. Repeatable: the same address again changes
-- nothing. An earlier `hello` that is answered after a later one, or again, takes nothing over from
-- it: the times decide. When both were said at nearly the same time, an address that was replaced
-- does not take over again.
local function resume(keys, args)
  local base, rules, participant, address = keys[1], rules_of(keys[1], args), args[5], args[6]
  local hello = tonumber(args[7])
  local record = load_participant(base, participant)
  local refusal = is_fenced(base, string.match(address, '^[^/]*')) and 'fenced'
    or record.address ~= address
      and (hello + CLOCK_TOLERANCE < record.hello or has(record.previous, address)) and 'elsewhere'
  if refusal then
    return header(6) .. pack('') .. header(0) .. header(0) .. pack(refusal, '', 0)
  end
  local room, seat = room_of(base, participant, record)
  local transitions = {}
  if room then transitions[1] = restore_seat(base, rules, room, seat, address) end
  connect(record, address, hello)
  save_participant(base, participant, record)
  local unacknowledged = {}
  for i, entry in ipairs(call('LRANGE', base .. ':unacknowledged:' .. participant, 0, -1)) do
    local words = split(entry)
    unacknowledged[i] = header(2) .. pack(words[1], tonumber(words[2]))
  end
  return header(6) .. pack(split(record.previous)[1] or '') .. list(transitions)
    .. list(unacknowledged) .. pack('', record.partners, record.seated_at)
end

-- acknowledge: participants have received the news of works.
-- KEYS  base
-- ARGV  for each: participant, "work serial"
-- Answer  how many were removed, an integer
-- Atomic, though it need not be. Repeatable: what was removed is not there to be removed again.
local function acknowledge(keys, args)
  local removed = 0
  for i = 1, #args, 2 do
    removed = removed + call('LREM', keys[1] .. ':unacknowledged:' .. args[i], 1, args[i + 1])
  end
  return removed
end

-- totals: what the lane has counted.
-- KEYS  base
-- Answer  a Redis array: relays, participants; the error BEHIND when the lane has no generation
-- Atomic: both are of the same moment. Repeatable: it only reads.
local function totals(keys)
  if is_behind(keys[1]) then return behind_error() end
  local counters = call('HMGET', keys[1] .. ':counters', 'relays', 'participants')
  return { tonumber(counters[1] or 0), tonumber(counters[2] or 0) }
end

-- invite: keep strangers out of one's open room.
-- KEYS  base
-- ARGV  participant, address, room, code
-- Answer  the code that a friend brings, or "" without an open room; not packed
-- Atomic: no stranger is seated after the code is given. Repeatable: a repeat is answered with the
-- first code.
local function invite(keys, args)
  local base, code = keys[1], args[4]
  local room, _, refusal = held_seat(base, args[1], args[2], args[3])
  if refusal then return '' end
  if room.invite ~= '' then return room.invite end
  if not open_seat(room) then return '' end
  local rules = rules_of(base, { 0, 0, 0, 0 })
  call('SET', base .. ':invite:' .. code, room.id, 'PX', ROOM_TTL)
  room.invite = code
  save_room(base, rules, room)
  return code
end

-- read_room: a room as its participant finds it, or the end of it. It changes nothing, but the
-- lane remembers a seated participant for longer.
-- KEYS  base
-- ARGV  rules (4), participant, room
-- Answer  [[refusal] or [], [transition] or []]
-- Atomic: the room is of one moment. Repeatable: nothing changes.
local function read_room(keys, args)
  local base, rules = keys[1], rules_of(keys[1], args)
  local room = load_room(base, args[6])
  if not room then return answer({ 'no_such_room' }, {}) end
  if completed(room) and (room[0].holder == args[5] or room[1].holder == args[5]) then
    local last = room.chars - 1
    return answer({}, { transition(base, rules, 'repeated', room, last % 2, '',
      { c = last, ink = ink_of(base, room, last, last) }) })
  end
  local seat = seat_held_by(room, args[5])
  if not seat then return answer({ 'no_such_room' }, {}) end
  call('PEXPIRE', participant_key(base, args[5]), PARTICIPANT_TTL)
  return answer({}, { transition(base, rules, 'seated', room, seat, room[seat].address) })
end

-- Of the locales among the arguments from `at` on: those in which a room has waited since a moment,
-- and those in which a room is kept.
local function waiting_locales(base, since, args, at)
  local early, alone, kept = {}, {}, {}
  local first = call('ZRANGEBYSCORE', base .. ':pool', '-inf', since, 'LIMIT', 0, SLACK)
  for _, id in ipairs(first) do
    local room = load_room(base, id)
    if room then early[room.locale] = true end
  end
  for i = at, #args do
    local locale = args[i]
    local behind = #first == SLACK and not early[locale]
      and call('ZCOUNT', base .. ':pool:' .. locale, '-inf', since) > 0
    if early[locale] or behind then alone[#alone + 1] = locale end
    if call('EXISTS', base .. ':kept:' .. locale) == 1 then kept[#kept + 1] = locale end
  end
  return alone, kept
end

-- expire: do what is due in the most overdue rooms.
-- KEYS  base
-- ARGV  rules (4), how many rooms at most, ms after which a room has waited for long, then the
--       locales to answer for; none in a campaign of one lane
-- Answer  [[transition], ms that the oldest room has waited for a partner or -1, [locale in which a
--         room has waited for long], [locale in which a room is kept]]
-- Atomic: what is due is checked and done in one step. Repeatable, by any worker at any time: what
-- is done is no longer due.
-- Nobody loses a seat who could not act: nothing is due in an outage, while writes are not durable,
-- or shortly after either; and no turn runs out while the heartbeat of its holder's worker is late.
local function expire(keys, args)
  local base, rules, transitions, overdue = keys[1], rules_of(keys[1], args), {}, {}
  if not expiry_paused(base, rules.now) then
    overdue = overdue_rooms(base, rules.now, tonumber(args[5]))
  end
  for _, room in ipairs(overdue) do
    while true do
      if room.expiry > 0 and room.expiry <= rules.now then
        delete_room(base, rules, room)
        break
      end
      local kind, seat
      if room[0].grace > 0 and room[0].grace <= rules.now then
        kind, seat = 'left', 0
      elseif room[1].grace > 0 and room[1].grace <= rules.now then
        kind, seat = 'left', 1
      elseif room.deadline > 0 and room.deadline <= rules.now then
        kind, seat = 'idle', room.turn % 2
      else
        break
      end
      local address = room[seat].address
      if kind == 'idle' and is_late(base, address, rules.now) then break end
      vacate_seat(rules, room, seat, true)
      save_room(base, rules, room)
      transitions[#transitions + 1] =
        transition(base, rules, kind, room, seat, address, { ink = {} })
      if not (taken(room) or room.keep == 1) then break end
    end
  end
  local oldest = call('ZRANGE', base .. ':pool', 0, 0, 'WITHSCORES')
  local alone_ms = oldest[2] and math.max(rules.now - math.floor(tonumber(oldest[2])), 0) or -1
  local alone, kept = {}, {}
  if args[7] then alone, kept = waiting_locales(base, rules.now - tonumber(args[6]), args, 7) end
  return header(4) .. list(transitions) .. pack(alone_ms) .. packed_list(alone)
    .. packed_list(kept)
end

-- A lane is compared with the archive, which may have more than Redis after a loss.

-- Raise a counter to `least`; whether it was lower.
local function raise(key, name, least)
  local value = tonumber(call('HGET', key, name) or 0)
  if value >= least then return false end
  call('HSET', key, name, string.format('%d', least))
  return true
end

-- retire: rooms that the archive has as finished works are over; their hands hear of the works when
-- they return. Redis has such a room when its last write was lost.
-- KEYS  base
-- ARGV  for each room: its id, the number of its hands, then for each hand participant and serial
-- Answer  how many rooms were there, an integer
-- Atomic: no character is added to a room that is over. Repeatable: it is not there any more.
local function retire(keys, args)
  local base, rules, at, retired = keys[1], rules_of(keys[1], { 0, 0, 0, 0 }), 1, 0
  while at <= #args do
    local room, hands = load_room(base, args[at]), tonumber(args[at + 1])
    if room and not completed(room) then
      delete_room(base, rules, room)
      for hand = at + 2, at + 2 * hands, 2 do
        add_unacknowledged(base, args[hand], room.id, args[hand + 1])
      end
      retired = retired + 1
    end
    at = at + 2 + 2 * hands
  end
  return retired
end

-- reconcile: raise the lane's counters to what the archive has, and let the lane be used.
-- KEYS  base
-- ARGV  generation, relays, participants, the highest serial known in the campaign, lanes known,
--       serials to skip after a loss
-- Answer  1 if the lane had lost something, else 0
-- Atomic: nobody is seated, and no serial given, between the first raise and the generation.
-- Repeatable: what was raised is not lower any more.
-- Serials are skipped since some may have been told of works that neither the archive nor Redis has.
local function reconcile(keys, args)
  local base, counters = keys[1], keys[1] .. ':counters'
  local relays = raise(counters, 'relays', tonumber(args[2]))
  local participants = raise(counters, 'participants', tonumber(args[3]))
  local lost = relays or participants
  if counts_serials(base) then
    local highest = tonumber(args[4])
    local last = math.max(tonumber(call('HGET', counters, 'serial') or 0), highest)
    if raise(counters, 'serial', highest) or lost then
      lost = true
      call('HSET', counters, 'serial', string.format('%d', last + tonumber(args[6])))
    end
    raise(base .. ':lanes', 'known', tonumber(args[5]))
  end
  call('SET', base .. ':generation', args[1])
  return lost and 1 or 0
end

-- Pledges: a campaign's are all in lane 0, since the numbers of one ascend in the whole campaign.

local function pledge_key(base, pledge, participant)
  return base .. ':pledge:' .. pledge .. ':' .. participant
end

-- pledge: count a participant's pledge once, number it, and add it to the stream for the archive.
-- KEYS  base of lane 0
-- ARGV  now (0: this server's clock), participant, pledge, certificate, "1" while the campaign is
--       open
-- Answer  [certificate, pledge, participant, number, ms since 1970, 1 for a new one, else 0]; the
--         certificate is "" when there is none and the campaign is not open; the error BEHIND when
--         the lane has no generation
-- Atomic: the count, the number, the record and the stream's entry change together. Repeatable: a
-- repeat is answered with the first certificate and number.
-- The caller has looked into the archive before: the record is kept for a day after the archive has
-- the pledge.
local function pledge(keys, args)
  local base, participant, id = keys[1], args[2], args[3]
  local key = pledge_key(base, id, participant)
  local stored = call('GET', key)
  if stored then
    local certificate, number, at = cmsgpack.unpack(stored)
    return header(6) .. pack(certificate, id, participant, number, at, 0)
  end
  if args[5] ~= '1' then return header(6) .. pack('', id, participant, 0, 0, 0) end
  if is_behind(base) then return behind_error() end
  local now = lane_time(base, args[1])
  local number = call('HINCRBY', base .. ':pledges', 'number:' .. id, 1)
  call('HINCRBY', base .. ':pledges', 'count:' .. id, 1)
  call('SET', key, pack(args[4], number, now))
  call('XADD', base .. ':pledged', '*', 'pledge',
    header(5) .. pack(args[4], id, participant, number, now))
  return header(6) .. pack(args[4], id, participant, number, now, 1)
end

-- pledge_totals: what the campaign has counted.
-- KEYS  base of lane 0
-- Answer  a Redis array: "count:<pledge>" or "number:<pledge>", its value, and so on; the error
--         BEHIND when the lane has no generation
-- Atomic: all are of the same moment. Repeatable: it only reads.
local function pledge_totals(keys)
  if is_behind(keys[1]) then return behind_error() end
  return call('HGETALL', keys[1] .. ':pledges')
end

-- reconcile_pledges: raise the totals to what the archive has. `reconcile` comes after it.
-- KEYS  base of lane 0
-- ARGV  numbers to skip after a loss, then for each pledge: its id, the count, the highest number
-- Answer  how many pledges had lost something, an integer
-- Atomic: no number is given between the first raise and the last. Repeatable: what was raised is
-- not lower any more.
local function reconcile_pledges(keys, args)
  local key, lost = keys[1] .. ':pledges', 0
  for at = 2, #args, 3 do
    local field, highest = 'number:' .. args[at], tonumber(args[at + 2])
    local last = math.max(tonumber(call('HGET', key, field) or 0), highest)
    local fewer = raise(key, 'count:' .. args[at], tonumber(args[at + 1]))
    if raise(key, field, highest) or fewer then
      lost = lost + 1
      call('HSET', key, field, string.format('%d', last + tonumber(args[1])))
    end
  end
  return lost
end

-- Leases of the workers, and the seats of a worker whose lease ran out.

-- The gauges of all workers, and those that were fenced lately; late ones are fenced now.
local function check_leases(base, now)
  local key, online, writing, dead = base .. ':workers', 0, 0, {}
  local paused = now < pause_until(base)
  local workers = call('HGETALL', key)
  for i = 1, #workers, 2 do
    local name, words = workers[i], split(workers[i + 1])
    if words[1] == 'dead' then
      if now - tonumber(words[2]) > DEAD_TTL then call('HDEL', key, name) end
      if now - tonumber(words[2]) < 2 * LEASE then dead[#dead + 1] = name end
    elseif tonumber(words[3]) > now then
      online, writing = online + tonumber(words[1]), writing + tonumber(words[2])
    elseif not paused then
      call('HSET', key, name, 'dead ' .. string.format('%d', now))
      dead[#dead + 1] = name
    end
  end
  return online, writing, dead
end

-- The same. Among many workers one of them checks in a second, and the others read its summary.
local function summarize_workers(base, now)
  if call('HLEN', base .. ':workers') <= FEW_WORKERS then return check_leases(base, now) end
  local stored = call('GET', base .. ':worker_summary')
  if stored then
    local at, online, writing, dead = cmsgpack.unpack(stored)
    if now - at < SUMMARY_TTL then return online, writing, split(dead) end
  end
  local online, writing, dead = check_leases(base, now)
  call('SET', base .. ':worker_summary', pack(now, online, writing, table.concat(dead, ' ')),
    'PX', SUMMARY_TTL)
  return online, writing, dead
end

-- heartbeat: renew the lease of a worker, store its gauges and read those of all workers.
-- KEYS  base
-- ARGV  now (0: this server's clock), worker, online, writing, "1" for a new worker's first one
-- Answer  a Redis array: online, writing, 1 when this worker was fenced, [workers that were fenced
--         lately and whose seats are to be reaped], ms that the lane's time is ahead of the wall
--         clock, since that was set back
-- Atomic: a worker is either renewed or fenced, never both. Repeatable: a repeat renews again; a
-- fenced worker stays fenced.
-- A worker whose lease is over is fenced by the next heartbeat of another one. But not within a
-- lease after an outage, in which no heartbeat could come; after a longer outage, not for as long
-- as it lasted, MAX_PAUSE at most, since clients reconnect the later the longer they tried.
local function heartbeat(keys, args)
  local key, worker, now, ahead = keys[1] .. ':workers', args[2], lane_time(keys[1], args[1])
  local mine = call('HGET', key, worker)
  local lost_data = call('EXISTS', key) == 0
  local fenced = mine and string.sub(mine, 1, 4) == 'dead'
    or not mine and args[5] ~= '1' and not lost_data
  if not fenced then
    call('HSET', key, worker, args[3] .. ' ' .. args[4] .. ' '
      .. string.format('%d', now + LEASE))
  end
  local outage = now - tonumber(call('GET', keys[1] .. ':last_heartbeat') or now)
  if outage > HEARTBEAT_LATE then
    pause_for(keys[1], now, math.max(LEASE, math.min(outage, MAX_PAUSE)))
  end
  call('SET', keys[1] .. ':last_heartbeat', string.format('%d', now))
  keep_time(keys[1], now, ahead)
  local online, writing, dead = summarize_workers(keys[1], now)
  return { online, writing, fenced and 1 or 0, dead, ahead }
end

-- gauges: how many are connected and how many hold a seat, as the last heartbeats say.
-- KEYS  base
-- ARGV  now (0: this server's clock)
-- Answer  a Redis array: online, writing
-- Atomic: both are of the same moment. Repeatable: it fences nobody.
local function gauges(keys, args)
  local now, online, writing = lane_time(keys[1], args[1]), 0, 0
  local workers = call('HGETALL', keys[1] .. ':workers')
  for i = 2, #workers, 2 do
    local words = split(workers[i])
    if words[1] ~= 'dead' and tonumber(words[3]) > now then
      online, writing = online + tonumber(words[1]), writing + tonumber(words[2])
    end
  end
  return { online, writing }
end

-- pause_expiry: no lease and no deadline of this lane runs out for a lease's time from now on,
-- since nobody can be told of anything.
-- KEYS  base
-- ARGV  now (0: this server's clock)
-- Answer  1
-- Atomic: a longer pause is never shortened. Repeatable: a repeat begins the time anew.
local function pause_expiry(keys, args)
  local now = lane_time(keys[1], args[1])
  if pause_until(keys[1]) < now + LEASE then pause_for(keys[1], now, LEASE) end
  return 1
end

-- release_lease: a worker ends in good order; no further heartbeat is expected.
-- KEYS  base
-- ARGV  worker
-- Answer  1 if it had a lease, else 0
-- Atomic: one command. Repeatable: there is nothing left to release.
local function release_lease(keys, args)
  return call('HDEL', keys[1] .. ':workers', args[1])
end

-- reap: disconnect the seats of a fenced worker, as if each connection had been lost.
-- KEYS  base
-- ARGV  rules (4), worker, then rooms to look through
-- Answer  [[], [transition]]
-- Atomic: no holder can reconnect between the check and the change. Repeatable, by any worker: a
-- seat that is connected at another address by now is left alone.
local function reap(keys, args)
  local base, rules, transitions = keys[1], rules_of(keys[1], args), {}
  local prefix = args[5] .. '/'
  for i = 6, #args do
    local room = load_room(base, args[i])
    for seat = 0, 1 do
      local address = room and not completed(room) and room[seat].address or ''
      if string.sub(address, 1, #prefix) == prefix then
        start_grace(rules, room, seat)
        save_room(base, rules, room)
        transitions[#transitions + 1] = transition(base, rules, 'away', room, seat, '',
          { ms = rules.grace, ink = {} })
      end
    end
  end
  return answer({}, transitions)
end

-- How many lanes there are.

-- scale_lanes: store a worker's rate of tickets; decide how many lanes of the campaign take tickets.
-- KEYS  base of lane 0
-- ARGV  now (0: this server's clock), worker, its tickets a second, tickets a second that one lane
--       is to carry, lanes at most
-- Answer  a Redis array: lanes that are open, lanes that every worker must know, the lane's time
-- Atomic: two workers cannot open or close lanes by different rates. Repeatable: the same rate at
-- the same time gives the same answer.
-- Lanes open in powers of two. New ones are announced first, and open when every worker with a
-- lease has heard of them. Lanes close when the rate has been low for a minute.
local function scale_lanes(keys, args)
  local key, now = keys[1] .. ':lanes', lane_time(keys[1], args[1])
  call('HSET', key, 'rate:' .. args[2], args[3] .. ' ' .. string.format('%d', now))
  local state, rate = {}, 0
  local entries = call('HGETALL', key)
  for i = 1, #entries, 2 do
    local name, value = entries[i], entries[i + 1]
    if string.sub(name, 1, 5) == 'rate:' then
      local words = split(value)
      if now - tonumber(words[2]) > LEASE then
        call('HDEL', key, name)
      else
        rate = rate + tonumber(words[1])
      end
    else
      state[name] = tonumber(value)
    end
  end
  local open, known = state.open or 1, state.known or 1
  local known_at, low_at = state.known_at or 0, state.low_at or 0
  local wanted, most = 1, tonumber(args[5])
  while wanted * 2 <= most and wanted * tonumber(args[4]) < rate do wanted = wanted * 2 end
  if wanted > known then known, known_at = wanted, now end
  if wanted >= open then
    low_at = 0
    if now - known_at >= LANES_ANNOUNCED then open = wanted end
  elseif low_at == 0 then
    low_at = now
  elseif now - low_at >= LANES_CALM then
    open, low_at = wanted, 0
  end
  call('HSET', key, 'open', open, 'known', known, 'known_at', string.format('%d', known_at),
    'low_at', string.format('%d', low_at))
  return { open, known, now }
end

-- What participants who wait alone may be offered.

-- waiting_rooms: which rooms have waited for a partner for long, and which have an open seat.
-- KEYS  base
-- ARGV  now (0: this server's clock), ms that are long, such rooms at most, then locales
-- Answer  [[room, its locale, [address of each seat]] that has waited for long], [[room, packed
--         phrase, locale, everyone who ever sat there as words] that is among the oldest, or the
--         oldest of a locale, of the pool or of the kept rooms]
-- Atomic and repeatable: it changes nothing.
local function waiting_rooms(keys, args)
  local base, now = keys[1], lane_time(keys[1], args[1])
  local alone, open, seen = {}, {}, {}

  local function add_open(id)
    local room = id and not seen[id] and load_room(base, id)
    if room then
      seen[id] = true
      open[#open + 1] = header(4) .. pack(id) .. room.phrase .. pack(room.locale, room.people)
    end
  end

  local since = now - tonumber(args[2])
  for _, id in ipairs(call('ZRANGEBYSCORE', base .. ':pool', '-inf', since,
    'LIMIT', 0, tonumber(args[3]))) do
    local room = load_room(base, id)
    if room then
      alone[#alone + 1] = header(3) .. pack(id, room.locale)
        .. packed_list({ room[0].address, room[1].address })
    end
  end
  for _, id in ipairs(call('ZRANGE', base .. ':pool', 0, SLACK - 1)) do add_open(id) end
  for i = 4, #args do
    for _, name in ipairs({ ':pool:', ':kept:' }) do
      add_open(call('ZRANGE', base .. name .. args[i], 0, 0)[1])
    end
  end
  return header(2) .. list(alone) .. list(open)
end

-- What the guards of all workers share: what networks do, and which ink was written before.

local MOST_NETWORKS = 262144

-- count_networks: add to the counts of networks in a window, and read them.
-- KEYS  base of the guard's keys; the counts are hashes <base>:<window>, network -> events
-- ARGV  window, the window before, ms for which the counts are kept; then for each network its
--       hash and the events to add
-- Answer  for each network its events in the window and in the one before; not packed
-- Atomic: nothing is counted between the addition and the answer. Not repeatable: it adds. A call
-- that is lost or repeated moves a limit by a second's events of one worker.
local function count_networks(keys, args)
  local present, before = keys[1] .. ':' .. args[1], keys[1] .. ':' .. args[2]
  local full = call('HLEN', present) >= MOST_NETWORKS
  local counts = {}
  for i = 4, #args, 2 do
    local network, events = args[i], tonumber(args[i + 1])
    if full then
      counts[#counts + 1] = (tonumber(call('HGET', present, network)) or 0) + events
    else
      counts[#counts + 1] = call('HINCRBY', present, network, events)
    end
    counts[#counts + 1] = tonumber(call('HGET', before, network)) or 0
  end
  call('PEXPIRE', present, args[3])
  return counts
end

-- remember_inks: remember the ink of characters, and find what another participant wrote before.
-- KEYS  base of the guard's keys; the inks are the hash <base>:inks, place -> ink and writer
-- ARGV  ms for which they are kept; then for each character the place of its ink in the table, the
--       hash of the ink (8 bytes) and that of its writer
-- Answer  for each character 1 when another writer committed the same ink before, else 0; not packed
-- Atomic: of two writers of the same ink one is the first. Repeatable: a repeated character is its
-- own writer's. The table is bounded by its places: newer ink takes the place of older ink.
local function remember_inks(keys, args)
  local inks = keys[1] .. ':inks'
  local found = {}
  for i = 2, #args, 3 do
    local place, ink, writer = args[i], args[i + 1], args[i + 2]
    local before = call('HGET', inks, place)
    if before and string.sub(before, 1, #ink) == ink then
      found[#found + 1] = string.sub(before, #ink + 1) == writer and 0 or 1
    else
      call('HSET', inks, place, ink .. writer)
      found[#found + 1] = 0
    end
  end
  call('PEXPIRE', inks, args[1])
  return found
end

-- What a lane knows of a participant who wants it deleted.

-- Words with one of them replaced.
local function replaced(words, word, other)
  local out = split(words)
  for i, each in ipairs(out) do
    if each == word then out[i] = other end
  end
  return table.concat(out, ' ')
end

-- Have the participant no seat in an unfinished room, and be `other` in what is kept of it; the
-- transition, if there was a seat.
local function remove_from_room(base, rules, room, participant, other)
  local seat = seat_held_by(room, participant)
  local address = seat and room[seat].address
  if seat then vacate_seat(rules, room, seat, false) end
  room.people = replaced(room.people, participant, other)
  room.writers = replaced(room.writers, participant, other)
  for _, each in ipairs({ room[0], room[1] }) do
    if each.last == participant then each.last = other end
  end
  save_room(base, rules, room)
  return seat and transition(base, rules, 'left', room, seat, address, { ink = {} })
end

-- delete_participant: give up the participant's seat, forget the record and the works that were not
-- acknowledged, and make the characters in unfinished rooms those of somebody unknown.
-- KEYS  base
-- ARGV  rules (4), participant, the id of somebody unknown for the participant's last room, then for
--       each other room to look into: its id, and such an id
-- Answer  [the address where the participant was connected or "", [transition]]
-- Atomic: a room is finished either before, with the participant's hand, or later without it.
-- Repeatable: a repeat finds nothing of the participant.
-- Finished rooms are not changed: they last for a minute, and their works go to the archive.
local function delete_participant(keys, args)
  local base, rules, participant = keys[1], rules_of(keys[1], args), args[5]
  local record, transitions = load_participant(base, participant), {}
  local others = { [record.room] = args[6] }
  for i = 7, #args, 2 do others[args[i]] = args[i + 1] end
  for id, other in pairs(others) do
    local room = id ~= '' and load_room(base, id)
    if room and not completed(room) and has(room.people, participant) then
      transitions[#transitions + 1] = remove_from_room(base, rules, room, participant, other) or nil
    end
  end
  call('DEL', participant_key(base, participant), base .. ':unacknowledged:' .. participant)
  return header(2) .. pack(record.address) .. list(transitions)
end

-- How far visits of a campaign get, for its organisers: figures, not promises.

-- add_funnel: add to how many visits reached each step.
-- KEYS  base of lane 0
-- ARGV  for each step: its name, how many more; none to read only
-- Answer  a Redis array: step, total, ... of every step ever counted
-- Atomic: the totals are of one moment. Not repeatable: a repeat counts twice, so the caller sends
-- it once; what was under way when the connection broke may be missing.
local function add_funnel(keys, args)
  local key = keys[1] .. ':funnel'
  for i = 1, #args, 2 do call('HINCRBY', key, args[i], args[i + 1]) end
  return call('HGETALL', key)
end

-- Whether calls can be served, for a worker that has just connected.

-- What this library and its callers send, with arguments of the right number. %s is a key of the
-- lane.
local NEEDED = {
  'DEL %s', 'EXISTS %s', 'GET %s', 'HDEL %s f', 'HGET %s f', 'HGETALL %s', 'HINCRBY %s f 1',
  'HLEN %s', 'HMGET %s f', 'HSET %s f v', 'LPOP %s', 'LPUSH %s v', 'LRANGE %s 0 0', 'LREM %s 1 v',
  'LTRIM %s 0 0', 'PEXPIRE %s 1', 'RPUSH %s v', 'SET %s v', 'TIME', 'XADD %s * f v',
  'ZADD %s 1 v', 'ZCARD %s', 'ZCOUNT %s 0 0', 'ZRANGE %s 0 0', 'ZRANGEBYSCORE %s 0 0', 'ZREM %s v',
  'XACK %s g 0-1', 'XCLAIM %s g c 0 0-1', 'XDEL %s 0-1', 'XGROUP CREATE %s g 0', 'XLEN %s',
  'XPENDING %s g - + 1',
  'XREADGROUP GROUP g c STREAMS %s >', 'XREVRANGE %s + -',
  'PUBLISH jl:all m', 'SPUBLISH jl:w:probe m', 'SSUBSCRIBE jl:w:probe', 'SUBSCRIBE jl:all',
}

-- probe: which commands this user may not send. As any function of the library that may write, it
-- is refused while the server cannot write.
-- KEYS  base
-- Answer  names of commands as words, not packed; "" when all are permitted
-- Atomic: the permissions are of one moment. Repeatable: it only reads them.
local function probe(keys)
  local denied = ''
  for _, command in ipairs(NEEDED) do
    local words = split(string.format(command, keys[1] .. ':probe'))
    if not redis.acl_check_cmd(unpack(words)) then denied = add_word(denied, words[1]) end
  end
  return denied
end

redis.register_function('jielong_6c21ee31f4e1_join', join)
redis.register_function('jielong_6c21ee31f4e1_commit', commit)
redis.register_function('jielong_6c21ee31f4e1_leave', leave)
redis.register_function('jielong_6c21ee31f4e1_disconnect', disconnect)
redis.register_function('jielong_6c21ee31f4e1_resume', resume)
redis.register_function('jielong_6c21ee31f4e1_acknowledge', acknowledge)
redis.register_function('jielong_6c21ee31f4e1_totals', totals)
redis.register_function('jielong_6c21ee31f4e1_invite', invite)
redis.register_function('jielong_6c21ee31f4e1_read_room', read_room)
redis.register_function('jielong_6c21ee31f4e1_expire', expire)
redis.register_function('jielong_6c21ee31f4e1_heartbeat', heartbeat)
redis.register_function('jielong_6c21ee31f4e1_gauges', gauges)
redis.register_function('jielong_6c21ee31f4e1_pause_expiry', pause_expiry)
redis.register_function('jielong_6c21ee31f4e1_release_lease', release_lease)
redis.register_function('jielong_6c21ee31f4e1_reap', reap)
redis.register_function('jielong_6c21ee31f4e1_scale_lanes', scale_lanes)
redis.register_function('jielong_6c21ee31f4e1_grant_serials', grant_serials)
redis.register_function('jielong_6c21ee31f4e1_add_serials', add_serials)
redis.register_function('jielong_6c21ee31f4e1_waiting_rooms', waiting_rooms)
redis.register_function('jielong_6c21ee31f4e1_probe', probe)
redis.register_function('jielong_6c21ee31f4e1_retire', retire)
redis.register_function('jielong_6c21ee31f4e1_reconcile', reconcile)
redis.register_function('jielong_6c21ee31f4e1_pledge', pledge)
redis.register_function('jielong_6c21ee31f4e1_pledge_totals', pledge_totals)
redis.register_function('jielong_6c21ee31f4e1_reconcile_pledges', reconcile_pledges)
redis.register_function('jielong_6c21ee31f4e1_count_networks', count_networks)
redis.register_function('jielong_6c21ee31f4e1_remember_inks', remember_inks)
redis.register_function('jielong_6c21ee31f4e1_delete_participant', delete_participant)
redis.register_function('jielong_6c21ee31f4e1_add_funnel', add_funnel)
redis.register_function('jielong_6c21ee31f4e1_join_apart', join_apart)
