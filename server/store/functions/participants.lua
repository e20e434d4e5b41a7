-- What a lane remembers of its participants.

local function person_key(base, participant) return base .. ':who:' .. participant end

local function load_person(base, participant)
  local person = { s = '', r = '', rec = '', t = 0, h = 0, p = '' }
  local stored = call('GET', person_key(base, participant))
  if stored then
    local hello, before
    person.s, person.r, person.rec, person.t, hello, before = cmsgpack.unpack(stored)
    person.h, person.p = hello or 0, before or ''  -- an earlier version knew neither
  end
  return person
end

local function save_person(base, participant, person)
  call('SET', person_key(base, participant),
    pack(person.s, person.r, person.rec, person.t, person.h, person.p), 'PX', PERSON_TTL)
end

-- They are connected at this address, where they said `hello` at this time (ms).
local function connect(person, address, hello)
  if person.s ~= address then
    if person.s ~= '' then person.p = with_first(person.s, person.p, LAST_PLACES) end
    person.s = address
  end
  person.h = math.max(person.h, hello)
end

local function room_of(base, participant, person)
  if person.r == '' then return nil, nil end
  local room = load(base, person.r)
  local seat = room and seat_held_by(room, participant)
  if seat then return room, seat end
  return nil, nil
end

-- Give a participant the seat back at this address; the transition.
local function take_back(base, rules, room, seat, address)
  local before, kind = room[seat].address, 'seated'
  if before ~= address then
    kind = before == '' and 'back' or 'moved'
    come_back(rules, room, seat, address)
    save(base, rules, room)
  end
  return transition(base, rules, kind, room, seat, address)
end

local function remember_partner(person, partner)
  person.rec = with_first(partner, person.rec, LAST_PARTNERS)
end
