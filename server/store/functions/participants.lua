-- What a lane remembers of a participant.
--
-- The record is packed: address (where the participant is connected; "" for nowhere), room (the
-- last one), partners (the last ones as words, latest first), seated_at (ms), hello (when `hello`
-- was said at the address, ms), previous (the addresses before that, latest first).

local function participant_key(base, participant) return base .. ':participant:' .. participant end

-- What is stored of a participant; empty values for somebody unknown.
local function load_participant(base, participant)
  local record = { address = '', room = '', partners = '', seated_at = 0, hello = 0, previous = '' }
  local stored = call('GET', participant_key(base, participant))
  if stored then
    record.address, record.room, record.partners, record.seated_at, record.hello, record.previous =
      cmsgpack.unpack(stored)
  end
  return record
end

-- Store the record for PARTICIPANT_TTL from now on.
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

-- Remember a finished work until the participant has received the news; the oldest ones are dropped.
local function add_unacknowledged(base, participant, work, serial)
  local key = base .. ':unacknowledged:' .. participant
  local length = call('RPUSH', key, work .. ' ' .. serial)
  if length == 1 then call('PEXPIRE', key, UNACKNOWLEDGED_TTL) end
  if length > MAX_UNACKNOWLEDGED then call('LTRIM', key, -MAX_UNACKNOWLEDGED, -1) end
end

-- Put a partner before the last ones.
local function add_partner(record, partner)
  record.partners = with_first(partner, record.partners, LAST_PARTNERS)
end
