/** Which events a destination wants, and how people name them. */
import { describe, expect, it } from 'vitest';
import { formatAddress, parseDestinationName } from './destination.ts';
import type { JsonObject } from './json.ts';
import {
  type EventSelection,
  EVENT_TYPES,
  type NotificationEvent,
  isSelected,
  parseEventTypes,
} from './notification-event.ts';

function event(data: JsonObject, type: NotificationEvent['type'] = 'assay.occurrence.created') {
  return { id: 'x', time: 0, type, subject: 's', data };
}

const ALL: EventSelection = { types: EVENT_TYPES, kinds: [] };
const HIGH: EventSelection = { ...ALL, minSeverity: 'HIGH' };
const TEAM: EventSelection = { ...ALL, resourcePrefix: 'https://registry.example/team/' };
const IMAGE = 'registry.example/team/app';

describe('a selection', () => {
  it.each<[string, EventSelection, ReturnType<typeof event>, boolean]>([
    ['a type', { ...ALL, types: ['assay.note.created'] }, event({}), false],
    ['a kind', { ...ALL, kinds: ['BUILD'] }, event({ kind: 'BUILD' }), true],
    ['another kind', { ...ALL, kinds: ['BUILD'] }, event({ kind: 'VULNERABILITY' }), false],
    ['a kind, of what has none', { ...ALL, kinds: ['BUILD'] }, event({}), true],
    ['severity: enough', HIGH, event({ kind: 'VULNERABILITY', severity: 'CRITICAL' }), true],
    ['severity: too little', HIGH, event({ kind: 'VULNERABILITY', severity: 'MEDIUM' }), false],
    [
      'severity: unknown counts as critical',
      HIGH,
      event({ kind: 'VULNERABILITY', severity: 'SEVERITY_UNSPECIFIED' }),
      true,
    ],
    [
      'severity: it was enough before',
      HIGH,
      event({ kind: 'VULNERABILITY', severity: 'LOW', previousSeverity: 'HIGH' }),
      true,
    ],
    ['severity, of another kind', HIGH, event({ kind: 'BUILD' }), true],
    ['a prefix', TEAM, event({ resourceUri: `https://${IMAGE}` }), true],
    ['a prefix without scheme', TEAM, event({ resourceUri: IMAGE }), true],
    ['another prefix', TEAM, event({ resourceUri: 'https://registry.example/teams/a' }), false],
    ['a prefix, of what has no resource', TEAM, event({ name: 'x' }), true],
    ['an image of a denial', TEAM, event({ images: [{ image: 'x' }, { reference: IMAGE }] }), true],
    ['no image of a denial', TEAM, event({ images: [{ image: 'x' }] }), false],
    ['what is sent by hand', ALL, event({}, 'assay.destination.tested'), false],
  ])('%s', (_fact, selection, told, wanted) => {
    expect(isSelected(selection, told)).toBe(wanted);
  });
});

describe('types', () => {
  it.each([
    [['assay.note.created'], ['assay.note.created']],
    [['note.created', 'note.created'], ['assay.note.created']],
    [['policy'], ['assay.policy.updated']],
    [['note'], ['assay.note.created', 'assay.note.updated', 'assay.note.deleted']],
  ])('%j', (texts, types) => {
    expect(parseEventTypes(texts)).toEqual(types);
  });

  it.each(['', 'assay', 'not', 'note.', 'occurrence.create', '*'])('%j is refused', (text) => {
    expect(() => parseEventTypes([text])).toThrow('occurrence.created');
  });
});

describe('a destination', () => {
  it.each(['a', 'ops-2'])('may be called %s', (name) => {
    expect(parseDestinationName(name)).toBe(name);
  });

  it.each(['', '-a', 'A', 'a/b', 'a b', '1a', 'a'.repeat(64)])('may not be called %j', (name) => {
    expect(() => parseDestinationName(name)).toThrow('is no name');
  });

  it.each([
    ['https://hooks.example/', 'https://hooks.example'],
    ['https://hooks.example/services/T0/B0/secretXYZ1', 'https://hooks.example/…XYZ1'],
    ['https://hooks.example:8443/a?token=hunter2', 'https://hooks.example:8443/…ter2'],
    ['https://hooks.example/7f3a', 'https://hooks.example/…'],
    ['https://hooks.example/?k=7f3a', 'https://hooks.example/…'],
  ])('%s is shown as %s', (url, shown) => {
    expect(formatAddress(url)).toBe(shown);
  });
});
