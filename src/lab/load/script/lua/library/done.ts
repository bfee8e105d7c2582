/**
 * Latency and request rates as done() sees them: fields, percentiles, and the values that occurred,
 * in order. As in wrk, #latency is how many different ones there are; latency(i) is the i-th of
 * them and how often it occurred.
 */
export const doneLibrary = `
local host = evenkeel_host
local content, type = host.content, type

local Statistics = { __metatable = false }
local function name_of(value)
  return content(value, Statistics)
    or host.raise("bad argument #1 to 'percentile' (wrk.stats expected, got " .. type(value) .. ')')
end
local function percentile(self, p) return host.statistic(name_of(self), 'percentile', p) end

function Statistics.__index(self, key)
  if key == 'percentile' then return percentile end
  if type(key) == 'number' then return host.statistic(name_of(self), 'value', key) end
  return host.statistic(name_of(self), key)
end
function Statistics.__len(self) return host.statistic(name_of(self), 'values') end
function Statistics.__call(self, place)
  local name = name_of(self)
  return host.statistic(name, 'value', place) or 0, host.statistic(name, 'times', place) or 0
end

-- Called by the host, like the others of this kind.
function evenkeel_done(summary)
  local latency = host.new_userdata(Statistics, 'latency')
  done(summary, latency, host.new_userdata(Statistics, 'requests'))
end
`;
