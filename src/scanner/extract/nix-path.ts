/** Where Nix keeps its packages: their names must be kept, although no file of them is read. */

/** The store's clean path. */
export const NIX_STORE = 'nix/store';

/** Tells whether a clean path is directly in the store. */
export function isStorePath(path: string): boolean {
  return path.startsWith('nix/store/') && !path.includes('/', NIX_STORE.length + 1);
}
