/** The definition that is made of the protos, as a table that messages are read by. */
import { ENUMS, MESSAGES } from './generated/api-definition.ts';
import type { MessageTable } from './message-table.ts';

/** Every message and enum of the served APIs by its full name, as the descriptors say it. */
export const DEFINITION: MessageTable = { messages: MESSAGES, enums: ENUMS };
