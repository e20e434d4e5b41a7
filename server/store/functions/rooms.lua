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
  }
end

-- A room's hash has three kinds of fields: i0..i7, the ink of its characters; ph, the phrase; and
-- m, everything that changes, as a row of MessagePack values (one field costs a third of twenty):
-- n characters in the phrase, c the next one, v the version; for each seat p its holder, a the
-- holder's address, l the last holder, z the end of the grace; dl the turn's deadline, xp the
-- kept room's expiry; keep, held; inv the invite's code; who everyone who ever sat here, hw the
-- writer of each character; ser "participant serial ..." of the finished work.
local function pack_room(room)
  return pack(room.n, room.c, room.v, room.p0, room.a0, room.l0, room.z0,
    room.p1, room.a1, room.l1, room.z1, room.dl, room.xp, room.keep, room.held,
    room.inv, room.who, room.hw, room.ser)
end

local function unpack_room(room, packed)
  room.n, room.c, room.v, room.p0, room.a0, room.l0, room.z0,
    room.p1, room.a1, room.l1, room.z1, room.dl, room.xp, room.keep, room.held,
    room.inv, room.who, room.hw, room.ser = cmsgpack.unpack(packed)
end

-- The free seat that is needed first: that of the next character, or that of the one after it.
local function open_seat(room)
  local c, n = room.c, room.n
  if c % 2 == 0 then
    if room.p0 == '' and c < n then return 0 end
    if room.p1 == '' and c + 1 < n then return 1 end
  else
    if room.p1 == '' and c < n then return 1 end
    if room.p0 == '' and c + 1 < n then return 0 end
  end
  return nil
end

local function completed(room) return room.c == room.n end

local function taken(room) return room.p0 ~= '' or room.p1 ~= '' end

local function in_pool(room)
  return (room.a0 ~= '' or room.a1 ~= '') and room.inv == '' and open_seat(room) ~= nil
end

local function is_kept(room)
  return room.keep == 1 and not taken(room) and not completed(room)
end

local function is_invited(room)
  return room.inv ~= '' and taken(room) and not completed(room)
end

local function next_deadline(room)
  local earliest = room.dl
  local xp, z0, z1 = room.xp, room.z0, room.z1
  if xp > 0 and (earliest == 0 or xp < earliest) then earliest = xp end
  if z0 > 0 and (earliest == 0 or z0 < earliest) then earliest = z0 end
  if z1 > 0 and (earliest == 0 or z1 < earliest) then earliest = z1 end
  return earliest
end

-- What the indexes say of a room as it is stored.
local function mark(room)
  room.was_pool, room.was_kept, room.was_invited = in_pool(room), is_kept(room), is_invited(room)
  room.was_deadline = next_deadline(room)
end

local function load(base, id)
  local stored = call('HMGET', base .. ':room:' .. id, 'm', 'ph')
  if not stored[1] then return nil end
  local room = { id = id, ph = stored[2] }
  unpack_room(room, stored[1])
  mark(room)
  return room
end

local function new_room(id, phrase, chars)
  return {
    id = id, n = chars, c = 0, v = 0, p0 = '', a0 = '', l0 = '', z0 = 0, p1 = '', a1 = '', l1 = '',
    z1 = 0, dl = 0, xp = 0, keep = 0, held = 0, inv = '', who = '', hw = '', ser = '', ph = phrase,
    was_pool = false, was_kept = false, was_invited = false, was_deadline = 0, fresh = true,
  }
end

local function forget(base, room)
  call('DEL', base .. ':room:' .. room.id)
  if room.was_pool then call('ZREM', base .. ':pool', room.id) end
  if room.was_kept then call('ZREM', base .. ':kept', room.id) end
  if room.was_invited then call('ZREM', base .. ':invited', room.id) end
  if room.was_deadline > 0 then call('ZREM', base .. ':deadlines', room.id) end
end

local function index(base, name, room, was, is, score)
  if is and not was then
    call('ZADD', base .. name, score, room.id)
  elseif was and not is then
    call('ZREM', base .. name, room.id)
  end
end

-- `c` and `ink`: a character that was written just now.
local function save(base, rules, room, c, ink)
  if not (taken(room) or room.keep == 1 or completed(room)) then
    return forget(base, room)
  end
  local key = base .. ':room:' .. room.id
  if room.fresh then
    call('HSET', key, 'm', pack_room(room), 'ph', room.ph)
  elseif c then
    call('HSET', key, 'm', pack_room(room), 'i' .. c, ink)
  else
    call('HSET', key, 'm', pack_room(room))
  end
  if completed(room) then
    call('PEXPIRE', key, DONE_TTL)
  elseif room.fresh or is_kept(room) then
    call('PEXPIRE', key, math.max(ROOM_TTL, rules.keep + HOUR))
  end
  index(base, ':pool', room, room.was_pool, in_pool(room), rules.now)
  index(base, ':kept', room, room.was_kept, is_kept(room), rules.now)
  index(base, ':invited', room, room.was_invited, is_invited(room), rules.now)
  local deadline = next_deadline(room)
  if deadline ~= room.was_deadline then
    if deadline > 0 then
      call('ZADD', base .. ':deadlines', deadline, room.id)
    else
      call('ZREM', base .. ':deadlines', room.id)
    end
  end
  room.fresh = false
  mark(room)
end

-- What follows from any change: the version and the clocks.
local function settle(rules, room)
  room.v = room.v + 1
  if completed(room) then
    room.dl, room.xp, room.z0, room.z1 = 0, 0, 0, 0
  elseif not taken(room) then
    room.dl, room.xp = 0, rules.now + rules.keep
  else
    room.xp = 0
    if open_seat(room) then
      room.dl = 0
    elseif room.dl == 0 then
      room.dl = math.max(rules.now, room['z' .. room.c % 2]) + rules.turn
    end
  end
end

local function take(rules, room, seat, participant, address)
  room['p' .. seat], room['a' .. seat], room['l' .. seat] = participant, address, participant
  room.who = add_word(room.who, participant)
  room.inv = ''
  settle(rules, room)
end

local function give_up(rules, room, seat, keep)
  local holder = room['p' .. seat]
  room['p' .. seat], room['a' .. seat], room['z' .. seat] = '', '', 0
  if keep and has(room.hw, holder) then room.keep = 1 end
  settle(rules, room)
end

-- In the grace the turn of its holder stands still: the grace comes on top of the deadline.
local function lose(rules, room, seat)
  if room.dl > 0 and room.c % 2 == seat then
    room.dl = math.max(room.dl, rules.now) + rules.grace
  end
  room['a' .. seat], room['z' .. seat] = '', rules.now + rules.grace
  settle(rules, room)
end

local function come_back(rules, room, seat, address)
  if room.dl > 0 and room.c % 2 == seat then
    room.dl = room.dl - math.max(room['z' .. seat] - rules.now, 0)
  end
  room['a' .. seat], room['z' .. seat] = address, 0
  settle(rules, room)
end

local function seat_held_by(room, participant)
  if completed(room) then return nil end
  if room.p0 == participant then return 0 end
  if room.p1 == participant then return 1 end
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

-- `ink`: the packed strokes to show; nil for all that is committed.
local function transition(base, rules, kind, room, seat, address, what)
  what = what or {}
  local ink = what.ink or ink_of(base, room, 0, room.c - 1)
  local turn = NO_LIMIT
  if room.dl > 0 then turn = math.max(room.dl - rules.now, 0) end
  local hands, relays, participants = header(0), 0, 0
  if completed(room) then
    local totals = room.totals or call('HMGET', base .. ':counters', 'relays', 'participants')
    hands, relays, participants = hands_of(room), tonumber(totals[1]), tonumber(totals[2])
  end
  return header(9)
    .. pack(kind, seat, what.c or -1, address, what.ms or 0)
    .. header(8) .. pack(room.id) .. room.ph .. pack(room.n, room.c, room.v, turn)
    .. header(2) .. header(3) .. pack(room.p0, room.a0, room.l0)
    .. header(3) .. pack(room.p1, room.a1, room.l1)
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
  if room['a' .. seat] == address then return nil end
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
