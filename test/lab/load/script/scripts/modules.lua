-- Modules beside the script: one in a directory, one of 5.1's kind.

local shapes = require 'lib.shapes'
require 'words'

function request()
  return wrk.format('GET', shapes.path(7) .. '/' .. words.first())
end
