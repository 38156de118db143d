package main

import rego.v1

stages contains step.Value[2] if {
	some step in input
	step.Cmd == "from"
	lower(step.Value[1]) == "as"
}

bases[line] := step.Value[0] if {
	some line, step in input
	step.Cmd == "from"
	not step.Value[0] in stages
}

deny contains $"step {line}: {base} has no digest" if {
	some line, base in bases
	base != "scratch"
	not contains(base, "@sha256:")
}

deny contains msg if {
	some line
	input[line].Cmd == "run"
	command := concat(" ", input[line].Value)
	pipes := regex.find_n(`(?:curl|wget)[^|]*\|\s*(?:ba)?sh`, lower(command), -1)
	count(pipes) > 0
	msg := sprintf("step %d: %s runs what it fetched", [line, pipes[0]])
}

deny contains msg if {
	input[line].Cmd == "env"
	name := input[line].Value[0]
	some word in ["password", "secret", "token"]
	contains(lower(name), word)
	msg = sprintf("step %d: %s looks like a secret", [line, name])
}

users := [step.Value[0] | some step in input; step.Cmd == "user"]

warn contains "no USER: it runs as root" if count(users) == 0

deny contains sprintf("the last USER is %v", [user]) if {
	[user, _] := split(users[count(users) - 1], ":")
	user in {"root", "0"}
}
