/** An event as a sentence for people: what, where, why, and the next command. */
import { type Json, type JsonObject, isJsonObject } from '../domain/json.ts';
import type { NotificationEvent } from '../domain/notification-event.ts';
import { terminalText } from '../domain/terminal-text.ts';

type Sentence = (data: JsonObject, event: NotificationEvent) => readonly string[];

const MAX_TEXT = 3000;
const MAX_PART = 400;

const VERBS: Readonly<Record<string, string>> = {
  created: 'is new',
  updated: 'has changed',
  deleted: 'is gone',
};

const SENTENCES: Readonly<Record<string, Sentence>> = {
  occurrence: occurrenceSentence,
  note: (data, event) => [`${text(data['kind'])} note ${text(data['name'])} ${verbOf(event)}.`],
  attestor: (data, event) => [
    `Attestor ${text(data['name'])} ${verbOf(event)}.`,
    'What it attests may count differently from now on.',
  ],
  policy: (data) => [
    `The policy ${text(data['name'])} has changed: it is at revision ${text(data['revision'])}.`,
  ],
  admission: denialSentence,
  scan: scanSentence,
  advisories: (data) => [
    `New advisories: ${text(data['name'])} with ${text(data['records'])} records.`,
    'Next: assay advisories status',
  ],
  destination: (_data, { project }) => [
    `A test from Assay: events of project ${text(project)} arrive here.`,
  ],
};

/** Prints an event as lines of plain text, without anything that could steer a terminal. */
export function formatEventSentence(event: NotificationEvent): string {
  const noun = event.type.split('.')[1] ?? '';
  const lines = SENTENCES[noun]?.(event.data, event) ?? [`${event.type}: ${event.subject}`];
  return lines.join('\n').slice(0, MAX_TEXT);
}

/** Ends a mention (`@here`) or a link (`[text](URL)`) without being seen. */
const BREAK = '\u200b';

/**
 * Prints a message of a chat: what would be a mention or a link there is plain text. Chats that are
 * compatible with Slack know mentions and links of Markdown too.
 */
export function formatSlackText(event: NotificationEvent): string {
  const escaped = { '&': '&amp;', '<': '&lt;', '>': '&gt;' } as const;
  return formatEventSentence(event)
    .replace(/[&<>]/g, (one) => escaped[one as keyof typeof escaped])
    .replace(/@(?!sha(?:256|512):)|\](?=\()/g, (one) => one + BREAK);
}

function occurrenceSentence(data: JsonObject, event: NotificationEvent): readonly string[] {
  const where = text(data['resourceUri']);
  const { vulnerability } = data;
  if (data['kind'] !== 'VULNERABILITY' || !isJsonObject(vulnerability)) {
    return [`${text(data['kind'])} of ${where} ${verbOf(event)}: ${text(data['name'])}.`];
  }
  const { id, package: pkg, version, fixedVersion } = vulnerability;
  const before = data['previousSeverity'];
  const severity =
    before === undefined ? data['severity'] : `${text(before)} to ${text(data['severity'])}`;
  return [
    `Vulnerability ${text(id)} (${text(severity)}) ${verbOf(event)} in ${where}.`,
    `It is in ${text(pkg)} ${text(version)}` +
      (fixedVersion === undefined ? '; no fix is known.' : `; fixed in ${text(fixedVersion)}.`),
    `Next: assay scan ${where.replace(/^https:\/\//, '')}`,
  ];
}

function denialSentence(data: JsonObject): readonly string[] {
  const images = Array.isArray(data['images']) ? data['images'].filter(isJsonObject) : [];
  const [first] = images;
  const where = [data['cluster'], data['namespace']].filter((one) => one !== undefined).map(text);
  const place = where.length === 0 ? '' : ` in ${where.join(', namespace ')}`;
  const admitted = data['allowed'] === true ? ' (and let in: dry run or break-glass)' : '';
  const count = Number(data['imageCount'] ?? 0);
  const more = count > 1 ? ` and ${count - 1} more` : '';
  return [
    `Denied${admitted}${place}: ${text(first?.['image'] ?? 'a request')}${more}.`,
    ...(first === undefined
      ? []
      : [`${text(first['sentence'])}. Found: ${text(first['found'])}. Fix: ${text(first['fix'])}`]),
    `Next: assay decisions show ${text(data['decision'])}`,
  ];
}

function scanSentence(data: JsonObject): readonly string[] {
  const platforms = Array.isArray(data['platforms']) ? data['platforms'].filter(isJsonObject) : [];
  const where = text(data['resourceUri']);
  return [
    `Scanned ${where}.`,
    ...platforms.slice(0, 5).map((one) => {
      const summary = isJsonObject(one['summary']) ? one['summary'] : {};
      const found = ['CRITICAL', 'HIGH'].map((name) => `${text(summary[name] ?? 0)} ${name}`);
      return `${text(one['platform'])}: ${text(one['status'])}, ${found.join(', ')}`;
    }),
    `Next: assay scan ${where.replace(/^https:\/\//, '')}`,
  ];
}

function verbOf({ type }: NotificationEvent): string {
  return VERBS[type.split('.')[2] ?? ''] ?? 'has changed';
}

function text(value: Json | undefined): string {
  return terminalText(typeof value === 'object' ? 'unknown' : String(value ?? 'unknown')).slice(
    0,
    MAX_PART,
  );
}
