-- Rooms: how they are stored, what changes them, and how a change is told.

local function rules_of(args)
  local now = tonumber(args[1])
  if now == 0 then
    local time = call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return {
    now = now,
    turn = tonumber(args[2]),
    grace = tonumber(args[3]),
    keep = tonumber(args[4]),
    pool_size = NO_LIMIT,  -- until it is known
  }
end

-- A room's hash has three kinds of fields: i0..i7, the ink of its characters; ph, the phrase; and
-- m, everything that changes, as a row of MessagePack values (one field costs a third of twenty):
-- n characters in the phrase, c the next one, v the version; for each seat its holder, the holder's
-- address, the last holder and the end of the grace; dl the turn's deadline, xp the kept room's
-- expiry; keep, held; inv the invite's code; who everyone who ever sat here, hw the writer of each
-- character; ser "participant serial ..." of the finished work; loc the phrase's locale; far 1 when
-- the room is in an index of its locale.
-- Here it is a table, its seats room[0] and room[1]: it has 16 fields at most, since Lua takes much
-- longer to make one of more. `was` is what the indexes say; without it, it is not stored.
local function new_seat(holder, address, last, grace)
  return { holder = holder, address = address, last = last, grace = grace }
end

local function pack_room(room)
  local one, other = room[0], room[1]
  return pack(room.n, room.c, room.v, one.holder, one.address, one.last, one.grace,
    other.holder, other.address, other.last, other.grace, room.dl, room.xp, room.keep, room.held,
    room.inv, room.who, room.hw, room.ser, room.loc, room.was.far)
end

local function unpack_room(id, phrase, packed)
  local n, c, v, p0, a0, l0, z0, p1, a1, l1, z1, dl, xp, keep, held, inv, who, hw, ser, loc,
    far = cmsgpack.unpack(packed)
  return far or 0, {
    [0] = new_seat(p0, a0, l0, z0), new_seat(p1, a1, l1, z1), id = id, ph = phrase, n = n, c = c,
    v = v, dl = dl, xp = xp, keep = keep, held = held, inv = inv, who = who, hw = hw, ser = ser,
    loc = loc or cmsgpack.unpack(phrase).locale,  -- an earlier version did not store it
  }
end

-- The free seat that is needed first: that of the next character, or that of the one after it.
local function open_seat(room)
  local c, n = room.c, room.n
  local next_one = c % 2
  if room[next_one].holder == '' and c < n then return next_one end
  if room[1 - next_one].holder == '' and c + 1 < n then return 1 - next_one end
  return nil
end

local function completed(room) return room.c == room.n end

local function taken(room) return room[0].holder ~= '' or room[1].holder ~= '' end

local function in_pool(room)
  return (room[0].address ~= '' or room[1].address ~= '') and room.inv == ''
    and open_seat(room) ~= nil
end

local function is_kept(room)
  return room.keep == 1 and not taken(room) and not completed(room)
end

local function is_invited(room)
  return room.inv ~= '' and taken(room) and not completed(room)
end

local function next_deadline(room)
  local earliest = room.dl
  local xp, z0, z1 = room.xp, room[0].grace, room[1].grace
  if xp > 0 and (earliest == 0 or xp < earliest) then earliest = xp end
  if z0 > 0 and (earliest == 0 or z0 < earliest) then earliest = z0 end
  if z1 > 0 and (earliest == 0 or z1 < earliest) then earliest = z1 end
  return earliest
end

-- What the indexes say of a room as it is stored.
local function mark(room, far)
  room.was = {
    waits_in = in_pool(room) and ':pool' or is_kept(room) and ':kept', far = far,
    invited = is_invited(room), deadline = next_deadline(room),
  }
end

local NOWHERE = { waits_in = false, far = 0, invited = false, deadline = 0 }

local function load(base, id)
  local stored = call('HMGET', base .. ':room:' .. id, 'm', 'ph')
  if not stored[1] then return nil end
  local far, room = unpack_room(id, stored[2], stored[1])
  mark(room, far)
  return room
end

local function new_room(id, phrase, chars, locale)
  return {
    [0] = new_seat('', '', '', 0), new_seat('', '', '', 0), id = id, ph = phrase, n = chars, c = 0,
    v = 0, dl = 0, xp = 0, keep = 0, held = 0, inv = '', who = '', hw = '', ser = '', loc = locale,
  }
end

-- Put a room into `pool` or `kept`, or take it out; likewise in the index of its locale. Each join
-- looks at the SLACK oldest rooms of the pool, so only one that comes in behind those is in such an
-- index. Of those that come in the same millisecond the first ones stay the first ones.
local function index_waiting(base, rules, room, was, is)
  local before, name = was.waits_in, is.waits_in
  if before then
    call('ZREM', base .. before, room.id)
    if was.far == 1 then call('ZREM', base .. before .. ':' .. room.loc, room.id) end
    if before == ':pool' and rules.pool_size > 0 then rules.pool_size = rules.pool_size - 1 end
  end
  if not name then return end
  local size = name == ':kept' and SLACK or rules.pool_size
  if size == NO_LIMIT then size = call('ZCARD', base .. name) end
  local score = rules.now + math.min(size, SLACK) / (2 * SLACK)
  call('ZADD', base .. name, score, room.id)
  if size >= SLACK then
    is.far = 1
    call('ZADD', base .. name .. ':' .. room.loc, score, room.id)
  end
  if name == ':pool' then rules.pool_size = size + 1 end
end

local function forget(base, rules, room)
  local was = room.was or NOWHERE
  call('DEL', base .. ':room:' .. room.id)
  index_waiting(base, rules, room, was, NOWHERE)
  if was.invited then call('ZREM', base .. ':invited', room.id) end
  if was.deadline > 0 then call('ZREM', base .. ':deadlines', room.id) end
end

-- `c` and `ink`: a character that was written just now.
local function save(base, rules, room, c, ink)
  if not (taken(room) or room.keep == 1 or completed(room)) then
    return forget(base, rules, room)
  end
  local key, was, fresh = base .. ':room:' .. room.id, room.was or NOWHERE, not room.was
  mark(room, 0)
  local is = room.was
  if is.waits_in == was.waits_in then
    is.far = was.far
  else
    index_waiting(base, rules, room, was, is)
  end
  if fresh then
    call('HSET', key, 'm', pack_room(room), 'ph', room.ph)
  elseif c then
    call('HSET', key, 'm', pack_room(room), 'i' .. c, ink)
  else
    call('HSET', key, 'm', pack_room(room))
  end
  if completed(room) then
    call('PEXPIRE', key, DONE_TTL)
  elseif fresh or is.waits_in == ':kept' then
    call('PEXPIRE', key, math.max(ROOM_TTL, rules.keep + HOUR))
  end
  if is.invited and not was.invited then
    call('ZADD', base .. ':invited', rules.now, room.id)
  elseif was.invited and not is.invited then
    call('ZREM', base .. ':invited', room.id)
  end
  -- Mostly a deadline comes later with every turn, and the room is finished before the first one:
  -- the index may be early, and is put right when its moment comes.
  if is.deadline > 0 and (was.deadline == 0 or is.deadline < was.deadline) then
    call('ZADD', base .. ':deadlines', is.deadline, room.id)
  elseif is.deadline == 0 and was.deadline > 0 then
    call('ZREM', base .. ':deadlines', room.id)
  end
end

-- The rooms whose deadline is over, `most` of them at most, the most overdue ones first. Those that
-- the index had too early are put where they belong, so many times as many at most.
local function overdue_rooms(base, now, most)
  local rooms
  for _ = 1, EARLY_ROUNDS do
    local exact = true
    local found = call('ZRANGEBYSCORE', base .. ':deadlines', '-inf', now, 'WITHSCORES',
      'LIMIT', 0, most)
    rooms = {}
    for i = 1, #found, 2 do
      local room = load(base, found[i])
      local deadline = room and room.was.deadline or 0
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

-- What follows from any change: the version and the clocks.
local function settle(rules, room)
  room.v = room.v + 1
  if completed(room) then
    room.dl, room.xp, room[0].grace, room[1].grace = 0, 0, 0, 0
  elseif not taken(room) then
    room.dl, room.xp = 0, rules.now + rules.keep
  else
    room.xp = 0
    if open_seat(room) then
      room.dl = 0
    elseif room.dl == 0 then
      room.dl = math.max(rules.now, room[room.c % 2].grace) + rules.turn
    end
  end
end

local function take(rules, room, seat, participant, address)
  local free = room[seat]
  free.holder, free.address, free.last = participant, address, participant
  room.who = add_word(room.who, participant)
  room.inv = ''
  settle(rules, room)
end

local function give_up(rules, room, seat, keep)
  local given = room[seat]
  if keep and has(room.hw, given.holder) then room.keep = 1 end
  given.holder, given.address, given.grace = '', '', 0
  settle(rules, room)
end

-- In the grace the turn of its holder stands still: the grace comes on top of the deadline.
local function lose(rules, room, seat)
  if room.dl > 0 and room.c % 2 == seat then
    room.dl = math.max(room.dl, rules.now) + rules.grace
  end
  room[seat].address, room[seat].grace = '', rules.now + rules.grace
  settle(rules, room)
end

local function come_back(rules, room, seat, address)
  if room.dl > 0 and room.c % 2 == seat then
    room.dl = room.dl - math.max(room[seat].grace - rules.now, 0)
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
  for c = first, last do names[#names + 1] = 'i' .. c end
  return call('HMGET', base .. ':room:' .. room.id, unpack(names))
end

local function hands_of(room)
  local words, out = split(room.ser), {}
  for i = 1, #words, 2 do
    out[#out + 1] = header(2) .. pack(words[i], tonumber(words[i + 1]))
  end
  return list(out)
end

-- `ink`: the packed strokes to show; nil for all that is committed. `ms`: the grace that is told;
-- nil for what is left of the other seat's.
local function transition(base, rules, kind, room, seat, address, what)
  what = what or {}
  local ink = what.ink or ink_of(base, room, 0, room.c - 1)
  local ms = what.ms or math.max(room[1 - seat].grace - rules.now, 0)
  local turn = NO_LIMIT
  if room.dl > 0 then turn = math.max(room.dl - rules.now, 0) end
  local hands, relays, participants = header(0), 0, 0
  if completed(room) then
    local totals = room.totals or call('HMGET', base .. ':counters', 'relays', 'participants')
    hands, relays, participants = hands_of(room), tonumber(totals[1]), tonumber(totals[2])
  end
  local one, other = room[0], room[1]
  return header(9)
    .. pack(kind, seat, what.c or -1, address, ms)
    .. header(8) .. pack(room.id) .. room.ph .. pack(room.n, room.c, room.v, turn)
    .. header(2) .. header(3) .. pack(one.holder, one.address, one.last)
    .. header(3) .. pack(other.holder, other.address, other.last)
    .. list(ink)
    .. hands .. pack(relays, participants)
end

local function given_up(base, worker)
  local entry = call('HGET', base .. ':workers', worker)
  return entry and string.sub(entry, 1, 4) == 'dead'
end

-- Whether a worker may be dead or frozen: it was given up, or it is late with its beat.
local function is_silent(base, address, now)
  local entry = call('HGET', base .. ':workers', string.match(address, '^[^/]*'))
  if not entry then return false end
  local words = split(entry)
  return words[1] == 'dead' or tonumber(words[3]) - now < LEASE - PULSE
end

-- Whether no worker beats, or one does again since so short a time that the others may not yet, or
-- nobody can be told of anything (`hush`).
local function in_outage(base, now)
  local pulse = call('GET', base .. ':pulse')
  return pulse and now - tonumber(pulse) > PULSE or call('EXISTS', base .. ':quiet') == 1
end

-- Why a session may not act for a seat that its participant holds; nil when it may. A seat without
-- an address says nothing of the worker: a call that is sent again after the connection was lost,
-- or a replaced session, finds it so too.
local function not_here(base, room, seat, address)
  if room[seat].address == address then return nil end
  return given_up(base, string.match(address, '^[^/]*')) and 'fenced' or 'elsewhere'
end

-- The room and seat of a session, or the refusal.
local function held_seat(base, participant, address, id)
  local room = load(base, id)
  local seat = room and seat_held_by(room, participant)
  if not seat then return nil, nil, 'no_such_room' end
  local refusal = not_here(base, room, seat, address)
  if refusal then return nil, nil, refusal end
  return room, seat, nil
end
