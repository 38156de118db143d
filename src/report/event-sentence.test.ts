/** Events as people and programs read them: sentences that steer nothing, JSON of its schema. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import type { NotificationEvent } from '../domain/notification-event.ts';
import { formatCloudEvent } from './cloud-event.ts';
import { formatEventSentence, formatSlackText } from './event-sentence.ts';

const SCHEMA_URL = new URL('../../docs/reference/schemas/event.schema.json', import.meta.url);
const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA_URL, 'utf8')));

const NAME = 'projects/shop/occurrences/x';
const IMAGE = `https://registry.example/app@sha256:${'a'.repeat(64)}`;

function event(type: NotificationEvent['type'], data: JsonObject): NotificationEvent {
  const id = '01980f3c-0000-7000-8000-000000000000';
  const subject = typeof data['name'] === 'string' ? data['name'] : 'projects/shop/images/a';
  return { id, time: 1_790_000_000_000_000, type, project: 'shop', subject, data };
}

const VULNERABILITY: JsonObject = {
  schemaVersion: 1,
  name: NAME,
  kind: 'VULNERABILITY',
  resourceUri: IMAGE,
  noteName: 'projects/goog-analysis/notes/DSA-1',
  severity: 'HIGH',
  vulnerability: { id: 'CVE-2026-1', package: 'libx', version: '1.0', fixedVersion: '1.1' },
};

const DENIAL: JsonObject = {
  schemaVersion: 1,
  project: 'shop',
  cluster: 'here.one',
  namespace: 'web',
  outcome: 'deny',
  allowed: false,
  breakGlass: false,
  dryRun: false,
  images: [{ image: 'a.example/b', sentence: 'Denied by rule', found: 'x', wanted: 'y', fix: 'z' }],
  imageCount: 3,
  policies: ['binauthz/default@2'],
  decision: '01980f3c-0000-7000-8000-000000000000',
  count: 2,
};

const EVENTS: readonly (readonly [string, NotificationEvent, readonly string[]])[] = [
  [
    'a vulnerability',
    event('assay.occurrence.created', VULNERABILITY),
    ['CVE-2026-1 (HIGH) is new in', 'libx 1.0; fixed in 1.1', 'Next: assay scan registry.example'],
  ],
  [
    'one that cooled down, without a fix',
    event('assay.occurrence.updated', {
      ...VULNERABILITY,
      previousSeverity: 'CRITICAL',
      vulnerability: { id: 'CVE-2026-1', package: 'libx', version: '1.0' },
    }),
    ['(CRITICAL to HIGH) has changed', 'no fix is known'],
  ],
  [
    'another occurrence',
    event('assay.occurrence.deleted', { ...VULNERABILITY, kind: 'BUILD' }),
    ['BUILD of https://registry.example/app', 'is gone', NAME],
  ],
  [
    'a denial',
    event('assay.admission.denied', DENIAL),
    [
      'Denied in here.one, namespace web: a.example/b and 2 more',
      'Fix: z',
      'assay decisions show 0',
    ],
  ],
  [
    'a dry run',
    event('assay.admission.denied', { ...DENIAL, allowed: true, dryRun: true, images: [] }),
    ['Denied (and let in: dry run or break-glass)', 'a request'],
  ],
  [
    'a scan',
    event('assay.scan.finished', {
      schemaVersion: 1,
      name: 'projects/shop/images/x',
      resourceUri: IMAGE,
      platforms: [
        { digest: 'sha256:0', platform: 'linux/amd64', status: 'COMPLETE', summary: { HIGH: 3 } },
      ],
    }),
    ['linux/amd64: COMPLETE, 0 CRITICAL, 3 HIGH'],
  ],
  [
    'a note',
    event('assay.note.created', { schemaVersion: 1, name: 'projects/shop/notes/n', kind: 'BUILD' }),
    ['BUILD note projects/shop/notes/n is new.'],
  ],
  [
    'an attestor',
    event('assay.attestor.deleted', { schemaVersion: 1, name: 'projects/shop/attestors/a' }),
    ['Attestor projects/shop/attestors/a is gone.'],
  ],
  [
    'a policy',
    event('assay.policy.updated', { schemaVersion: 1, name: 'projects/shop/policy', revision: 7 }),
    ['revision 7'],
  ],
  [
    'advisories',
    event('assay.advisories.published', {
      schemaVersion: 1,
      name: 'advisories/Debian',
      records: 5,
      ecosystems: ['Debian:12'],
    }),
    ['advisories/Debian with 5 records'],
  ],
  [
    'a test',
    event('assay.destination.tested', { schemaVersion: 1, name: 'projects/shop/destinations/d' }),
    ['events of project shop arrive here'],
  ],
];

describe('an event', () => {
  it.each(EVENTS)('%s reads as a sentence', (_name, told, parts) => {
    const text = formatEventSentence(told);
    for (const part of parts) expect(text).toContain(part);
    expect(text).not.toContain('undefined');
  });

  it.each(EVENTS)('%s has its schema’s shape', (_name, told) => {
    const parsed = schema.safeParse(JSON.parse(formatCloudEvent(told)));
    expect(parsed.error?.issues ?? []).toEqual([]);
  });

  it.each([
    ['another version', { ...VULNERABILITY, schemaVersion: 2 }],
    ['no name', { ...VULNERABILITY, name: undefined }],
    ['an unknown severity', { ...VULNERABILITY, severity: 'BAD' }],
  ])('the schema refuses %s', (_name, data) => {
    const told = event('assay.occurrence.created', data);
    expect(schema.safeParse(JSON.parse(formatCloudEvent(told))).success).toBe(false);
  });

  it('everybody’s has no project as source', () => {
    const { project: _, ...told } = event('assay.advisories.published', { schemaVersion: 1 });
    expect(JSON.parse(formatCloudEvent(told))).toMatchObject({ source: '/' });
  });
});

describe('what is hostile in an image’s name', () => {
  const hostile = '<!channel> <https://evil.example|fine> & \u001b[2J\u202e';
  const images = [{ image: hostile, sentence: hostile, found: hostile, wanted: 'x', fix: hostile }];
  const told = event('assay.admission.denied', { ...DENIAL, images });

  it('mentions nobody and links nowhere in a chat', () => {
    const text = formatSlackText(told);
    expect(text).not.toMatch(/[<>]/);
    expect(text).toContain('&lt;!channel&gt;');
    expect(text).toContain('&amp; ');
  });

  it('mentions nobody and links nowhere in chats that read Markdown', () => {
    const image = `@here @channel [fine](https://evil.example) app@sha256:${'a'.repeat(64)}`;
    const text = formatSlackText(event('assay.admission.denied', { images: [{ image }] }));
    expect(text).not.toMatch(/@(?:here|channel)|\]\(/);
    expect(text).toContain('app@sha256:aaaa');
  });

  it('moves no cursor and turns no line round', () => {
    expect(formatSlackText(told)).not.toMatch(/[\u001b\u202e]/);
  });

  it('is bounded', () => {
    const long = event('assay.admission.denied', {
      ...DENIAL,
      images: [{ image: 'x'.repeat(9000), sentence: '<'.repeat(9000), found: '', fix: '' }],
    });
    expect(formatSlackText(long).length).toBeLessThan(12_100);
  });
});
