-- Requests for the peaks, with keys of 16 bytes. wrk.format would cost more than some servers.
--
--   wrk -t1 -c64 -d3s -s bench/lua/peak.lua URL -- METHOD BEFORE AFTER ORDER KEYS FIRST BYTES
--
-- BEFORE and AFTER stand around the key in the target. ORDER is rising (from FIRST on, no end), or
-- uniform or zipfian over KEYS keys (YCSB's exponent; J. Gray et al., SIGMOD 1994). DRAWN keys are
-- drawn before the run, so that drawing costs nothing in it, and then used over and over. Fields of
-- wrk's -H go with each request.

local DRAWN = 131072
local THETA = 0.99

local function zipfian(count)
  local zeta = 0
  for term = 1, count do zeta = zeta + term ^ -THETA end
  local alpha = 1 / (1 - THETA)
  local eta = (1 - (2 / count) ^ (1 - THETA)) / (1 - (1 + 0.5 ^ THETA) / zeta)
  return function()
    local unit = math.random()
    local rank = math.floor(count * (eta * unit - eta + 1) ^ alpha)
    if unit * zeta < 1 then rank = 0 elseif unit * zeta < 1 + 0.5 ^ THETA then rank = 1 end
    -- Hot keys must not be neighbours. This step is prime to count, so it reaches every key once.
    return (math.min(rank, count - 1) * 1000003) % count
  end
end

function init(args)
  local method, before, after, order = args[1], args[2], args[3], args[4]
  local count, bytes = tonumber(args[5]), tonumber(args[7])
  number = tonumber(args[6])
  head = method .. ' ' .. before .. 'key'
  tail = after .. ' HTTP/1.1\r\n'
  for name, value in pairs(wrk.headers) do tail = tail .. name .. ': ' .. value .. '\r\n' end
  tail = tail .. '\r\n'
  if method == 'PUT' then
    local length = 'Content-Length: ' .. bytes
    tail = tail:sub(1, -3) .. length .. '\r\n\r\n' .. string.rep('v', bytes)
  end
  if order ~= 'rising' then
    math.randomseed(1)
    local uniform = function() return math.random(0, count - 1) end
    local draw = order == 'zipfian' and zipfian(count) or uniform
    drawn = {}
    for place = 1, DRAWN do drawn[place] = string.format('%013d', draw()) end
    number = 0
  end
end

function request()
  number = number + 1
  if drawn then return head .. drawn[number % DRAWN + 1] .. tail end
  return head .. string.format('%013d', number) .. tail
end

function done(summary, latency)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  local at = function(percentile) return latency:percentile(percentile) / 1000 end
  local figures = '{"requests":%d,"rate":%.1f,"p50":%.3f,"p99":%.3f,"max":%.3f,' ..
    '"responseBytes":%.1f,"errors":%d}\n'
  io.write(string.format(figures,
    summary.requests, summary.requests / summary.duration * 1e6, at(50), at(99), latency.max / 1000,
    summary.bytes / math.max(1, summary.requests), failed))
end
