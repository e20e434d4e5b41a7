-- Which calls may act now: lanes behind the archive, workers that were given up, pauses, sessions.

-- Whether Redis may have lost what the lane had: it was not compared with the archive since.
local function is_behind(base) return call('EXISTS', base .. ':generation') == 0 end

-- What a function answers while the lane must be compared with the archive.
local function behind_error()
  return redis.error_reply('BEHIND the lane must be compared with the archive first')
end

-- Whether a worker was given up: its seats are others' to reap.
local function is_fenced(base, worker)
  local entry = call('HGET', base .. ':workers', worker)
  return entry and string.sub(entry, 1, 4) == 'dead'
end

-- Whether the worker of an address may be dead or frozen: it is fenced, or its heartbeat is late.
local function is_late(base, address, now)
  local entry = call('HGET', base .. ':workers', string.match(address, '^[^/]*'))
  if not entry then return false end
  local words = split(entry)
  return words[1] == 'dead' or tonumber(words[3]) - now < LEASE - HEARTBEAT_LATE
end

-- Until when nothing runs out; 0 without a pause.
local function pause_until(base) return tonumber(call('GET', base .. ':expiry_pause') or 0) end

-- The key lives longer than the pause if the wall clock is set back, so it says when it ends.
local function pause_for(base, now, ms)
  call('SET', base .. ':expiry_pause', string.format('%d', now + ms), 'PX', ms)
end

-- Whether no deadline may run out: no worker sends heartbeats, or one does again since so short a
-- time that the others may not yet, or participants cannot be told (`pause_expiry`).
local function expiry_paused(base, now)
  local last = call('GET', base .. ':last_heartbeat')
  return last and now - tonumber(last) > HEARTBEAT_LATE or now < pause_until(base)
end

-- Why a session at `address` may not act for a seat; nil when it may. A seat without an address
-- says nothing of the worker: a call that is sent again after the connection was lost finds it so,
-- and so does a replaced session.
local function seat_refusal(base, room, seat, address)
  if room[seat].address == address then return nil end
  return is_fenced(base, string.match(address, '^[^/]*')) and 'fenced' or 'elsewhere'
end

-- The room and the seat of a session, or the refusal.
local function held_seat(base, participant, address, id)
  local room = load_room(base, id)
  local seat = room and seat_held_by(room, participant)
  if not seat then return nil, nil, 'no_such_room' end
  local refusal = seat_refusal(base, room, seat, address)
  if refusal then return nil, nil, refusal end
  return room, seat, nil
end
