/**
 * What is measured of a running server, as rows: each says what it is and reads its values when
 * somebody asks, from what is kept anyhow, so that every replica tells the same.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import { SECOND } from '../domain/time.ts';
import { listAdvisorySources } from '../store/advisory-rows.ts';
import { listFeeds } from '../store/feed-rows.ts';
import { findRunTime } from '../store/job-rows.ts';
import { countScanJobs } from '../store/scan-job-rows.ts';
import type { Deps } from './deps.ts';
import { REFRESH_JOB } from './update-advisories.ts';

/** One value with its labels. */
export interface MetricValue {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A measure: its Prometheus name, what it means, and how it is read. */
export interface MetricRow {
  readonly name: string;
  readonly help: string;
  /** A counter only rises. */
  readonly kind: 'gauge' | 'counter';
  readonly labels: readonly string[];
  readonly read: (deps: Deps) => Promise<readonly MetricValue[]>;
}

/** A measure that was read. */
export interface MetricReading extends Omit<MetricRow, 'read'> {
  readonly values: readonly MetricValue[];
}

/** Every measure of our own. */
export const METRICS: readonly MetricRow[] = [
  {
    name: 'assay_advisories_age_seconds',
    help: 'How old the advisories of an ecosystem are, by what their source says of itself.',
    kind: 'gauge',
    labels: ['ecosystem', 'source'],
    read: async ({ store, now }) =>
      (await listAdvisorySources(store)).map(({ ecosystem, source, updated }) => ({
        labels: { ecosystem, source },
        value: Math.max(0, (now() - updated) / SECOND),
      })),
  },
  {
    name: 'assay_advisories_records',
    help: 'Advisories in force for an ecosystem.',
    kind: 'gauge',
    labels: ['ecosystem', 'source'],
    read: async ({ store }) =>
      (await listAdvisorySources(store)).map(({ ecosystem, source, records }) => ({
        labels: { ecosystem, source },
        value: records,
      })),
  },
  {
    name: 'assay_advisories_feed_success_timestamp_seconds',
    help: 'When a feed of advisories was last brought up to date; 0: never.',
    kind: 'gauge',
    labels: ['feed'],
    read: async ({ store }) =>
      (await listFeeds(store)).map(({ name, lastSuccess = 0 }) => ({
        labels: { feed: name },
        value: lastSuccess / SECOND,
      })),
  },
  {
    name: 'assay_advisories_feed_failing',
    help: 'Attempts to bring a feed up to date that failed since the last success.',
    kind: 'gauge',
    labels: ['feed'],
    read: async ({ store }) =>
      (await listFeeds(store)).map(({ name, failures }) => ({
        labels: { feed: name },
        value: failures,
      })),
  },
  {
    name: 'assay_advisories_feed_failures_total',
    help: 'Attempts to bring a feed up to date that failed, ever.',
    kind: 'counter',
    labels: ['feed'],
    read: async ({ store }) =>
      (await listFeeds(store)).map(({ name, failuresEver }) => ({
        labels: { feed: name },
        value: failuresEver,
      })),
  },
  {
    name: 'assay_scans',
    help: 'Images in the queue of scans, over all replicas.',
    kind: 'gauge',
    labels: ['state'],
    read: async ({ store, now }) => {
      const { waiting, running } = await countScanJobs(store, now());
      return [
        { labels: { state: 'waiting' }, value: waiting },
        { labels: { state: 'running' }, value: running },
      ];
    },
  },
  {
    name: 'assay_advisories_next_refresh_timestamp_seconds',
    help: 'When advisories are brought up to date next; absent: not by themselves.',
    kind: 'gauge',
    labels: [],
    read: async ({ store }) => {
      const next = await findRunTime(store, REFRESH_JOB);
      return next === undefined ? [] : [{ value: next / SECOND }];
    },
  },
];

/** Reads every measure. They are of the whole server: who asks needs to be a viewer everywhere. */
export async function readMetrics(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<readonly MetricReading[]> {
  authorise(input.caller, 'assay.metrics.get', undefined);
  return Promise.all(
    METRICS.map(async ({ read, ...row }) => ({ ...row, values: await read(deps) })),
  );
}
