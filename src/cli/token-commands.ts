/** `assay token …`: making, listing and revoking bearer tokens. */
import { DAY, formatTime } from '../domain/time.ts';
import { AssayError } from '../domain/error.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { numberOption, reachOf, textOption } from './options.ts';
import { printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

const MAX_DAYS = 36_500;

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly project?: string;
  readonly expireTime?: number;
}

/** `assay token create`: the secret goes to stdout, once, and nowhere else. */
export const createToken: CommandRun = (context, _args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const project = textOption(options, 'project');
    const token = (await client.call('create-token', {
      role: textOption(options, 'role'),
      name: textOption(options, 'name') ?? 'cli',
      lifetime: readLifetime(options),
      ...(project === undefined ? {} : { project }),
    })) as TokenRow & { readonly secret: string };
    context.stdout.write(`${token.secret}\n`);
    context.stderr.write(`token ${token.id} (${token.role}); it is not shown again\n`);
    return 0;
  });

/** The lifetime in microseconds; refuses none, and more than a hundred years. */
function readLifetime(options: OptionValues): number {
  const days = numberOption(options, 'expires', 0);
  if (days > 0 && days <= MAX_DAYS) return Math.ceil(days * DAY);
  throw new AssayError(
    'invalid-argument',
    `--expires is ${days}; give days, more than 0 and at most ${MAX_DAYS}`,
  );
}

/** `assay token list` */
export const listTokens: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const values = (await client.call('list-tokens', {})) as readonly TokenRow[];
    const form = {
      columns: ['ID', 'NAME', 'ROLE', 'PROJECT', 'EXPIRES'],
      whole: ['ID'],
      row: (one: TokenRow) => [
        one.id,
        one.name,
        one.role,
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
