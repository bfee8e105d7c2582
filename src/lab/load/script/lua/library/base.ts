/** The base functions and coroutines of LuaJIT. Functions that count return doubles. */
export const baseLibrary = String.raw`
local host = evenkeel_host
local whole, raise, placed = host.whole, host.raise, host.placed
local type, rawget, select = type, rawget, select
local load, next, xpcall, error = load, next, xpcall, error
local math_type, to_integer = host.math_type, host.to_integer
local setuservalue = debug.setuservalue
local set_any_metatable, any_metatable = debug.setmetatable, debug.getmetatable

_VERSION = 'Lua 5.1'
_G.rawlen, _G.warn = nil, nil

function _G.select(place, ...)
  if place == '#' then return select('#', ...) + 0.0 end
  return select(whole(place), ...)
end

-- Keys of tables are integers inside the engine.
local function following(key, value)
  if math_type(key) == 'integer' then return key + 0.0, value end
  if key == nil then return nil end
  return key, value
end
host.raw_next = next
function _G.next(list, key)
  if type(key) == 'number' then key = to_integer(key) or key end
  return following(next(list, key))
end
function pairs(list)
  if type(list) ~= 'table' then host.check_table(list, 'pairs') end
  local last
  return function(_, key)
    if key ~= last then last = type(key) == 'number' and to_integer(key) or key end
    local value
    last, value = next(list, last)
    if math_type(last) == 'integer' then return last + 0.0, value end
    return last, value
  end, list, nil
end
local function next_item(list, index)
  index = index + 1
  local value = rawget(list, index)
  if value ~= nil then return index, value end
end
function ipairs(list)
  if type(list) ~= 'table' then host.check_table(list, 'ipairs') end
  return next_item, list, 0
end

-- An error raised in these libraries gets the place in the script.
function pcall(...)
  if select('#', ...) == 0 then raise("bad argument #1 to 'pcall' (value expected)") end
  local call = ...
  return xpcall(call, placed, select(2, ...))
end
function _G.xpcall(call, handler, ...)
  if type(handler) ~= 'function' then
    local got = handler == nil and 'no value' or type(handler)
    raise("bad argument #2 to 'xpcall' (function expected, got " .. got .. ')')
  end
  return xpcall(call, function(problem) return handler(placed(problem)) end, ...)
end

-- A number is a text to it, and gets a place too.
function _G.error(problem, level)
  if type(problem) == 'number' then problem = tostring(problem) end
  level = level == nil and 1 or whole(level)
  if type(level) == 'number' and level > 0 then level = level + 1 end
  error(problem, level)
end

-- Lua that comes at run time gets doubles too.
local function loaded(text, name, mode, ...)
  text = text:gsub('^\xef\xbb\xbf', ''):gsub('^#[^\n]*', '')
  local environment = ...
  if environment ~= nil then return load(host.rewrite(text), name, mode, environment) end
  return load(host.rewrite(text), name, mode)
end
function _G.load(chunk, name, mode, ...)
  if type(chunk) == 'number' then chunk = tostring(chunk) end
  if type(chunk) == 'string' then return loaded(chunk, name or chunk, mode, ...) end
  if type(chunk) ~= 'function' then return load(chunk, name, mode) end
  local pieces = {}
  while true do
    local piece = chunk()
    if piece == nil or piece == '' then break end
    if type(piece) ~= 'string' then
      return nil, 'reader function must return a string'
    end
    pieces[#pieces + 1] = piece
  end
  return loaded(table.concat(pieces), name or '=(load)', mode, ...)
end
loadstring = _G.load
function loadfile(name, mode, ...)
  local text = host.file_text(name or '/dev/stdin')
  if type(text) == 'table' then return nil, 'cannot open ' .. text[1] end
  return loaded(text, '@' .. (name or 'stdin'), mode, ...)
end
function dofile(name)
  local chunk, problem = loadfile(name)
  if not chunk then error(problem, 0) end
  return chunk()
end

function gcinfo() return math.floor(collectgarbage('count')) end

-- Metatables that newproxy made.
local proxies = setmetatable({}, { __mode = 'k' })
function newproxy(model)
  local proxy = host.userdata()
  if not model then return proxy end
  local metatable = {}
  if model ~= true then
    metatable = any_metatable(model)
    if not (metatable and proxies[metatable]) then
      raise("bad argument #1 to 'newproxy' (boolean or proxy expected)")
    end
  end
  proxies[metatable] = true
  return set_any_metatable(proxy, metatable)
end

-- Userdata of a kind of ours, with a table for what it holds.
function host.new_userdata(metatable, content)
  local made = host.userdata()
  setuservalue(made, content, 1)
  return set_any_metatable(made, metatable)
end
local getuservalue = debug.getuservalue
function host.content(value, metatable)
  if type(value) == 'userdata' and any_metatable(value) == metatable then
    return (getuservalue(value, 1))
  end
end

local running = coroutine.running
function coroutine.running()
  local thread, main = running()
  if main then return nil end
  return thread
end
coroutine.close = nil
`;
