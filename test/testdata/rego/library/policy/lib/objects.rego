# METADATA
# title: Objects of Kubernetes, however they come in
# scope: package
package lib.objects

object := input.request.object if input.request

object := input.review.object if input.review

object := input if {
	not input.request
	not input.review
}

pods contains object if object.kind == "Pod"

pods contains object.spec.template if object.spec.template

pods contains object.spec.jobTemplate.spec.template if object.kind == "CronJob"

containers contains container if {
	some pod in pods
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some container in pod.spec[list]
}

has(object, key) if _ = object[key]

tag(image) := "latest" if not contains(image, ":")

tag(image) := last if {
	contains(image, ":")
	parts := split(image, ":")
	last := parts[count(parts) - 1]
}
