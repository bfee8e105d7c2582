-- As scripts for LuaJIT are written: each request names what was computed.

local bit = require 'bit'
local pack = { unpack({ 10, 20, 30 }) }

function request()
  local parts = {
    table.getn(pack),
    10 / 2,
    math.pow(2, 10),
    bit.band(0xff, 0x3c),
    loadstring('return 6 * 7')(),
    string.format('%03d', 7.9),
    ('abcdef'):sub(1, 7 / 2),
    math.fmod(7, 4),
  }
  return wrk.format('GET', '/' .. table.concat(parts, '/'))
end
