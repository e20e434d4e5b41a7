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
  return ARRAY_2 .. pack(record.address) .. list(transitions)
end
