-- Fails in request().

function request()
  return missing.field
end
