-- join: who meets whom.

local TICKET = 11  -- arguments of a ticket

-- Lehmer's generator with Park and Miller's constants; exact in double precision.
local function dice(seed)
  local state = seed
  return function(limit)
    state = state * 16807 % 2147483647
    return state % limit
  end
end

-- Put items into random order, in place (Fisher and Yates).
local function shuffle(below, items)
  for last = #items, 2, -1 do
    local other = below(last) + 1
    items[last], items[other] = items[other], items[last]
  end
end

-- The index of the first of `others` whom `one` may meet; nil without one.
local function first(others, one, may_meet)
  for i = 1, #others do
    if may_meet(one, others[i]) then return i end
  end
  return nil
end

-- Split one of the first pairs, so that `one` and another one, taken from `others`, get a partner.
local function exchange(made, one, others, may_meet)
  for i = 1, #others > 0 and math.min(#made, SWAPS) or 0 do
    local x, y = made[i][1], made[i][2]
    for _, both in ipairs({ { x, y }, { y, x } }) do
      local other = may_meet(one, both[1]) and first(others, both[2], may_meet)
      if other then
        made[i] = { one, both[1] }
        made[#made + 1] = { table.remove(others, other), both[2] }
        return true
      end
    end
  end
  return false
end

-- Give each host a guest and pair the other guests. Two guests who can meet but should not are paired
-- only when no exchange helps. Both lists come shuffled. Answers the pairs, and the guests and the
-- hosts left over. A guest that is taken leaves a hole: false.
local function pair(hosts, guests, may_meet, can_meet)
  local made, single, waiting = {}, {}, {}

  local function find(one, from)
    for i = from, #guests do
      local other = guests[i]
      if other and may_meet(one, other) then
        guests[i] = false
        return other
      end
    end
    return nil
  end

  local at = 1
  local function keep_pair(one, other, left)
    if other then made[#made + 1] = { one, other } else left[#left + 1] = one end
  end

  for _, host in ipairs(hosts) do
    while guests[at] == false do at = at + 1 end
    keep_pair(host, find(host, at), waiting)
  end
  for i = at, #guests do
    local one = guests[i]
    if one then keep_pair(one, find(one, i + 1), single) end
  end
  if #single == 0 then return made, single, waiting end
  local remaining, left = {}, {}
  while #single > 0 do
    local one = table.remove(single, 1)
    if not exchange(made, one, single, may_meet) then
      local other = first(single, one, can_meet)
      keep_pair(one, other and table.remove(single, other), remaining)
    end
  end
  for _, one in ipairs(remaining) do
    if not exchange(made, one, waiting, may_meet) then left[#left + 1] = one end
  end
  return made, left, waiting
end

-- Whether the ticket's owner writes phrases of this locale.
local function writes(ticket, locale)
  local locales = ticket.locales
  return locales == '' or locales == locale or has(locales, locale)
end

-- Whether the phrase of one of two tickets suits both.
local function can_meet(one, other)
  return writes(one, other.locale) or writes(other, one.locale)
end

-- Whether `other`, who comes second by chance, opens the room of two tickets.
local function opens(other, one)
  return writes(one, other.locale)
    and (not writes(other, one.locale) or (other.chosen and not one.chosen))
end

-- Whether a ticket may have a seat in a room: the owner never sat there, and writes its phrase.
local function may_enter(ticket, room)
  return not has(room.people, ticket.participant) and writes(ticket, room.locale)
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
  local base, rules, below = keys[1], rules_of(keys[1], args), dice(tonumber(args[5]))
  local refusals, transitions, fresh, again = {}, {}, {}, {}
  local records, touched = {}, {}
  local pool, kept = ':pool', ':kept'
  if apart == 1 then pool, kept = ':apart', ':apart_kept' end

  local function record_of(participant)
    local record = records[participant] or load_participant(base, participant)
    records[participant] = record
    return record
  end

  local function touch(participant)
    if not touched[participant] then
      touched[participant] = true
      touched[#touched + 1] = participant
    end
    return record_of(participant)
  end

  local function add_transition(kind, room, seat, address)
    transitions[#transitions + 1] = transition(base, rules, kind, room, seat, address)
  end

  local function remember(ticket, room)
    local record = touch(ticket.participant)
    record.address, record.room, record.seated_at, record.hello =
      ticket.address, room.id, rules.now, math.max(record.hello, ticket.hello)
  end

  local function open(ticket)
    local room = new_room(ticket.room, ticket.phrase, ticket.chars, ticket.locale, apart)
    take_seat(rules, room, 0, ticket.participant, ticket.address)
    remember(ticket, room)
    return room
  end

  local function seat(room, ticket)
    local free = open_seat(room)
    if apart == 1 then room[APART] = 1 end
    take_seat(rules, room, free, ticket.participant, ticket.address)
    remember(ticket, room)
    local partner = room[1 - free].last
    if partner ~= '' then
      add_partner(touch(ticket.participant), partner)
      add_partner(touch(partner), ticket.participant)
    end
    save_room(base, rules, room)
    add_transition('matched', room, free, ticket.address)
  end

  local function strangers(one, other)
    return not has(record_of(one).partners, other) and not has(record_of(other).partners, one)
  end

  -- Whether two tickets, or a ticket and a room, go together by their languages and by everybody's
  -- last partners.
  local function may_meet(one, other)
    if one.people then one, other = other, one end
    if one.people then return false end
    if not other.people then
      return can_meet(one, other) and strangers(one.participant, other.participant)
    end
    return may_enter(one, other)
      and (other[0].holder == '' or strangers(one.participant, other[0].holder))
      and (other[1].holder == '' or strangers(one.participant, other[1].holder))
  end

  -- The oldest rooms of an index, in random order. If there may be more, also the oldest
  -- ones of each language that the tickets name.
  local function oldest(name, tickets)
    local rooms, key, most = {}, base .. name, #tickets + SLACK
    local ids = call('ZRANGE', key, 0, most - 1)
    for _, id in ipairs(ids) do rooms[#rooms + 1] = load_waiting(base, name, id, key) end
    if #ids == most then add_of_languages(base, name, rooms, tickets) end
    if name == ':pool' and #ids < most then rules.pool_size = #ids end
    shuffle(below, rooms)
    return rooms
  end

  local function leads_to(code) return call('GET', base .. ':invite:' .. code) end

  local function invited(ticket)
    local id = leads_to(ticket.invite)
    local room = id and load_room(base, id)
    if room and room.invite == ticket.invite and open_seat(room)
      and not has(room.people, ticket.participant) then
      return room
    end
    return nil
  end

  local function seat_unpaired(ticket, unsuitable)
    for i, room in ipairs(unsuitable) do
      if may_enter(ticket, room) then return seat(table.remove(unsuitable, i), ticket) end
    end
    for _, room in ipairs(oldest(kept, { ticket })) do
      if may_enter(ticket, room) then return seat(room, ticket) end
    end
    local room = open(ticket)
    save_room(base, rules, room)
    add_transition('waiting', room, 0, ticket.address)
  end

  local function adopt_partners(ticket, record)
    if ticket.recent ~= '' then record.partners = ticket.recent end
  end

  if is_behind(base) then return behind_error() end
  if is_fenced(base, args[6]) then
    for _ = 7, #args, TICKET do refusals[#refusals + 1] = 'fenced' end
    return answer(refusals, {})
  end

  local queued = {}
  for at = 7, #args, TICKET do
    local ticket = {
      participant = args[at], address = args[at + 1], room = args[at + 2], phrase = args[at + 3],
      chars = tonumber(args[at + 4]), chosen = args[at + 5] == '1', invite = args[at + 6],
      recent = args[at + 7], hello = tonumber(args[at + 8]), locale = args[at + 9],
      locales = args[at + 10],
    }
    local record = record_of(ticket.participant)
    local refusal = ''
    local earlier = queued[ticket.participant]
    local elsewhere = record.address ~= '' and record.address ~= ticket.address
    if elsewhere and ticket.hello <= record.hello + CLOCK_TOLERANCE then
      refusal = 'elsewhere'
    elseif earlier then
      if earlier == ticket.address then again[#again + 1] = ticket else refusal = 'elsewhere' end
    else
      local room, held = room_of(base, ticket.participant, record)
      if elsewhere then
        connect(touch(ticket.participant), ticket.address, ticket.hello)
        if room then
          transitions[#transitions + 1] = restore_seat(base, rules, room, held, ticket.address)
        end
      end
      if room and ticket.invite ~= '' and leads_to(ticket.invite) ~= room.id then
        refusal = 'no_such_room'
      elseif room then
        add_transition('seated', room, held, room[held].address)
      elseif ticket.invite ~= '' then
        room = invited(ticket)
        if room then
          adopt_partners(ticket, record)
          seat(room, ticket)
        else
          refusal = 'no_such_room'
        end
      else
        adopt_partners(ticket, record)
        queued[ticket.participant] = ticket.address
        fresh[#fresh + 1] = ticket
      end
    end
    refusals[#refusals + 1] = refusal
  end

  shuffle(below, fresh)
  local made, left, unsuitable = pair(oldest(pool, fresh), fresh, may_meet, can_meet)
  for _, both in ipairs(made) do
    local one, other = both[1], both[2]
    if other.people or (not one.people and opens(other, one)) then one, other = other, one end
    seat(one.people and one or open(one), other)
  end
  for _, ticket in ipairs(left) do seat_unpaired(ticket, unsuitable) end

  for _, ticket in ipairs(again) do
    local room, held = room_of(base, ticket.participant, record_of(ticket.participant))
    if room then add_transition('seated', room, held, room[held].address) end
  end
  for _, participant in ipairs(touched) do
    save_participant(base, participant, record_of(participant))
  end
  return answer(refusals, transitions)
end

local function join(keys, args) return seat_tickets(keys, args, 0) end

-- join_apart: `join` for participants who are kept apart: they meet only each other.
-- KEYS, ARGV, Answer  those of join, which is just as atomic and repeatable
-- A room is apart once one of them sits in it, also by a friend's code: no stranger of the others comes
-- there any more.
local function join_apart(keys, args) return seat_tickets(keys, args, 1) end
