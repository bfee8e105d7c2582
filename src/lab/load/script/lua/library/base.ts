/**
 * The base functions, modules, tables and os of LuaJIT (Lua 5.1) that Lua 5.4 lacks or changed.
 *
 * Still different: 5 % 0 on whole literals is an error, not nan; whole numbers wrap at 2^63.
 */
export const baseLibrary = String.raw`
local host = evenkeel_host

unpack = table.unpack
math.randomseed(0)

function loadstring(text, name) return load(text, name) end
function gcinfo() return collectgarbage('count') end

-- In 5.4 a function's globals are a variable of its own named _ENV, absent if it uses none.
local function environment_of(call)
  for index = 1, 255 do
    local name = debug.getupvalue(call, index)
    if name == '_ENV' then return index end
    if not name then return nil end
  end
end

local function function_at(where)
  if type(where) == 'function' then return where end
  local info = debug.getinfo((where or 1) + 2, 'f')
  return info and info.func or error('bad argument #1 (invalid level)', 3)
end

function getfenv(where)
  if where == 0 then return _G end
  local call = function_at(where)
  local index = environment_of(call)
  if not index then return _G end
  local _, environment = debug.getupvalue(call, index)
  return environment
end

function setfenv(where, environment)
  if where == 0 then error('setfenv(0) is not possible', 2) end
  local call = function_at(where)
  local index = environment_of(call)
  if index then debug.upvaluejoin(call, index, function() return environment end, 1) end
  return call
end

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
  setfenv(debug.getinfo(2, 'f').func, made)
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
  return nil, table.concat(missing, '\n\t')
end

function package.loadlib() return nil, 'modules in C cannot be loaded', 'absent' end
package.cpath = ''
package.loaders = package.searchers
while package.searchers[2] do table.remove(package.searchers) end
package.searchers[2] = function(name)
  local file, missing = package.searchpath(name, package.path)
  if not file then return missing .. '\n\tand modules in C cannot be loaded' end
  return assert(loadfile(file)), file
end
function package.preload.ffi()
  error('ffi is a part of LuaJIT that is not here: scripts are run by Lua 5.4 in WebAssembly', 0)
end

function loadfile(name, mode, ...)
  local text, problem = host.file_text(name), nil
  if type(text) == 'table' then return nil, text[1] end
  return load((text:gsub('^#[^\n]*', '')), '@' .. name, mode, ...)
end
function dofile(name) return assert(loadfile(name))() end

local remove = table.remove
function table.remove(list, position)
  if position == nil then return remove(list) end
  if position < 1 or position > #list then return nil end
  return remove(list, position)
end
function table.getn(list) return #list end
function table.maxn(list)
  local most = 0
  for key in pairs(list) do
    if type(key) == 'number' and key > most then most = key end
  end
  return most
end
function table.foreach(list, call)
  for key, value in pairs(list) do
    local result = call(key, value)
    if result ~= nil then return result end
  end
end
function table.foreachi(list, call)
  for index = 1, #list do
    local result = call(index, list[index])
    if result ~= nil then return result end
  end
end

-- os: what concerns the machine is real; what would start programs or end the process is refused.
local date = os.date
function os.date(format, time) return date(format, time and math.floor(time)) end
function os.getenv(name) return host.environment(name) end
function os.exit(code)
  if code == nil or code == true then code = 0 elseif code == false then code = 1 end
  host.raise('the script ended the run with os.exit(' .. tostring(code) .. ')')
end
function os.execute()
  host.raise('os.execute is not possible here: run the program before or after the load')
end
local function done_or_problem(problem)
  if problem then return nil, problem end
  return true
end
function os.remove(name) return done_or_problem(host.file_remove(name)) end
function os.rename(from, to) return done_or_problem(host.file_rename(from, to)) end
function os.tmpname() return host.file_temporary() end
`;
