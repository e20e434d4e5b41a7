-- Tickets of participants who want a seat, and which of them go together.

local TICKET = 11  -- arguments of a ticket, see `join`

-- The ticket whose arguments begin at `at`.
local function read_ticket(args, at)
  return {
    participant = args[at], address = args[at + 1], room = args[at + 2], phrase = args[at + 3],
    chars = tonumber(args[at + 4]), chosen = args[at + 5] == '1', invite = args[at + 6],
    recent = args[at + 7], hello = tonumber(args[at + 8]), locale = args[at + 9],
    locales = args[at + 10],
  }
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
