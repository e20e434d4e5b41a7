-- Pairs at random: an even chance for everybody, and no two who should not meet.

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
