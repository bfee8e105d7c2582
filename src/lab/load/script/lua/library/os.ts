/** LuaJIT's os functions, of the real machine. */
export const osLibrary = `
local host = evenkeel_host
local raise, whole, number, type, floor = host.raise, host.whole, host.number, type, math.floor
local time, difftime, setlocale = os.time, os.difftime, os.setlocale

local function text_argument(place, name, value)
  if type(value) == 'string' then return value end
  if type(value) == 'number' then return tostring(value) end
  local got = value == nil and 'no value' or type(value)
  raise('bad argument #' .. place .. " to '" .. name .. "' (string expected, got " .. got .. ')')
end
host.text_argument = text_argument

function os.getenv(name) return host.environment(text_argument('1', 'getenv', name)) end

-- It never returns. The script may have caught the error that leaves its hook.
function os.exit(code)
  if code == nil or code == true then code = 0 elseif code == false then code = 1 end
  host.exit(whole(code))
end

function os.execute(command)
  if command == nil then return 1 end
  return host.execute(text_argument('1', 'execute', command))
end

-- The host returns of a file: nothing, or a message and the number of the error.
local function outcome(problem)
  if problem then return nil, problem[1], problem[2] end
  return true
end
host.outcome = outcome
function os.remove(name) return outcome(host.file_remove(text_argument('1', 'remove', name))) end
function os.rename(from, to)
  from, to = text_argument('1', 'rename', from), text_argument('2', 'rename', to)
  return outcome(host.file_rename(from, to))
end
function os.tmpname() return host.file_temporary() end

local function field(fields, name, otherwise)
  local value = host.to_number(fields[name])
  if value then return whole(value) end
  if otherwise then return otherwise end
  raise("field '" .. name .. "' missing in date table")
end
function os.time(fields)
  if fields == nil then return time() + 0.0 end
  if type(fields) ~= 'table' then host.check_table(fields, 'time') end
  local daylight = fields.isdst
  return host.local_time(
    field(fields, 'sec', 0), field(fields, 'min', 0), field(fields, 'hour', 12),
    field(fields, 'day'), field(fields, 'month'), field(fields, 'year'),
    daylight ~= nil and (daylight and 1 or 0) or -1
  )
end

function os.date(format, at)
  format = format == nil and '%c' or text_argument('1', 'date', format)
  at = at == nil and time() + 0.0 or number(2, 'date', at)
  at = at < 0 and -floor(-at) or floor(at)
  local universal = format:sub(1, 1) == '!'
  if universal then format = format:sub(2) end
  if format == '*t' or format:sub(1, 2) == '*t' then return host.date_fields(at, universal) end
  return host.date(format, at, universal)
end
function os.difftime(late, early)
  return number(1, 'difftime', late) - (early == nil and 0 or number(2, 'difftime', early))
end

local categories = { all = true, collate = true, ctype = true, monetary = true, numeric = true,
  time = true }
function os.setlocale(name, category)
  if category ~= nil and not categories[category] then
    raise("bad argument #2 to 'setlocale' (invalid option '" .. tostring(category) .. "')")
  end
  if name == nil or name == '' or name == 'C' or name == 'POSIX' then return 'C' end
  return nil
end
`;
