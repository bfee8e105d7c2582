-- Each request is 100 ms late on purpose.

function delay()
  return 100
end
