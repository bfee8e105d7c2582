-- Prints the run as one line of CSV, with the numbers that done() gets.

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('%d,%d,%d,', summary.duration, summary.requests, summary.bytes))
  io.write(errors.connect, ',', errors.read, ',', errors.write, ',', errors.status, ',', errors.timeout, '\n')
  for _, p in pairs({ 50, 99, 99.999 }) do
    io.write(string.format('%g%%,%d\n', p, latency:percentile(p)))
  end
  print(latency.min, latency.max, #latency, latency[1], latency[#latency], #requests, requests.max)
  print(string.format('%.2f %.2f', latency.mean, latency.stdev))
end
