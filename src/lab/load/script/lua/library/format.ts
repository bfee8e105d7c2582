/**
 * LuaJIT's string.format. Each format is looked at once: which arguments are read how, and what the
 * engine's own format, which refuses more, has to be told.
 */
export const formatLibrary = String.raw`
local host = evenkeel_host
local number, raise = host.number, host.raise
local type, select, tostring = type, select, tostring
local format, find, gsub, sub, rep = string.format, string.find, string.gsub, string.sub, string.rep
local byte, char, len, match = string.byte, string.char, string.len, string.match
local floor, ceil, unpack = math.floor, math.ceil, table.unpack

-- An argument as C's cast to a 64-bit integer leaves it.
local function integer(value)
  if value ~= value or value >= 2 ^ 63 or value < -2 ^ 63 then return -2 ^ 63 end
  return value < 0 and ceil(value) or floor(value)
end

local function padded(text, flags, width)
  local missing = (width or 0) - len(text)
  if missing <= 0 then return text end
  local space = rep(' ', missing)
  return find(flags, '-', 1, true) and text .. space or space .. text
end

local function quoted(text)
  -- A digit behind it would be read as one of the code.
  local inside = gsub(text, '()([%c"\\])', function(at, letter)
    if letter == '"' or letter == '\\' or letter == '\n' then return '\\' .. letter end
    local digit = find(text, '^%d', at + 1)
    return format(digit and '\\%03d' or '\\%d', byte(letter))
  end)
  return '"' .. inside .. '"'
end

local function text_of(place, value, given)
  if type(value) == 'string' then return value end
  if place > given then
    raise('bad argument #' .. tostring(place + 1) .. " to 'format' (value expected)")
  end
  return tostring(value)
end

-- Each takes an argument and its specification, and returns what the engine is to format.
local readers = {}
function readers.s(value, spec, place, given)
  local text = text_of(place, value, given)
  if spec.bare then return text end
  return padded(spec.precision and sub(text, 1, spec.precision) or text, spec.flags, spec.width)
end
function readers.q(value, spec, place, given)
  return quoted(text_of(place, value, given))
end
function readers.c(value, spec, place)
  local code = integer(number(place + 1, 'format', value)) % 256
  return padded(char(code), spec.flags, spec.width)
end
function readers.p(value, spec)
  return padded(match(host.tostring(value), '0x%x+') or 'NULL', spec.flags, spec.width)
end
function readers.d(value, spec, place)
  -- Most are whole.
  if type(value) == 'number' and value % 1 == 0 and value < 2 ^ 63 and value >= -2 ^ 63 then
    return value
  end
  return integer(number(place + 1, 'format', value))
end
readers.i = readers.d
function readers.x(value, spec, place)
  value = number(place + 1, 'format', value)
  if value >= 2 ^ 63 and value < 2 ^ 64 then value = value - 2 ^ 64 end
  return integer(value)
end
readers.X, readers.o = readers.x, readers.x
-- As a double: the engine has no conversion of unsigned integers.
function readers.u(value, spec, place)
  value = readers.x(value, spec, place)
  return value < 0 and value + 2 ^ 64 or value + 0.0
end
function readers.g(value, spec, place)
  value = number(place + 1, 'format', value)
  if value - value ~= 0 then return nil end
  local digits = spec.precision or 6
  if spec.fixed then return host.rounded(value, digits) end
  if spec.letter == 'a' or spec.letter == 'A' then return value end
  if spec.letter == 'e' or spec.letter == 'E' then digits = digits + 1 end
  return host.rounded_to(value, digits < 1 and 1 or digits)
end
for letter in ('aAeEfFG'):gmatch('.') do readers[letter] = readers.g end

-- Numbers that are not finite: no zeros, and no sign of what is not a number.
local function not_finite(value, spec)
  local plus, space = find(spec.flags, '+', 1, true), find(spec.flags, ' ', 1, true)
  local text = value ~= value and (space and ' nan' or 'nan')
    or value < 0 and '-inf' or plus and '+inf' or space and ' inf' or 'inf'
  if find(spec.letter, '%u') then text = text:upper() end
  return padded(text, spec.flags, spec.width)
end

local kept = {
  d = '[-+ 0]', i = '[-+ 0]', u = '[-0]', x = '[-#0]', X = '[-#0]', o = '[-#0]',
}

local function specification(flags, width, precision, letter)
  local spec = { flags = flags, letter = letter, reader = readers[letter] }
  spec.width = host.tonumber(width)
  spec.precision = precision ~= '' and (host.tonumber(sub(precision, 2)) or 0) or nil
  spec.bare = width == '' and precision == ''
  spec.fixed = letter == 'f' or letter == 'F'
  if find(letter, '[sqcp]') then spec.text = '%s'
  else
    local used = kept[letter] and gsub(flags, '.', function(flag)
      return find(flag, kept[letter]) and flag or ''
    end) or flags
    -- An integer with a precision is not filled with zeros.
    if kept[letter] and spec.precision then used = gsub(used, '0', '') end
    if letter == 'u' then width, precision, letter = width, '.0', 'f'
    elseif letter == 'F' then letter = 'f' end
    spec.text = '%' .. used .. width .. precision .. letter
  end
  return spec
end

local plans, planned = {}, 0
local function plan_of(text)
  local plan, parts, at = {}, {}, 1
  while true do
    local first = find(text, '%', at, true)
    if not first then break end
    parts[#parts + 1] = sub(text, at, first - 1)
    if sub(text, first + 1, first + 1) == '%' then
      parts[#parts + 1], at = '%%', first + 2
    else
      local _, last, flags, width, precision, letter =
        find(text, '^([-+ #0]*)(%d?%d?)(%.?%d?%d?)(.?)', first + 1)
      if not readers[letter] then
        raise("invalid option '" .. sub(text, first, last) .. "' to 'format'")
      end
      local spec = specification(flags, width, precision, letter)
      plan[#plan + 1], parts[#parts + 1], at = spec, spec.text, last + 1
    end
  end
  parts[#parts + 1] = sub(text, at)
  plan.text, plan.count = table.concat(parts), #plan
  if planned == 1000 then plans, planned = {}, 0 end
  plans[text], planned = plan, planned + 1
  return plan
end

function string.format(text, ...)
  local plan = plans[text]
  if not plan then
    if type(text) == 'number' then text = tostring(text) end
    if type(text) ~= 'string' then return format(text, ...) end
    plan = plan_of(text)
  end
  local given = select('#', ...)
  if given == 1 and plan.count == 1 then
    local spec = plan[1]
    local value = ...
    local read = spec.reader(value, spec, 1, 1)
    if read ~= nil then return format(plan.text, read) end
  end
  local values, special = { ... }, nil
  for place = 1, plan.count do
    local spec = plan[place]
    local value = values[place]
    if place > given and spec.letter ~= 's' then
      raise('bad argument #' .. tostring(place + 1) .. " to 'format' (value expected)")
    end
    local read = spec.reader(value, spec, place, given)
    if read == nil then
      special = special or {}
      special[place] = true
      read = not_finite(number(place + 1, 'format', value), spec)
    end
    values[place] = read
  end
  if not special then return format(plan.text, unpack(values, 1, plan.count)) end
  local place = 0
  local again = gsub(gsub(plan.text, '%%%%', '\0'), '%%[^%a]*%a', function(conversion)
    place = place + 1
    return special[place] and '%s' or conversion
  end)
  return format((gsub(again, '%z', '%%%%')), unpack(values, 1, plan.count))
end
`;
