-- Serial numbers of participants, in every lane of a campaign.

-- Serials ascend in the whole campaign. Lane 0 counts them. Any other lane takes them from blocks
-- that lane 0 granted; the rest of a block is dropped after SERIALS_TTL, so that serials ascend in
-- time, too.
local function counts_serials(base) return string.sub(base, -3) == ':0}' end

-- The hands of a work, each once in the order of their first characters; and for each character
-- the place of its hand, from 0 on.
local function hands_of_writers(writers)
  local hands, places, by = {}, {}, {}
  for writer in string.gmatch(writers, '%S+') do
    local place = places[writer]
    if not place then
      hands[#hands + 1] = writer
      place = #hands
      places[writer] = place
    end
    by[#by + 1] = place - 1
  end
  return hands, by
end

-- Whether the lane has so many serials left; drops old blocks.
local function has_serials(base, now, wanted)
  if counts_serials(base) then return true end
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

-- The next `wanted` serials; `has_serials` must have said that there are enough.
local function take_serials(base, wanted)
  local serials = {}
  if counts_serials(base) then
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

-- grant_serials: a block of serials for another lane.
-- KEYS  base of lane 0
-- ARGV  how many
-- Answer  the last of them, an integer; the error BEHIND when the lane has no generation
-- Atomic: no two blocks overlap. Repeatable: a second call grants another block, and the first one
-- stays unused, which leaves a gap and nothing worse.
local function grant_serials(keys, args)
  if is_behind(keys[1]) then return behind_error() end
  return call('HINCRBY', keys[1] .. ':counters', 'serial', args[1])
end

-- add_serials: give a granted block of serials to a lane other than 0.
-- KEYS  base
-- ARGV  now (0: this server's clock), first, last, ms since they were granted
-- Answer  1, or 0 when a block granted later was added before: this one stays unused
-- Atomic: the check and the push are one step, so serials of a lane ascend. Repeatable: the same
-- block is not added twice.
local function add_serials(keys, args)
  local key, granted = keys[1] .. ':serials', (lane_time(keys[1], args[1])) - args[4]
  local added = tonumber(call('HGET', keys[1] .. ':counters', 'added') or 0)
  if tonumber(args[2]) <= added then return 0 end
  call('HSET', keys[1] .. ':counters', 'added', args[3])
  call('RPUSH', key, args[2] .. ' ' .. args[3] .. ' ' .. string.format('%d', granted))
  return 1
end
