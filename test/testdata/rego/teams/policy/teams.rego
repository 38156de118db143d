package teams

tree := {"board": ["shop", "pay"], "shop": ["web", "mobile"], "pay": [], "web": [], "mobile": []}

below(team) := graph.reachable(tree, {team}) - {team}

rights[team] contains "read" if some team, _ in tree

rights[team] contains $"manage:{other}" if {
	some team, _ in tree
	some other in below(team)
}

holders[right] contains team if {
	some team, right
	rights[team][right]
}

every_team_reads if every team, all in rights {
	"read" in all
	team in object.keys(tree)
}
