-- A body of all 256 bytes, there and, if it is echoed, back.

local all = {}
for byte = 0, 255 do all[byte + 1] = string.char(byte) end
wrk.method = 'POST'
wrk.body = table.concat(all)
same = 0

function response(status, headers, body)
  if body == wrk.body then same = same + 1 end
end
