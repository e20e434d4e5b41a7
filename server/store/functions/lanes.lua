-- How many lanes there are.

-- scale_lanes: store a worker's rate of tickets; decide how many lanes of the campaign take tickets.
-- KEYS  base of lane 0
-- ARGV  now (0: this server's clock), worker, its tickets a second, tickets a second that one lane
--       is to carry, lanes at most
-- Answer  a Redis array: lanes that are open, lanes that every worker must know, the lane's time
-- Atomic: two workers cannot open or close lanes by different rates. Repeatable: the same rate at
-- the same time gives the same answer.
-- Lanes open in powers of two. New ones are announced first, and open when every worker with a
-- lease has heard of them. Lanes close when the rate has been low for a minute.
local function scale_lanes(keys, args)
  local key, now = keys[1] .. ':lanes', lane_time(keys[1], args[1])
  call('HSET', key, 'rate:' .. args[2], args[3] .. ' ' .. string.format('%d', now))
  local state, rate = {}, 0
  local entries = call('HGETALL', key)
  for i = 1, #entries, 2 do
    local name, value = entries[i], entries[i + 1]
    if string.sub(name, 1, 5) == 'rate:' then
      local words = split(value)
      if now - tonumber(words[2]) > LEASE then
        call('HDEL', key, name)
      else
        rate = rate + tonumber(words[1])
      end
    else
      state[name] = tonumber(value)
    end
  end
  local open, known = state.open or 1, state.known or 1
  local known_at, low_at = state.known_at or 0, state.low_at or 0
  local wanted, most = 1, tonumber(args[5])
  while wanted * 2 <= most and wanted * tonumber(args[4]) < rate do wanted = wanted * 2 end
  if wanted > known then known, known_at = wanted, now end
  if wanted >= open then
    low_at = 0
    if now - known_at >= LANES_ANNOUNCED then open = wanted end
  elseif low_at == 0 then
    low_at = now
  elseif now - low_at >= LANES_CALM then
    open, low_at = wanted, 0
  end
  call('HSET', key, 'open', open, 'known', known, 'known_at', string.format('%d', known_at),
    'low_at', string.format('%d', low_at))
  return { open, known, now }
end
