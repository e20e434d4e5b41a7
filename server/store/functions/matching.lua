-- join: who meets whom.

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

local function exchange(pairs_made, a, b, may_meet)
  for i = 1, math.min(#pairs_made, SWAPS) do
    local x, y = pairs_made[i][1], pairs_made[i][2]
    for _, both in ipairs({ { x, y }, { y, x } }) do
      if may_meet(a, both[1]) and may_meet(b, both[2]) then
        pairs_made[i] = { a, both[1] }
        pairs_made[#pairs_made + 1] = { b, both[2] }
        return true
      end
    end
  end
  return false
end

-- Give each host a guest and pair the other guests; two guests who must not meet only when nothing
-- else is possible. Both lists come shuffled. Answers the pairs, the guest and the hosts left over.
-- A guest that is taken leaves a hole: false.
local function pair(hosts, guests, may_meet)
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

  local first = 1
  local function keep_pair(one, other, left)
    if other then made[#made + 1] = { one, other } else left[#left + 1] = one end
  end

  for _, host in ipairs(hosts) do
    while guests[first] == false do first = first + 1 end
    keep_pair(host, find(host, first), waiting)
  end
  for i = first, #guests do
    local one = guests[i]
    if one then keep_pair(one, find(one, i + 1), single) end
  end
  while #single > 1 do
    local a, b = table.remove(single, 1), table.remove(single, 1)
    if not exchange(made, a, b, may_meet) then made[#made + 1] = { a, b } end
  end
  for i = 1, single[1] and #waiting or 0 do
    if exchange(made, single[1], waiting[i], may_meet) then
      table.remove(waiting, i)
      return made, nil, waiting
    end
  end
  return made, single[1], waiting
end

-- join: seat every ticket of one batch, at random, and say what happened.
-- KEYS  base
-- ARGV  rules (4), seed, worker, then for each ticket: participant, address, id for a new room,
--       packed phrase, its length, "1" if the phrase was asked for, a friend's code or "", the
--       last partners in any lane as words, latest first ("" for what this lane knows of them), and
--       when `hello` was said at the address (ms), or 0
-- Answer  [[refusal or "" for each ticket], [transition]]
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
    local room = new_room(ticket.room, ticket.phrase, ticket.chars)
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

  local function may_enter(ticket, room) return not has(room.who, ticket.participant) end

  -- Whether two tickets, or a ticket and a room, go together by everybody's last partners.
  local function may_meet(one, other)
    if one.who then one, other = other, one end
    if one.who then return false end
    if not other.who then return strangers(one.participant, other.participant) end
    return may_enter(one, other)
      and (other[0].holder == '' or strangers(one.participant, other[0].holder))
      and (other[1].holder == '' or strangers(one.participant, other[1].holder))
  end

  local function first_rooms(name, count)
    local rooms = {}
    for _, id in ipairs(call('ZRANGE', base .. name, 0, count - 1)) do
      local room = load(base, id)
      if room then
        rooms[#rooms + 1] = room
      else
        call('ZREM', base .. name, id)
      end
    end
    shuffle(below, rooms)
    return rooms
  end

  local function leads_to(code) return call('GET', base .. ':invite:' .. code) end

  local function invited(ticket)
    local id = leads_to(ticket.invite)
    local room = id and load(base, id)
    if room and room.inv == ticket.invite and open_seat(room) and may_enter(ticket, room) then
      return room
    end
    return nil
  end

  local function seat_single(ticket, unsuitable)
    for _, room in ipairs(unsuitable) do
      if may_enter(ticket, room) then return seat(room, ticket) end
    end
    for _, room in ipairs(first_rooms(':kept', KEPT_LOOK)) do
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
    for _ = 7, #args, 9 do refusals[#refusals + 1] = 'fenced' end
    return answer(refusals, {})
  end

  local queued = {}
  for at = 7, #args, 9 do
    local ticket = {
      participant = args[at], address = args[at + 1], room = args[at + 2], phrase = args[at + 3],
      chars = tonumber(args[at + 4]), chosen = args[at + 5] == '1', invite = args[at + 6],
      recent = args[at + 7], hello = tonumber(args[at + 8]),
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
  local hosts = first_rooms(':pool', #fresh + POOL_SLACK)
  local made, single, unsuitable = pair(hosts, fresh, may_meet)
  for _, both in ipairs(made) do
    local first, second = both[1], both[2]
    if second.who or (second.chosen and not first.who and not first.chosen) then
      first, second = second, first
    end
    seat(first.who and first or open(first), second)
  end
  if single then seat_single(single, unsuitable) end

  for _, ticket in ipairs(again) do
    local room, held = room_of(base, ticket.participant, person(ticket.participant))
    if room then say('seated', room, held, room[held].address) end
  end
  for _, participant in ipairs(touched) do save_person(base, participant, person(participant)) end
  return answer(refusals, transitions)
end
