-- The reference load, writing: small values under rising keys, for wrk and wrk2.
--
--   wrk -t2 -c20 -d10s -s wrk/put.lua http://127.0.0.1:8080 [-- KEYS]
--
-- Each thread has keys of its own, t<thread>-<number>, and counts up from 1. With KEYS it starts
-- again after that many, and overwrites.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set('thread_id', threads)
end

function init(args)
  number = 0
  keys = tonumber(args[1]) or math.huge
  prefix = '/v0/entity?id=t' .. thread_id .. '-'
  value = string.rep('v', 64) -- the number makes it 74 bytes
end

function request()
  number = number < keys and number + 1 or 1
  local digits = string.format('%010d', number)
  return wrk.format('PUT', prefix .. digits, nil, value .. digits)
end
