/** `assay vex …`: authors, their documents, and what these say. */
import { encodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';
import { terminalText } from '../domain/terminal-text.ts';
import { formatTime } from '../domain/time.ts';
import type { VexProduct } from '../domain/vex-document.ts';
import type { ShownVex, ShownVexDocument } from '../operations/list-vex.ts';
import type { ImportedVex } from '../operations/import-vex.ts';
import type { ShownVexAuthor } from '../operations/list-vex-authors.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { reachOf, textOption } from './options.ts';
import { printDocument, printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

const MAX_FILE = 8 * 1024 * 1024;
const MAX_KEY = 256 * 1024;
const MAX_SIGNATURE = 256 * 1024;

/** `assay vex author add NAME --key FILE` */
export const addVexAuthor: CommandRun = async (context, args, options) => {
  const path = textOption(options, 'key');
  if (path === undefined) {
    throw new AssayError('invalid-argument', 'give --key with a file that has a public key');
  }
  const { readNamedText } = await import('../operations/read-named-file.ts');
  const input = {
    ...whichOne(args, options),
    key: await readNamedText(path, MAX_KEY),
    algorithm: textOption(options, 'algorithm'),
  };
  return withOperations(context, reachOf(options), async (client) => {
    const author = (await client.call('add-vex-author', withoutAbsent(input))) as ShownVexAuthor;
    const { id = '', kind = '' } = author.keys.at(-1) ?? {};
    context.stderr.write(
      `VEX author ${author.name} has the key ${id} (${kind})\n` +
        'next: assay vex import FILE --signature FILE.sig\n',
    );
    return 0;
  });
};

/** `assay vex author list` */
export const listVexAuthors: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = { project: textOption(options, 'project') };
    const values = (await client.call('list-vex-authors', input)) as readonly ShownVexAuthor[];
    const form = {
      columns: ['NAME', 'KEYS', 'CHANGED'],
      whole: ['NAME'],
      row: (one: ShownVexAuthor) => [
        one.name,
        one.keys.map(({ id, kind }) => `${id} (${kind})`).join(', '),
        formatTime(one.updateTime).slice(0, 19),
      ],
      empty: 'no VEX author; add one: assay vex author add NAME --key FILE',
    };
    await printList(context, { name: 'authors', values, form }, options);
    return 0;
  });

/** `assay vex author remove NAME` */
export const removeVexAuthor: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const keyId = textOption(options, 'keyId');
    await client.call('remove-vex-author', withoutAbsent({ ...whichOne(args, options), keyId }));
    const what = keyId === undefined ? `VEX author ${args[0]}` : `key ${keyId} of ${args[0]}`;
    context.stderr.write(`${what} removed; what rested on it counts no more\n`);
    return 0;
  });

/** `assay vex import FILE` */
export const importVex: CommandRun = async (context, args, options) => {
  const { readNamedFile } = await import('../operations/read-named-file.ts');
  const path = textOption(options, 'signature');
  const signature = path === undefined ? undefined : await readNamedFile(path, MAX_SIGNATURE);
  const input = {
    project: textOption(options, 'project'),
    document: encodeBase64(await readNamedFile(args[0] ?? '', MAX_FILE)),
    signature: signature && encodeBase64(signature),
  };
  return withOperations(context, reachOf(options), async (client) => {
    const imported = (await client.call('import-vex', withoutAbsent(input))) as ImportedVex;
    context.stderr.write(
      importedLines(imported)
        .map((line) => `${line}\n`)
        .join(''),
    );
    return 0;
  });
};

function importedLines({ document, replaced, unchanged }: ImportedVex): readonly string[] {
  const { documentId, version, format, author, statementCount, evidence, remarks } = document;
  const what = `${format} ${documentId} version ${version} of author ${author}`;
  const how = replaced === undefined ? 'imported' : `imported in place of version ${replaced}`;
  return [
    `${what} ${unchanged ? 'was there already' : how}: ${statementCount} statements, signed ` +
      `by ${evidence.keyId} (${evidence.form})`,
    ...remarks.map((one) => `matches nothing: ${terminalText(one)}`),
    'next: assay scan IMAGE --show-suppressed',
  ];
}

/** `assay vex list` */
export const listVex: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = { project: textOption(options, 'project') };
    const values = (await client.call('list-vex', input)) as readonly ShownVexDocument[];
    const form = {
      columns: ['DOCUMENT', 'VERSION', 'FORM', 'AUTHOR', 'STATEMENTS', 'OF', 'STANDING'],
      whole: ['DOCUMENT'],
      row: (one: ShownVexDocument) => [
        one.documentId,
        one.version,
        one.format,
        one.author,
        String(one.statementCount),
        formatTime(one.time).slice(0, 19),
        one.standing,
      ],
      empty: 'no VEX document; import one: assay vex import FILE --signature FILE.sig',
    };
    await printList(context, { name: 'documents', values, form }, options);
    return 0;
  });

/** `assay vex show DOCUMENT` */
export const showVex: CommandRun = (context, args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const shown = (await client.call('show-vex', whichDocument(args, options))) as ShownVex;
    const format = textOption(options, 'output') ?? 'table';
    if (format === 'table') context.stdout.write(formatVex(shown));
    else await printDocument(context, { schemaVersion: 1, ...shown }, format);
    return 0;
  });

/** `assay vex remove DOCUMENT` */
export const removeVex: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    await client.call('remove-vex', whichDocument(args, options));
    context.stderr.write(`VEX document ${args[0]} removed; what it said counts no more\n`);
    return 0;
  });

function formatVex(shown: ShownVex): string {
  const { evidence } = shown;
  const until =
    evidence.validUntil === undefined ? '' : `, until ${formatTime(evidence.validUntil)}`;
  const head = [
    `Document  ${shown.documentId} version ${shown.version} (${shown.format})`,
    `Author    ${shown.author}; it names ${terminalText(shown.claimedAuthor)}`,
    `Signed    ${evidence.form} by ${evidence.keyId} over ${evidence.digest}${until}`,
    `Standing  ${shown.standing}`,
  ];
  const statements = shown.statements.flatMap((one) => [
    `${one.vulnerability}  ${one.status}  ${terminalText(one.justification ?? one.impact ?? '')}`,
    ...one.products.map((product) => `    ${terminalText(productText(product))}`),
  ]);
  const remarks = shown.remarks.map((one) => `matches nothing: ${terminalText(one)}`);
  return [...head, '', ...statements, ...remarks].map((line) => `${line.trimEnd()}\n`).join('');
}

function productText({ image, component }: VexProduct): string {
  const whole = image?.digest ?? image?.repository;
  const part =
    component &&
    [
      component.type,
      ...(component.namespace === '' ? [] : [component.namespace]),
      `${component.name}${component.version === undefined ? '' : ` ${component.version}`}`,
    ].join(' ');
  return [part, whole].filter((text) => text !== undefined).join(' in ');
}

function whichOne(args: readonly string[], options: OptionValues): Record<string, unknown> {
  return { project: textOption(options, 'project'), name: args[0] };
}

function whichDocument(args: readonly string[], options: OptionValues): Record<string, unknown> {
  return { project: textOption(options, 'project'), document: args[0] };
}

function withoutAbsent(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}
