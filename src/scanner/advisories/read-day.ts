/** Days as vendors write them in their errata: `2024-01-08`, with a time or without, in UTC. */
import { parseTime, type Micros } from '../../domain/time.ts';
import { fieldError, type Field } from './osv-field.ts';

const DAY = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?)?(?:Z| UTC)?$/;

/** The time of `2024-01-08` or `2024-01-08 01:14[:00]`; refuses what is neither. */
export function readDay(field: Field): Micros {
  const [, day, time = '00:00', seconds = ':00'] = DAY.exec(String(field.value)) ?? [];
  if (day === undefined) throw fieldError(field, 'a day such as 2024-01-08');
  try {
    return parseTime(`${day}T${time}${seconds}Z`);
  } catch {
    throw fieldError(field, 'a day such as 2024-01-08');
  }
}
