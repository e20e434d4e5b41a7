-- What the guards of all workers share: what networks do, and which ink was written before.

local MOST_NETWORKS = 262144

-- count_networks: add to the counts of networks in a window, and read them.
-- KEYS  base of the guard's keys; the counts are hashes <base>:<window>, network -> events
-- ARGV  window, the window before, ms for which the counts are kept; then for each network its
--       hash and the events to add
-- Answer  for each network its events in the window and in the one before; not packed
-- Atomic: nothing is counted between the addition and the answer. Not repeatable: it adds. A call
-- that is lost or repeated moves a limit by a second's events of one worker.
local function count_networks(keys, args)
  local present, before = keys[1] .. ':' .. args[1], keys[1] .. ':' .. args[2]
  local full = call('HLEN', present) >= MOST_NETWORKS
  local counts = {}
  for i = 4, #args, 2 do
    local network, events = args[i], tonumber(args[i + 1])
    if full then
      counts[#counts + 1] = (tonumber(call('HGET', present, network)) or 0) + events
    else
      counts[#counts + 1] = call('HINCRBY', present, network, events)
    end
    counts[#counts + 1] = tonumber(call('HGET', before, network)) or 0
  end
  call('PEXPIRE', present, args[3])
  return counts
end

-- remember_inks: remember the ink of characters, and find what another participant wrote before.
-- KEYS  base of the guard's keys; the inks are the hash <base>:inks, place -> ink and writer
-- ARGV  ms for which they are kept; then for each character the place of its ink in the table, the
--       hash of the ink (8 bytes) and that of its writer
-- Answer  for each character 1 when another writer committed the same ink before, else 0; not packed
-- Atomic: of two writers of the same ink one is the first. Repeatable: a repeated character is its
-- own writer's. The table is bounded by its places: newer ink takes the place of older ink.
local function remember_inks(keys, args)
  local inks = keys[1] .. ':inks'
  local found = {}
  for i = 2, #args, 3 do
    local place, ink, writer = args[i], args[i + 1], args[i + 2]
    local before = call('HGET', inks, place)
    if before and string.sub(before, 1, #ink) == ink then
      found[#found + 1] = string.sub(before, #ink + 1) == writer and 0 or 1
    else
      call('HSET', inks, place, ink .. writer)
      found[#found + 1] = 0
    end
  end
  call('PEXPIRE', inks, args[1])
  return found
end
