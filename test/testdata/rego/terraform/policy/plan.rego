package plan

import input as tfplan

most := 20

costs := {"instance": {"delete": 10, "create": 1, "update": 1}, "bucket": {"delete": 50}}

changed[type][action] contains change.address if {
	some change in tfplan.resource_changes
	type := trim_prefix(change.type, "aws_")
	some action in change.change.actions
}

score := sum([points |
	some type, by_action in costs
	some action, cost in by_action
	points := cost * count(changed[type][action])
])

default allow := false

allow if {
	score < most
	not touches_roles
}

touches_roles if startswith(tfplan.resource_changes[_].type, "aws_iam_")

# any block at any depth
open_to_all contains concat("/", [sprintf("%v", [step]) | some step in path]) if {
	walk(tfplan.planned_values, [path, block])
	"0.0.0.0/0" in block.cidr_blocks
	numbers.range(block.from_port, block.to_port)[_] == 22
}

plain_buckets := {resource.address |
	some resource in tfplan.planned_values.root_module.resources
	resource.type == "aws_bucket"
	not encrypted(resource)
}

encrypted(resource) if resource.values.encryption[_].rule[_].algorithm
