/**
 * LuaJIT's math.random: the generator of L'Ecuyer ("Tables of maximally equidistributed combined
 * LFSR generators", table 3, first entry), seeded as there, so that a script draws what it draws
 * under wrk. The one library that works with 64-bit integers, beside bit.ts.
 */
export const randomLibrary = `
local host = evenkeel_host
local floor, ult, pack, unpack = host.floor, host.ult, string.pack, string.unpack
local number, type = host.number, type
local a, b, c, d

local function step()
  a = (a << 31 ~ a) >> 45 ~ (a & -2) << 18
  b = (b << 19 ~ b) >> 30 ~ (b & -64) << 28
  c = (c << 24 ~ c) >> 48 ~ (c & -512) << 7
  d = (d << 21 ~ d) >> 39 ~ (d & -131072) << 8
  return a ~ b ~ c ~ d
end

-- Each state needs its highest bits not to be zero.
local function state(seed, least)
  local bits = unpack('<i8', pack('<d', seed))
  if ult(bits, least) then bits = bits + least end
  return bits
end

local function seed(value)
  local function following()
    value = value * 3.14159265358979323846 + 2.7182818284590452354
    return value
  end
  a = state(following(), 1 << 1)
  b = state(following(), 1 << 6)
  c = state(following(), 1 << 9)
  d = state(following(), 1 << 17)
  for _ = 1, 10 do step() end
end
seed(0.0)

function math.randomseed(...)
  seed(number(1, 'randomseed', ...) + 0.0)
end

function math.random(low, high)
  local share = (step() & 0xfffffffffffff) * 2.0 ^ -52
  if low == nil then return share end
  if type(low) ~= 'number' then low = number(1, 'random', low) end
  if high == nil then return floor(share * low) + 1.0 end
  if type(high) ~= 'number' then high = number(2, 'random', high) end
  return floor(share * (high - low + 1.0)) + low
end
`;
