-- Fails in setup().

function setup(thread)
  return missing.field
end
