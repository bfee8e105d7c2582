-- The words after -- become path and header: init() gets them behind the URL.

function init(args)
  path = args[1] or '/none'
  wrk.headers['X-Url'] = args[0]
  wrk.headers['X-Arguments'] = table.concat(args, ',', 1, #args)
end

function request()
  return wrk.format(nil, path)
end
