-- join: who meets whom.

local TICKET = 11  -- arguments of each

-- Lehmer's generator with Park and Miller's constants; exact in double precision.
local function dice(seed)
  local state = seed
  return function(limit)
    state = state * 16807 % 2147483647
    return state % limit
  end
end

local function shuffle(below, items)
  for last = #items, 2, -1 do
    local other = below(last) + 1
    items[last], items[other] = items[other], items[last]
  end
end

local function first(others, one, may_meet)
  for i = 1, #others do
    if may_meet(one, others[i]) then return i end
  end
  return nil
end

-- Part one of the first pairs, for `one` and for another one, who is taken from `others`.
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

-- Give each host a guest and pair the other guests; two guests who can meet but should not only
-- when no exchange helps. Both lists come shuffled. Answers the pairs, and the guests and the hosts
-- left over. A guest that is taken leaves a hole: false.
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

local function writes(ticket, locale)
  local locales = ticket.locales
  return locales == '' or locales == locale or has(locales, locale)
end

-- Whether the phrase of one of two tickets suits both.
local function can_meet(one, other)
  return writes(one, other.locale) or writes(other, one.locale)
end

-- Whether of two tickets that of `other`, who comes second by chance, opens the room.
local function opens(other, one)
  return writes(one, other.locale)
    and (not writes(other, one.locale) or (other.chosen and not one.chosen))
end

local function may_enter(ticket, room)
  return not has(room.who, ticket.participant) and writes(ticket, room.loc)
end

-- A room that an index names; nil when it is not there any more.
local function load_waiting(base, name, id, key)
  local room = load(base, id)
  if room and room.was.waits_in == name then return room end
  call('ZREM', key, id)
  return nil
end

-- Add to the rooms found the oldest other ones of each language that the tickets name.
local function add_of_languages(base, name, rooms, tickets)
  local found, known, wanted = {}, {}, {}
  for _, room in ipairs(rooms) do
    found[room.id], known[room.loc] = true, (known[room.loc] or 0) + 1
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
-- Answer  [[refusal or "" for each ticket], [transition]]
-- Nobody is seated by chance in a room whose phrase's locale they are not willing to write; of two
-- tickets the one whose phrase suits both opens the room, or that which asked for its phrase.
-- A participant who already holds a seat is answered with it (`seated`), so a repeat is harmless;
-- but a friend's code that leads to another room is refused, as it leads nowhere else.
-- A return may still be on its way here while the join of the same session is done; a later `hello`
-- takes over then, as `resume` would. Not one of nearly the same time: that may be of an address
-- which the session itself has left, since it does not know what became of a join from there.
local function join(keys, args)
  local base, rules, below = keys[1], rules_of(args), dice(tonumber(args[5]))
  local refusals, transitions, fresh, again = {}, {}, {}, {}
  local people, touched = {}, {}

  local function person(participant)
    if not people[participant] then people[participant] = load_person(base, participant) end
    return people[participant]
  end

  local function touch(participant)
    if not touched[participant] then
      touched[participant] = true
      touched[#touched + 1] = participant
    end
    return person(participant)
  end

  local function say(kind, room, seat, address)
    transitions[#transitions + 1] = transition(base, rules, kind, room, seat, address)
  end

  local function remember(ticket, room)
    local who = touch(ticket.participant)
    who.s, who.r, who.t, who.h =
      ticket.address, room.id, rules.now, math.max(who.h, ticket.hello)
  end

  local function open(ticket)
    local room = new_room(ticket.room, ticket.phrase, ticket.chars, ticket.locale)
    take(rules, room, 0, ticket.participant, ticket.address)
    remember(ticket, room)
    return room
  end

  local function seat(room, ticket)
    local free = open_seat(room)
    take(rules, room, free, ticket.participant, ticket.address)
    remember(ticket, room)
    local partner = room[1 - free].last
    if partner ~= '' then
      remember_partner(touch(ticket.participant), partner)
      remember_partner(touch(partner), ticket.participant)
    end
    save(base, rules, room)
    say('matched', room, free, ticket.address)
  end

  local function strangers(one, other)
    return not has(person(one).rec, other) and not has(person(other).rec, one)
  end

  -- Whether two tickets, or a ticket and a room, go together: by their languages, and by everybody's
  -- last partners.
  local function may_meet(one, other)
    if one.who then one, other = other, one end
    if one.who then return false end
    if not other.who then
      return can_meet(one, other) and strangers(one.participant, other.participant)
    end
    return may_enter(one, other)
      and (other[0].holder == '' or strangers(one.participant, other[0].holder))
      and (other[1].holder == '' or strangers(one.participant, other[1].holder))
  end

  -- The oldest rooms of `pool` or `kept` in any order. If there may be others, those of the languages
  -- that the tickets name, too.
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
    local room = id and load(base, id)
    if room and room.inv == ticket.invite and open_seat(room)
      and not has(room.who, ticket.participant) then
      return room
    end
    return nil
  end

  local function seat_single(ticket, unsuitable)
    for i, room in ipairs(unsuitable) do
      if may_enter(ticket, room) then return seat(table.remove(unsuitable, i), ticket) end
    end
    for _, room in ipairs(oldest(':kept', { ticket })) do
      if may_enter(ticket, room) then return seat(room, ticket) end
    end
    local room = open(ticket)
    save(base, rules, room)
    say('waiting', room, 0, ticket.address)
  end

  local function heed_partners(ticket, who)
    if ticket.recent ~= '' then who.rec = ticket.recent end
  end

  if given_up(base, args[6]) then
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
    local who = person(ticket.participant)
    local refusal = ''
    local earlier = queued[ticket.participant]
    local elsewhere = who.s ~= '' and who.s ~= ticket.address
    if elsewhere and ticket.hello <= who.h + CLOCKS_APART then
      refusal = 'elsewhere'
    elseif earlier then
      if earlier == ticket.address then again[#again + 1] = ticket else refusal = 'elsewhere' end
    else
      local room, held = room_of(base, ticket.participant, who)
      if elsewhere then
        connect(touch(ticket.participant), ticket.address, ticket.hello)
        if room then
          transitions[#transitions + 1] = take_back(base, rules, room, held, ticket.address)
        end
      end
      if room and ticket.invite ~= '' and leads_to(ticket.invite) ~= room.id then
        refusal = 'no_such_room'
      elseif room then
        say('seated', room, held, room[held].address)
      elseif ticket.invite ~= '' then
        room = invited(ticket)
        if room then
          heed_partners(ticket, who)
          seat(room, ticket)
        else
          refusal = 'no_such_room'
        end
      else
        heed_partners(ticket, who)
        queued[ticket.participant] = ticket.address
        fresh[#fresh + 1] = ticket
      end
    end
    refusals[#refusals + 1] = refusal
  end

  shuffle(below, fresh)
  local made, left, unsuitable = pair(oldest(':pool', fresh), fresh, may_meet, can_meet)
  for _, both in ipairs(made) do
    local one, other = both[1], both[2]
    if other.who or (not one.who and opens(other, one)) then one, other = other, one end
    seat(one.who and one or open(one), other)
  end
  for _, ticket in ipairs(left) do seat_single(ticket, unsuitable) end

  for _, ticket in ipairs(again) do
    local room, held = room_of(base, ticket.participant, person(ticket.participant))
    if room then say('seated', room, held, room[held].address) end
  end
  for _, participant in ipairs(touched) do save_person(base, participant, person(participant)) end
  return answer(refusals, transitions)
end
