/** A data folder with one advisory, and `assay scan` of images that a test makes, for attacks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ended } from './assay-command.ts';
import { runInProcess } from './assay-in-process.ts';
import {
  DEBIAN12,
  type ImageLayout,
  type LayerFile,
  type LayoutDescriptor,
  OCI,
  addLayer,
  dpkgStatus,
  openLayout,
} from './image-layout.ts';
import { osvRecord, writeOsvExport } from './osv-records.ts';

/** The dpkg database of `app 1.0`, which the advisory REC-1 affects. */
export const PACKAGES = dpkgStatus(['app 1.0']);
/** The release file of Debian 12. */
export const RELEASE: LayerFile = ['etc/os-release', DEBIAN12];
/** {@link PACKAGES} where dpkg keeps it. */
export const STATUS: LayerFile = ['var/lib/dpkg/status', PACKAGES];

/** Makes layouts and scans them, all on one data folder. */
export interface ScanBench {
  readonly root: string;
  readonly data: string;
  newLayout(): ImageLayout;
  scan(layout: ImageLayout, output?: string): Promise<Ended>;
  /** Scans an image of layers that are made of files. */
  scanFiles(...layers: readonly (readonly LayerFile[])[]): Promise<Ended>;
  /** Scans a good image over which lies one layer of any bytes. */
  scanBytes(bytes: Uint8Array): Promise<Ended>;
  close(): void;
}

/** Makes a bench whose data folder knows the advisory REC-1 and nothing else. */
export async function openScanBench(): Promise<ScanBench> {
  const root = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const data = join(root, 'data');
  const records = writeOsvExport(join(root, 'osv'), [['REC-1', osvRecord('REC-1', 'app')]]);
  await runInProcess(['advisories', 'import', records, '--complete'], data);
  let folders = 0;
  const newLayout = (): ImageLayout => {
    folders += 1;
    return openLayout(join(root, `image-${folders}`));
  };
  const scan: ScanBench['scan'] = async ({ folder }, output = 'json') => {
    const age = ['--max-advisory-age', '99999'];
    const ended = await runInProcess(['scan', `oci:${folder}`, '--output', output, ...age], data);
    // The one thing in it that is another each time: tests compare scans.
    return { ...ended, stdout: ended.stdout.replace(/("matchedAt": )"[^"]*"/g, '$1""') };
  };
  return {
    root,
    data,
    newLayout,
    scan,
    scanFiles: async (...layers) => {
      const layout = newLayout();
      const made: LayoutDescriptor[] = [];
      for (const files of layers) made.push(await addLayer(layout, files));
      layout.addImage(made);
      return scan(layout);
    },
    scanBytes: async (bytes) => {
      const layout = newLayout();
      const base = await addLayer(layout, [RELEASE, STATUS]);
      layout.addImage([base, layout.addBlob(bytes, OCI.layer)]);
      return scan(layout);
    },
    close: () => rmSync(root, { recursive: true }),
  };
}
