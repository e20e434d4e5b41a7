-- How rooms are stored, and the indexes in which they are found.

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
  local one, other = room[0], room[1]
  if one.holder ~= '' and other.holder ~= '' then return false end
  return (one.address ~= '' or other.address ~= '') and room.invite == ''
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
