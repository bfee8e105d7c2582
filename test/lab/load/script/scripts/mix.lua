-- A mix of methods by weight; each response is checked, and done() adds up what threads counted.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set('number', #threads)
end

function init(args)
  local weights = { GET = tonumber(args[1]), PUT = tonumber(args[2]), DELETE = tonumber(args[3]) }
  deck, counted, wrong = {}, { ok = 0, created = 0, gone = 0 }, 0
  for _, method in ipairs({ 'GET', 'PUT', 'DELETE' }) do
    for _ = 1, weights[method] do deck[#deck + 1] = method end
  end
  at = 0
end

function request()
  local method = deck[at % #deck + 1]
  at = at + 1
  local headers = { ['X-Thread'] = number, ['Content-Type'] = 'text/plain' }
  return wrk.format(method, '/item/' .. at, headers, method == 'PUT' and ('value ' .. at) or nil)
end

local names = { [200] = 'ok', [201] = 'created', [202] = 'gone' }

function response(status, headers, body)
  local name = names[status]
  if name and body == name then counted[name] = counted[name] + 1 else wrong = wrong + 1 end
end

function done()
  local sum = { ok = 0, created = 0, gone = 0 }
  local failed = 0
  for _, thread in ipairs(threads) do
    for name, times in pairs(thread:get('counted')) do sum[name] = sum[name] + times end
    failed = failed + thread:get('wrong')
  end
  print(string.format('ok %d created %d gone %d wrong %d', sum.ok, sum.created, sum.gone, failed))
end
