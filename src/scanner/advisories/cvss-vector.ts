/**
 * The text form of CVSS vectors, common to all versions of CVSS: `NAME:VALUE` parts with slashes.
 */

/** For each metric of a base score, the weight of each of its values. */
export type MetricWeights = Readonly<Record<string, Readonly<Record<string, number>>>>;

const MAX_LENGTH = 512;

/**
 * Reads the weights of all metrics in the table; undefined where the vector is too long or
 * malformed, names a metric twice, or lacks one or gives it an unknown value. Other metrics
 * (temporal, environmental) are passed over: a base score does not depend on them.
 */
export function readWeights(
  vector: string,
  table: MetricWeights,
): ((metric: string) => number) | undefined {
  const metrics = splitVector(vector);
  if (metrics === undefined) return undefined;
  const found = new Map<string, number>();
  for (const [name, values] of Object.entries(table)) {
    const value = metrics.get(name) ?? '';
    if (!Object.hasOwn(values, value)) return undefined;
    found.set(name, values[value] ?? 0);
  }
  return (metric) => found.get(metric) ?? 0;
}

function splitVector(vector: string): ReadonlyMap<string, string> | undefined {
  if (vector.length > MAX_LENGTH) return undefined;
  const metrics = new Map<string, string>();
  for (const part of vector.split('/')) {
    const [, name = '', value = ''] = /^([A-Za-z]{1,4}):([A-Za-z]{1,8})$/.exec(part) ?? [];
    if (name === '' || metrics.has(name)) return undefined;
    metrics.set(name, value);
  }
  return metrics;
}
