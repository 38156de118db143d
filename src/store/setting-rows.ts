/** Settings of the store itself, by name. */
import type { Reader, Tx } from './store-contract.ts';

/** A setting's value, or undefined. */
export async function findSetting(db: Reader, name: string): Promise<string | undefined> {
  const settings = db.sql.selectFrom('setting').select('value').where('name', '=', name);
  return (await db.first(settings))?.value;
}

/** Keeps a setting. */
export async function saveSetting(tx: Tx, name: string, value: string): Promise<void> {
  const settings = tx.sql.insertInto('setting').values({ name, value });
  await tx.run(settings.onConflict((conflict) => conflict.column('name').doUpdateSet({ value })));
}
