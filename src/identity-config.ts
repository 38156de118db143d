/** Whom the server believes: issuers by flags and file, and the roles that members have. */
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { OptionValues } from './cli/command.ts';
import { isOn, numberOption, textOption, textOptions } from './cli/options.ts';
import { AssayError } from './domain/error.ts';
import { parseMember } from './domain/member.ts';
import { parseProjectId } from './domain/resource-name.ts';
import { parseRole } from './domain/role.ts';
import {
  type MemberGrant,
  TOKEN_ALGORITHMS,
  type TokenIssuer,
  checkGroupTemplate,
  checkMemberTemplate,
} from './domain/token-issuer.ts';
import type { Micros } from './domain/time.ts';
import type { Believed } from './operations/authenticate-bearer.ts';
import { createCallerMemory } from './operations/caller-memory.ts';
import { type KeyPlace, openKeySource } from './remote/key-source.ts';
import { readTextFile } from './remote/read-text-file.ts';

/** An issuer, and where its keys are. */
export interface ConfiguredIssuer {
  readonly issuer: TokenIssuer;
  readonly place: KeyPlace;
}

/** What flags and file say of identities. */
export interface IdentityConfig {
  readonly issuers: readonly ConfiguredIssuer[];
  readonly grants: readonly MemberGrant[];
}

const MAX_FILE_BYTES = 1024 * 1024;
const DEFAULT_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const DEFAULT_SKEW = 30;
const MAX_SKEW = 300;
/** Callers of signed tokens that are kept; each is about 1 KB. */
const REMEMBERED = 10_000;

const text = z.string().min(1).max(2048);
const list = z.array(text).min(1).max(1000);

const ISSUER = z.strictObject({
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/),
  issuer: text,
  audience: z.union([text.transform((one) => [one]), list]),
  jwksFile: text.optional(),
  jwksUrl: text.optional(),
  caFile: text.optional(),
  algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1).default(DEFAULT_ALGORITHMS),
  clockSkew: z.number().min(0).max(MAX_SKEW).default(DEFAULT_SKEW),
  member: text.optional(),
  groups: text.optional(),
  groupMember: text.optional(),
  kubernetes: z.boolean().default(false),
});

const GRANT = z.strictObject({
  members: list,
  roles: list,
  projects: list.optional(),
  allProjects: z.literal(true).optional(),
});

const FILE = z.strictObject({
  issuers: z.array(ISSUER).max(100).default([]),
  grants: z.array(GRANT).max(10_000).default([]),
});

type IssuerEntry = z.infer<typeof ISSUER>;

/** Reads the flags of `assay serve` and the file that they name; refuses what is wrong by name. */
export async function readIdentityConfig(options: OptionValues): Promise<IdentityConfig> {
  const file = textOption(options, 'identityFile');
  const allowedHosts = textOptions(options, 'allowIssuerHost');
  const said = file === undefined ? FILE.parse({}) : await readFile(file);
  const flagged = issuerOfFlags(options);
  const entries = [...said.issuers, ...(flagged === undefined ? [] : [flagged])];
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw refuse(`issuer name ${twice} is given twice; name each its own`);
  const issuers = entries.map((entry) => configure(entry, allowedHosts));
  return { issuers, grants: said.grants.map(readGrant) };
}

/** Opens the issuers' keys; nothing is fetched before the first token comes. */
export function openBelieved({ issuers, grants }: IdentityConfig, now: () => Micros): Believed {
  const opened = issuers.map(({ issuer, place }) => ({ issuer, keys: openKeySource(place, now) }));
  return { issuers: opened, grants, memory: createCallerMemory(REMEMBERED) };
}

async function readFile(file: string): Promise<z.infer<typeof FILE>> {
  const content = await readTextFile(file, MAX_FILE_BYTES);
  const said = check(FILE, readYaml(content, file) ?? {}, `--identity-file ${file}`);
  // Paths in a file are meant from where it is.
  const from = (path: string | undefined) => path && resolve(dirname(file), path);
  const issuers = said.issuers.map((entry) => {
    const { jwksFile, caFile, ...rest } = entry;
    return { ...rest, ...given({ jwksFile: from(jwksFile), caFile: from(caFile) }) };
  });
  return { ...said, issuers };
}

function readYaml(content: string, file: string): unknown {
  try {
    return parse(content, { maxAliasCount: 100 });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new AssayError('invalid-argument', `--identity-file ${file} is no YAML: ${why}`, {
      cause,
    });
  }
}

/** The one issuer that flags can name. */
function issuerOfFlags(options: OptionValues): IssuerEntry | undefined {
  const issuer = textOption(options, 'oidcIssuer');
  if (issuer === undefined) return undefined;
  const algorithms = textOptions(options, 'oidcAlgorithm');
  const entry = {
    name: 'oidc',
    issuer,
    audience: [...textOptions(options, 'oidcAudience')],
    clockSkew: numberOption(options, 'oidcClockSkew', 0),
    kubernetes: isOn(options, 'oidcKubernetes'),
    ...given({
      jwksFile: textOption(options, 'oidcJwksFile'),
      jwksUrl: textOption(options, 'oidcJwksUrl'),
      caFile: textOption(options, 'oidcCaFile'),
      member: textOption(options, 'oidcMember'),
      groups: textOption(options, 'oidcGroups'),
      algorithms: algorithms.length === 0 ? undefined : algorithms,
    }),
  };
  if (entry.audience.length === 0) {
    throw refuse('--oidc-issuer needs --oidc-audience: a token for somebody else is not for us');
  }
  return check(ISSUER, entry, 'the --oidc flags');
}

function configure(entry: IssuerEntry, allowedHosts: readonly string[]): ConfiguredIssuer {
  const { name, issuer, audience: audiences, algorithms, clockSkew, kubernetes } = entry;
  const { member, groups, groupMember, jwksFile: file, jwksUrl: url, caFile } = entry;
  if (member !== undefined) checkMemberTemplate(member);
  if (groupMember !== undefined) checkGroupTemplate(groupMember);
  if (file !== undefined && url !== undefined) {
    throw refuse(`issuer ${name} has both a file and a URL of keys; give one of them`);
  }
  if (file === undefined) checkAddress(url ?? issuer, name);
  return {
    issuer: {
      name,
      issuer,
      audiences,
      algorithms,
      clockSkew,
      kubernetes,
      ...given({
        member,
        groups,
        groupMember,
      }),
    },
    place: { issuer, allowedHosts, ...given({ file, url, caFile }) },
  };
}

function checkAddress(address: string, name: string): void {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '') return;
  throw refuse(`issuer ${name} is at no http address; give its https URL, or a file of its keys`);
}

function readGrant({ members, roles, projects, allProjects }: z.infer<typeof GRANT>): MemberGrant {
  if ((projects === undefined) === (allProjects === undefined)) {
    throw refuse(`the grant to ${members[0]} needs projects: […] or allProjects: true, not both`);
  }
  return {
    members: members.map(parseMember),
    roles: roles.map(parseRole),
    ...given({ projects: projects?.map(parseProjectId) }),
  };
}

function check<T>(shape: z.ZodType<T>, value: unknown, what: string): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(`${what}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Only absent fields were left out.
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

function refuse(message: string): AssayError {
  return new AssayError('invalid-argument', message);
}
