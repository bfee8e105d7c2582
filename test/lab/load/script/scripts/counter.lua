-- Many paths, one after the other, with a header that changes; a global assignment replaces request() half-way.

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
