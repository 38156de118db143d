/** What the packages of a set come to: the loop that runs for each package of each image. */
import { createIdBuffer, type IdBuffer } from '../store/package-members.ts';
import { type FleetPackages, PLACE } from './fleet-packages.ts';

/** Sums of one set after the other, in one place. */
export interface PackageSums {
  /** The set's packages. */
  readonly ids: IdBuffer;
  /** Matches by severity rank, as `ranksOf` reads them. */
  low: number;
  high: number;
  /** The flags of all packages together. */
  traits: number;
  /** Places of their ecosystems, rising. */
  readonly places: number[];
}

/** Sums, and what adds the packages in their `ids` up. */
export interface PackageAdder {
  readonly sums: PackageSums;
  readonly add: () => void;
}

/** Makes room for sums over packages as they are marked by now. */
export function createAdder(packages: FleetPackages): PackageAdder {
  const sums = { ids: createIdBuffer(), low: 0, high: 0, traits: 0, places: [] as number[] };
  const tables = {
    kinds: packages.kinds,
    low: Float64Array.from(packages.low),
    high: Float64Array.from(packages.high),
    traits: Uint32Array.from(packages.traits),
    seen: new Uint8Array(packages.ecosystems.length),
  };
  return { sums, add: () => sumUp(sums, tables) };
}

interface Tables {
  readonly kinds: Uint32Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly traits: Uint32Array;
  /** Room to note ecosystems in; empty before and after. */
  readonly seen: Uint8Array;
}

function sumUp(sums: PackageSums, { kinds, low, high, traits: traitsOf, seen }: Tables): void {
  const { values, count } = sums.ids;
  const { places } = sums;
  let lows = 0;
  let highs = 0;
  let traits = 0;
  // Nearly always those of the package before.
  let before = 0;
  places.length = 0;
  for (let at = 0; at < count; at += 1) {
    const kind = kinds[values[at] ?? 0] ?? 0;
    lows += low[kind] ?? 0;
    highs += high[kind] ?? 0;
    const own = traitsOf[kind] ?? 0;
    if (own === before) continue;
    before = own;
    traits |= own % PLACE;
    notePlace(Math.floor(own / PLACE), places, seen);
  }
  for (const place of places) seen[place] = 0;
  if (places.length > 1) places.sort((a, b) => a - b);
  sums.low = lows;
  sums.high = highs;
  sums.traits = traits;
}

function notePlace(place: number, places: number[], seen: Uint8Array): void {
  if (place === 0 || seen[place] === 1) return;
  seen[place] = 1;
  places.push(place);
}
