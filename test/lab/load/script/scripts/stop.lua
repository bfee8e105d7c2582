-- Ends its thread after three answers.

local answers = 0

function response()
  answers = answers + 1
  if answers == 3 then wrk.thread:stop() end
end
