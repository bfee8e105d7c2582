/** LuaJIT's math, string and bit functions that 5.4 lacks, and those that took 2.7 for 2. */
export const numberLibrary = `
local floor, ceil, type, select = math.floor, math.ceil, type, select
local exp, log, number_type = math.exp, math.log, math.type

-- A number as C's cast to an integer leaves it.
local function whole(value)
  if type(value) == 'string' then value = tonumber(value) or value end
  if number_type(value) ~= 'float' then return value end
  if value ~= value then return 0 end
  if value >= 2^63 then return math.maxinteger end
  if value <= -2^63 then return math.mininteger end
  return value < 0 and ceil(value) or floor(value)
end

function math.pow(x, y) return x ^ y end
function math.log10(x) return log(x, 10) end
function math.ldexp(x, e) return x * 2.0 ^ e end
function math.cosh(x) return (exp(x) + exp(-x)) / 2 end
function math.sinh(x) return (exp(x) - exp(-x)) / 2 end
function math.tanh(x)
  if x > 20 then return 1.0 elseif x < -20 then return -1.0 end
  local e = exp(2 * x)
  return (e - 1) / (e + 1)
end
function math.atan2(y, x) return math.atan(y, x) end
function math.frexp(x)
  if x == 0 or x ~= x or x == math.huge or x == -math.huge then return x, 0 end
  local size = x < 0 and -x or x
  local e = floor(log(size, 2)) + 1
  local fraction = size / 2.0 ^ e
  if fraction >= 1 then fraction, e = fraction / 2, e + 1 end
  if fraction < 0.5 then fraction, e = fraction * 2, e - 1 end
  return x < 0 and -fraction or fraction, e
end
local fmod = math.fmod
function math.fmod(x, y) return fmod(x + 0.0, y + 0.0) end
math.mod = math.fmod

local random, randomseed = math.random, math.randomseed
function math.random(low, high)
  if low == nil then return random() end
  low, high = whole(low), whole(high)
  if high == nil then low, high = 1, low end
  if low > high then
    local which = low == 1 and 1 or 2
    error('bad argument #' .. which .. " to 'random' (interval is empty)", 2)
  end
  return random(low, high)
end
function math.randomseed(seed) randomseed(whole(seed or 0)) end

string.gfind = string.gmatch

local sub, rep, byte, char = string.sub, string.rep, string.byte, string.char
function string.sub(text, from, to) return sub(text, whole(from), whole(to)) end
function string.rep(text, times, separator) return rep(text, whole(times), separator) end
function string.byte(text, from, to) return byte(text, whole(from), whole(to)) end
function string.char(...)
  local codes = { ... }
  for index = 1, select('#', ...) do codes[index] = whole(codes[index]) end
  return char(table.unpack(codes))
end

-- Which arguments of a format must be whole; false if none. Formats are few, and looked at once.
local format, find, plans, planned = string.format, string.find, {}, 0

local function plan_of(text)
  local plan, at, argument = { text = text:gsub('(%%+)([-+ #0-9.]*)u', function(signs, width)
    if #signs % 2 == 1 then return signs .. width .. 'd' end
  end) }, 1, 0
  while true do
    local _, last, kind = find(text, '%%[-+ #0-9.]*(.)', at)
    if not last then break end
    if kind ~= '%' then
      argument = argument + 1
      if find(kind, '[diouxXc]') then plan[#plan + 1] = argument end
    end
    at = last + 1
  end
  if #plan == 0 then plan = false end
  if planned == 1000 then plans, planned = {}, 0 end
  plans[text], planned = plan, planned + 1
  return plan
end

function string.format(text, ...)
  local plan = plans[text]
  if plan == nil and type(text) == 'string' then plan = plan_of(text) end
  if not plan then return format(text, ...) end
  if select('#', ...) == 1 then return format(plan.text, (whole((...)))) end
  local values = { ... }
  for index = 1, #plan do values[plan[index]] = whole(values[plan[index]]) end
  return format(plan.text, table.unpack(values, 1, select('#', ...)))
end

-- LuaJIT's bit library: 32-bit numbers with a sign.
local bit = {}
local function bits(value) return whole(floor(value % 4294967296 + 0.5)) & 0xffffffff end
local function signed(value)
  value = value & 0xffffffff
  return (value >= 0x80000000 and value - 0x100000000 or value) + 0.0
end
local function fold(name, operate)
  bit[name] = function(first, ...)
    local value = bits(first)
    for index = 1, select('#', ...) do value = operate(value, bits((select(index, ...)))) end
    return signed(value)
  end
end
fold('band', function(a, b) return a & b end)
fold('bor', function(a, b) return a | b end)
fold('bxor', function(a, b) return a ~ b end)
local function rol(value, n)
  n, value = bits(n) & 31, bits(value)
  return signed(value << n | value >> 32 - n)
end
function bit.tobit(value) return signed(bits(value)) end
function bit.bnot(value) return signed(~bits(value)) end
function bit.lshift(value, n) return signed(bits(value) << (bits(n) & 31)) end
function bit.rshift(value, n) return signed(bits(value) >> (bits(n) & 31)) end
function bit.arshift(value, n) return floor(signed(bits(value)) / 2 ^ (bits(n) & 31)) + 0.0 end
bit.rol = rol
function bit.ror(value, n) return rol(value, 32 - (bits(n) & 31)) end
function bit.bswap(value)
  value = bits(value)
  return signed(value >> 24 | value >> 8 & 0xff00 | (value & 0xff00) << 8 | value << 24)
end
function bit.tohex(value, digits)
  digits = whole(digits or 8)
  local text = format(digits < 0 and '%08X' or '%08x', bits(value))
  if digits < 0 then digits = -digits end
  return digits >= 8 and text or sub(text, 9 - digits)
end
_G.bit, package.loaded.bit = bit, bit
`;
