-- Data to and from the threads: a number for each, counts back from it.

local threads = {}
limits = { top = 3, names = { 'a', 'b' } }

function setup(thread)
  threads[#threads + 1] = thread
  thread:set('id', #threads)
  thread:set('plan', { weight = 0.5, steps = { 1, 2, 3 }, on = true })
  thread:set('colour', thread:get('favourite') .. '-' .. thread:get('limits').names[2])
end

favourite = 'blue'

function init(args)
  requests, responses = 0, 0
end

function request()
  requests = requests + 1
  return wrk.format('GET', '/' .. colour .. '/' .. id .. '/' .. plan.steps[3])
end

function response()
  responses = responses + 1
end

function done(summary, latency, requests)
  for _, thread in ipairs(threads) do
    print(('thread %d made %d requests and got %d responses'):format(
      thread:get('id'), thread:get('requests'), thread:get('responses')))
  end
end
