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
-- Answer  [[refusal or "" for each ticket], [transition]]; the error BEHIND when the lane has no
--         generation
-- Atomic: no seat is given twice. Repeatable: a participant who already holds a seat is answered
-- with it (`seated`); but a friend's code that leads to another room is refused.
-- The `resume` of the same session may come later than its join. So a later `hello` takes over, as
-- `resume` would. A `hello` of nearly the same time does not: it may be of an address that the
-- session itself has left, since it does not know what became of a join from there.
local function join(keys, args)
  local base, rules, below = keys[1], rules_of(args), dice(tonumber(args[5]))
  local refusals, transitions, fresh, again = {}, {}, {}, {}
  local records, touched = {}, {}

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
    local room = new_room(ticket.room, ticket.phrase, ticket.chars)
    take_seat(rules, room, 0, ticket.participant, ticket.address)
    remember(ticket, room)
    return room
  end

  local function seat(room, ticket)
    local free = open_seat(room)
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

  local function may_enter(ticket, room) return not has(room.people, ticket.participant) end

  -- Whether two tickets, or a ticket and a room, go together by everybody's last partners.
  local function may_meet(one, other)
    if one.people then one, other = other, one end
    if one.people then return false end
    if not other.people then return strangers(one.participant, other.participant) end
    return may_enter(one, other)
      and (other[0].holder == '' or strangers(one.participant, other[0].holder))
      and (other[1].holder == '' or strangers(one.participant, other[1].holder))
  end

  local function first_rooms(name, count)
    local rooms = {}
    for _, id in ipairs(call('ZRANGE', base .. name, 0, count - 1)) do
      local room = load_room(base, id)
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
    local room = id and load_room(base, id)
    if room and room.invite == ticket.invite and open_seat(room) and may_enter(ticket, room) then
      return room
    end
    return nil
  end

  local function seat_unpaired(ticket, unsuitable)
    for _, room in ipairs(unsuitable) do
      if may_enter(ticket, room) then return seat(room, ticket) end
    end
    for _, room in ipairs(first_rooms(':kept', KEPT_LOOK)) do
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
  local hosts = first_rooms(':pool', #fresh + POOL_SLACK)
  local made, single, unsuitable = pair(hosts, fresh, may_meet)
  for _, both in ipairs(made) do
    local first, second = both[1], both[2]
    if second.people or (second.chosen and not first.people and not first.chosen) then
      first, second = second, first
    end
    seat(first.people and first or open(first), second)
  end
  if single then seat_unpaired(single, unsuitable) end

  for _, ticket in ipairs(again) do
    local room, held = room_of(base, ticket.participant, record_of(ticket.participant))
    if room then add_transition('seated', room, held, room[held].address) end
  end
  for _, participant in ipairs(touched) do
    save_participant(base, participant, record_of(participant))
  end
  return answer(refusals, transitions)
end
