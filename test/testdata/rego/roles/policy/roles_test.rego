package roles_test

import data.roles

test_data_in_its_place if {
	roles.allow with input as {"user": "eve", "action": "a", "path": "p"}
		with data.members as {"eve": ["x"]}
		with data.grants as {"x": [{"action": "a", "on": "p"}]}
}

test_members_of_the_input if {
	not roles.allow with input.user as "bob" with input.action as "delete" with input.path as "pets/1"
}

test_functions if {
	time.now_ns() == 42 with time.now_ns as 42
	http.send({"url": "https://x"}).status_code == 200 with http.send as {"status_code": 200}
	count([1]) == 77 with count as always_77
}

always_77(_) := 77

test_each[note] if {
	some note, case in {
		"admin": {"user": "alice", "want": true},
		"nobody": {"user": "carol", "want": false},
	}
	roles.allow == case.want with input as {"user": case.user}
}
