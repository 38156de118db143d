package hosts

violation contains {"msg": msg} if {
	some host in wanted
	some other in data.inventory.namespace[_][version].Ingress
	startswith(version, "networking.k8s.io/")
	host in hosts_of(other)
	not same(other, input.review.object)
	msg := sprintf("%s belongs to %s/%s", [host, other.metadata.namespace, other.metadata.name])
}

wanted := hosts_of(input.review.object) if input.review.kind.kind == "Ingress"

hosts_of(ingress) := {rule.host | some rule in ingress.spec.rules}

same(a, b) if a.metadata.name == b.metadata.name
