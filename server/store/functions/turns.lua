-- What a seated participant, one who returns, and the clock do to a room.

-- Count a finished work once, number its hands, and put it on its way to the archive.
local function count(base, rules, room, last_ink)
  local hands, numbers = hands_of_writers(room.hw)
  room.totals = {
    call('HINCRBY', base .. ':counters', 'relays', 1),
    call('HINCRBY', base .. ':counters', 'participants', #hands),
  }
  local given, packed, serials = take_serials(base, #hands), {}, {}
  for number, hand in ipairs(hands) do
    local serial = given[number]
    packed[number] = header(2) .. pack(hand, serial)
    serials[number] = hand .. ' ' .. string.format('%d', serial)
    local key = base .. ':untold:' .. hand
    local untold = call('RPUSH', key, room.id .. ' ' .. string.format('%d', serial))
    if untold == 1 then call('PEXPIRE', key, UNTOLD_TTL) end
    if untold > UNTOLD then call('LTRIM', key, -UNTOLD, -1) end
  end
  room.ser = table.concat(serials, ' ')
  local by = {}
  for i, writer in ipairs(split(room.hw)) do by[i] = numbers[writer] - 1 end
  local ink = ink_of(base, room, 0, room.n - 2)
  ink[room.n] = last_ink
  call('XADD', base .. ':works', '*', 'work', header(7)
    .. pack(room.id) .. room.ph .. list(packed) .. packed_list(by)
    .. list(ink) .. pack(rules.now, room.held))
end

-- commit: finish the character whose turn it is; the last one completes and counts the work.
-- KEYS  base
-- ARGV  rules (4), participant, address, room, character index, packed strokes
-- Answer  [[refusal] or [], [transition] or []]; `no_serials` when the lane must be supplied first
-- The turn index makes it repeatable: a character that this participant wrote is answered again.
local function commit(keys, args)
  local base, rules = keys[1], rules_of(args)
  local participant, address, c, ink = args[5], args[6], tonumber(args[8]), args[9]
  local room = load(base, args[7])
  if not room then return answer({ 'no_such_room' }, {}) end
  if c < room.c and split(room.hw)[c + 1] == participant then
    return answer({}, { transition(base, rules, 'repeated', room, c % 2, address,
      { c = c, ink = ink_of(base, room, c, c) }) })
  end
  if completed(room) then return answer({ 'no_such_room' }, {}) end
  local seat = seat_held_by(room, participant)
  if not seat then return answer({ 'not_your_turn' }, {}) end
  local refusal = not_here(base, room, seat, address)
  if refusal then return answer({ refusal }, {}) end
  if c ~= room.c or c % 2 ~= seat then return answer({ 'not_your_turn' }, {}) end
  if c + 1 == room.n then
    local hands = hands_of_writers(add_word(room.hw, participant))
    if not has_serials(base, rules.now, #hands) then return answer({ 'no_serials' }, {}) end
  end
  room.hw = add_word(room.hw, participant)
  room.c, room.dl = room.c + 1, 0
  settle(rules, room)
  if completed(room) then count(base, rules, room, ink) end
  save(base, rules, room, c, ink)
  local kind = completed(room) and 'completed' or 'committed'
  return answer({}, { transition(base, rules, kind, room, seat, address,
    { c = c, ink = { ink } }) })
end

-- leave: give up one's seat.
-- KEYS  base
-- ARGV  rules (4), participant, address, room, "1" to keep one's character for a stranger,
--       "1" when it is a report, which holds the work back
-- Answer  [[refusal] or [], [transition] or []]
local function leave(keys, args)
  local base, rules = keys[1], rules_of(args)
  local room, seat, refusal = held_seat(base, args[5], args[6], args[7])
  if refusal then return answer({ refusal }, {}) end
  if args[9] == '1' then room.held = 1 end
  give_up(rules, room, seat, args[8] == '1')
  save(base, rules, room)
  return answer({}, { transition(base, rules, 'left', room, seat, args[6], { ink = {} }) })
end

-- drop: the connection is lost; the seat is held for the grace.
-- KEYS  base
-- ARGV  rules (4), participant, address, room; "" for that in which the participant was seen last
-- Answer  [[refusal] or [], [transition] or []]
local function drop(keys, args)
  local base, rules, id = keys[1], rules_of(args), args[7]
  if id == '' then id = load_person(base, args[5]).r end
  local room, seat, refusal = held_seat(base, args[5], args[6], id)
  if refusal then return answer({ refusal }, {}) end
  lose(rules, room, seat)
  save(base, rules, room)
  return answer({}, { transition(base, rules, 'away', room, seat, '',
    { ms = rules.grace, ink = {} }) })
end

-- resume: a participant is connected, by token; take over the seat, say what was missed.
-- KEYS  base
-- ARGV  rules (4), participant, address, when `hello` was said there (ms)
-- Answer  [previous address or "", [transition] or [], [[work, serial] not yet told], "fenced" for
--         a worker that was given up, "elsewhere" when `hello` was said in another place later,
--         else "", last partners as words, when last seated]
-- The same address again changes nothing. An earlier `hello` may be answered, or come again, after
-- a later one, and takes nothing over from it: by the time; and if both were said at nearly the
-- same one, who was taken over from once does not take over again.
local function resume(keys, args)
  local base, rules, participant, address = keys[1], rules_of(args), args[5], args[6]
  local hello = tonumber(args[7])
  local person = load_person(base, participant)
  local refusal = given_up(base, string.match(address, '^[^/]*')) and 'fenced'
    or person.s ~= address
      and (hello + CLOCKS_APART < person.h or has(person.p, address)) and 'elsewhere'
  if refusal then
    return header(6) .. pack('') .. header(0) .. header(0) .. pack(refusal, '', 0)
  end
  local room, seat = room_of(base, participant, person)
  local transitions = {}
  if room then transitions[1] = take_back(base, rules, room, seat, address) end
  connect(person, address, hello)
  save_person(base, participant, person)
  local untold = {}
  for i, entry in ipairs(call('LRANGE', base .. ':untold:' .. participant, 0, -1)) do
    local words = split(entry)
    untold[i] = header(2) .. pack(words[1], tonumber(words[2]))
  end
  return header(6) .. pack(split(person.p)[1] or '') .. list(transitions) .. list(untold)
    .. pack('', person.rec, person.t)
end

-- told: participants have heard of works.
-- KEYS  base
-- ARGV  for each: participant, "work serial"
-- Answer  how many were removed
-- Atomic, though it need not be; what has been removed is not there to be removed again.
local function told(keys, args)
  local removed = 0
  for i = 1, #args, 2 do
    removed = removed + call('LREM', keys[1] .. ':untold:' .. args[i], 1, args[i + 1])
  end
  return removed
end

-- totals: what the lane has counted.
-- KEYS  base
-- Answer  [relays, participants]
local function totals(keys)
  local counters = call('HMGET', keys[1] .. ':counters', 'relays', 'participants')
  return { tonumber(counters[1] or 0), tonumber(counters[2] or 0) }
end

-- invite: keep strangers out of one's open room.
-- KEYS  base
-- ARGV  participant, address, room, code
-- Answer  the code that a friend brings (the earlier one on a repeat), or "" without an open room
local function invite(keys, args)
  local base, code = keys[1], args[4]
  local room, _, refusal = held_seat(base, args[1], args[2], args[3])
  if refusal then return '' end
  if room.inv ~= '' then return room.inv end
  if not open_seat(room) then return '' end
  local rules = rules_of({ 0, 0, 0, 0 })
  call('SET', base .. ':invite:' .. code, room.id, 'PX', ROOM_TTL)
  room.inv = code
  save(base, rules, room)
  return code
end

-- look: a room as its participant finds it, or the end of it; changes nothing, but remembers a
-- seated participant for longer.
-- KEYS  base
-- ARGV  rules (4), participant, room
-- Answer  [[refusal] or [], [transition] or []]
local function look(keys, args)
  local base, rules = keys[1], rules_of(args)
  local room = load(base, args[6])
  if not room then return answer({ 'no_such_room' }, {}) end
  if completed(room) and (room[0].holder == args[5] or room[1].holder == args[5]) then
    local last = room.n - 1
    return answer({}, { transition(base, rules, 'repeated', room, last % 2, '',
      { c = last, ink = ink_of(base, room, last, last) }) })
  end
  local seat = seat_held_by(room, args[5])
  if not seat then return answer({ 'no_such_room' }, {}) end
  call('PEXPIRE', person_key(base, args[5]), PERSON_TTL)
  return answer({}, { transition(base, rules, 'seated', room, seat, room[seat].address) })
end

-- Of the locales among the arguments from `at` on, those in which a room has waited since a moment,
-- and those in which one is kept.
local function waiting_locales(base, since, args, at)
  local early, lonely, kept = {}, {}, {}
  local first = call('ZRANGEBYSCORE', base .. ':pool', '-inf', since, 'LIMIT', 0, SLACK)
  for _, id in ipairs(first) do
    local room = load(base, id)
    if room then early[room.loc] = true end
  end
  for i = at, #args do
    local locale = args[i]
    local behind = #first == SLACK and not early[locale]
      and call('ZCOUNT', base .. ':pool:' .. locale, '-inf', since) > 0
    if early[locale] or behind then lonely[#lonely + 1] = locale end
    if call('EXISTS', base .. ':kept:' .. locale) == 1 then kept[#kept + 1] = locale end
  end
  return lonely, kept
end

-- expire: do what the clock asks of the most overdue rooms.
-- KEYS  base
-- ARGV  rules (4), how many rooms at most, ms after which somebody is lonely, the locales of which
--       to say who waits; none in a campaign of one lane
-- Answer  [[transition], ms that a room has waited here for a partner or -1, [locale in which
--         somebody is lonely], [locale of a room that is kept]]
-- Any worker may call it at any time: what is no longer due is not done again. Nobody loses a seat
-- who could not act: nothing is due in an outage or while nothing is durable, nor shortly after it,
-- and no turn runs out on a worker that does not beat.
local function expire(keys, args)
  local base, rules, transitions, overdue = keys[1], rules_of(args), {}, {}
  if not in_outage(base, rules.now) then
    overdue = overdue_rooms(base, rules.now, tonumber(args[5]))
  end
  for _, room in ipairs(overdue) do
    while true do
      if room.xp > 0 and room.xp <= rules.now then
        forget(base, rules, room)
        break
      end
      local kind, seat
      if room[0].grace > 0 and room[0].grace <= rules.now then
        kind, seat = 'left', 0
      elseif room[1].grace > 0 and room[1].grace <= rules.now then
        kind, seat = 'left', 1
      elseif room.dl > 0 and room.dl <= rules.now then
        kind, seat = 'idle', room.c % 2
      else
        break
      end
      local address = room[seat].address
      if kind == 'idle' and is_silent(base, address, rules.now) then break end
      give_up(rules, room, seat, true)
      save(base, rules, room)
      transitions[#transitions + 1] =
        transition(base, rules, kind, room, seat, address, { ink = {} })
      if not (taken(room) or room.keep == 1) then break end
    end
  end
  local oldest = call('ZRANGE', base .. ':pool', 0, 0, 'WITHSCORES')
  local alone = oldest[2] and math.max(rules.now - math.floor(tonumber(oldest[2])), 0) or -1
  local lonely, kept = {}, {}
  if args[7] then lonely, kept = waiting_locales(base, rules.now - tonumber(args[6]), args, 7) end
  return header(4) .. list(transitions) .. pack(alone) .. packed_list(lonely) .. packed_list(kept)
end
