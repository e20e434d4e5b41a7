-- Calls to Redis and answers in MessagePack.

-- `redis` and `cmsgpack` exist while a function runs, not while the library loads. Each of these
-- replaces itself at the first call, so that later calls go straight to the original.
local call, pack
call = function(...)
  call = redis.call
  return call(...)
end
pack = function(...)
  pack = cmsgpack.pack
  return pack(...)
end

local headers = {}

-- The MessagePack header of an array of this length.
local function header(length)
  local made = headers[length]
  if made then return made end
  if length > 15 then return string.char(0xdc, math.floor(length / 256), length % 256) end
  made = string.char(0x90 + length)
  headers[length] = made
  return made
end

-- Headers of a known length, an empty array and an empty string, for what every turn answers.
local ARRAY_0, ARRAY_1, ARRAY_2, ARRAY_3, ARRAY_8, ARRAY_9, EMPTY_STRING =
  '\144', '\145', '\146', '\147', '\152', '\153', '\160'

-- An array of items that are packed already.
local function list(items)
  return header(#items) .. table.concat(items)
end

-- An array of items that are not packed yet.
local function packed_list(items)
  local out = {}
  for i = 1, #items do out[i] = items[i] == '' and EMPTY_STRING or pack(items[i]) end
  return list(out)
end

-- The answer [refusals, transitions]; the transitions are packed already.
local function answer(refusals, transitions)
  return ARRAY_2 .. packed_list(refusals) .. list(transitions)
end

-- The answer of a call that did what was asked, and the transition that followed; and of one that
-- was refused. Both are what `answer` makes, without its tables.
local function done(transition) return ARRAY_2 .. ARRAY_0 .. ARRAY_1 .. transition end
local function refused(refusal) return ARRAY_2 .. ARRAY_1 .. pack(refusal) .. ARRAY_0 end

-- Words: short strings without blanks, kept in one string with a blank between two.

local function has(words, word)
  if words == '' then return false end
  return string.find(' ' .. words .. ' ', ' ' .. word .. ' ', 1, true) ~= nil
end

local function add_word(words, word)
  if words == '' then return word end
  return words .. ' ' .. word
end

-- The words as a table.
local function split(words)
  local out = {}
  for word in string.gmatch(words, '%S+') do out[#out + 1] = word end
  return out
end

-- `word` before the others, without its earlier place; the last ones beyond `most` are dropped.
local function with_first(word, words, most)
  if words == '' then return word end
  local out, count = word, 1
  for _, other in ipairs(split(words)) do
    if other ~= word and count < most then
      out = out .. ' ' .. other
      count = count + 1
    end
  end
  return out
end
