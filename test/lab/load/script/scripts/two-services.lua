-- The first thread goes to the URL, each other one to OTHER_PORT: thread.addr, before init().

local threads = 0
local other

function setup(thread)
  threads = threads + 1
  if threads == 1 then return end
  other = other or wrk.lookup('127.0.0.1', os.getenv('OTHER_PORT'))[1]
  thread.addr = other
end
