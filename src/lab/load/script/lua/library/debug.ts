/** LuaJIT's debug functions, and its modules jit, table.new and string.buffer. */
export const debugLibrary = `
local host = evenkeel_host
local getinfo, type, pairs, whole = debug.getinfo, type, pairs, host.whole
local kept = { nups = true, nparams = true, isvararg = true, currentline = true, linedefined = true,
  lastlinedefined = true, source = true, short_src = true, what = true, name = true,
  namewhat = true, func = true, activelines = true }

function debug.getinfo(...)
  local first, second, third = ...
  local options = type(first) == 'thread' and third or type(first) ~= 'thread' and second or 'flnSu'
  local info
  if type(first) == 'thread' then
    info = getinfo(first, whole(second), options .. 'fS')
  elseif type(first) == 'number' then
    first = whole(first)
    -- This function stands between.
    info = getinfo(first >= 0 and first + 1 or first, options .. 'fS')
  else
    info = getinfo(first, options .. 'fS')
  end
  if not info then return nil end
  local seen, ours = {}, info.short_src:find('^evenkeel/')
  for key, value in pairs(info) do
    if kept[key] then seen[key] = type(value) == 'number' and value + 0.0 or value end
  end
  -- A function's globals are an upvalue of its own here.
  for index = 1, seen.nups and info.what ~= 'C' and info.nups or 0 do
    if debug.getupvalue(info.func, index) == '_ENV' then seen.nups = seen.nups - 1 end
  end
  -- Functions of the library are C's there.
  if ours then
    for key, value in pairs({ what = 'C', short_src = '[C]', source = '=[C]', linedefined = -1,
      lastlinedefined = -1, currentline = -1, nups = 0, nparams = 0, isvararg = true }) do
      if seen[key] ~= nil then seen[key] = value end
    end
  end
  if not options:find('f') then seen.func = nil end
  if not options:find('S') then
    for _, key in pairs({ 'what', 'short_src', 'source', 'linedefined', 'lastlinedefined' }) do
      seen[key] = nil
    end
  end
  return seen
end

local gethook = debug.gethook
function debug.gethook(...)
  local hook, mask, count = gethook(...)
  return hook, mask or '', (count or 0) + 0.0
end

for _, name in pairs({ 'getuservalue', 'setuservalue', 'setcstacklimit' }) do debug[name] = nil end
local set_metatable = debug.setmetatable
function debug.setmetatable(value, metatable)
  set_metatable(value, metatable)
  return true
end

jit = {
  os = 'Linux', arch = 'x64', version = 'LuaJIT 2.1.0-beta3', version_num = 20100,
  opt = { start = function() end },
}
-- Off: nothing is compiled here, and no script may rely on that it is.
function jit.status() return false end
function jit.on() end
function jit.off() end
function jit.flush() end
function jit.attach() end
package.loaded.jit, package.loaded['jit.opt'] = jit, jit.opt
`;
