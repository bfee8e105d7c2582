-- Fails in init().

function init(args)
  return missing.field
end
