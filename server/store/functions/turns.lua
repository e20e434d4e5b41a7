-- What a seated participant, a returning one and the clock change in a room.

-- Add a finished work of so many hands to the lane's totals. Answers both totals, and its time (ms),
-- which is never before that of the work before it, though the wall clock may be set back in between.
local function add_to_totals(base, now, hands)
  local key = base .. ':counters'
  local before = call('HMGET', key, 'relays', 'participants', 'completed_at')
  local relays, participants = (before[1] or 0) + 1, (before[2] or 0) + hands
  local completed_at = math.max(now, tonumber(before[3] or 0))
  -- Redis would write a Lua number of eight zeros with an exponent.
  call('HSET', key, 'relays', string.format('%d', relays),
    'participants', string.format('%d', participants),
    'completed_at', string.format('%d', completed_at))
  return relays, participants, completed_at
end

-- Count a finished work, number its hands, and add it to the stream that the archive reads, with the
-- place in the trace of the commit if it has one. `by` says whose hand wrote each character.
local function count(base, rules, room, hands, by, last_ink, trace)
  local relays, participants, completed_at = add_to_totals(base, rules.now, #hands)
  local numbers, packed, serials = take_serials(base, #hands), {}, {}
  for place, hand in ipairs(hands) do
    local serial = string.format('%d', numbers[place])
    packed[place] = ARRAY_2 .. pack(hand, numbers[place])
    serials[place] = hand .. ' ' .. serial
    add_unacknowledged(base, hand, room.id, serial)
  end
  local numbered = list(packed)
  room.serials, room.counted = table.concat(serials, ' '), { numbered, relays, participants }
  local ink = ink_of(base, room, 0, room.chars - 2)
  ink[room.chars] = last_ink
  local work = header(7) .. pack(room.id) .. room.phrase .. numbered .. packed_list(by)
    .. list(ink) .. pack(completed_at, room.held)
  if trace then
    call('XADD', base .. ':works', '*', 'work', work, 'traceparent', trace)
  else
    call('XADD', base .. ':works', '*', 'work', work)
  end
end

-- commit: finish the character whose turn it is; the last one completes and counts the work.
-- KEYS  base
-- ARGV  rules (4), participant, address, room, character index, packed strokes; traceparent, if the
--       commit is traced
-- Answer  [[refusal] or [], [transition] or []]; `no_serials` when the lane needs serials first;
--         the error BEHIND for the last character when the lane has no generation
-- Atomic: the character, the counters, the serials and the stream's entry change together.
-- Repeatable: a character that this participant wrote is answered again as `repeated`.
local function commit(keys, args)
  local base, rules = keys[1], rules_of(keys[1], args)
  local participant, address, c, ink = args[5], args[6], tonumber(args[8]), args[9]
  local room = load_room(base, args[7])
  if not room then return refused('no_such_room') end
  if c < room.turn and split(room.writers)[c + 1] == participant then
    return done(transition(base, rules, 'repeated', room, c % 2, address,
      { c = c, ink = ink_of(base, room, c, c) }))
  end
  if completed(room) then return refused('no_such_room') end
  local seat = seat_held_by(room, participant)
  if not seat then return refused('not_your_turn') end
  local refusal = seat_refusal(base, room, seat, address)
  if refusal then return refused(refusal) end
  if c ~= room.turn or c % 2 ~= seat then return refused('not_your_turn') end
  local writers, kind, hands, by = add_word(room.writers, participant), 'committed', nil, nil
  if c + 1 == room.chars then
    if is_behind(base) then return behind_error() end
    kind, hands, by = 'completed', hands_of_writers(writers)
    if not has_serials(base, rules.now, #hands) then return refused('no_serials') end
  end
  room.writers = writers
  room.turn, room.deadline = room.turn + 1, 0
  settle(rules, room)
  if hands then count(base, rules, room, hands, by, ink, args[10]) end
  save_room(base, rules, room, c, ink)
  return done(transition(base, rules, kind, room, seat, address, { c = c, ink = { ink } }))
end

-- leave: give up one's seat.
-- KEYS  base
-- ARGV  rules (4), participant, address, room, "1" to keep one's character for a stranger,
--       "1" when it is a report, which holds the work back
-- Answer  [[refusal] or [], [transition] or []]
-- Atomic: the seat is free in the same step in which its holder loses it. Repeatable: a repeat is
-- refused with `no_such_room`, and nothing changes.
local function leave(keys, args)
  local base, rules = keys[1], rules_of(keys[1], args)
  local room, seat, refusal = held_seat(base, args[5], args[6], args[7])
  if refusal then return refused(refusal) end
  if args[9] == '1' then room.held = 1 end
  vacate_seat(rules, room, seat, args[8] == '1')
  save_room(base, rules, room)
  return done(transition(base, rules, 'left', room, seat, args[6], { ink = {} }))
end

-- disconnect: the connection is lost; the seat is held for the grace.
-- KEYS  base
-- ARGV  rules (4), participant, address, room; "" for the participant's last room
-- Answer  [[refusal] or [], [transition] or []]
-- Atomic: the address is compared and removed in one step. Repeatable: a repeat finds another
-- address, is refused with `elsewhere`, and the grace does not begin again.
local function disconnect(keys, args)
  local base, rules, id = keys[1], rules_of(keys[1], args), args[7]
  if id == '' then id = load_participant(base, args[5]).room end
  local room, seat, refusal = held_seat(base, args[5], args[6], id)
  if refusal then return refused(refusal) end
  start_grace(rules, room, seat)
  save_room(base, rules, room)
  return done(transition(base, rules, 'away', room, seat, '', { ms = rules.grace, ink = {} }))
end

-- resume: a participant is connected, by token; take over the seat and read what was missed.
-- KEYS  base
-- ARGV  rules (4), participant, address, when `hello` was said there (ms)
-- Answer  [previous address or "", [transition] or [], [[work, serial] unacknowledged], "fenced"
--         for a worker whose lease ran out, "elsewhere" when `hello` was said at another address
--         later, else "", last partners as words, when last seated]
-- Atomic: one address has the participant afterwards. Repeatable: the same address again changes
-- nothing. An earlier `hello` that is answered after a later one, or again, takes nothing over from
-- it: the times decide. When both were said at nearly the same time, an address that was replaced
-- does not take over again.
local function resume(keys, args)
  local base, rules, participant, address = keys[1], rules_of(keys[1], args), args[5], args[6]
  local hello = tonumber(args[7])
  local record = load_participant(base, participant)
  local refusal = is_fenced(base, string.match(address, '^[^/]*')) and 'fenced'
    or record.address ~= address
      and (hello + CLOCK_TOLERANCE < record.hello or has(record.previous, address)) and 'elsewhere'
  if refusal then
    return header(6) .. pack('') .. ARRAY_0 .. ARRAY_0 .. pack(refusal, '', 0)
  end
  local room, seat = room_of(base, participant, record)
  local transitions = {}
  if room then transitions[1] = restore_seat(base, rules, room, seat, address) end
  connect(record, address, hello)
  save_participant(base, participant, record)
  local unacknowledged = {}
  for i, entry in ipairs(call('LRANGE', base .. ':unacknowledged:' .. participant, 0, -1)) do
    local words = split(entry)
    unacknowledged[i] = ARRAY_2 .. pack(words[1], tonumber(words[2]))
  end
  return header(6) .. pack(split(record.previous)[1] or '') .. list(transitions)
    .. list(unacknowledged) .. pack('', record.partners, record.seated_at)
end

-- acknowledge: participants have received the news of works.
-- KEYS  base
-- ARGV  for each: participant, "work serial"
-- Answer  how many were removed, an integer
-- Atomic, though it need not be. Repeatable: what was removed is not there to be removed again.
local function acknowledge(keys, args)
  local removed = 0
  for i = 1, #args, 2 do
    removed = removed + call('LREM', keys[1] .. ':unacknowledged:' .. args[i], 1, args[i + 1])
  end
  return removed
end

-- totals: what the lane has counted.
-- KEYS  base
-- Answer  a Redis array: relays, participants; the error BEHIND when the lane has no generation
-- Atomic: both are of the same moment. Repeatable: it only reads.
local function totals(keys)
  if is_behind(keys[1]) then return behind_error() end
  local counters = call('HMGET', keys[1] .. ':counters', 'relays', 'participants')
  return { tonumber(counters[1] or 0), tonumber(counters[2] or 0) }
end

-- invite: keep strangers out of one's open room.
-- KEYS  base
-- ARGV  participant, address, room, code
-- Answer  the code that a friend brings, or "" without an open room; not packed
-- Atomic: no stranger is seated after the code is given. Repeatable: a repeat is answered with the
-- first code.
local function invite(keys, args)
  local base, code = keys[1], args[4]
  local room, _, refusal = held_seat(base, args[1], args[2], args[3])
  if refusal then return '' end
  if room.invite ~= '' then return room.invite end
  if not open_seat(room) then return '' end
  local rules = rules_of(base, { 0, 0, 0, 0 })
  call('SET', base .. ':invite:' .. code, room.id, 'PX', ROOM_TTL)
  room.invite = code
  save_room(base, rules, room)
  return code
end

-- read_room: a room as its participant finds it, or the end of it. It changes nothing, but the
-- lane remembers a seated participant for longer.
-- KEYS  base
-- ARGV  rules (4), participant, room
-- Answer  [[refusal] or [], [transition] or []]
-- Atomic: the room is of one moment. Repeatable: nothing changes.
local function read_room(keys, args)
  local base, rules = keys[1], rules_of(keys[1], args)
  local room = load_room(base, args[6])
  if not room then return refused('no_such_room') end
  if completed(room) and (room[0].holder == args[5] or room[1].holder == args[5]) then
    local last = room.chars - 1
    return done(transition(base, rules, 'repeated', room, last % 2, '',
      { c = last, ink = ink_of(base, room, last, last) }))
  end
  local seat = seat_held_by(room, args[5])
  if not seat then return refused('no_such_room') end
  call('PEXPIRE', participant_key(base, args[5]), PARTICIPANT_TTL)
  return done(transition(base, rules, 'seated', room, seat, room[seat].address))
end

-- Of the locales among the arguments from `at` on: those in which a room has waited since a moment,
-- and those in which a room is kept.
local function waiting_locales(base, since, args, at)
  local early, alone, kept = {}, {}, {}
  local first = call('ZRANGEBYSCORE', base .. ':pool', '-inf', since, 'LIMIT', 0, SLACK)
  for _, id in ipairs(first) do
    local room = load_room(base, id)
    if room then early[room.locale] = true end
  end
  for i = at, #args do
    local locale = args[i]
    local behind = #first == SLACK and not early[locale]
      and call('ZCOUNT', base .. ':pool:' .. locale, '-inf', since) > 0
    if early[locale] or behind then alone[#alone + 1] = locale end
    if call('EXISTS', base .. ':kept:' .. locale) == 1 then kept[#kept + 1] = locale end
  end
  return alone, kept
end

-- expire: do what is due in the most overdue rooms.
-- KEYS  base
-- ARGV  rules (4), how many rooms at most, ms after which a room has waited for long, then the
--       locales to answer for; none in a campaign of one lane
-- Answer  [[transition], ms that the oldest room has waited for a partner or -1, [locale in which a
--         room has waited for long], [locale in which a room is kept]]
-- Atomic: what is due is checked and done in one step. Repeatable, by any worker at any time: what
-- is done is no longer due.
-- Nobody loses a seat who could not act: nothing is due in an outage, while writes are not durable,
-- or shortly after either; and no turn runs out while the heartbeat of its holder's worker is late.
local function expire(keys, args)
  local base, rules, transitions, overdue = keys[1], rules_of(keys[1], args), {}, {}
  if not expiry_paused(base, rules.now) then
    overdue = overdue_rooms(base, rules.now, tonumber(args[5]))
  end
  for _, room in ipairs(overdue) do
    while true do
      if room.expiry > 0 and room.expiry <= rules.now then
        delete_room(base, rules, room)
        break
      end
      local kind, seat
      if room[0].grace > 0 and room[0].grace <= rules.now then
        kind, seat = 'left', 0
      elseif room[1].grace > 0 and room[1].grace <= rules.now then
        kind, seat = 'left', 1
      elseif room.deadline > 0 and room.deadline <= rules.now then
        kind, seat = 'idle', room.turn % 2
      else
        break
      end
      local address = room[seat].address
      if kind == 'idle' and is_late(base, address, rules.now) then break end
      vacate_seat(rules, room, seat, true)
      save_room(base, rules, room)
      transitions[#transitions + 1] =
        transition(base, rules, kind, room, seat, address, { ink = {} })
      if not (taken(room) or room.keep == 1) then break end
    end
  end
  local oldest = call('ZRANGE', base .. ':pool', 0, 0, 'WITHSCORES')
  local alone_ms = oldest[2] and math.max(rules.now - math.floor(tonumber(oldest[2])), 0) or -1
  local alone, kept = {}, {}
  if args[7] then alone, kept = waiting_locales(base, rules.now - tonumber(args[6]), args, 7) end
  return header(4) .. list(transitions) .. pack(alone_ms) .. packed_list(alone)
    .. packed_list(kept)
end
