package labels

missing = wanted - given {
  wanted := {name | name := input.parameters.labels[_].key}
  given := {name | input.review.object.metadata.labels[name]}
}

said(otherwise) = input.parameters.message

said(otherwise) = otherwise {
  not input.parameters.message
}

violation[{"msg": msg, "details": {"missing": missing}}] {
  count(missing) > 0
  msg := said(sprintf("%v lacks the labels %v", [input.review.object.metadata.name, missing]))
}

violation[{"msg": msg}] {
  value := input.review.object.metadata.labels[name]
  rule := input.parameters.labels[_]
  rule.key == name
  rule.pattern != ""
  not re_match(rule.pattern, value)
  msg := said(sprintf("label %v is %q, wanted is %v", [name, value, rule.pattern]))
}
