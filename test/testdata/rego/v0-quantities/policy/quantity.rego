package lib.quantity

factor("m") = 0.001 { true }
factor("") = 1 { true }
factor("k") = 1000 { true }
factor("M") = 1000000 { true }
factor("G") = 1000000000 { true }
factor("Ki") = 1024 { true }
factor("Mi") = 1048576 { true }
factor("Gi") = 1073741824 { true }

unit(text) = last {
  last := substring(text, count(text) - 2, -1)
  count(text) > 2
  factor(last)
}

unit(text) = last {
  last := substring(text, count(text) - 1, -1)
  not factor(substring(text, count(text) - 2, -1))
  factor(last)
}

unit(text) = "" {
  re_match("^[0-9.]+$", text)
}

parse(given) = given {
  is_number(given)
}

parse(given) = number {
  is_string(given)
  suffix := unit(given)
  digits := trim_suffix(given, suffix)
  re_match(`^[0-9]+(\.[0-9]+)?$`, digits)
  number := to_number(digits) * factor(suffix)
}
