package abac

import data.abac.attributes as attrs

default allow := false

allow if {
	user := attrs.users[input.user]
	pet := attrs.pets[input.resource]
	_office_hours
	clearance[user.title] >= clearance_needed[input.action]
	not pet.adopted
	net.cidr_contains("10.0.0.0/8", input.ip)
	semver.compare(trim_prefix(input.client, "v"), "1.2.0") >= 0
}

clearance := {"owner": 2, "employee": 1}
clearance_needed := {"read": 0, "update": 2}

_office_hours if {
	now := time.parse_rfc3339_ns(input.at)
	[h, _, _] := time.clock([now, "Europe/Berlin"])
	h >= 9
	h < 17
	not time.weekday(now) in {"Saturday", "Sunday"}
}

reasons contains "outside of office hours" if not _office_hours
reasons contains sprintf("%s may not %s (%d < %d)", [input.user, input.action, have, want]) if {
	have := clearance[attrs.users[input.user].title]
	want := clearance_needed[input.action]
	have < want
}
reasons contains $"{input.ip} is outside" if not net.cidr_contains("10.0.0.0/8", input.ip)
