/** Environments and modules of Lua 5.1: getfenv, setfenv, module, and where require looks. */
export const environmentLibrary = String.raw`
local host = evenkeel_host
local getinfo, getupvalue, upvaluejoin = debug.getinfo, debug.getupvalue, debug.upvaluejoin
local raise, whole, type = host.raise, host.whole, type

-- In 5.4 a function's globals are a variable of its own named _ENV, absent if it uses none.
local function environment_of(call)
  for index = 1, 255 do
    local name = getupvalue(call, index)
    if name == '_ENV' then return index end
    if not name then return nil end
  end
end

local function function_at(where, name)
  if type(where) == 'function' then return where end
  local level = whole(where or 1)
  local info = type(level) == 'number' and level >= 0 and getinfo(level + 2, 'f')
  return info and info.func or raise("bad argument #1 to '" .. name .. "' (invalid level)")
end

function getfenv(where)
  if where == 0 then return _G end
  local call = function_at(where, 'getfenv')
  local index = environment_of(call)
  if not index then return _G end
  local _, environment = getupvalue(call, index)
  return environment
end

local function join(call, environment)
  local index = environment_of(call)
  if index then upvaluejoin(call, index, function() return environment end, 1) end
  return call
end

function setfenv(where, environment)
  if type(environment) ~= 'table' then
    local got = environment == nil and 'no value' or type(environment)
    raise("bad argument #2 to 'setfenv' (table expected, got " .. got .. ')')
  end
  if where == 0 then raise('setfenv(0) is not possible') end
  local call = function_at(where, 'setfenv')
  local info = getinfo(call, 'S')
  if info.what == 'C' or info.short_src:find('^evenkeel/') then
    raise("'setfenv' cannot change environment of given object")
  end
  return join(call, environment)
end
function debug.getfenv(value) return type(value) == 'function' and getfenv(value) or _G end
function debug.setfenv(value, environment) return setfenv(value, environment) end

function package.seeall(module) setmetatable(module, { __index = _G }) end

function module(name, ...)
  local made = package.loaded[name] or {}
  package.loaded[name] = made
  made._M, made._NAME = made, name
  made._PACKAGE = name:match('^(.*%.)[^.]*$') or ''
  local parent = _G
  for part in made._PACKAGE:gmatch('[^.]+') do
    parent[part] = parent[part] or {}
    parent = parent[part]
  end
  parent[name:match('[^.]*$')] = made
  join(getinfo(2, 'f').func, made)
  for _, option in ipairs({ ... }) do option(made) end
end

-- Files of the real file system, by package.path; nothing that is not written in Lua.
function package.searchpath(name, path, separator, replacement)
  local file = name:gsub('%' .. (separator or '.'), replacement or '/')
  local missing = {}
  for pattern in path:gmatch('[^;]+') do
    local candidate = pattern:gsub('%?', (file:gsub('%%', '%%%%')))
    if host.file_exists(candidate) then return candidate end
    missing[#missing + 1] = "no file '" .. candidate .. "'"
  end
  return nil, '\n\t' .. table.concat(missing, '\n\t')
end

function package.loadlib() return nil, 'modules in C cannot be loaded', 'absent' end
package.cpath = ''
package.loaders, package.searchers = package.searchers, nil
while package.loaders[2] do package.loaders[#package.loaders] = nil end
package.loaders[1] = function(name)
  return package.preload[name] or "\n\tno field package.preload['" .. name .. "']"
end
package.loaders[2] = function(name)
  local file, missing = package.searchpath(name, package.path)
  if not file then return missing .. '\n\tand modules in C cannot be loaded' end
  return assert(loadfile(file)), file
end
function package.preload.ffi()
  error('ffi is a part of LuaJIT that is not here: scripts are run by Lua 5.4 in WebAssembly', 0)
end

local busy = {}
function require(name)
  local value = package.loaded[name]
  if value == busy then error("loop or previous error loading module '" .. name .. "'", 2) end
  if value then return value end
  local missing = {}
  for _, searcher in ipairs(package.loaders) do
    local loader = searcher(name)
    if type(loader) == 'function' then
      package.loaded[name] = busy
      local result = loader(name)
      if result ~= nil then package.loaded[name] = result end
      if package.loaded[name] == busy then package.loaded[name] = true end
      return package.loaded[name]
    end
    missing[#missing + 1] = type(loader) == 'string' and loader or ''
  end
  error("module '" .. name .. "' not found:" .. table.concat(missing), 2)
end
`;
