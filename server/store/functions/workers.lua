-- Leases of the workers, and the seats of a worker whose lease ran out.

-- The gauges of all workers, and those that were fenced lately; late ones are fenced now.
local function check_leases(base, now)
  local key, online, writing, dead = base .. ':workers', 0, 0, {}
  local paused = now < pause_until(base)
  local workers = call('HGETALL', key)
  for i = 1, #workers, 2 do
    local name, words = workers[i], split(workers[i + 1])
    if words[1] == 'dead' then
      if now - tonumber(words[2]) > DEAD_TTL then call('HDEL', key, name) end
      if now - tonumber(words[2]) < 2 * LEASE then dead[#dead + 1] = name end
    elseif tonumber(words[3]) > now then
      online, writing = online + tonumber(words[1]), writing + tonumber(words[2])
    elseif not paused then
      call('HSET', key, name, 'dead ' .. string.format('%d', now))
      dead[#dead + 1] = name
    end
  end
  return online, writing, dead
end

-- The same. Among many workers one of them checks in a second, and the others read its summary.
local function summarize_workers(base, now)
  if call('HLEN', base .. ':workers') <= FEW_WORKERS then return check_leases(base, now) end
  local stored = call('GET', base .. ':worker_summary')
  if stored then
    local at, online, writing, dead = cmsgpack.unpack(stored)
    if now - at < SUMMARY_TTL then return online, writing, split(dead) end
  end
  local online, writing, dead = check_leases(base, now)
  call('SET', base .. ':worker_summary', pack(now, online, writing, table.concat(dead, ' ')),
    'PX', SUMMARY_TTL)
  return online, writing, dead
end

-- heartbeat: renew the lease of a worker, store its gauges and read those of all workers.
-- KEYS  base
-- ARGV  now (0: this server's clock), worker, online, writing, "1" for a new worker's first one
-- Answer  a Redis array: online, writing, 1 when this worker was fenced, [workers that were fenced
--         lately and whose seats are to be reaped], ms that the lane's time is ahead of the wall
--         clock, since that was set back
-- Atomic: a worker is either renewed or fenced, never both. Repeatable: a repeat renews again; a
-- fenced worker stays fenced.
-- A worker whose lease is over is fenced by the next heartbeat of another one. But not within a
-- lease after an outage, in which no heartbeat could come; after a longer outage, not for as long
-- as it lasted, MAX_PAUSE at most, since clients reconnect the later the longer they tried.
local function heartbeat(keys, args)
  local key, worker, now, ahead = keys[1] .. ':workers', args[2], lane_time(keys[1], args[1])
  local mine = call('HGET', key, worker)
  local lost_data = call('EXISTS', key) == 0
  local fenced = mine and string.sub(mine, 1, 4) == 'dead'
    or not mine and args[5] ~= '1' and not lost_data
  if not fenced then
    call('HSET', key, worker, args[3] .. ' ' .. args[4] .. ' '
      .. string.format('%d', now + LEASE))
  end
  local outage = now - tonumber(call('GET', keys[1] .. ':last_heartbeat') or now)
  if outage > HEARTBEAT_LATE then
    pause_for(keys[1], now, math.max(LEASE, math.min(outage, MAX_PAUSE)))
  end
  call('SET', keys[1] .. ':last_heartbeat', string.format('%d', now))
  keep_time(keys[1], now, ahead)
  local online, writing, dead = summarize_workers(keys[1], now)
  return { online, writing, fenced and 1 or 0, dead, ahead }
end

-- gauges: how many are connected and how many hold a seat, as the last heartbeats say.
-- KEYS  base
-- ARGV  now (0: this server's clock)
-- Answer  a Redis array: online, writing
-- Atomic: both are of the same moment. Repeatable: it fences nobody.
local function gauges(keys, args)
  local now, online, writing = lane_time(keys[1], args[1]), 0, 0
  local workers = call('HGETALL', keys[1] .. ':workers')
  for i = 2, #workers, 2 do
    local words = split(workers[i])
    if words[1] ~= 'dead' and tonumber(words[3]) > now then
      online, writing = online + tonumber(words[1]), writing + tonumber(words[2])
    end
  end
  return { online, writing }
end

-- pause_expiry: no lease and no deadline of this lane runs out for a lease's time from now on,
-- since nobody can be told of anything.
-- KEYS  base
-- ARGV  now (0: this server's clock)
-- Answer  1
-- Atomic: a longer pause is never shortened. Repeatable: a repeat begins the time anew.
local function pause_expiry(keys, args)
  local now = lane_time(keys[1], args[1])
  if pause_until(keys[1]) < now + LEASE then pause_for(keys[1], now, LEASE) end
  return 1
end

-- release_lease: a worker ends in good order; no further heartbeat is expected.
-- KEYS  base
-- ARGV  worker
-- Answer  1 if it had a lease, else 0
-- Atomic: one command. Repeatable: there is nothing left to release.
local function release_lease(keys, args)
  return call('HDEL', keys[1] .. ':workers', args[1])
end

-- reap: disconnect the seats of a fenced worker, as if each connection had been lost.
-- KEYS  base
-- ARGV  rules (4), worker, then rooms to look through
-- Answer  [[], [transition]]
-- Atomic: no holder can reconnect between the check and the change. Repeatable, by any worker: a
-- seat that is connected at another address by now is left alone.
local function reap(keys, args)
  local base, rules, transitions = keys[1], rules_of(keys[1], args), {}
  local prefix = args[5] .. '/'
  for i = 6, #args do
    local room = load_room(base, args[i])
    for seat = 0, 1 do
      local address = room and not completed(room) and room[seat].address or ''
      if string.sub(address, 1, #prefix) == prefix then
        start_grace(rules, room, seat)
        save_room(base, rules, room)
        transitions[#transitions + 1] = transition(base, rules, 'away', room, seat, '',
          { ms = rules.grace, ink = {} })
      end
    end
  end
  return answer({}, transitions)
end
