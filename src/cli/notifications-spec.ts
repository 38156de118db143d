/** The commands of `assay notifications`, as data. */
import { DESTINATION_KINDS } from '../domain/destination.ts';
import { SEVERITIES } from '../domain/severity.ts';
import type { CommandSpec } from './command.ts';
import { PROJECT, TABLE_OR_JSON, WHERE } from './shared-options.ts';

const load = () => import('./notifications-commands.ts');

/** `assay notifications …` */
export const NOTIFICATIONS: CommandSpec = {
  name: 'notifications',
  summary: 'Where events are sent: webhooks, Pub/Sub and chats.',
  examples: [
    'assay notifications add ops --url https://hooks.example/assay --secret-file key',
    'assay notifications list',
  ],
  commands: [
    {
      name: 'add',
      arguments: '<name>',
      summary: 'Add a destination; events from now on are sent there.',
      examples: [
        'assay notifications add ops --kind webhook --url https://hooks.example/assay \\\n      ' +
          '--secret-file key --event occurrence --only-kind VULNERABILITY --min-severity HIGH',
        'assay notifications add bus --kind pubsub --url http://127.0.0.1:8085',
        'assay notifications add chat --kind slack --url-file slack-url --event admission.denied',
      ],
      options: [
        ...WHERE,
        PROJECT,
        {
          flags: '--kind <kind>',
          description: 'how events are sent',
          choices: DESTINATION_KINDS,
          default: 'webhook',
        },
        { flags: '--url <url>', description: 'address of a webhook or a Pub/Sub endpoint' },
        { flags: '--url-file <file>', description: 'file with the address, where it is a secret' },
        {
          flags: '--secret-file <file>',
          description: 'file with the key that signs a webhook, or a Pub/Sub bearer token',
        },
        { flags: '--topic-project <id>', description: 'project of the Pub/Sub topics' },
        {
          flags: '--event <type>',
          description: 'only these: a type such as occurrence.created, or a noun',
          many: true,
        },
        {
          flags: '--only-kind <kind>',
          description: 'of notes and occurrences, only this kind',
          many: true,
        },
        {
          flags: '--min-severity <severity>',
          description: 'of vulnerabilities, at least so severe (unknown counts as CRITICAL)',
          choices: SEVERITIES.slice(1),
        },
        {
          flags: '--resource-prefix <url>',
          description: 'of events about images, only those below this, e.g. registry.example/team/',
        },
      ],
      load: async () => (await load()).addDestination,
    },
    {
      name: 'list',
      summary: 'List destinations and how they are faring, never their secrets.',
      examples: ['assay notifications list --project shop'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).listDestinations,
    },
    {
      name: 'test',
      arguments: '<name>',
      summary: 'Send a test event now; of Pub/Sub, ask for the topics.',
      examples: ['assay notifications test ops'],
      options: [...WHERE, PROJECT],
      load: async () => (await load()).testDestination,
    },
    {
      name: 'dead-letters',
      arguments: '<name>',
      summary: 'List the events that a destination would not take.',
      examples: ['assay notifications dead-letters ops --output json'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).listDeadLetters,
    },
    {
      name: 'retry',
      arguments: '<name>',
      summary: 'Send dead letters again, all or one.',
      examples: ['assay notifications retry ops', 'assay notifications retry ops --id 01980f3c-…'],
      options: [...WHERE, PROJECT, { flags: '--id <event>', description: 'only this event' }],
      load: async () => (await load()).retryDeadLetters,
    },
    {
      name: 'remove',
      arguments: '<name>',
      summary: 'Remove a destination and what is on its way there.',
      examples: ['assay notifications remove ops'],
      options: [...WHERE, PROJECT],
      load: async () => (await load()).removeDestination,
    },
  ],
};
