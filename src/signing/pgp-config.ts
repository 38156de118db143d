/** How the OpenPGP library is set: nothing weak, nothing lenient, nothing unbounded. */
import { config, enums } from 'openpgp';
import type { Config } from 'openpgp';

/** The largest signature or key that is read: 256 KiB, before and after decompression. */
export const MAX_PGP_BYTES = 256 * 1024;

/** Hashes that sign nothing here, by their OpenPGP number, with their names. */
export const WEAK_HASHES: Readonly<Record<number, string>> = {
  1: 'MD5',
  2: 'SHA-1',
  3: 'RIPEMD-160',
};

const weakHashes = new Set([enums.hash.md5, enums.hash.sha1, enums.hash.ripemd]);

/**
 * The library's settings for messages and for self-signatures of keys. A key that was prolonged
 * after it signed has a younger self-signature than its message: that is allowed, because the
 * key's state at the time of asking is checked anyway.
 */
export const STRICT: Config = {
  ...config,
  minRSABits: 2048,
  rejectHashAlgorithms: weakHashes,
  rejectMessageHashAlgorithms: weakHashes,
  rejectPublicKeyAlgorithms: new Set([enums.publicKey.elgamal, enums.publicKey.dsa]),
  rejectCurves: new Set([enums.curve.secp256k1]),
  allowInsecureVerificationWithReformattedKeys: true,
  maxDecompressedMessageSize: MAX_PGP_BYTES,
  ignoreUnsupportedPackets: true,
  ignoreMalformedPackets: false,
  enforceGrammar: true,
};

/** As {@link STRICT}, but takes SHA-1 in self-signatures: only to say what is wrong with a key. */
export const WITH_SHA1: Config = { ...STRICT, rejectHashAlgorithms: new Set([enums.hash.md5]) };
