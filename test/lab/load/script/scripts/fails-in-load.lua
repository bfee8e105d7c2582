-- Fails while it is loaded.

local function top()
  return missing.field
end
top()
