-- Leases of the workers, and what becomes of the seats of a dead one.

-- Everybody's gauges, and who was given up lately; who is late is given up now.
local function look_round(base, now)
  local key, online, writing, dead = base .. ':workers', 0, 0, {}
  local quiet = call('EXISTS', base .. ':quiet') == 1
  local workers = call('HGETALL', key)
  for i = 1, #workers, 2 do
    local name, words = workers[i], split(workers[i + 1])
    if words[1] == 'dead' then
      if now - tonumber(words[2]) > DEAD_TTL then call('HDEL', key, name) end
      if now - tonumber(words[2]) < 2 * LEASE then dead[#dead + 1] = name end
    elseif tonumber(words[3]) > now then
      online, writing = online + tonumber(words[1]), writing + tonumber(words[2])
    elseif not quiet then
      call('HSET', key, name, 'dead ' .. string.format('%d', now))
      dead[#dead + 1] = name
    end
  end
  return online, writing, dead
end

-- The same; among many workers one of them looks round in a second, and the others take its word.
local function census(base, now)
  if call('HLEN', base .. ':workers') <= FEW_WORKERS then return look_round(base, now) end
  local taken = call('GET', base .. ':census')
  if taken then
    local online, writing, dead = cmsgpack.unpack(taken)
    return online, writing, split(dead)
  end
  local online, writing, dead = look_round(base, now)
  call('SET', base .. ':census', pack(online, writing, table.concat(dead, ' ')), 'PX', CENSUS_TTL)
  return online, writing, dead
end

-- beat: a worker is alive; renew its lease, add its gauges and read everybody's.
-- KEYS  base
-- ARGV  now (0: this server's clock), worker, online, writing, "1" for a new worker's first beat
-- Answer  [online, writing, 1 when the worker itself was given up, [workers that are given up and
--         whose seats are to be reaped]]
-- A worker whose lease is over is marked dead by the next beat of another one, once and for all;
-- but not within a lease of an outage, in which nobody could beat; nor, after a longer one, for as
-- long as it lasted, RETURN at most, since clients come back the later the longer they tried.
local function beat(keys, args)
  local key, rules = keys[1] .. ':workers', rules_of({ args[1], 0, 0, 0 })
  local worker, now = args[2], rules.now
  local mine = call('HGET', key, worker)
  local lost_data = call('EXISTS', key) == 0
  local fenced = mine and string.sub(mine, 1, 4) == 'dead'
    or not mine and args[5] ~= '1' and not lost_data
  if not fenced then
    call('HSET', key, worker, args[3] .. ' ' .. args[4] .. ' '
      .. string.format('%d', now + LEASE))
  end
  local outage = now - tonumber(call('GET', keys[1] .. ':pulse') or now)
  if outage > PULSE then
    call('SET', keys[1] .. ':quiet', '1', 'PX', math.max(LEASE, math.min(outage, RETURN)))
  end
  call('SET', keys[1] .. ':pulse', string.format('%d', now))
  local online, writing, dead = census(keys[1], now)
  return { online, writing, fenced and 1 or 0, dead }
end

-- hush: nobody can be told anything of this lane for now: nothing runs out, nobody is given up.
-- KEYS  base
-- Answer  1
-- It holds for a lease at least; asked for again it begins anew.
local function hush(keys)
  local key = keys[1] .. ':quiet'
  if call('PTTL', key) < LEASE then call('SET', key, '1', 'PX', LEASE) end
  return 1
end

-- depart: a worker ends in good order; it is no longer expected to beat.
-- KEYS  base
-- ARGV  worker
-- Answer  1 if it was known, else 0
local function depart(keys, args)
  return call('HDEL', keys[1] .. ':workers', args[1])
end

-- reap: the seats of a worker that was given up are away, as if each connection had been lost.
-- KEYS  base
-- ARGV  rules (4), worker, then rooms to look through
-- Answer  [[], [transition]]
-- A seat that is connected elsewhere by now is left alone, so any worker may do it again.
local function reap(keys, args)
  local base, rules, transitions = keys[1], rules_of(args), {}
  local prefix = args[5] .. '/'
  for i = 6, #args do
    local room = load(base, args[i])
    for seat = 0, 1 do
      local address = room and not completed(room) and room[seat].address or ''
      if string.sub(address, 1, #prefix) == prefix then
        lose(rules, room, seat)
        save(base, rules, room)
        transitions[#transitions + 1] = transition(base, rules, 'away', room, seat, '',
          { ms = rules.grace, ink = {} })
      end
    end
  end
  return answer({}, transitions)
end
