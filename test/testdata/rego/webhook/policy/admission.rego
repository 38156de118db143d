package kubernetes.admission

deny contains sprintf("%q is no host of %v", [host, input.request.namespace]) if {
	input.request.kind.kind == "Ingress"
	input.request.operation in {"CREATE", "UPDATE"}
	some rule in input.request.object.spec.rules
	host := rule.host
	not allowed(host)
}

allowed(host) if {
	some pattern in split(data.namespaces[input.request.namespace].hosts, ",")
	glob.match(pattern, ["."], host)
}

patch contains {"op": "add", "path": "/metadata/labels/team", "value": "none"} if {
	labels := object.get(input.request.object, ["metadata", "labels"], {})
	count(labels) > 0
	not "team" in object.keys(labels)
}
