-- How far visits of a campaign get, for its organisers: figures, not promises.

-- add_funnel: add to how many visits reached each step.
-- KEYS  base of lane 0
-- ARGV  for each step: its name, how many more; none to read only
-- Answer  a Redis array: step, total, ... of every step ever counted
-- Atomic: the totals are of one moment. Not repeatable: a repeat counts twice, so the caller sends
-- it once; what was under way when the connection broke may be missing.
local function add_funnel(keys, args)
  local key = keys[1] .. ':funnel'
  for i = 1, #args, 2 do call('HINCRBY', key, args[i], args[i + 1]) end
  return call('HGETALL', key)
end
