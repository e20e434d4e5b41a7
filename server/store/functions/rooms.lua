-- What changes a room, and how a change is told.

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

-- What is told of a work that was counted in an earlier call: its hands with their serials, packed,
-- and the lane's totals of today.
local function counted_before(base, room)
  local words, out = split(room.serials), {}
  for i = 1, #words, 2 do
    out[#out + 1] = ARRAY_2 .. pack(words[i], tonumber(words[i + 1]))
  end
  local totals = call('HMGET', base .. ':counters', 'relays', 'participants')
  return { list(out), tonumber(totals[1]), tonumber(totals[2]) }
end

-- The ms until a time; 0 when it is over, and never more than the rules give.
local function left(time, now, most) return math.min(math.max(time - now, 0), most) end

local NOTHING = {}
local NOT_COUNTED = ARRAY_0 .. '\0\0'  -- no hands, and zeros

-- A room after a change. `what.ink`: the packed strokes to show; nil for all that is committed.
-- `what.ms`: the grace that is told; nil for what is left of the other seat's. `what.c`: the
-- character concerned.
local function transition(base, rules, kind, room, seat, address, what)
  what = what or NOTHING
  local ink = what.ink or room.turn > 0 and ink_of(base, room, 0, room.turn - 1)
  local ms = what.ms or left(room[1 - seat].grace, rules.now, rules.grace)
  local turn_ms = NO_LIMIT
  if room.deadline > 0 then
    local away = room[room.turn % 2].grace > 0
    turn_ms = left(room.deadline, rules.now, rules.turn + (away and rules.grace or 0))
  end
  local hands_and_totals = NOT_COUNTED
  if completed(room) then
    local counted = room.counted or counted_before(base, room)
    hands_and_totals = counted[1] .. pack(counted[2], counted[3])
  end
  local one, other = room[0], room[1]
  return ARRAY_9
    .. pack(kind, seat, what.c or -1, address, ms)
    .. ARRAY_8 .. pack(room.id) .. room.phrase
    .. pack(room.chars, room.turn, room.version, turn_ms)
    .. ARRAY_2 .. ARRAY_3 .. pack(one.holder, one.address, one.last)
    .. ARRAY_3 .. pack(other.holder, other.address, other.last)
    .. (ink and list(ink) or ARRAY_0)
    .. hands_and_totals
end
