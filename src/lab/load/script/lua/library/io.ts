/** Lua's io functions and print, over files.ts. Workers and the main thread write in order. */
export const ioLibrary = String.raw`
local host = evenkeel_host
local match, type, tostring, select = string.match, type, tostring, select
local new, File, raise, content = host.new_file, host.File, host.raise, host.content
local outcome = host.outcome

local input, output = new(0, 'standard'), new(1, 'standard')
io = { stdin = input, stdout = output, stderr = new(2, 'standard') }
package.loaded.io = io

local function state(file)
  local held = content(file, File)
  if not held.handle then raise('standard file is closed') end
  return held
end
function host.output_file() return state(output) end

local function opened(name, mode)
  local handle = host.file_open(name, (mode:gsub('b', '')))
  if type(handle) == 'table' then return nil, handle end
  return new(handle)
end

function io.open(name, mode)
  name = host.text_argument('1', 'open', name)
  mode = mode == nil and 'r' or host.text_argument('2', 'open', mode)
  -- glibc looks at the first letter, and for the others as far as it knows them.
  if not match(mode, '^[rwa]') then return nil, name .. ': Invalid argument', 22 end
  mode = match(mode, '^.') .. (match(mode, '^.[^,]*%+') and '+' or '')
  local file, problem = opened(name, mode)
  if file then return file end
  return outcome(problem)
end

local function stream(name, mode, current, choose)
  io[name] = function(file)
    if file == nil then return current() end
    if type(file) ~= 'userdata' then
      local found, problem = opened(host.text_argument('1', name, file), mode)
      if not found then raise("bad argument #1 to '" .. name .. "' (" .. problem[1] .. ')') end
      file = found
    elseif not content(file, File) then
      raise("bad argument #1 to '" .. name .. "' (FILE* expected, got userdata)")
    end
    choose(file)
    return file
  end
end
stream('input', 'r', function() return input end, function(file) input = file end)
stream('output', 'w', function() return output end, function(file) output = file end)

function io.read(...) return host.read_file(state(input), ...) end
function io.write(...) return host.write_file(state(output), ...) end
function io.flush() state(output) return true end
function io.close(...)
  if select('#', ...) == 0 then return host.close_file(state(output)) end
  return File.close(...)
end
function io.type(...)
  if select('#', ...) == 0 then raise("bad argument #1 to 'type' (value expected)") end
  local held = content((...), File)
  if not held then return nil end
  return held.handle and 'file' or 'closed file'
end
function io.tmpfile()
  local file, problem = opened(host.file_temporary(), 'w+')
  if file then return file end
  return outcome(problem)
end

-- A process that is read from is run to its end first; one that is written to runs at close().
function io.popen(command, mode)
  command = host.text_argument('1', 'popen', command)
  mode = mode == nil and 'r' or mode
  if mode ~= 'r' and mode ~= 'w' then return nil, command .. ': Invalid argument', 22 end
  return new(host.process_open(command, mode), 'process')
end

function io.lines(name, ...)
  if name == nil then return host.lines_of(state(input), ...) end
  local file, problem = opened(host.text_argument('1', 'lines', name), 'r')
  if not file then raise("bad argument #1 to 'lines' (" .. problem[1] .. ')') end
  local held = content(file, File)
  local next_of = host.lines_of(held, ...)
  local function passed(...)
    if (...) == nil then host.close_file(held) end
    return ...
  end
  return function()
    local _ = file
    return passed(next_of())
  end
end

function print(...)
  local texts = { ... }
  for index = 1, select('#', ...) do
    -- A script may have replaced tostring().
    local text = _G.tostring(texts[index])
    if type(text) ~= 'string' and type(text) ~= 'number' then
      raise("'tostring' must return a string to 'print'")
    end
    texts[index] = text
  end
  local problem = host.file_write(1, table.concat(texts, '\t') .. '\n')
  if problem then raise(problem[1]) end
end
`;
