-- Counts up in the path and in a header; after four requests another function takes over.

counter = 0

local function second()
  return wrk.format('GET', '/second')
end

function request()
  wrk.headers['X-Counter'] = counter
  local path = '/' .. counter / 2
  counter = counter + 2
  if counter == 8 then request = second end
  return wrk.format(nil, path)
end
