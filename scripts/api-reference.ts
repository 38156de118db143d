/**
 * The reference page of the API, made of the tables that the routes are made of: run it to write
 * the page; a test holds the page against the tables.
 */
import { writeFileSync } from 'node:fs';
import { API_METHODS, isServed } from '../src/google/methods.ts';
import { GOOGLE_HANDLERS } from '../src/server/google-handlers.ts';
import { CATALOG } from '../src/operations/catalog.ts';

const HEAD = `# API

Every route of the API listener but \`/healthz\` and \`/readyz\` needs a bearer token; this page is made
from the tables that the routes are made of, by \`node scripts/api-reference.ts\`. Errors have
Google's shape; their codes are in [errors.md](errors.md).

## Google's methods

Bodies may be camelCase or snake_case, unknown query parameters are ignored, unknown body fields are
refused by name. Lists take \`filter\`, \`pageSize\` (20 unless told, at most 1000) and \`pageToken\`; a
page may be short while more follow. \`/v1alpha2\` is Binary Authorization only, over the same store.
`;

const OWN = `## Our own

Answers are \`{"schemaVersion": 1, "result": …}\`. Parts of a path that begin with \`:\` are fields of the
input; the others are query (GET) or JSON body. \`assay\` calls these where a server holds the data.
`;

/** The page over the tables. */
export function formatApiReference(): string {
  const google = API_METHODS.filter(isServed)
    .filter(({ name }) => Object.hasOwn(GOOGLE_HANDLERS, name))
    .flatMap(({ bindings: [first], permission }) =>
      first === undefined ? [] : [row(first.http, first.template.text, `\`${permission}\``)],
    );
  const own = Object.entries(CATALOG).map(([name, { verb, path }]) => row(verb, path, name));
  return [
    HEAD,
    table('Permission', google),
    OWN,
    table('Operation', own.toSorted()),
    'Webhooks are on a listener of their own: ' +
      '[connect an API server](../how-to/connect-an-api-server.md).\n',
  ].join('\n');
}

function row(verb: string, path: string, last: string): string {
  return `| ${verb} | \`${path}\` | ${last} |`;
}

function table(last: string, rows: readonly string[]): string {
  return [`| Verb | Path | ${last} |`, '| --- | --- | --- |', ...rows, ''].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/reference/api.md', import.meta.url);
  writeFileSync(page, formatApiReference());
}
