/**
 * LuaJIT's string functions. Positions may have fractions and lie outside; patterns match the empty
 * text right behind another match, as in Lua 5.1; a replacement may have a needless `%`.
 */
export const stringLibrary = String.raw`
local host = evenkeel_host
local whole, raise = host.whole, host.raise
local type, select, tostring, rawget = type, select, tostring, rawget
local concat, unpack = table.concat, table.unpack
local len, sub, rep, byte, char = string.len, string.sub, string.rep, string.byte, string.char
local find, match, gmatch, gsub = string.find, string.match, string.gmatch, string.gsub
local pcall = pcall

function string.len(text) return len(text) + 0.0 end
function string.sub(text, from, to) return sub(text, whole(from), to and whole(to)) end
function string.rep(text, times, separator) return rep(text, whole(times), separator) end
local function numbers(first, ...)
  if first == nil then return end
  if select('#', ...) == 0 then return first + 0.0 end
  return first + 0.0, numbers(...)
end
function string.byte(text, from, to)
  if to == nil then
    local code = byte(text, whole(from))
    if code then return code + 0.0 end
    return
  end
  local codes = { byte(text, whole(from), whole(to)) }
  for index = 1, #codes do codes[index] = codes[index] + 0.0 end
  return unpack(codes)
end
function string.char(...)
  local codes = { ... }
  for index = 1, select('#', ...) do
    local code = whole(codes[index])
    if type(code) == 'number' and (code < 0 or code > 255) then
      raise('bad argument #' .. tostring(index) .. " to 'char' (invalid value)")
    end
    codes[index] = code
  end
  return char(unpack(codes, 1, select('#', ...)))
end

-- Facts about a pattern, looked at once: it captures positions; it may match the empty text.
local facts, known = {}, 0
local function facts_of(pattern)
  local fact = facts[pattern]
  if fact then return fact end
  fact = { positions = find(pattern, '()', 1, true) ~= nil }
  local bare = gsub(pattern, '^%^', '')
  -- A malformed pattern is for the call to tell.
  local ok, first = pcall(find, '', '^' .. bare)
  fact.empty = find(pattern, '%f', 1, true) ~= nil or ok and first ~= nil
  fact.anchored = bare ~= pattern
  fact.here = '^' .. bare
  fact.literal = '^' .. (fact.anchored and '%^' or '') .. bare
  if known == 1000 then facts, known = {}, 0 end
  facts[pattern], known = fact, known + 1
  return fact
end

-- Captured positions are integers of the engine.
local function doubles(...)
  local values, count = { ... }, select('#', ...)
  for index = 1, count do
    if type(values[index]) == 'number' then values[index] = values[index] + 0.0 end
  end
  return unpack(values, 1, count)
end

local function start(text, from)
  from = whole(from)
  if type(from) ~= 'number' then return from end
  local last = len(text) + 1
  return from > last and last or from
end

local function found(first, last, ...)
  if first == nil then return nil end
  return first + 0.0, last + 0.0, ...
end
function string.find(text, pattern, from, plain)
  if from ~= nil then from = start(text, from) end
  if not plain and type(pattern) == 'string' and facts_of(pattern).positions then
    return doubles(find(text, pattern, from))
  end
  return found(find(text, pattern, from, plain))
end
function string.match(text, pattern, from)
  if from ~= nil then from = start(text, from) end
  if type(pattern) == 'string' and facts_of(pattern).positions then
    return doubles(match(text, pattern, from))
  end
  return match(text, pattern, from)
end

-- A match at exactly this place: its end, and the captures or all of it.
local function captured(text, at, first, last, ...)
  if first == nil then return nil end
  if select('#', ...) == 0 then return last, sub(text, first, last) end
  return last, doubles(...)
end
local function match_at(text, pattern, at)
  return captured(text, at, find(text, pattern, at))
end

function string.gmatch(text, pattern)
  if type(text) == 'number' then text = tostring(text) end
  if type(text) ~= 'string' or type(pattern) ~= 'string' then return gmatch(text, pattern) end
  local fact = facts_of(pattern)
  if not fact.positions and not fact.empty then return gmatch(text, pattern) end
  local at = 1
  local function pass(last, ...)
    if last == nil then return false end
    at = last >= at and last + 1 or at + 1
    return true, ...
  end
  local function results(ok, ...)
    if ok then return ... end
  end
  return function()
    local place = at
    while place <= len(text) + 1 do
      at = place
      local held = { pass(match_at(text, fact.literal, place)) }
      if held[1] then return unpack(held, 2, #held) end
      place = place + 1
    end
    at = len(text) + 2
    return nil
  end
end

local function replacement(by, whole_match, ...)
  local kind = type(by)
  local value
  if kind == 'function' then value = by(...)
  elseif kind == 'table' then value = by[(...)]
  else
    local captures = { ... }
    return (gsub(by, '%%(.?)', function(letter)
      if not find(letter, '%d') then return letter == '' and '\0' or letter end
      if letter == '0' then return whole_match end
      local capture = captures[host.tonumber(letter)]
      if capture == nil then raise('invalid capture index') end
      return tostring(capture)
    end))
  end
  if not value then return whole_match end
  if type(value) ~= 'string' and type(value) ~= 'number' then
    raise('invalid replacement value (a ' .. type(value) .. ')')
  end
  return tostring(value)
end

-- As in Lua 5.1, where an empty match may follow another one.
local function gsub_by_place(text, fact, by, limit)
  local parts, at, count = {}, 1, 0
  local function put(last, ...)
    if last == nil then return nil end
    parts[#parts + 1] = replacement(by, sub(text, at, last), ...)
    return last
  end
  while count < limit do
    local last = put(match_at(text, fact.here, at))
    if last then count = count + 1 end
    if last and last >= at then at = last + 1
    elseif at <= len(text) then
      parts[#parts + 1] = sub(text, at, at)
      at = at + 1
    else break end
    if fact.anchored then break end
  end
  parts[#parts + 1] = sub(text, at)
  return concat(parts), count + 0.0
end

-- Whether a replacement has a needless %; most have none at all.
local function is_unusual(by)
  if not find(by, '%', 1, true) then return false end
  local bare = gsub(by, '%%%%', '')
  return find(bare, '%%%D') ~= nil or find(bare, '%%$') ~= nil
end

local function counted(text, count) return text, count + 0.0 end

function string.gsub(text, pattern, by, limit)
  if limit ~= nil then limit = whole(limit) end
  if type(text) == 'number' then text = tostring(text) end
  if type(text) == 'string' and type(pattern) == 'string' then
    local fact, kind = facts_of(pattern), type(by)
    if kind == 'number' then by, kind = tostring(by), 'string' end
    local texts = kind == 'string'
    if (fact.empty or fact.positions or texts and is_unusual(by))
      and (texts or kind == 'function' or kind == 'table') then
      return gsub_by_place(text, fact, by, limit or len(text) + 1)
    end
  end
  return counted(gsub(text, pattern, by, limit))
end
string.gfind = nil

-- A text in arithmetic is read as a double.
local metatable = getmetatable('')
local function arithmetic(event, operate)
  metatable[event] = function(a, b)
    local x, y = host.to_number(a), host.to_number(b)
    if x and y then return operate(x, y) end
    local wrong = x and b or a
    local kind = type(wrong)
    raise('attempt to perform arithmetic on a ' .. kind .. ' value')
  end
end
arithmetic('__add', function(a, b) return a + b end)
arithmetic('__sub', function(a, b) return a - b end)
arithmetic('__mul', function(a, b) return a * b end)
arithmetic('__div', function(a, b) return a / b end)
arithmetic('__mod', function(a, b) return a % b end)
arithmetic('__pow', function(a, b) return a ^ b end)
arithmetic('__unm', function(a) return -a end)
metatable.__idiv = nil

for _, name in ipairs({ 'pack', 'packsize', 'unpack' }) do string[name] = nil end
utf8, package.loaded.utf8 = nil, nil
`;
