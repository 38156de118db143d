/** The files that speak of packages of Go and Rust. */
import { readCargoLock } from './cargo-lock.ts';
import { readExecutable } from './executable-inspector.ts';
import { GO_EXECUTABLE } from './go-build-info.ts';
import { readGoMod } from './go-mod.ts';
import { readGoSum } from './go-sum.ts';
import type { LanguageFile } from './language-file.ts';
import { RUST_EXECUTABLE } from './rust-audit-data.ts';

const MEBIBYTE = 1024 * 1024;

const GO = { type: 'golang', ecosystem: 'Go' } as const;
const RUST = { type: 'cargo', ecosystem: 'crates.io' } as const;

/** Go's and Rust's formats. Executables have no names: their first bytes tell them. */
export const COMPILED_FILES: readonly LanguageFile[] = [
  { ...GO, name: GO_EXECUTABLE, origin: 'installed', cap: 0, read: readExecutable },
  { ...RUST, name: RUST_EXECUTABLE, origin: 'installed', cap: 0, read: readExecutable },
  {
    ...GO,
    name: 'go-mod',
    names: ['go.mod'],
    origin: 'declared',
    cap: 4 * MEBIBYTE,
    read: readGoMod,
  },
  {
    ...GO,
    name: 'go-sum',
    names: ['go.sum'],
    origin: 'declared',
    cap: 16 * MEBIBYTE,
    read: readGoSum,
  },
  {
    ...RUST,
    name: 'cargo-lock',
    names: ['Cargo.lock'],
    origin: 'declared',
    cap: 16 * MEBIBYTE,
    read: readCargoLock,
  },
];
