-- What those who wait alone may be offered.

-- waiting: who has waited for a partner for long, and which rooms have an open seat.
-- KEYS  base
-- ARGV  now (0: this server's clock), ms that are long, rooms of those at most, locales
-- Answer  [[room, its locale, [address]] that has waited for long], [[room, packed phrase, locale,
--         everybody who ever sat there as words] that is among the oldest, or the oldest one of a
--         locale, of the pool or of those that are kept]
-- Changes nothing.
local function waiting(keys, args)
  local base, now = keys[1], rules_of({ args[1], 0, 0, 0 }).now
  local lonely, open, seen = {}, {}, {}

  local function show(id)
    local room = id and not seen[id] and load(base, id)
    if room then
      seen[id] = true
      open[#open + 1] = header(4) .. pack(id) .. room.ph .. pack(room.loc, room.who)
    end
  end

  local since = now - tonumber(args[2])
  for _, id in ipairs(call('ZRANGEBYSCORE', base .. ':pool', '-inf', since,
    'LIMIT', 0, tonumber(args[3]))) do
    local room = load(base, id)
    if room then
      lonely[#lonely + 1] = header(3) .. pack(id, room.loc)
        .. packed_list({ room[0].address, room[1].address })
    end
  end
  for _, id in ipairs(call('ZRANGE', base .. ':pool', 0, SLACK - 1)) do show(id) end
  for i = 4, #args do
    for _, name in ipairs({ ':pool:', ':kept:' }) do
      show(call('ZRANGE', base .. name .. args[i], 0, 0)[1])
    end
  end
  return header(2) .. list(lonely) .. list(open)
end
