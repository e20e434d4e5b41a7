-- Whether calls can be served, for a worker that has just connected.

-- What this library and its callers send, with arguments of the right number. %s is a key of the
-- lane.
local NEEDED = {
  'DEL %s', 'EXISTS %s', 'GET %s', 'HDEL %s f', 'HGET %s f', 'HGETALL %s', 'HINCRBY %s f 1',
  'HLEN %s', 'HMGET %s f', 'HSET %s f v', 'LPOP %s', 'LPUSH %s v', 'LRANGE %s 0 0', 'LREM %s 1 v',
  'LTRIM %s 0 0', 'PEXPIRE %s 1', 'RPUSH %s v', 'SET %s v', 'TIME', 'XADD %s * f v',
  'ZADD %s 1 v', 'ZCARD %s', 'ZCOUNT %s 0 0', 'ZRANGE %s 0 0', 'ZRANGEBYSCORE %s 0 0', 'ZREM %s v',
  'XACK %s g 0-1', 'XCLAIM %s g c 0 0-1', 'XDEL %s 0-1', 'XGROUP CREATE %s g 0', 'XLEN %s',
  'XPENDING %s g - + 1',
  'XREADGROUP GROUP g c STREAMS %s >', 'XREVRANGE %s + -',
  'PUBLISH jl:all m', 'SPUBLISH jl:w:probe m', 'SSUBSCRIBE jl:w:probe', 'SUBSCRIBE jl:all',
}

-- probe: which commands this user may not send. As any function of the library that may write, it
-- is refused while the server cannot write.
-- KEYS  base
-- Answer  names of commands as words, not packed; "" when all are permitted
-- Atomic: the permissions are of one moment. Repeatable: it only reads them.
local function probe(keys)
  local denied = ''
  for _, command in ipairs(NEEDED) do
    local words = split(string.format(command, keys[1] .. ':probe'))
    if not redis.acl_check_cmd(unpack(words)) then denied = add_word(denied, words[1]) end
  end
  return denied
end
