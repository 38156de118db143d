/** Opens the store on a data folder. */
import type { Store, StoreOptions } from './store-contract.ts';

/** Opens a store; refuses a newer schema by name, and an older one unless it may migrate. */
export declare function openStore(options: StoreOptions): Promise<Store>;
