-- What follows -- on the command line, after the URL in place 0: the first is a path, the others are header values.

function init(args)
  path = args[1] or '/none'
  wrk.headers['X-Url'] = args[0]
  wrk.headers['X-Arguments'] = table.concat(args, ',', 1, #args)
end

function request()
  return wrk.format(nil, path)
end
