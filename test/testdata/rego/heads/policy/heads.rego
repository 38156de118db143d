package heads

stock.apples.red := 12

stock[name].all := count if some name, count in {"pears": 30, "plums": 3}

kinds[name].tags contains tag if {
	some name in ["pears", "plums"]
	some tag in ["sweet", "round"]
}

served contains [app.name, host] if {
	some app in input.apps
	some i, j
	input.sites[i].servers[j].name in app.servers
	host := input.sites[i].servers[j].host
}

port := 22 if input.protocol == "ssh"

else := 443 if input.protocol == "https"

else := 80

no_miners if every app in input.apps { app.name != "miner" }

keys := {"a": 1, 2: [true, null], {"x"}: {3, 1, 2}}

unified := [a, b] if {
	[a, {"k": b}, {3}] = [1, {"k": 2}, {3}]
	a + b == 3
}

raw := `a\b"c`

squares := {x: y | some x in numbers.range(1, 3); y := x * x}
