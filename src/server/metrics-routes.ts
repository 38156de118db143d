/**
 * `/metrics` in Prometheus' text form: the process itself, as `prom-client` measures it, and our
 * own rows, read when somebody asks. Who asks is a viewer.
 */
import type { Registry } from 'prom-client';
import { type MetricReading, readMetrics } from '../operations/read-metrics.ts';
import type { RouteContext } from './route-context.ts';

/** Adds the route; the library is loaded and the process measured from the first request on. */
export function addMetricsRoute({ app, deps, callerOf }: RouteContext): void {
  let opened: Promise<Registry> | undefined;
  app.get('/metrics', async (request, reply) => {
    const readings = await readMetrics(deps, { caller: callerOf(request) });
    opened ??= openProcessRegistry();
    const registry = await opened;
    const text = `${await registry.metrics()}\n${await formatReadings(readings)}`;
    return reply.type(registry.contentType).send(text);
  });
}

async function openProcessRegistry(): Promise<Registry> {
  const { Registry, collectDefaultMetrics } = await import('prom-client');
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}

/** A registry of its own for each answer: what is gone from the store is gone from the answer. */
async function formatReadings(readings: readonly MetricReading[]): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const register = new Registry();
  for (const { name, help, kind, labels, values } of readings) {
    const settings = { name, help, labelNames: [...labels], registers: [register] };
    if (kind === 'gauge') {
      const gauge = new Gauge(settings);
      for (const { labels: of = {}, value } of values) gauge.set({ ...of }, value);
    } else {
      const counter = new Counter(settings);
      for (const { labels: of = {}, value } of values) counter.inc({ ...of }, value);
    }
  }
  return register.metrics();
}
