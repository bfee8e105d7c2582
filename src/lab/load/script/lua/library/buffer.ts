/** LuaJIT's string.buffer: text that grows at its end and is taken from its beginning. */
export const bufferLibrary = `
local host = evenkeel_host
local type, select, tostring, concat, sub = type, select, tostring, table.concat, string.sub
local content, raise, whole, unpack = host.content, host.raise, host.whole, unpack
local Buffer = {}
Buffer.__index = Buffer

local function state(self)
  local held = content(self, Buffer)
  if held then return held end
  local got = self == nil and 'no value' or type(self)
  raise("bad argument #1 to 'buffer' (buffer expected, got " .. got .. ')')
end

local function text_of(self)
  local held = state(self)
  if #held > 1 then
    local text = concat(held)
    for index = #held, 2, -1 do held[index] = nil end
    held[1] = text
  end
  return held[1] or ''
end

local function set(self, text)
  local held = state(self)
  for index = #held, 2, -1 do held[index] = nil end
  held[1] = text
  return self
end

function Buffer.put(self, ...)
  local held = state(self)
  for index = 1, select('#', ...) do
    local value = select(index, ...)
    local kind = type(value)
    if content(value, Buffer) then value = text_of(value)
    elseif kind == 'number' then value = tostring(value)
    elseif kind ~= 'string' then
      local metatable = debug.getmetatable(value)
      if not (type(metatable) == 'table' and metatable.__tostring) then
        local got = " to 'put' (string expected, got " .. kind .. ')'
        raise('bad argument #' .. tostring(index) .. got)
      end
      value = tostring(value)
    end
    held[#held + 1] = value
  end
  return self
end
function Buffer.putf(self, ...) return Buffer.put(self, string.format(...)) end
function Buffer.set(self, text)
  return set(self, tostring(text))
end
function Buffer.reset(self) return set(self, '') end
function Buffer.free(self) set(self, '') end
function Buffer.skip(self, count) return set(self, sub(text_of(self), whole(count) + 1)) end
function Buffer.get(self, ...)
  local wanted = { ... }
  if select('#', ...) == 0 then
    local text = text_of(self)
    set(self, '')
    return text
  end
  local taken = {}
  for index = 1, select('#', ...) do
    local text = text_of(self)
    local count = wanted[index] == nil and #text or whole(wanted[index])
    if count < 0 then count = 0 end
    taken[index] = sub(text, 1, count)
    set(self, sub(text, count + 1))
  end
  return unpack(taken)
end
function Buffer.tostring(self) return text_of(self) end
Buffer.__tostring = text_of
function Buffer.__len(self) return #text_of(self) + 0.0 end
local function joined(value) return content(value, Buffer) and text_of(value) or value end
function Buffer.__concat(a, b) return joined(a) .. joined(b) end

local buffer = {}
function buffer.new() return host.new_userdata(Buffer, {}) end
for _, name in pairs({ 'encode', 'decode' }) do
  buffer[name] = function() raise('string.buffer: ' .. name .. '() is not here') end
  Buffer[name] = buffer[name]
end
package.preload['string.buffer'] = function() return buffer end
`;
