-- The numbers of participants, in every lane of a campaign.

-- Serials ascend in the whole campaign and are dense in lane 0, which numbers its hands itself.
-- Any other lane takes them from blocks that lane 0 granted; what is left of a block that is some
-- seconds old is given up, so that numbers ascend in time, too.
local function numbers_itself(base) return string.sub(base, -3) == ':0}' end

-- The hands of a work, each once in the order of their first characters; and hand -> its place.
local function hands_of_writers(writers)
  local hands, numbers = {}, {}
  for _, writer in ipairs(split(writers)) do
    if not numbers[writer] then
      hands[#hands + 1] = writer
      numbers[writer] = #hands
    end
  end
  return hands, numbers
end

local function has_serials(base, now, wanted)
  if numbers_itself(base) then return true end
  local key, left = base .. ':serials', 0
  for _, block in ipairs(call('LRANGE', key, 0, -1)) do
    local words = split(block)
    if now - tonumber(words[3]) > SERIALS_TTL then
      call('LREM', key, 1, block)
    else
      left = left + tonumber(words[2]) - tonumber(words[1]) + 1
    end
  end
  return left >= wanted
end

-- The next `wanted` serials, of which there are enough.
local function take_serials(base, wanted)
  local serials = {}
  if numbers_itself(base) then
    local last = call('HINCRBY', base .. ':counters', 'serial', wanted)
    for i = 1, wanted do serials[i] = last - wanted + i end
    return serials
  end
  local key = base .. ':serials'
  while #serials < wanted do
    local words = split(call('LPOP', key))
    local first, last = tonumber(words[1]), tonumber(words[2])
    while first <= last and #serials < wanted do
      serials[#serials + 1] = first
      first = first + 1
    end
    if first <= last then
      call('LPUSH', key, string.format('%d %d %s', first, last, words[3]))
    end
  end
  return serials
end

-- grant: a block of serials for another lane.
-- KEYS  base of lane 0
-- ARGV  how many
-- Answer  the last of them
-- A block that is asked for and never used leaves a gap, and nothing worse.
local function grant(keys, args)
  return call('HINCRBY', keys[1] .. ':counters', 'serial', args[1])
end

-- supply: give a block of serials to a lane other than 0.
-- KEYS  base
-- ARGV  now (0: this server's clock), first, last, ms since they were granted
-- Answer  1, or 0 for a block that comes after one granted later: it is left unused
local function supply(keys, args)
  local key, granted = keys[1] .. ':serials', rules_of({ args[1], 0, 0, 0 }).now - args[4]
  local given = tonumber(call('HGET', keys[1] .. ':counters', 'supplied') or 0)
  if tonumber(args[2]) <= given then return 0 end
  call('HSET', keys[1] .. ':counters', 'supplied', args[3])
  call('RPUSH', key, args[2] .. ' ' .. args[3] .. ' ' .. string.format('%d', granted))
  return 1
end
