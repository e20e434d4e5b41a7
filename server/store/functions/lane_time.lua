-- A lane's time, which never goes back, and the rules of a call.

-- The wall clock in ms: what the caller says, or this server's for 0.
local function wall_clock(given)
  local now = tonumber(given)
  if now == 0 then
    local time = call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return now
end

-- Store the lane's time, and by how much it is ahead of the wall clock.
local function keep_time(base, now, ahead) call('SET', base .. ':clock', pack(now, ahead)) end

-- The lane's time in ms, and by how much it is ahead of the wall clock. A lane compares times of
-- its own only: when the wall clock is lower than at the last heartbeat, it was set back, and the lane's
-- time is ahead of it by so much. It then runs a little slower, until both are equal again.
local function lane_time(base, given)
  local now = wall_clock(given)
  local stored = call('GET', base .. ':clock')
  if not stored then return now, 0 end
  local last, ahead = cmsgpack.unpack(stored)
  local elapsed = now + ahead - last
  if elapsed < 0 then
    keep_time(base, last, ahead - elapsed)
    return last, ahead - elapsed
  end
  local slewed = math.min(ahead, math.floor(elapsed / SLEW))
  return last + elapsed - slewed, ahead - slewed
end

-- The time and the rules of a call: ARGV[1..4] are the time in ms (0: that of this server), and the
-- lengths of a turn, a grace and of a kept room in ms.
local function rules_of(base, args)
  return {
    now = lane_time(base, args[1]),
    turn = tonumber(args[2]),
    grace = tonumber(args[3]),
    keep = tonumber(args[4]),
    pool_size = NO_LIMIT,  -- until it is known
  }
end
