-- Paths from a file: the argument, or else paths.txt beside this script.

local here = debug.getinfo(1, 'S').source:match('^@(.*)/') or '.'
local paths, at = {}, 0

function init(args)
  for line in io.lines(args[1] or here .. '/paths.txt') do
    if line ~= '' then table.insert(paths, line) end
  end
end

function request()
  at = at % table.getn(paths) + 1
  return wrk.format('GET', paths[at])
end
