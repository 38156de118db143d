/**
 * What had an image scanned without anybody waiting for it, and how urgent that makes it: who waits
 * to be admitted comes first, what is only read anew comes last.
 */

interface OriginMeaning {
  /** Less is sooner. */
  readonly priority: number;
  /** Images of one project that may wait before one more of this origin is turned away. */
  readonly room: number;
}

/** Every origin of a scan; a more urgent one finds room where the others have filled the queue. */
export const SCAN_ORIGINS = {
  webhook: { priority: 10, room: 1200 },
  request: { priority: 15, room: 1100 },
  push: { priority: 20, room: 1000 },
  notification: { priority: 30, room: 1000 },
  poll: { priority: 40, room: 800 },
  're-read': { priority: 50, room: 600 },
} as const satisfies Record<string, OriginMeaning>;

/** A key of {@link SCAN_ORIGINS}. */
export type ScanOrigin = keyof typeof SCAN_ORIGINS;

/** How far the scan of an image is that was asked for; once it is done, its outcome stands. */
export type ScanProgress = 'PENDING' | 'SCANNING' | 'FAILED';
