/** What an import comes to by ecosystem: how many records, how new they are, whether all. */
import { basename } from 'node:path';
import { type AdvisorySource, newestMoment } from '../domain/advisory.ts';
import type { Micros } from '../domain/time.ts';
import type { AdvisoryExport } from '../remote/advisory-export.ts';
import type { FormName } from '../scanner/advisories/advisory-forms.ts';
import { wholeEcosystems } from '../scanner/advisories/whole-export.ts';
import type { PreparedAdvisory } from '../store/prepared-advisory.ts';

interface Count {
  readonly records: number;
  readonly updated: Micros;
}

/** Counts the records of a family's exports, one export after another. */
export interface Tally {
  readonly add: (advisory: PreparedAdvisory, exportDate: Micros | undefined) => void;
  /** An export is read; `said` is what its importer says of whether it is whole. */
  readonly endExport: (found: AdvisoryExport<FormName>, said: boolean | undefined) => void;
  readonly records: () => number;
  readonly sources: () => readonly AdvisorySource[];
}

/**
 * Counts records per ecosystem; a source's date is the export's own, else its newest record's
 * that is not later than `latest`; 0 where there is none. It is whole where one of the exports is.
 */
export function createTally(source: string, latest: Micros): Tally {
  const ecosystems = new Map<string, Count>();
  /** The dates of what is whole: a newer sample beside it makes the rest no newer. */
  const whole = new Map<string, Micros>();
  let own = new Map<string, Micros>();
  let records = 0;
  let before = 0;
  return {
    add: (advisory, exportDate) => {
      records += 1;
      const newest = newestMoment(advisory, latest) ?? 0;
      for (const { ecosystem: name } of advisory.names) {
        const date = exportDate ?? newest;
        own.set(name, Math.max(own.get(name) ?? 0, date));
        const known = ecosystems.get(name) ?? { records: 0, updated: 0 };
        const updated = Math.max(known.updated, date);
        ecosystems.set(name, { records: known.records + 1, updated });
      }
    },
    endExport: ({ form, name, path }, said) => {
      const claim = { form, name, file: basename(path), ecosystems: own.keys(), said };
      for (const one of wholeEcosystems({ ...claim, records: records - before })) {
        whole.set(one, Math.max(whole.get(one) ?? 0, own.get(one) ?? 0));
      }
      own = new Map();
      before = records;
    },
    records: () => records,
    sources: () =>
      [...ecosystems].map(([ecosystem, of]) => {
        const updated = whole.get(ecosystem);
        const complete = updated !== undefined;
        return { ecosystem, source, ...of, ...(complete && { updated }), complete };
      }),
  };
}
