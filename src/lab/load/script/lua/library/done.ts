/** Latency and request rates as done() sees them: fields, percentiles, and samples in order. */
export const doneLibrary = `
local host = evenkeel_host

local Statistics = { __name = 'wrk.stats', __metatable = false }
local names = setmetatable({}, { __mode = 'k' })
local function percentile(self, p) return host.statistic(names[self], 'percentile', p) end

function Statistics:__index(key)
  if key == 'percentile' then return percentile end
  if type(key) == 'number' then return host.statistic(names[self], 'at', key) end
  return host.statistic(names[self], key)
end

function Statistics:__len() return host.statistic(names[self], 'count') end

local function statistics_of(name)
  local statistics = setmetatable({}, Statistics)
  names[statistics] = name
  return statistics
end

-- Called by the host, like the others of this kind.
function evenkeel_done(summary)
  done(summary, statistics_of('latency'), statistics_of('requests'))
end
`;
