-- join: who meets whom.

-- One call of join. `queued`: participant -> address, of the `fresh` tickets, which are to be paired;
-- `again`: repeated tickets of the same participants. `records`: what the lane remembers of everybody
-- concerned; `touched`: those of them whose records have changed. `apart`: 1 when the tickets are those
-- of participants who are kept apart; `pool` and `kept` are the indexes of their rooms.
local function new_batch(base, args, apart)
  return {
    base = base, rules = rules_of(base, args), below = dice(tonumber(args[5])), apart = apart,
    pool = apart == 1 and ':apart' or ':pool', kept = apart == 1 and ':apart_kept' or ':kept',
    queued = {}, fresh = {}, again = {}, records = {}, touched = {}, transitions = {},
  }
end

local function record_of(batch, participant)
  local record = batch.records[participant]
  if record then return record end
  record = load_participant(batch.base, participant)
  batch.records[participant] = record
  return record
end

-- The record, which is stored at the end of the call.
local function touch(batch, participant)
  local touched = batch.touched
  if not touched[participant] then
    touched[participant] = true
    touched[#touched + 1] = participant
  end
  return record_of(batch, participant)
end

local function add_transition(batch, kind, room, seat, address)
  local transitions = batch.transitions
  transitions[#transitions + 1] = transition(batch.base, batch.rules, kind, room, seat, address)
end

-- Give the ticket's owner this seat. The room is not stored yet.
local function seat_owner(batch, ticket, room, seat)
  take_seat(batch.rules, room, seat, ticket.participant, ticket.address)
  local record = touch(batch, ticket.participant)
  record.address, record.room, record.seated_at, record.hello =
    ticket.address, room.id, batch.rules.now, math.max(record.hello, ticket.hello)
end

-- A new room for the ticket's owner.
local function open_room(batch, ticket)
  local room = new_room(ticket.room, ticket.phrase, ticket.chars, ticket.locale, batch.apart)
  seat_owner(batch, ticket, room, 0)
  return room
end

-- Seat the ticket's owner in somebody's room.
local function match(batch, room, ticket)
  local free = open_seat(room)
  if batch.apart == 1 then room[APART] = 1 end
  seat_owner(batch, ticket, room, free)
  local partner = room[1 - free].last
  if partner ~= '' then
    add_partner(touch(batch, ticket.participant), partner)
    add_partner(touch(batch, partner), ticket.participant)
  end
  save_room(batch.base, batch.rules, room)
  add_transition(batch, 'matched', room, free, ticket.address)
end

-- Whether neither is one of the other's last partners.
local function strangers(batch, one, other)
  return not has(record_of(batch, one).partners, other)
    and not has(record_of(batch, other).partners, one)
end

-- Whether two tickets, or a ticket and a room, go together by their languages and by everybody's
-- last partners.
local function may_meet(batch, one, other)
  if one.people then one, other = other, one end
  if one.people then return false end
  if not other.people then
    return can_meet(one, other) and strangers(batch, one.participant, other.participant)
  end
  return may_enter(one, other)
    and (other[0].holder == '' or strangers(batch, one.participant, other[0].holder))
    and (other[1].holder == '' or strangers(batch, one.participant, other[1].holder))
end

-- A room that an index names; nil when it no longer waits there.
local function load_waiting(base, name, id, key)
  local room = load_room(base, id)
  if room and room.indexed.waits_in == name then return room end
  call('ZREM', key, id)
  return nil
end

-- Add to the rooms found the oldest other ones of each language that the tickets name.
local function add_of_languages(base, name, rooms, tickets)
  local found, known, wanted = {}, {}, {}
  for _, room in ipairs(rooms) do
    found[room.id], known[room.locale] = true, (known[room.locale] or 0) + 1
  end
  for _, ticket in ipairs(tickets) do
    for _, locale in ipairs(split(ticket.locales)) do
      if not wanted[locale] then wanted[#wanted + 1] = locale end
      wanted[locale] = (wanted[locale] or 0) + 1
    end
  end
  for _, locale in ipairs(wanted) do
    local key, most = base .. name .. ':' .. locale, wanted[locale] + SLACK
    for _, id in ipairs(call('ZRANGE', key, 0, (known[locale] or 0) + most - 1)) do
      local room = most > 0 and not found[id] and load_waiting(base, name, id, key)
      if room then rooms[#rooms + 1], most = room, most - 1 end
    end
  end
end

-- The oldest rooms of an index, in random order. If there may be more, also the oldest
-- ones of each language that the tickets name.
local function oldest(batch, name, tickets)
  local base, rooms, most = batch.base, {}, #tickets + SLACK
  local key = base .. name
  local ids = call('ZRANGE', key, 0, most - 1)
  for _, id in ipairs(ids) do rooms[#rooms + 1] = load_waiting(base, name, id, key) end
  if #ids == most then add_of_languages(base, name, rooms, tickets) end
  if name == ':pool' and #ids < most then batch.rules.pool_size = #ids end
  shuffle(batch.below, rooms)
  return rooms
end

-- The room that a friend's code leads to; nil without one.
local function leads_to(base, code) return call('GET', base .. ':invite:' .. code) end

-- The room of a friend, if the ticket's owner may have a seat there.
local function invited(base, ticket)
  local id = leads_to(base, ticket.invite)
  local room = id and load_room(base, id)
  if room and room.invite == ticket.invite and open_seat(room)
    and not has(room.people, ticket.participant) then
    return room
  end
  return nil
end

-- Seat a fresh ticket that got no partner: with a host who got no guest, in a kept room, or in a new
-- one.
local function seat_unpaired(batch, ticket, hosts)
  for i, room in ipairs(hosts) do
    if may_enter(ticket, room) then return match(batch, table.remove(hosts, i), ticket) end
  end
  for _, room in ipairs(oldest(batch, batch.kept, { ticket })) do
    if may_enter(ticket, room) then return match(batch, room, ticket) end
  end
  local room = open_room(batch, ticket)
  save_room(batch.base, batch.rules, room)
  add_transition(batch, 'waiting', room, 0, ticket.address)
end

-- Pair and seat the fresh tickets.
local function seat_fresh(batch)
  local fresh = batch.fresh
  shuffle(batch.below, fresh)
  local hosts = oldest(batch, batch.pool, fresh)
  local function meet(one, other) return may_meet(batch, one, other) end
  local made, left, unsuitable = pair(hosts, fresh, meet, can_meet)
  for _, both in ipairs(made) do
    local one, other = both[1], both[2]
    if other.people or (not one.people and opens(other, one)) then one, other = other, one end
    match(batch, one.people and one or open_room(batch, one), other)
  end
  for _, ticket in ipairs(left) do seat_unpaired(batch, ticket, unsuitable) end
end

-- Seat the owner of a ticket who has a seat, or a friend's code; let the others be paired. Answers the
-- refusal, or "".
local function take_ticket(batch, ticket)
  local base, record = batch.base, record_of(batch, ticket.participant)
  local elsewhere = record.address ~= '' and record.address ~= ticket.address
  if elsewhere and ticket.hello <= record.hello + CLOCK_TOLERANCE then return 'elsewhere' end
  local earlier = batch.queued[ticket.participant]
  if earlier then
    if earlier ~= ticket.address then return 'elsewhere' end
    batch.again[#batch.again + 1] = ticket
    return ''
  end
  local room, held = room_of(base, ticket.participant, record)
  if elsewhere then
    connect(touch(batch, ticket.participant), ticket.address, ticket.hello)
    if room then
      batch.transitions[#batch.transitions + 1] =
        restore_seat(base, batch.rules, room, held, ticket.address)
    end
  end
  if room then
    if ticket.invite ~= '' and leads_to(base, ticket.invite) ~= room.id then return 'no_such_room' end
    add_transition(batch, 'seated', room, held, room[held].address)
    return ''
  end
  local friends = ticket.invite ~= '' and invited(base, ticket)
  if ticket.invite ~= '' and not friends then return 'no_such_room' end
  if ticket.recent ~= '' then record.partners = ticket.recent end
  if friends then
    match(batch, friends, ticket)
  else
    batch.queued[ticket.participant] = ticket.address
    batch.fresh[#batch.fresh + 1] = ticket
  end
  return ''
end

-- join: seat every ticket of one batch, at random, and say what happened.
-- KEYS  base
-- ARGV  rules (4), seed, worker, then for each ticket: participant, address, id for a new room,
--       packed phrase, its length, "1" if the phrase was asked for, a friend's code or "", the
--       last partners in any lane as words, latest first ("" for what this lane knows of them),
--       when `hello` was said at the address (ms) or 0, the phrase's locale, and the locales that
--       the participant is willing to write as words, or "" for any
-- Answer  [[refusal or "" for each ticket], [transition]]; the error BEHIND when the lane has no
--         generation
-- Atomic: no seat is given twice. Repeatable: a participant who already holds a seat is answered
-- with it (`seated`); but a friend's code that leads to another room is refused.
-- Without a friend's code nobody is seated in a room whose phrase is of a locale that they are not
-- willing to write. Of two tickets, the one whose phrase suits both opens the room; if both do, the
-- one that asked for its phrase.
-- The `resume` of the same session may come later than its join. So a later `hello` takes over, as
-- `resume` would. A `hello` of nearly the same time does not: it may be of an address that the
-- session itself has left, since it does not know what became of a join from there.
-- With `apart` 1 the tickets are those of participants who are kept apart, see join_apart.
local function seat_tickets(keys, args, apart)
  local base, refusals, batch = keys[1], {}, new_batch(keys[1], args, apart)
  if is_behind(base) then return behind_error() end
  if is_fenced(base, args[6]) then
    for _ = 7, #args, TICKET do refusals[#refusals + 1] = 'fenced' end
    return answer(refusals, {})
  end
  for at = 7, #args, TICKET do
    refusals[#refusals + 1] = take_ticket(batch, read_ticket(args, at))
  end
  seat_fresh(batch)
  for _, ticket in ipairs(batch.again) do
    local room, held = room_of(base, ticket.participant, record_of(batch, ticket.participant))
    if room then add_transition(batch, 'seated', room, held, room[held].address) end
  end
  for _, participant in ipairs(batch.touched) do
    save_participant(base, participant, record_of(batch, participant))
  end
  return answer(refusals, batch.transitions)
end

local function join(keys, args) return seat_tickets(keys, args, 0) end

-- join_apart: `join` for participants who are kept apart: they meet only each other.
-- KEYS, ARGV, Answer  those of join, which is just as atomic and repeatable
-- A room is apart once one of them sits in it, also by a friend's code: no stranger of the others comes
-- there any more.
local function join_apart(keys, args) return seat_tickets(keys, args, 1) end
