/**
 * Lua's files over the real file system, because that of the WebAssembly build is in memory only.
 * Reads are ahead of the script; writes are not buffered, as a worker may be ended at any time.
 */
export const fileLibrary = String.raw`
local host = evenkeel_host
local find, sub, match, type, tostring = string.find, string.sub, string.match, type, tostring

-- handle: the host's number; text and at: the text read ahead, and the script's place in it.
local File = { __name = 'FILE*' }
File.__index = File

local function new(handle) return setmetatable({ handle = handle, text = '', at = 1 }, File) end

local function open(self)
  if not self.handle then error('attempt to use a closed file', 3) end
  return self.handle
end

local function more(self)
  local text = host.file_read(self.handle, 65536)
  if text == '' then return false end
  self.text, self.at = sub(self.text, self.at) .. text, 1
  return true
end

local function take(self, last)
  local text = sub(self.text, self.at, last)
  self.at = last + 1
  return text
end

local function line(self, keep)
  while true do
    local stop = find(self.text, '\n', self.at, true)
    if stop then
      local text = take(self, stop)
      return keep and text or sub(text, 1, -2)
    end
    if not more(self) then break end
  end
  return self.at <= #self.text and take(self, #self.text) or nil
end

local function everything(self)
  local parts = { take(self, #self.text) }
  while more(self) do parts[#parts + 1] = take(self, #self.text) end
  return table.concat(parts)
end

local function count(self, wanted)
  while #self.text - self.at + 1 < math.max(wanted, 1) and more(self) do end
  if self.at > #self.text then return nil end
  return take(self, math.min(self.at + wanted - 1, #self.text))
end

local function number(self)
  repeat
    self.at = find(self.text, '%S', self.at) or #self.text + 1
  until self.at <= #self.text or not more(self)
  while #self.text - self.at < 200 and more(self) do end
  local text = match(self.text, '^[+-]?0[xX]%x+', self.at)
    or match(self.text, '^[+-]?[%d.]+', self.at)
  if not text then return nil end
  text = text .. (match(self.text, '^[eE][+-]?%d+', self.at + #text) or '')
  self.at = self.at + #text
  return tonumber(text)
end

local kinds = {
  l = line, a = everything, n = number,
  L = function(self) return line(self, true) end,
}

local function read(self, ...)
  local wanted, results = select('#', ...), {}
  if wanted == 0 then return line(self) end
  for index = 1, wanted do
    local kind = select(index, ...)
    local call = type(kind) == 'string' and kinds[match(kind, '^%*?(.)')]
    if type(kind) ~= 'number' and not call then
      error('bad argument #' .. index .. " to 'read' (invalid format)", 3)
    end
    results[index] = call and call(self) or not call and count(self, kind) or nil
    if results[index] == nil then break end
  end
  return table.unpack(results, 1, wanted)
end

function File:read(...) open(self) return read(self, ...) end

function File:write(...)
  local handle = open(self)
  for index = 1, select('#', ...) do
    local value = select(index, ...)
    if type(value) ~= 'string' and type(value) ~= 'number' then
      local got = ' (string expected, got ' .. type(value) .. ')'
      error('bad argument #' .. index .. " to 'write'" .. got, 2)
    end
  end
  if self.text ~= '' then self:seek('cur', 0) end
  host.file_write(handle, table.concat({ ... }))
  return self
end

function File:seek(whence, offset)
  local handle = open(self)
  whence, offset = whence or 'cur', offset or 0
  if whence == 'cur' then offset = offset - (#self.text - self.at + 1) end
  self.text, self.at = '', 1
  return host.file_seek(handle, whence, offset)
end

function File:lines(...)
  open(self)
  local formats = table.pack(...)
  return function() return self:read(table.unpack(formats, 1, formats.n)) end
end

function File:close()
  host.file_close(open(self))
  self.handle = nil
  return true
end
function File:flush() open(self) return self end
function File:setvbuf() open(self) return true end
function File:__tostring()
  return self.handle and string.format('file (%d)', self.handle) or 'file (closed)'
end
function File:__gc() if self.handle and self.handle > 2 then self:close() end end
File.__close = File.__gc

host.new_file, host.File = new, File
`;
