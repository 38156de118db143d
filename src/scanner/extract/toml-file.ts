/** TOML of a file that an image's author wrote; the caller has capped its bytes. */
import { parse } from 'smol-toml';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';

/**
 * The table that the bytes are; the reason in words where they are no TOML. Dates in it are no
 * JSON, and are objects without own fields.
 */
export function readToml(
  bytes: Uint8Array,
): { readonly value: JsonObject } | { readonly reason: string } {
  try {
    const value: unknown = parse(new TextDecoder().decode(bytes));
    return isJsonObject(value) ? { value } : { reason: 'it is no TOML table' };
  } catch {
    return { reason: 'it is no TOML' };
  }
}
