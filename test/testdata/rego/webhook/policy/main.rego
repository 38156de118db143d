package system

import data.kubernetes.admission

main := {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}

default uid := ""

uid := input.request.uid

response := {"uid": uid, "allowed": false, "status": {"message": concat("; ", admission.deny)}} if {
	count(admission.deny) > 0
} else := {"uid": uid, "allowed": true, "patchType": "JSONPatch", "patch": base64.encode(json.marshal(admission.patch))} if {
	count(admission.patch) > 0
} else := {"uid": uid, "allowed": true}
