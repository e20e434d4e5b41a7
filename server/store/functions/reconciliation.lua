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
