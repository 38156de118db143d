package limits

import data.lib.quantity

containers[{"field": field, "container": container}] {
  container := input.review.object.spec[field][_]
  {"containers", "initContainers"}[field]
}

violation[{"msg": msg}] {
  container := containers[_].container
  wanted := input.parameters[kind]
  not container.resources.limits[kind]
  msg := sprintf("%v has no limit of %v", [container.name, kind])
}

violation[{"msg": msg}] {
  container := containers[_].container
  given := container.resources.limits[kind]
  not quantity.parse(given)
  msg := sprintf("%v: %v is no quantity of %v", [container.name, given, kind])
}

violation[{"msg": msg}] {
  container := containers[_].container
  given := container.resources.limits[kind]
  most := input.parameters[kind]
  quantity.parse(given) > quantity.parse(most)
  msg := sprintf("%v: %v of %v is more than %v", [container.name, given, kind, most])
}
