/**
 * The `wrk` table, with wrk2's behaviour: wrk.format takes what is nil from the table, and writes
 * Host and Content-Length into the headers table that is sent, the script's own included.
 *
 * `wrk.format` runs for each request, so it joins text and looks at types instead of converting.
 */
export const wrkLibrary = String.raw`
local host = evenkeel_host
local given = ...
local next, type, tostring, len, lower = host.raw_next, type, tostring, string.len, string.lower
local new, content = host.new_userdata, host.content

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

-- Fields that are sent once whatever their case: 'host', 'length', or false.
local kinds, known = {}, 0
local function kind_of(name)
  local small = lower(text(name))
  local kind = small == 'host' and 'host' or small == 'content-length' and 'length' or false
  if known == 1000 then kinds, known = {}, 0 end
  kinds[name], known = kind, known + 1
  return kind
end

local function host_of(headers)
  local found = headers['Host']
  for name, value in next, headers do
    if name ~= 'Host' and (kinds[name] or kind_of(name)) == 'host' then found = value end
  end
  return found
end

function wrk.format(method, path, headers, body)
  method = method or wrk.method
  path = path or wrk.path
  headers = headers or wrk.headers
  body = body or wrk.body
  headers['Content-Length'] = body and len(body)

  local head, host_value = text(method) .. ' ' .. text(path) .. ' HTTP/1.1\r\n', nil
  for name, value in next, headers do
    local kind = kinds[name]
    if kind == nil then kind = kind_of(name) end
    if kind == 'host' then
      -- The default may lie beside a field of the script's in another case.
      if host_value == nil or name ~= 'Host' then host_value = value end
    elseif kind ~= 'length' or not body or name == 'Content-Length' then
      head = head .. text(name) .. ': ' .. text(value) .. '\r\n'
    end
  end
  if not host_value then
    host_value = host_of(wrk.headers)
    headers['Host'] = host_value
  end
  if host_value then head = head .. 'Host: ' .. text(host_value) .. '\r\n' end
  if body then return head .. '\r\n' .. body end
  return head .. '\r\n'
end

function wrk.init(args)
  if not host_of(wrk.headers) then
    local name = wrk.host
    if name:find(':', 1, true) then name = '[' .. name .. ']' end
    if wrk.port then name = name .. ':' .. wrk.port end
    wrk.headers['Host'] = name
  end
  if type(init) == 'function' then init(args) end
  local request = wrk.format()
  function wrk.request() return request end
end

local Address = { __metatable = false }
function Address.__tostring(self) return content(self, Address) end

local function address(text) return new(Address, text) end

local function address_text(value, call)
  local text = content(value, Address)
  if text then return text end
  local got = value == nil and 'no value' or type(value)
  host.raise("bad argument #1 to '" .. call .. "' (wrk.addr expected, got " .. got .. ')')
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
local Thread = { __metatable = false }
local calls = {}

local function number_of(thread)
  local number = content(thread, Thread)
  if number then return number end
  local got = thread == nil and 'no value' or type(thread)
  host.raise("bad argument #1 to 'thread' (wrk.thread expected, got " .. got .. ')')
end

function calls.get(thread, name) return host.thread_get(number_of(thread), tostring(name)) end

function calls.set(thread, name, value)
  host.thread_set(number_of(thread), tostring(name), value)
end

function calls.stop(thread) host.thread_stop(number_of(thread)) end

function Thread.__index(self, key)
  if key ~= 'addr' then return calls[key] end
  local text = host.thread_address(number_of(self))
  return text and address(text)
end

function Thread.__newindex(self, key, value)
  if key ~= 'addr' then host.raise("cannot set '" .. tostring(key) .. "' on thread") end
  host.thread_set_address(number_of(self), address_text(value, 'addr'))
end

local function thread_of(number) return new(Thread, number) end

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
