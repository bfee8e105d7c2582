/** LuaJIT's bit library: 32-bit numbers with a sign. */
export const bitLibrary = `
local host = evenkeel_host
local floor, type, select, format, sub = math.floor, type, select, string.format, string.sub
local rep = string.rep
local number, whole = host.number, host.whole

local bit = {}
-- Half-way values go to the even one, as the processor rounds.
local function bits(value, place, name)
  value = number(place, name, value) % 4294967296.0
  local below = floor(value)
  local rest = value - below
  if rest > 0.5 or rest == 0.5 and below % 2 == 1 then below = below + 1 end
  return below == below and floor(below) & 0xffffffff or 0
end
local function signed(value)
  value = value & 0xffffffff
  return (value >= 0x80000000 and value - 0x100000000 or value) + 0.0
end
local function fold(name, operate)
  bit[name] = function(...)
    local value = bits((...), 1, name)
    for index = 2, select('#', ...) do
      value = operate(value, bits((select(index, ...)), index, name))
    end
    return signed(value)
  end
end
fold('band', function(a, b) return a & b end)
fold('bor', function(a, b) return a | b end)
fold('bxor', function(a, b) return a ~ b end)

local function shift(name, operate)
  bit[name] = function(value, n)
    return signed(operate(bits(value, 1, name), bits(n, 2, name) & 31))
  end
end
shift('lshift', function(value, n) return value << n end)
shift('rshift', function(value, n) return value >> n end)
shift('arshift', function(value, n) return (value ~ 0x80000000) - 0x80000000 >> n end)
shift('rol', function(value, n) return value << n | value >> 32 - n end)
shift('ror', function(value, n) return value >> n | value << 32 - n end)

function bit.tobit(value) return signed(bits(value, 1, 'tobit')) end
function bit.bnot(value) return signed(~bits(value, 1, 'bnot')) end
function bit.bswap(value)
  value = bits(value, 1, 'bswap')
  return signed(value >> 24 | value >> 8 & 0xff00 | (value & 0xff00) << 8 | value << 24)
end
function bit.tohex(value, digits)
  value = bits(value, 1, 'tohex')
  digits = digits == nil and 8 or floor(whole(digits))
  local text = format(digits < 0 and '%08X' or '%08x', value)
  if digits < 0 then digits = -digits end
  if digits > 254 then digits = 254 end
  return digits >= 8 and rep('0', floor(digits - 8)) .. text or sub(text, 9 - digits)
end
_G.bit, package.loaded.bit = bit, bit
`;
