/**
 * The reference page of roles, made of the table of permissions: run it to write the page; a test
 * holds the page against the table.
 */
import { writeFileSync } from 'node:fs';
import { ROLE_NAMES, describeRole } from '../src/domain/role.ts';

const HEAD = `# Roles and permissions

What each role holds; this page is made from the table of roles by \`node scripts/roles-reference.ts\`.
A token, a grant or an IAM policy names roles as they stand here. How callers come to them:
[identify callers](../how-to/identify-callers.md).

\`viewer\`, \`editor\` and \`admin\` each include the one before; \`agent\` is for API servers. \`roles/…\`
are Google's: names and contents are those of its public IAM reference
(cloud.google.com/iam/docs/roles-permissions), cut to the permissions that something here asks for.
Two differ from Google's basic roles on purpose: \`roles/editor\` changes no policies and attestors,
and \`roles/viewer\` may list the occurrences of a note.
`;

/** The page over the table. */
export function formatRolesReference(): string {
  const sections = ROLE_NAMES.map((name) => {
    const { title, permissions } = describeRole(name);
    const list = permissions.map((one) => `- \`${one}\``).toSorted();
    return [`## \`${name}\``, '', `${title}.`, '', ...list, ''].join('\n');
  });
  return [HEAD, ...sections].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/reference/roles.md', import.meta.url);
  writeFileSync(page, formatRolesReference());
}
