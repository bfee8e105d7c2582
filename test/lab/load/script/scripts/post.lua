-- No function at all: the fields of wrk are the request.

wrk.method = 'POST'
wrk.body = 'foo=bar&baz=quux'
wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'
