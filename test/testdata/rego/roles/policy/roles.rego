package roles

default allow := false

allow if "admin" in data.members[input.user]

allow if {
	some grant in granted
	grant.action == input.action
	glob.match(grant.on, ["/"], input.path)
}

granted contains grant if {
	some role in data.members[input.user]
	some grant in data.grants[role]
}
