/**
 * The reference page of the API, made of what the routes are made of: the definition of Google's
 * methods and the catalog of our own. Run it to write the page; a test holds the page against it.
 */
import { writeFileSync } from 'node:fs';
import { API_METHODS, isServed, type ServedMethod } from '../src/google/methods.ts';
import { CATALOG } from '../src/operations/catalog.ts';
import { fieldsOf, formatMessages } from './message-reference.ts';

const HEAD = `# API

Every route of the API listener but \`/healthz\` and \`/readyz\` needs a bearer token; this page is made
from the definition that the routes are made of, by \`node scripts/api-reference.ts\`. Errors have
Google's shape; their codes are in [errors.md](errors.md).

## Google's methods

The same methods, callers and answers are served over REST (\`--http\`) and gRPC (\`--grpc\`). A gRPC
method is called by its service and name, e.g. \`grafeas.v1.Grafeas/GetNote\`, with the token in the
metadata \`authorization\`; an error carries our code as google.rpc.ErrorInfo.

Over REST bodies may be camelCase or snake_case, enums names or numbers, bytes in either alphabet of
base64; unknown query parameters are ignored, unknown body fields are refused by name. Names of
Grafeas and Container Analysis may have a location, \`projects/P/locations/L/…\`, which means the same
resource. Lists take \`filter\`, \`pageSize\` (20 unless told, at most 1000) and \`pageToken\`; a page may
be short while more follow. \`/v1alpha2\` is Binary Authorization only, over the same store.

In the tables **bold** is required, *italic* is the field that a REST body is (\`*\`: the whole body);
\`*\` in a permission is the collection of the resource. What a service has and this page lacks answers
501 (UNIMPLEMENTED) by its name: it is left for later, as are platform policies, continuous validation,
on-demand scanning, key management and the export of SBOMs.
`;

const MESSAGES = `## Messages of Google's methods

Every message that a served method takes or gives, without those that are the same in all APIs
(google.protobuf, google.rpc, google.api). **Bold** is required in what clients send, *italic* is only in
answers; a field that is not kept here is left out. A type is of the same package unless it has one;
\`[]\` is a list, \`{}\` a map by text.
`;

const OWN = `## Our own

Answers are \`{"schemaVersion": 1, "result": …}\`. Parts of a path that begin with \`:\` are fields of the
input; the others are query (GET) or JSON body. \`assay\` calls these where a server holds the data.
`;

const served = API_METHODS.filter(isServed);

/** The page over the definition. */
export function formatApiReference(): string {
  const services = Map.groupBy(served, ({ id, name }) => id.slice(0, -name.length - 1));
  const own = Object.entries(CATALOG).map(
    ([name, { verb, path }]) => `| ${verb} | \`${path}\` | ${name} |`,
  );
  return [
    HEAD,
    ...[...services].map(([service, methods]) => `### ${service}\n\n${formatMethods(methods)}`),
    OWN,
    table(['Verb', 'Path', 'Operation'], own.toSorted()),
    'Webhooks are on a listener of their own: ' +
      '[connect an API server](../how-to/connect-an-api-server.md).\n',
    MESSAGES,
    formatMessages(served.flatMap(({ request, response }) => [request, response])),
  ].join('\n');
}

function formatMethods(methods: readonly ServedMethod[]): string {
  const rows = methods.map((method) => {
    const permission = method.permission === '' ? 'none' : `\`${method.permission}\``;
    const cells = [method.name, formatPaths(method), permission, formatRequest(method)];
    return `| ${[...cells, shortName(method.response)].join(' | ')} |`;
  });
  return table(['Method', 'REST', 'Permission', 'Request', 'Response'], rows);
}

/** Each path but those that only name the location too. */
function formatPaths({ bindings, located }: ServedMethod): string {
  const texts = bindings.map(({ http, template }) => `${http} \`${template.text}\``);
  const plain = texts.filter((text) => !located || !text.includes('/locations/*'));
  return (plain.length > 0 ? plain : texts).join('<br>');
}

function formatRequest({ request, bindings: [first] }: ServedMethod): string {
  const fields = fieldsOf(request).map(({ name, required }) => {
    if (name === first?.body) return `*${name}*`;
    return required || first?.template.variables[0]?.path[0] === name ? `**${name}**` : name;
  });
  const text = fields.join(', ');
  return first?.body === '*' ? `\\*: ${text}` : text;
}

function shortName(type: string): string {
  return type === 'google.protobuf.Empty' ? 'nothing' : type.slice(type.lastIndexOf('.') + 1);
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const line = heads.map(() => '---');
  return [`| ${heads.join(' | ')} |`, `| ${line.join(' | ')} |`, ...rows, ''].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/reference/api.md', import.meta.url);
  writeFileSync(page, formatApiReference());
}
