-- Evaluates the facts of the file FACTS, one a line, and writes a line for each to RESULTS. It runs
-- at its top level, and ends the process: no server is needed. For wrk, and for evenkeel load -s.

local names = {}

local function escaped(text)
  local parts = {}
  for index = 1, #text do
    local code = text:byte(index)
    if code >= 32 and code < 127 and code ~= 92 and code ~= 34 then
      parts[index] = text:sub(index, index)
    else
      parts[index] = '\\' .. ('00' .. code):sub(-3)
    end
  end
  return '"' .. table.concat(parts) .. '"'
end

local function shown(value)
  local kind = type(value)
  if kind == 'string' then return escaped(value) end
  if kind == 'number' then
    if value ~= value then return 'nan' end
    return string.format('%.17g', value)
  end
  if kind == 'nil' or kind == 'boolean' then return tostring(value) end
  return kind
end

local function joined(ok, ...)
  if not ok then
    local message = ...
    if type(message) == 'string' then message = message:gsub('^[^\n]-:%d+: ', '') end
    return 'error ' .. shown(message)
  end
  local parts = {}
  for index = 1, select('#', ...) do
    local value = select(index, ...)
    -- The place of an error differs.
    if type(value) == 'string' then
      value = value:gsub('^fact:%d+: ', '')
    end
    parts[index] = shown(value)
  end
  return table.concat(parts, ', ')
end

local results = io.open(os.getenv('RESULTS'), 'w')
for line in io.lines(os.getenv('FACTS')) do
  if line:sub(1, 1) ~= '#' or line:sub(1, 2) ~= '# ' then
    local chunk = loadstring('return ' .. line, '=fact')
    if not chunk then chunk = loadstring(line, '=fact') end
    if chunk then results:write(joined(pcall(chunk)), '\n')
    else results:write('no Lua\n') end
  end
end
results:close()
os.exit(0)
