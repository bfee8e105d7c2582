-- Fails in done().

function done(summary, latency, requests)
  return missing.field
end
