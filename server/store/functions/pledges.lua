-- Pledges: a campaign's are all in lane 0, since the numbers of one ascend in the whole campaign.

-- The key of a pledge that a participant made.
local function pledge_key(base, pledge, participant)
  return base .. ':pledge:' .. pledge .. ':' .. participant
end

-- pledge: count a participant's pledge once, number it, and add it to the stream for the archive.
-- KEYS  base of lane 0
-- ARGV  now (0: this server's clock), participant, pledge, certificate, "1" while the campaign is
--       open
-- Answer  [certificate, pledge, participant, number, ms since 1970, 1 for a new one, else 0]; the
--         certificate is "" when there is none and the campaign is not open; the error BEHIND when
--         the lane has no generation
-- Atomic: the count, the number, the record and the stream's entry change together. Repeatable: a
-- repeat is answered with the first certificate and number.
-- The caller has looked into the archive before: the record is kept for a day after the archive has
-- the pledge.
local function pledge(keys, args)
  local base, participant, id = keys[1], args[2], args[3]
  local key = pledge_key(base, id, participant)
  local stored = call('GET', key)
  if stored then
    local certificate, number, at = cmsgpack.unpack(stored)
    return header(6) .. pack(certificate, id, participant, number, at, 0)
  end
  if args[5] ~= '1' then return header(6) .. pack('', id, participant, 0, 0, 0) end
  if is_behind(base) then return behind_error() end
  local now = lane_time(base, args[1])
  local number = call('HINCRBY', base .. ':pledges', 'number:' .. id, 1)
  call('HINCRBY', base .. ':pledges', 'count:' .. id, 1)
  call('SET', key, pack(args[4], number, now))
  call('XADD', base .. ':pledged', '*', 'pledge',
    header(5) .. pack(args[4], id, participant, number, now))
  return header(6) .. pack(args[4], id, participant, number, now, 1)
end

-- pledge_totals: what the campaign has counted.
-- KEYS  base of lane 0
-- Answer  a Redis array: "count:<pledge>" or "number:<pledge>", its value, and so on; the error
--         BEHIND when the lane has no generation
-- Atomic: all are of the same moment. Repeatable: it only reads.
local function pledge_totals(keys)
  if is_behind(keys[1]) then return behind_error() end
  return call('HGETALL', keys[1] .. ':pledges')
end

-- reconcile_pledges: raise the totals to what the archive has. `reconcile` comes after it.
-- KEYS  base of lane 0
-- ARGV  numbers to skip after a loss, then for each pledge: its id, the count, the highest number
-- Answer  how many pledges had lost something, an integer
-- Atomic: no number is given between the first raise and the last. Repeatable: what was raised is
-- not lower any more.
local function reconcile_pledges(keys, args)
  local key, lost = keys[1] .. ':pledges', 0
  for at = 2, #args, 3 do
    local field, highest = 'number:' .. args[at], tonumber(args[at + 2])
    local last = math.max(tonumber(call('HGET', key, field) or 0), highest)
    local fewer = raise(key, 'count:' .. args[at], tonumber(args[at + 1]))
    if raise(key, field, highest) or fewer then
      lost = lost + 1
      call('HSET', key, field, string.format('%d', last + tonumber(args[1])))
    end
  end
  return lost
end
