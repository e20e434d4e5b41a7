-- What a lane remembers of its participants.

local function person_key(base, participant) return base .. ':who:' .. participant end

local function load_person(base, participant)
  local person = { s = '', r = '', rec = '', t = 0 }
  local stored = call('GET', person_key(base, participant))
  if stored then person.s, person.r, person.rec, person.t = cmsgpack.unpack(stored) end
  return person
end

local function save_person(base, participant, person)
  call('SET', person_key(base, participant), pack(person.s, person.r, person.rec, person.t),
    'PX', PERSON_TTL)
end

local function room_of(base, participant, person)
  if person.r == '' then return nil, nil end
  local room = load(base, person.r)
  local seat = room and seat_held_by(room, participant)
  if seat then return room, seat end
  return nil, nil
end

local function remember_partner(person, partner)
  local out = partner
  local count = 1
  for _, other in ipairs(split(person.rec)) do
    if other ~= partner and count < LAST_PARTNERS then
      out = out .. ' ' .. other
      count = count + 1
    end
  end
  person.rec = out
end
