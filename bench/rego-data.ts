/**
 * What the Rego bench judges: reviews as an API server sends them for pods with defaults filled in,
 * and policies as operators write them.
 */
import { parseModule } from '../src/rego/syntax/parse-module.ts';
import type { Module } from '../src/rego/syntax/syntax.ts';

/** The allow-list rule of the tutorial, in the Rego that it was written in. */
export const ALLOW_LIST = `package main
deny[msg] {
    input.request.kind.kind == "Pod"
    image := input.request.object.spec.containers[_].image
    not startswith(image, "secureoci.com")
    msg = "Not allowed!"
}
`;

/** A table of roles as rules derive them, read for one user. */
export const ROLES = `package main
roles[user] contains role if some role in data.grants[user]
allow if roles[input.user].view
`;

/** A review of a pod with so many containers, as JSON. */
export function podReview(containers: number): string {
  const uid = '705ab4f5-6393-11e8-b7cc-42010a800002';
  const meta = { name: 'myapp', namespace: 'shop', uid, labels: { app: 'myapp', tier: 'web' } };
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...meta, managedFields: managedFields(containers) },
    spec: {
      containers: Array.from({ length: containers }, (_, at) => container(at)),
      volumes: [{ name: 'token', projected: { defaultMode: 420, sources: [] } }],
      restartPolicy: 'Always',
      serviceAccountName: 'default',
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: ['not-ready', 'unreachable'].map((name) => ({
        key: `node.kubernetes.io/${name}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    },
    status: {},
  };
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  const user = { username: 'admin', uid: '014fbff9a07c', groups: ['system:authenticated'] };
  const request = { uid, kind, resource, requestKind: kind, requestResource: resource };
  const rest = { name: 'myapp', namespace: 'shop', operation: 'CREATE', userInfo: user };
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: { ...request, ...rest, object, oldObject: null, dryRun: false, options: {} },
  });
}

function container(at: number): unknown {
  return {
    name: `app-${at}`,
    image: `secureoci.com/team/app-${at}:1.${at}.0`,
    imagePullPolicy: 'IfNotPresent',
    env: Array.from({ length: 6 }, (_, index) => ({ name: `VAR_${index}`, value: `value ${at}` })),
    ports: [{ containerPort: 8080 + at, protocol: 'TCP' }],
    resources: { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m' } },
    volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets', readOnly: true }],
    securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

/** What API servers add to each object, and policies never read. */
function managedFields(containers: number): unknown {
  const fields = Array.from({ length: containers }, (_, at) => [
    `k:{"name":"app-${at}"}`,
    { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': { '.': {}, 'f:limits': {} } },
  ]);
  const fieldsV1 = { 'f:spec': { 'f:containers': Object.fromEntries(fields) } };
  return [{ manager: 'kubectl', operation: 'Update', apiVersion: 'v1', fieldsV1 }];
}

/** Rules of the kinds that libraries of policies have; each kind of object has its share. */
const RULES: readonly ((at: number) => string)[] = [
  (at) => `deny contains msg if {
	input.request.kind.kind == "Pod"
	some container in input.request.object.spec.containers
	not startswith(container.image, "secureoci.com/")
	msg := sprintf("rule ${at}: image %v is not allowed", [container.image])
}`,
  (at) => `deny contains msg if {
	input.request.kind.kind == "Pod"
	some container in input.request.object.spec.containers
	not container.securityContext.runAsNonRoot
	msg := sprintf("rule ${at}: container %v runs as root", [container.name])
}`,
  (at) => `deny contains msg if {
	input.request.kind.kind == "Deployment"
	input.request.object.spec.replicas < 2
	msg := "rule ${at}: too few replicas"
}`,
  (at) => `deny contains msg if {
	input.request.kind.kind == "Pod"
	required := {"app", "tier"}
	missing := required - {label | some label, _ in input.request.object.metadata.labels}
	count(missing) > 0
	msg := sprintf("rule ${at}: labels are missing: %v", [missing])
}`,
  (at) => `deny contains msg if {
	input.request.kind.kind == "Service"
	input.request.object.spec.type == "LoadBalancer"
	msg := "rule ${at}: no load balancers"
}`,
  (at) => `deny contains msg if {
	input.request.kind.kind == "Pod"
	input.request.namespace == "kube-${at}"
	some volume in input.request.object.spec.volumes
	volume.hostPath
	msg := sprintf("rule ${at}: volume %v is of the host", [volume.name])
}`,
  (at) => `deny contains msg if {
	input.request.kind.kind == "Pod"
	some container in input.request.object.spec.containers
	some port in container.ports
	port.containerPort < 1024 - ${at}
	msg := sprintf("rule ${at}: port %v", [port.containerPort])
}`,
];

/** A module with so many rules. */
export function ruleSet(rules: number): string {
  const texts = Array.from({ length: rules }, (_, at) => RULES[at % RULES.length]?.(at) ?? '');
  return `package main\n\n${texts.join('\n\n')}\n`;
}

/** A source of at least so many lines. */
export function longSource(lines: number): string {
  return ruleSet(Math.ceil(lines / 6.7));
}

/** Reads one source. */
export function moduleOf(text: string, version: 'v0' | 'v1' = 'v1'): Module {
  return parseModule({ file: 'bench.rego', text, version });
}
