-- Fails in delay().

function delay()
  return missing.field
end
