/** Numbers as LuaJIT has them: tonumber, tostring and math. Their results are doubles. */
export const mathLibrary = `
local host = evenkeel_host
local type, select, error, tonumber, tostring = type, select, error, tonumber, tostring
local floor, ceil, exp, log = math.floor, math.ceil, math.exp, math.log
local match, lower, find, gsub = string.match, string.lower, string.find, string.gsub

host.tonumber, host.tostring, host.ult = tonumber, tostring, math.ult
host.math_type, host.to_integer, host.floor = math.type, math.tointeger, math.floor

local function type_of(...)
  return select('#', ...) == 0 and 'no value' or type((...))
end

-- Texts that LuaJIT takes for numbers, and this engine does not.
local function unusual(text)
  local sign, word = match(lower(text), '^%s*([+-]?)(%w+)%s*$')
  if word == 'inf' or word == 'infinity' then return sign == '-' and -1 / 0 or 1 / 0 end
  if word == 'nan' then return 0 / 0 end
  local digits = word and match(word, '^0b([01]+)$')
  if digits then
    local value = tonumber(digits, 2) + 0.0
    return sign == '-' and -value or value
  end
  return nil
end

local function number_of(text)
  local value = tonumber(text)
  if not value then return unusual(text) end
  -- An integer would have lost the sign of -0, and 0xffffffffffffffff would have wrapped.
  if value == 0 and find(text, '^%s*%-') then return -0.0 end
  local digits = match(text, '^%s*%-?0[xX](%x+)%s*$')
  if not digits then return value + 0.0 end
  value = 0.0
  for digit in digits:gmatch('.') do value = value * 16 + tonumber(digit, 16) end
  return find(text, '^%s*%-') and -value or value
end

-- The number that an argument is, or may be read as.
function host.number(place, name, ...)
  local value = ...
  local kind = type(value)
  if kind == 'number' then return value end
  local read = kind == 'string' and number_of(value)
  if read then return read end
  local got = ' (number expected, got ' .. type_of(...) .. ')'
  host.raise('bad argument #' .. floor(place) .. " to '" .. name .. "'" .. got)
end
local number = host.number
function host.to_number(value)
  if type(value) == 'number' then return value end
  return type(value) == 'string' and number_of(value) or nil
end

-- A number as a 32-bit integer: the fraction is cut off, and what does not fit is the lowest.
function host.whole(value)
  if type(value) == 'number' then
    if value % 1 == 0 and value < 2147483648 and value > -2147483649 then return value end
  else
    local read = type(value) == 'string' and number_of(value)
    if not read then return value end
    value = read
  end
  if value > -2147483649 and value < 2147483648 then
    return value < 0 and ceil(value) + 0.0 or floor(value) + 0.0
  end
  return -2147483648
end
local whole = host.whole

function _G.tonumber(...)
  local value, base = ...
  if base ~= nil then base = whole(base) end
  if base == nil or base == 10 then
    local kind = type(value)
    if kind == 'number' then return value end
    if kind == 'string' then return number_of(value) end
    if select('#', ...) == 0 then
      host.raise("bad argument #1 to 'tonumber' (value expected)")
    end
    return nil
  end
  if type(value) == 'number' then value = tostring(value) end
  if base == 16 and type(value) == 'string' then value = gsub(value, '^(%s*%-?)0[xX]', '%1') end
  local read = host.tonumber(value, base)
  if not read then return nil end
  return read + 0.0
end

-- A number half-way between two that have so many digits behind the point is moved away from zero,
-- as LuaJIT rounds it. The engine would take the even one.
function host.rounded(value, digits)
  local size = value < 0 and -value or value
  if digits < 0 then
    local unit = 10 ^ -digits
    if digits < -22 or size % unit * 2 ~= unit then return value end
  elseif size * 2 ^ (digits + 1) % 2 ~= 1 then return value end
  return value * (1 + 2 ^ -52)
end
-- So many significant digits.
function host.rounded_to(value, digits)
  if value == 0 or value ~= value or value - value ~= 0 then return value end
  local size = value < 0 and -value or value
  local power = floor(log(size, 10)) + 0.0
  if 10 ^ power > size then power = power - 1
  elseif 10 ^ (power + 1) <= size then power = power + 1 end
  return host.rounded(value, digits - 1 - power)
end

function _G.tostring(...)
  local value = ...
  if type(value) ~= 'number' or value % 1 == 0 and value < 1e14 and value > -1e14 then
    return host.tostring(...)
  end
  -- The sign of what is not a number would be written.
  if value ~= value then return 'nan' end
  return host.tostring(host.rounded_to(value, 14))
end

function math.floor(...)
  local value = ...
  if type(value) ~= 'number' then value = number(1, 'floor', ...) end
  -- The engine makes an integer of it, which has no -0.
  return value == 0 and value or floor(value) + 0.0
end
function math.ceil(...)
  local value = ...
  if type(value) ~= 'number' then value = number(1, 'ceil', ...) end
  if value == 0 then return value end
  return value > -1 and value < 0 and -0.0 or ceil(value) + 0.0
end

local function one(name, call)
  math[name] = function(...) return call(number(1, name, ...)) end
end
local huge = 1 / 0
local atan = math.atan
for name, call in pairs({
  abs = math.abs, sqrt = math.sqrt, exp = exp, sin = math.sin, cos = math.cos, tan = math.tan,
  asin = math.asin, acos = math.acos, deg = math.deg, rad = math.rad,
}) do one(name, call) end
one('atan', function(x) return atan(x) end)
one('log10', function(x) return log(x, 10) end)
for _, name in ipairs({ 'cosh', 'sinh', 'tanh' }) do
  one(name, function(x) return host.hyperbolic(name, x) end)
end
function math.log(...)
  local x = number(1, 'log', ...)
  if select('#', ...) < 2 then return log(x) end
  return log(x, 2) * (1 / log(number(2, 'log', (select(2, ...))), 2))
end
local modf = math.modf
function math.modf(...)
  local whole_part, rest = modf(number(1, 'modf', ...))
  return whole_part + 0.0, rest + 0.0
end
one('frexp', function(x)
  if x == 0 or x ~= x or x == huge or x == -huge then return x, 0 end
  local size, shift = x < 0 and -x or x, 0
  if size < 2 ^ -1000 then size, shift = size * 2 ^ 100, -100 end
  local e = floor(log(size, 2)) + 1.0
  -- In two steps: a double does not hold 2 to the power of 1024.
  local half = floor(e / 2) + 0.0
  local fraction = size / 2 ^ half / 2 ^ (e - half)
  if fraction >= 1 then fraction, e = fraction / 2, e + 1 end
  if fraction < 0.5 then fraction, e = fraction * 2, e - 1 end
  return x < 0 and -fraction or fraction, e + shift
end)

local function two(name, call)
  math[name] = function(...)
    return call(number(1, name, ...), number(2, name, select(2, ...)))
  end
end
two('pow', function(x, y) return x ^ y end)
two('fmod', math.fmod)
two('atan2', function(y, x) return atan(y, x) end)
two('ldexp', function(x, e)
  e = whole(e)
  if e > 2200 then e = 2200 elseif e < -2200 then e = -2200 end
  while e > 1000 do x, e = x * 2 ^ 1000, e - 1000 end
  while e < -1000 do x, e = x * 2 ^ -1000, e + 1000 end
  return x * 2 ^ e
end)

local function extreme(name, better)
  math[name] = function(...)
    local found = number(1, name, ...)
    for index = 2, select('#', ...) do
      local value = number(index, name, (select(index, ...)))
      if better(value, found) then found = value end
    end
    return found
  end
end
extreme('max', function(value, found) return value > found end)
extreme('min', function(value, found) return value < found end)

for _, name in ipairs({ 'tointeger', 'type', 'ult', 'maxinteger', 'mininteger' }) do
  math[name] = nil
end
`;
