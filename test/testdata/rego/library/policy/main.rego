# METADATA
# title: What every workload keeps to
# custom:
#   page: https://wiki.example/rules
package main

import data.lib.objects

# METADATA
# title: Images have tags
# custom:
#   id: W1
deny contains $"{rego.metadata.rule().custom.id}: {container.name} uses {container.image}" if {
	some container in objects.containers
	objects.tag(container.image) == "latest"
}

# METADATA
# title: Roots are read-only
deny contains sprintf("%v: %v, see %v", [container.name, title, page]) if {
	some container in objects.containers
	not container.securityContext.readOnlyRootFilesystem
	title := rego.metadata.rule().title
	page := rego.metadata.chain()[1].annotations.custom.page
	not objects.has(container, "exempt")
}
