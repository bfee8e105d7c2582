local shapes = {}
function shapes.path(n) return '/shape/' .. n end
return shapes
