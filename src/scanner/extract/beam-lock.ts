/** Packages of Hex in what Elixir and Erlang write: lock files, which are terms, and releases. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { decodeLossy } from './text-lines.ts';

/** `{:hex, :name, "version", …}` of mix: the name is Hex's, not the one it is used under. */
const MIX = /\s{0,64}:("?)([\w@.-]{1,256})\1\s{0,64},\s{0,64}"([^"\\]{1,256})"/y;
/** `{pkg,<<"name">>,<<"version">>` of rebar3, with a hash in old ones. */
const REBAR = /\s{0,64}<<"()([^"\\]{1,256})">>\s{0,64},\s{0,64}<<"([^"\\]{1,256})">>/y;

/** Elixir's `mix.lock`. */
export function readMixLock(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  if (!/^\s{0,999}%\{/.test(withoutComments(text, '#'))) {
    return unreadPackages(path, 'declared', 'it is no map of Elixir');
  }
  const list = newPackageList(path, 'declared');
  addTuples(list, text, { start: '{:hex,', tuple: MIX });
  remarkSources(list, text, '{:git,');
  return list.database();
}

/** rebar3's `rebar.lock`, of all its versions. */
export function readRebarLock(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  if (!/^\s{0,999}[[{]/.test(withoutComments(text, '%'))) {
    return unreadPackages(path, 'declared', 'it is no list of Erlang');
  }
  const list = newPackageList(path, 'declared');
  addTuples(list, text, { start: '{pkg,', tuple: REBAR });
  remarkSources(list, text, '{git,');
  return list.database();
}

interface Form {
  readonly start: string;
  /** Matches behind the start; its second and third groups are name and version. */
  readonly tuple: RegExp;
}

function addTuples(list: PackageList, text: string, { start, tuple }: Form): void {
  for (let at = text.indexOf(start); at !== -1; at = text.indexOf(start, at + 1)) {
    tuple.lastIndex = at + start.length;
    const match = tuple.exec(text);
    // A dependency of somebody's may be called as the tuple's tag is.
    if (match !== null) list.add(match[2], match[3]);
  }
}

function remarkSources(list: PackageList, text: string, start: string): void {
  const count = text.split(start).length - 1;
  if (count > 0) list.remark(`has ${count} packages from git, which have no version of Hex`);
}

function withoutComments(text: string, mark: string): string {
  let rest = text.trimStart();
  while (rest.startsWith(mark)) {
    const end = rest.indexOf('\n');
    rest = end === -1 ? '' : rest.slice(end).trimStart();
  }
  return rest;
}

/** Applications of Erlang and Elixir themselves, which no registry has. */
const OWN: ReadonlySet<string> = new Set(
  (
    'asn1 common_test compiler crypto debugger dialyzer diameter edoc eldap erl_docgen et eunit ' +
    'ftp inets jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key ' +
    'reltool runtime_tools sasl snmp ssh ssl stdlib syntax_tools tftp tools wx xmerl ' +
    'elixir eex ex_unit iex logger mix'
  ).split(' '),
);

/** `NAME.app` in the folder `ebin` of an application: `{application, name, [{vsn, "1.0"}, …]}.` */
export function readErlangApp(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  const name = /\{\s{0,64}application\s{0,64},\s{0,64}'?([\w@]{1,256})'?\s{0,64},/.exec(text)?.[1];
  if (name === undefined) return unreadPackages(path, 'installed', 'it names no application');
  const list = newPackageList(path, 'installed');
  const version = /\{\s{0,64}vsn\s{0,64},\s{0,64}"([^"\\]{0,256})"/.exec(text)?.[1];
  if (!OWN.has(name)) list.add(name, version);
  return list.database();
}
