/** Opening the operations for one command, and closing them whatever happens. */
import type { CliContext, OperationsClient, Reach } from './command.ts';

/** Runs `work` with a client of the operations. */
export async function withOperations<T>(
  context: CliContext,
  reach: Reach,
  work: (client: OperationsClient) => Promise<T>,
): Promise<T> {
  const client = await context.openOperations(reach);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
