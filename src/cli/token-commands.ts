/** `assay token …`: making, listing and revoking bearer tokens. */
import { parseRole } from '../domain/role.ts';
import { formatTime } from '../domain/time.ts';
import type { CommandRun } from './command.ts';
import { reachOf, textOption, textOptions } from './options.ts';
import { parseLifetime } from './parse-lifetime.ts';
import { printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly project?: string;
  readonly expireTime?: number;
  readonly member?: string;
}

/** `assay token create`: the secret goes to stdout, once, and nowhere else. */
export const createToken: CommandRun = (context, _args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const roles = textOptions(options, 'role');
    const project = textOption(options, 'project');
    const member = textOption(options, 'member');
    const token = (await client.call('create-token', {
      roles: roles.length === 0 ? ['viewer'] : roles.map(parseRole),
      name: textOption(options, 'name') ?? 'cli',
      lifetime: parseLifetime(textOption(options, 'expires') ?? '', context.now()),
      ...(project === undefined ? {} : { project }),
      ...(member === undefined ? {} : { member }),
    })) as TokenRow & { readonly secret: string };
    context.stdout.write(`${token.secret}\n`);
    context.stderr.write(`token ${token.id} (${token.roles.join()}); it is not shown again\n`);
    return 0;
  });

/** `assay token list` */
export const listTokens: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const values = (await client.call('list-tokens', {})) as readonly TokenRow[];
    const form = {
      columns: ['ID', 'NAME', 'ROLES', 'PROJECT', 'EXPIRES'],
      whole: ['ID'],
      row: (one: TokenRow) => [
        one.id,
        one.name,
        one.roles.join(),
        one.project ?? 'all',
        one.expireTime === undefined ? 'never' : formatTime(one.expireTime).slice(0, 10),
      ],
      empty: 'no token; make one: assay token create --role viewer',
    };
    await printList(context, { name: 'tokens', values, form }, options);
    return 0;
  });

/** `assay token revoke ID` */
export const revokeToken: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    await client.call('revoke-token', { id: args[0] });
    context.stderr.write(`token ${args[0]} revoked\n`);
    return 0;
  });
