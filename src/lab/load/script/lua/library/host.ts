/**
 * First in each state: gathers the functions of ours, which are globals for a moment, in one table
 * and lets them raise errors. An error names the line of the script, as if the function were C's.
 */
export const hostLibrary = `
local prefix = 'evenkeel_host_'
local host = {}
local getinfo, type, sub, match = debug.getinfo, type, string.sub, string.match

-- The innermost level that is neither C's nor of these libraries, seen from the caller.
local function script_level()
  for level = 3, 60 do
    local info = getinfo(level, 'Sl')
    if not info then break end
    if info.currentline > 0 and sub(info.short_src, 1, 9) ~= 'evenkeel/' then
      return level - 1, info
    end
  end
end

local function raise(message)
  local level = script_level() or 0
  error(message, level)
end

local function checked(ok, result)
  if ok then return result end
  raise(result)
end

for name, call in pairs(_G) do
  if type(name) == 'string' and name:sub(1, #prefix) == prefix then
    host[name:sub(#prefix + 1)] = function(...) return (checked(call(...))) end
  end
end
for name in pairs(host) do _G[prefix .. name] = nil end

host.raise = raise

-- The error with the place of the script, if it was raised in these libraries.
local function placed(problem)
  if type(problem) ~= 'string' then return problem end
  local text = match(problem, '^evenkeel/%a+:%d+: (.*)')
  if not text then return problem end
  local _, info = script_level()
  return info and info.short_src .. ':' .. info.currentline .. ': ' .. text or text
end
host.placed = placed

-- Called with the error that ends a hook.
function evenkeel_explain(problem)
  if type(problem) ~= 'string' then
    local custom = debug.getmetatable(problem)
    if type(custom) == 'table' and custom.__tostring then return tostring(problem) end
    return '(the error is a ' .. type(problem) .. ')'
  end
  return (placed(problem))
end

-- Where a hook begins, for an error whose caller a tail call has replaced.
function evenkeel_place(name)
  local info = type(_G[name]) == 'function' and getinfo(_G[name], 'S')
  return info and info.linedefined > 0 and info.short_src .. ':' .. info.linedefined .. ': ' or ''
end
evenkeel_host = host
`;

/** Last of the libraries: hides the table from the script, and says where its modules are. */
export const lastLibrary = `
evenkeel_host = nil
package.path = ...
`;
