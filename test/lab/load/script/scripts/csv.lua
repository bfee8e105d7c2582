-- Writes the result to a file named by the first argument, which threads hand on to done().

local threads = {}

function setup(thread) table.insert(threads, thread) end

function init(args) name = args[1] end

function done(summary, latency)
  local name = threads[1]:get('name')
  local file = assert(io.open(name, 'w'))
  file:write('requests,p99\n', summary.requests, ',', latency:percentile(99), '\n')
  file:close()
end
