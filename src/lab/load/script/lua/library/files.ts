/**
 * Lua's files over the real file system, because that of the WebAssembly build is in memory only.
 * Reads are ahead of the script; writes are not buffered, as a worker may be ended at any time.
 */
export const fileLibrary = String.raw`
local host = evenkeel_host
local find, sub, match, type, tostring = string.find, string.sub, string.match, type, tostring
local content, raise, whole, outcome = host.content, host.raise, host.whole, host.outcome

-- Content of a file: the host's number; the text read ahead, and the script's place in it.
local File = {}
File.__index = File

-- kind: a standard file can't be closed, and a process is waited for.
function host.new_file(handle, kind)
  return host.new_userdata(File, { handle = handle, text = '', at = 1, kind = kind })
end
host.File = File

local function argument(name, ...)
  local state = content((...), File)
  if state then return state end
  local got = select('#', ...) == 0 and 'no value' or type((...))
  raise("bad argument #1 to '" .. name .. "' (FILE* expected, got " .. got .. ')')
end

local function open(name, ...)
  local state = argument(name, ...)
  if not state.handle then raise('attempt to use a closed file') end
  return state
end

local function more(self)
  local text = host.file_read(self.handle, 65536)
  if type(text) == 'table' then
    self.problem = text
    return false
  end
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
    or match(self.text, '^[+-]?%d+%.?%d*', self.at) or match(self.text, '^[+-]?%.%d+', self.at)
  if not text then return nil end
  text = text .. (match(self.text, '^[eE][+-]?%d+', self.at + #text) or '')
  self.at = self.at + #text
  return tonumber(text)
end

local kinds = {
  l = line, a = everything, n = number,
  L = function(self) return line(self, true) end,
}

function host.read_file(self, ...)
  local wanted, results = select('#', ...), {}
  local last = wanted
  if wanted == 0 then results[1], last = line(self), 1 end
  for index = 1, wanted do
    local kind = select(index, ...)
    local call = type(kind) == 'string' and kinds[match(kind, '^%*?(.)')]
    if type(kind) ~= 'number' and not call then
      raise('bad argument #' .. tostring(index) .. " to 'read' (invalid format)")
    end
    results[index] = call and call(self) or not call and count(self, whole(kind)) or nil
    if results[index] == nil then
      last = index
      break
    end
  end
  if self.problem then
    local problem = self.problem
    self.problem = nil
    return outcome(problem)
  end
  return unpack(results, 1, last)
end
local read = host.read_file

function host.write_file(self, ...)
  for index = 1, select('#', ...) do
    local value = select(index, ...)
    if type(value) ~= 'string' and type(value) ~= 'number' then
      local got = ' (string expected, got ' .. type(value) .. ')'
      raise('bad argument #' .. tostring(index) .. " to 'write'" .. got)
    end
  end
  -- Where the script is in the file, not where reading ahead has come to.
  if self.text ~= '' then host.seek_file(self, 'cur', 0) end
  local texts = { ... }
  for index = 1, #texts do texts[index] = tostring(texts[index]) end
  return outcome(host.file_write(self.handle, table.concat(texts)))
end

function host.seek_file(self, whence, offset)
  if whence == 'cur' then offset = offset - (#self.text - self.at + 1) end
  self.text, self.at = '', 1
  return host.file_seek(self.handle, whence, offset)
end

function host.close_file(self)
  if self.kind == 'standard' then return nil, 'cannot close standard file' end
  local handle = self.handle
  self.handle = nil
  return outcome(host.file_close(handle))
end

-- Without a file it is io.close(): a script that writes file.close() means no harm.
function File.close(...)
  if select('#', ...) == 0 then return host.close_file(host.output_file()) end
  return host.close_file(open('close', ...))
end
function File.read(...) return read(open('read', ...), select(2, ...)) end
function File.write(...) return host.write_file(open('write', ...), select(2, ...)) end
function File.seek(...)
  local self = open('seek', ...)
  local _, whence, offset = ...
  whence = whence or 'cur'
  if whence ~= 'set' and whence ~= 'cur' and whence ~= 'end' then
    raise("bad argument #1 to 'seek' (invalid option '" .. tostring(whence) .. "')")
  end
  local place = host.seek_file(self, whence, offset and math.modf(offset) or 0)
  if type(place) == 'table' then return outcome(place) end
  return place
end
function File.lines(...)
  local self = open('lines', ...)
  return host.lines_of(self, select(2, ...))
end
function host.lines_of(self, ...)
  local formats, wanted = { ... }, select('#', ...)
  return function()
    if not self.handle then raise('file is already closed') end
    return read(self, unpack(formats, 1, wanted))
  end
end
function File.flush(...) open('flush', ...) return true end
function File.setvbuf(...) open('setvbuf', ...) return true end
function File.__tostring(...)
  local self = argument('tostring', ...)
  return self.handle and string.format('file (0x%08x)', self.handle) or 'file (closed)'
end
function File.__gc(file)
  local self = content(file, File)
  if self and self.handle and not self.kind then host.close_file(self) end
end
`;
