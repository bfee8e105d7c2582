/** Lua's io functions and print, over files.ts. Workers and the main thread write in order. */
export const ioLibrary = String.raw`
local host = evenkeel_host
local match, type, tostring = string.match, type, tostring
local new, File = host.new_file, host.File

local input, output = new(0), new(1)
io = { stdin = input, stdout = output, stderr = new(2) }
package.loaded.io = io

function io.open(name, mode)
  mode = mode or 'r'
  if not match(mode, '^[rwa]%+?b?%+?$') then
    error("bad argument #2 to 'open' (invalid mode)", 2)
  end
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
function io.popen()
  host.raise('io.popen is not possible here: run the program before or after the load')
end

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
