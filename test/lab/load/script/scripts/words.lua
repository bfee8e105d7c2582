-- Written for Lua 5.1: a module that names itself.
module('words', package.seeall)

function first()
  return string.format('%s', 'alpha')
end
