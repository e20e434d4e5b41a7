-- What is stored of a lane, read at one moment.
-- KEYS[1]: the lane's base.
-- ARGV: the field of a room's state; how many indexes, and their names; how many of them have one
--   for each language, and their names; participants.
-- Answer: the indexes, each as members and scores; for each language's, locales and rooms; the rooms
--   and their states; the number of finished works; for each participant, what was not acknowledged.
local base = KEYS[1]

local at = 2
local function some()
  local count = tonumber(ARGV[at])
  local found = { unpack(ARGV, at + 1, at + count) }
  at = at + count + 1
  return found
end

local indexes = {}
for _, name in ipairs(some()) do
  indexes[#indexes + 1] = redis.call("ZRANGE", base .. ":" .. name, 0, -1, "WITHSCORES")
end

local by_locale, place, rooms = {}, {}, {}
for _, name in ipairs(some()) do
  by_locale[#by_locale + 1] = {}
  place[name] = by_locale[#by_locale]
end
for _, key in ipairs(redis.call("KEYS", base .. ":*")) do
  local name, rest = key:sub(#base + 2):match("^([^:]+):(.+)$")
  if name == "room" then
    rooms[#rooms + 1] = rest
    rooms[#rooms + 1] = redis.call("HGET", key, ARGV[1])
  elseif place[name] then
    table.insert(place[name], rest)
    table.insert(place[name], redis.call("ZRANGE", key, 0, -1))
  end
end

local unacknowledged = {}
for i = at, #ARGV do
  local key = base .. ":unacknowledged:" .. ARGV[i]
  unacknowledged[#unacknowledged + 1] = redis.call("LRANGE", key, 0, -1)
end

return { indexes, by_locale, rooms, redis.call("XLEN", base .. ":works"), unacknowledged }
