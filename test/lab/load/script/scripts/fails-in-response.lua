-- Fails in response().

function response(status, headers, body)
  return missing.field
end
