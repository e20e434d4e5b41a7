-- What networks do, counted by all workers together.

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
