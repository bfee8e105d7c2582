-- The reference load, reading. Each thread reads, in order, the keys that the same thread of
-- wrk/put.lua wrote.
--
--   wrk -t2 -c20 -d10s -s wrk/get.lua http://127.0.0.1:8080 [-- KEYS]
--
-- It reads the first KEYS keys of its thread over and over. The default is 10000, which a run of
-- wrk/put.lua with as many threads has written after 10 s even on a slow disk. Give the number
-- written to read all of them.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set('thread_id', threads)
end

function init(args)
  -- wrk calls request() once before the run, to count the requests it returns, and does not send
  -- them. So the first key of the first thread may never have been written. Reading starts at the
  -- second.
  number = 1
  keys = math.max(tonumber(args[1]) or 10000, 2)
  prefix = '/v0/entity?id=t' .. thread_id .. '-'
end

function request()
  number = number < keys and number + 1 or 2
  return wrk.format('GET', prefix .. string.format('%010d', number))
end
