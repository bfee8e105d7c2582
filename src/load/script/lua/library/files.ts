/**
 * Lua's io over the real file system (that of the WebAssembly build exists in memory only), and print. Nothing written is
 * held back: a worker may be ended at any time, and what workers and the main thread write must stay in order.
 */
export const fileLibrary = String.raw`
local host = evenkeel_host
local find, sub, match, type, tostring = string.find, string.sub, string.match, type, tostring

-- handle: the host's number; text and at: what was read ahead, and how far the script has come in it.
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
  local text = match(self.text, '^[+-]?0[xX]%x+', self.at) or match(self.text, '^[+-]?[%d.]+', self.at)
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
    if type(kind) ~= 'number' and not call then error('bad argument #' .. index .. " to 'read' (invalid format)", 3) end
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
      error('bad argument #' .. index .. " to 'write' (string expected, got " .. type(value) .. ')', 2)
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
function File:__tostring() return self.handle and 'file (' .. string.format('%d', self.handle) .. ')' or 'file (closed)' end
function File:__gc() if self.handle and self.handle > 2 then self:close() end end
File.__close = File.__gc

local input, output = new(0), new(1)
io = { stdin = input, stdout = output, stderr = new(2) }
package.loaded.io = io

function io.open(name, mode)
  mode = mode or 'r'
  if not match(mode, '^[rwa]%+?b?%+?$') then error("bad argument #2 to 'open' (invalid mode)", 2) end
  local handle = host.file_open(name, (mode:gsub('b', '')))
  if type(handle) == 'table' then return nil, handle[1], handle[2] end
  return new(handle)
end

local function stream(current, mode)
  return function(file)
    if type(file) == 'string' then
      local opened, problem = io.open(file, mode)
      if not opened then error(problem, 2) end
      file = opened
    end
    if file then
      if mode == 'r' then input = file else output = file end
      return file
    end
    return current()
  end
end
io.input = stream(function() return input end, 'r')
io.output = stream(function() return output end, 'w')
function io.read(...) return input:read(...) end
function io.write(...) return output:write(...) end
function io.flush() return output:flush() end
function io.close(file) return (file or output):close() end
function io.type(file)
  if type(file) ~= 'table' or getmetatable(file) ~= File then return nil end
  return file.handle and 'file' or 'closed file'
end
function io.tmpfile() return io.open(host.file_temporary(), 'w+') end
function io.popen() host.raise('io.popen is not possible here: run the program before or after the load') end

function io.lines(name, ...)
  if name == nil then return input:lines(...) end
  local file, problem = io.open(name)
  if not file then host.raise(problem) end
  local next_of = file:lines(...)
  return function()
    if not file.handle then error('file is already closed', 2) end
    local results = table.pack(next_of())
    if results[1] == nil then file:close() end
    return table.unpack(results, 1, results.n)
  end
end

function print(...)
  local texts = { ... }
  for index = 1, select('#', ...) do texts[index] = tostring(texts[index]) end
  host.file_write(1, table.concat(texts, '\t') .. '\n')
end
`;
