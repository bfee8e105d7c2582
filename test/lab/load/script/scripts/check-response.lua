-- Fails at the first response that is not a success: error() ends the run with file and line.

answers = 0
bytes = 0

function response(status, headers, body)
  answers = answers + 1
  bytes = bytes + #body
  if status ~= 200 then error('status ' .. status) end
  if not headers['Content-Length'] and not headers['content-length'] then error('no length') end
end
