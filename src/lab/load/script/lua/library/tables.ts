/** LuaJIT's table functions: positions may have fractions, and nothing asks for metamethods. */
export const tableLibrary = `
local host = evenkeel_host
local whole, raise = host.whole, host.raise
local type, select, next, rawget, rawset, rawlen = type, select, next, rawget, rawset, rawlen
local insert, remove, concat, move = table.insert, table.remove, table.concat, table.move
local sort = table.sort

local function check(list, name)
  if type(list) == 'table' then return list end
  raise("bad argument #1 to '" .. name .. "' (table expected, got " .. type(list) .. ')')
end
host.check_table = check

local table_unpack = table.unpack
function _G.unpack(list, first, last)
  check(list, 'unpack')
  return table_unpack(list, whole(first), last ~= nil and whole(last) or rawlen(list))
end

function table.insert(list, ...)
  check(list, 'insert')
  local given = select('#', ...)
  if given == 1 then
    rawset(list, rawlen(list) + 1, (...))
    return
  end
  if given ~= 2 then raise("wrong number of arguments to 'insert'") end
  local position, value = ...
  position = whole(position)
  if type(position) ~= 'number' then return insert(list, position, value) end
  for index = rawlen(list) + 1, position + 1, -1 do
    rawset(list, index, rawget(list, index - 1))
  end
  rawset(list, position, value)
end

function table.remove(list, position)
  check(list, 'remove')
  local last = rawlen(list)
  if position == nil then position = last else position = whole(position) end
  if type(position) ~= 'number' then return remove(list, position) end
  if position < 1 or position > last then return end
  local value = rawget(list, position)
  for index = position, last - 1 do rawset(list, index, rawget(list, index + 1)) end
  rawset(list, last, nil)
  return value
end

function table.concat(list, separator, first, last)
  check(list, 'concat')
  if first == nil and last == nil then return concat(list, separator) end
  return concat(list, separator, first and whole(first), last and whole(last))
end

function table.move(from, first, last, to, into)
  return move(from, whole(first), whole(last), whole(to), into)
end

function table.sort(list, before)
  check(list, 'sort')
  sort(list, before)
end

function table.getn(list) return rawlen(check(list, 'getn')) + 0.0 end
function table.maxn(list)
  local highest = 0
  for key in next, check(list, 'maxn') do
    if type(key) == 'number' and key > highest then highest = key end
  end
  return highest + 0.0
end
function table.foreach(list, call)
  for key, value in next, check(list, 'foreach') do
    local result = call(type(key) == 'number' and key + 0.0 or key, value)
    if result ~= nil then return result end
  end
end
function table.foreachi(list, call)
  for index = 1, rawlen(check(list, 'foreachi')) do
    local result = call(index, rawget(list, index))
    if result ~= nil then return result end
  end
end
table.pack, table.unpack = nil, nil

package.preload['table.new'] = function()
  local function new() return {} end
  table.new = new
  return new
end
package.preload['table.clear'] = function()
  local function clear(list)
    for key in next, check(list, 'clear') do rawset(list, key, nil) end
  end
  table.clear = clear
  return clear
end
`;
