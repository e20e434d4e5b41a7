-- What participants who wait alone may be offered.

-- waiting_rooms: which rooms have waited for a partner for long, and which have an open seat.
-- KEYS  base
-- ARGV  now (0: this server's clock), ms that are long, such rooms at most, then locales
-- Answer  [[room, its locale, [address of each seat]] that has waited for long], [[room, packed
--         phrase, locale, everyone who ever sat there as words] that is among the oldest, or the
--         oldest of a locale, of the pool or of the kept rooms]
-- Atomic and repeatable: it changes nothing.
local function waiting_rooms(keys, args)
  local base, now = keys[1], lane_time(keys[1], args[1])
  local alone, open, seen = {}, {}, {}

  local function add_open(id)
    local room = id and not seen[id] and load_room(base, id)
    if room then
      seen[id] = true
      open[#open + 1] = header(4) .. pack(id) .. room.phrase .. pack(room.locale, room.people)
    end
  end

  local since = now - tonumber(args[2])
  for _, id in ipairs(call('ZRANGEBYSCORE', base .. ':pool', '-inf', since,
    'LIMIT', 0, tonumber(args[3]))) do
    local room = load_room(base, id)
    if room then
      alone[#alone + 1] = ARRAY_3 .. pack(id, room.locale)
        .. packed_list({ room[0].address, room[1].address })
    end
  end
  for _, id in ipairs(call('ZRANGE', base .. ':pool', 0, SLACK - 1)) do add_open(id) end
  for i = 4, #args do
    for _, name in ipairs({ ':pool:', ':kept:' }) do
      add_open(call('ZRANGE', base .. name .. args[i], 0, 0)[1])
    end
  end
  return ARRAY_2 .. list(alone) .. list(open)
end
