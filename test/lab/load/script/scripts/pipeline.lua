-- Three requests back to back, one of them with a body.

function init(args)
  local r = {}
  r[1] = wrk.format(nil, '/?foo')
  r[2] = wrk.format('POST', '/?bar', nil, 'a\r\n\r\nb')
  r[3] = wrk.format(nil, '/?baz')
  req = table.concat(r)
end

function request()
  return req
end
