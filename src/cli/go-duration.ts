/** Stretches of time as Go prints them: `1.5µs`, `263.375ms`, `1m2.5s`. */

const UNITS: readonly (readonly [from: number, unit: string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
];

/** Prints whole nanoseconds, 0 as `0s`. */
export function goDuration(nanoseconds: number): string {
  const minutes = Math.floor(nanoseconds / 60e9);
  const rest = nanoseconds - minutes * 60e9;
  if (minutes > 0) return `${minutes}m${inUnit(rest, [1e9, 's'])}`;
  const unit = UNITS.find(([from]) => rest >= from);
  if (unit) return inUnit(rest, unit);
  return rest === 0 ? '0s' : `${rest}ns`;
}

function inUnit(nanoseconds: number, [size, unit]: readonly [number, string]): string {
  return `${nanoseconds / size}${unit}`;
}
