-- Logs in with the first request and sends the token of its answer with all later ones.

local token
local path = '/login'

request = function()
  return wrk.format('GET', path)
end

response = function(status, headers, body)
  if not token and status == 200 then
    token = headers['X-Token']
    path = '/resource'
    wrk.headers['X-Token'] = token
  end
end
