/**
 * The `wrk` table, with wrk2's behaviour: wrk.format takes what is nil from the table, and writes
 * Host and Content-Length into the headers table that is sent, the script's own included.
 *
 * `wrk.format` runs for each request, so it joins text and looks at types instead of converting.
 */
export const wrkLibrary = String.raw`
local host = evenkeel_host
local given = ...
local next, type, tostring, len = next, type, tostring, string.len

local wrk = {
  scheme = given.scheme, host = given.host, port = given.port,
  method = 'GET', path = given.path, headers = {}, body = nil, thread = nil,
}

for _, header in ipairs(given.headers) do wrk.headers[header[1]] = header[2] end

local function text(value)
  local kind = type(value)
  if kind == 'string' or kind == 'number' then return value end
  return tostring(value)
end

function wrk.format(method, path, headers, body)
  method = method or wrk.method
  path = path or wrk.path
  headers = headers or wrk.headers
  body = body or wrk.body

  if not headers['Host'] then headers['Host'] = wrk.headers['Host'] end
  headers['Content-Length'] = body and len(body)

  local head = text(method) .. ' ' .. text(path) .. ' HTTP/1.1\r\n'
  for name, value in next, headers do
    head = head .. text(name) .. ': ' .. text(value) .. '\r\n'
  end
  if body then return head .. '\r\n' .. body end
  return head .. '\r\n'
end

function wrk.init(args)
  if not wrk.headers['Host'] then
    local name = wrk.host
    if name:find(':', 1, true) then name = '[' .. name .. ']' end
    if wrk.port then name = name .. ':' .. wrk.port end
    wrk.headers['Host'] = name
  end
  if type(init) == 'function' then init(args) end
  local request = wrk.format()
  function wrk.request() return request end
end

local Address = { __name = 'wrk.addr', __metatable = false }
function Address:__tostring() return self.text end

local function address(text) return setmetatable({ text = text }, Address) end

local function address_text(value, call)
  if type(value) == 'table' and debug.getmetatable(value) == Address then
    return rawget(value, 'text')
  end
  error("bad argument #1 to '" .. call .. "' (wrk.addr expected, got " .. type(value) .. ')', 3)
end

function wrk.lookup(name, service)
  local found = host.lookup(name, service ~= nil and tostring(service) or nil)
  for i, text in ipairs(found) do found[i] = address(text) end
  return found
end

function wrk.connect(value) return host.connect(address_text(value, 'connect')) end

function wrk.resolve(name, service)
  local reached = {}
  for _, found in ipairs(wrk.lookup(name, service)) do
    if wrk.connect(found) then reached[#reached + 1] = found end
  end
  wrk.addrs = reached
end

function wrk.time_us() return host.time_us() end

-- Threads are known by number: 0 is the state's own; the main state has one for each worker.
local numbers = setmetatable({}, { __mode = 'k' })
local calls = {}

function calls.get(thread, name) return host.thread_get(numbers[thread], tostring(name)) end

function calls.set(thread, name, value)
  if type(value) == 'table' and debug.getmetatable(value) == Address then
    error("cannot transfer 'userdata' to thread", 2)
  end
  host.thread_set(numbers[thread], tostring(name), value)
end

function calls.stop(thread) host.thread_stop(numbers[thread]) end

local Thread = { __name = 'wrk.thread', __metatable = false }

function Thread:__index(key)
  if key ~= 'addr' then return calls[key] end
  local text = host.thread_address(numbers[self])
  return text and address(text)
end

function Thread:__newindex(key, value)
  if key ~= 'addr' then error("cannot set '" .. tostring(key) .. "' on thread", 2) end
  host.thread_set_address(numbers[self], address_text(value, 'addr'))
end

local function thread_of(number)
  local thread = setmetatable({}, Thread)
  numbers[thread] = number
  return thread
end

function wrk.setup(thread)
  if wrk.addrs and wrk.addrs[1] then thread.addr = wrk.addrs[1] end
  if type(setup) == 'function' then setup(thread) end
end

wrk.addrs = given.addresses and {} or nil
for i, text in ipairs(given.addresses or {}) do wrk.addrs[i] = address(text) end
package.loaded.wrk = wrk
_G.wrk = wrk

-- Called by the host; no script has such names.
function evenkeel_init(args)
  wrk.thread = thread_of(0)
  wrk.init(args)
end
function evenkeel_setup(number) wrk.setup(thread_of(number)) end
function evenkeel_request() return wrk.request() end
`;
