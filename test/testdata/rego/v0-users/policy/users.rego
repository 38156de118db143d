package users

violation[{"msg": msg}] {
  container := input.review.object.spec.containers[_]
  field := {"runAsUser", "fsGroup"}[_]
  range := input.parameters[field]
  msg := problem(field, range, container)
}

problem(field, range, container) = msg {
  not known(field, container)
  msg := sprintf("%v says no %v", [container.name, field])
}

problem(field, range, container) = msg {
  found := value(field, container)
  not within(found, range)
  msg := sprintf("%v: %v is %v, allowed are %v", [container.name, field, found, range])
}

known(field, container) { value(field, container) }
known(field, container) { value(field, container) == 0 }

# what a container says counts, else what its pod says
value(field, container) = found {
  found := container.securityContext[field]
} else = found {
  found := input.review.object.spec.securityContext[field]
}

within(found, range) { range.min <= found; found <= range.max }
