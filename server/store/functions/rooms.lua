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

-- The time and the rules of a call: ARGV[1..4] are the time in ms (0: that of this server), and the
-- lengths of a turn, a grace and of a kept room in ms.
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
-- Here it is a table, its seats room[0] and room[1], and room[APART]. It has 16 named fields at most,
-- since Lua takes much longer to make a table of more. `indexed` is what the indexes say; nil for a
-- room that is not stored yet.
local APART = 2

local function new_seat(holder, address, last, grace)
  return { holder = holder, address = address, last = last, grace = grace }
end

-- The field `state` of a room.
local function pack_room(room)
  local one, other = room[0], room[1]
  return pack(room.chars, room.turn, room.version, one.holder, one.address, one.last, one.grace,
    other.holder, other.address, other.last, other.grace, room.deadline, room.expiry, room.keep,
    room.held, room.invite, room.people, room.writers, room.serials, room.locale,
    room.indexed.by_locale, room[APART])
end

-- A room from its fields `phrase` and `state`; before it, whether it is in an index of its locale.
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

-- Whether strangers are led to the room: somebody is connected, a seat is free, no friend is awaited.
local function in_pool(room)
  return (room[0].address ~= '' or room[1].address ~= '') and room.invite == ''
    and open_seat(room) ~= nil
end

-- Whether the room waits, with nobody in it, for a later stranger.
local function is_kept(room)
  return room.keep == 1 and not taken(room) and not completed(room)
end

-- Whether the room waits for the friend who has its code.
local function is_invited(room)
  return room.invite ~= '' and taken(room) and not completed(room)
end

-- When the clock changes the room; 0 for never.
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

-- Keep what the indexes say of a room as it is stored, for `save_room`.
local function remember_indexes(room, by_locale)
  room.indexed = {
    waits_in = waits_in(room), by_locale = by_locale,
    invited = is_invited(room), deadline = next_deadline(room),
  }
end

local NOWHERE = { waits_in = false, by_locale = 0, invited = false, deadline = 0 }

-- The room of this id; nil without one.
local function load_room(base, id)
  local stored = call('HMGET', base .. ':room:' .. id, 'state', 'phrase')
  if not stored[1] then return nil end
  local by_locale, room = unpack_room(id, stored[2], stored[1])
  remember_indexes(room, by_locale)
  return room
end

-- A room that is not stored yet, with two free seats.
local function new_room(id, phrase, chars, locale, apart)
  return {
    [0] = new_seat('', '', '', 0), new_seat('', '', '', 0), apart, id = id, phrase = phrase,
    chars = chars, turn = 0, version = 0, deadline = 0, expiry = 0, keep = 0, held = 0,
    invite = '', people = '', writers = '', serials = '', locale = locale,
  }
end

-- Put a room into the index in which it waits, or take it out; likewise in the index of its locale.
-- Every join looks at the SLACK oldest rooms of the pool, so only a room that comes in behind those
-- is in an index of its locale. Of rooms that come in the same millisecond the first stay the first.
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

-- Forget a room, and what the indexes have of it.
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

-- Seat a participant who is connected at `address`.
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

-- The seat that a participant holds in an unfinished room; nil without one.
local function seat_held_by(room, participant)
  if completed(room) then return nil end
  if room[0].holder == participant then return 0 end
  if room[1].holder == participant then return 1 end
  return nil
end

-- The packed strokes of the characters `first` to `last`.
local function ink_of(base, room, first, last)
  if last < first then return {} end
  local names = {}
  for c = first, last do names[#names + 1] = 'ink' .. c end
  return call('HMGET', base .. ':room:' .. room.id, unpack(names))
end

-- The hands of a finished work with their serials, packed.
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

-- What a function answers while the lane must be compared with the archive.
local function behind_error()
  return redis.error_reply('BEHIND the lane must be compared with the archive first')
end

-- Whether a worker was given up: its seats are others' to reap.
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
