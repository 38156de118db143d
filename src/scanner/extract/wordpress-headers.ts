/**
 * WordPress and what it is extended by: each names its version in the header comment of a file
 * (WordPress' own `get_file_data` reads the first 8 KiB). Plugins and themes are named by their
 * folders, as the directory of WordPress and those who write of their faults do.
 */
import { baseName, parentPath } from '../../image/entry-path.ts';
import { installedPackage } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

const HEADER = 8192;

/** `wp-includes/version.php`, which assigns `$wp_version`. */
export function readWordpressCore(bytes: Uint8Array, path: string): PackageDatabase {
  const found = /^[ \t]{0,64}\$wp_version[ \t]{0,64}=[ \t]{0,64}(["'])([\w.+-]{1,64})\1/m.exec(
    headOf(bytes),
  );
  return installedPackage(path, { name: 'wordpress', version: found?.[2] });
}

/** A file of PHP directly in a plugin's folder: its main one has the header `Plugin Name`. */
export function readWordpressPlugin(bytes: Uint8Array, path: string): PackageDatabase {
  return readExtension(bytes, path, 'Plugin Name');
}

/** `style.css` of a theme, whose header has `Theme Name`. */
export function readWordpressTheme(bytes: Uint8Array, path: string): PackageDatabase {
  return readExtension(bytes, path, 'Theme Name');
}

/** What has no header with that field, or no version in it, is no main file. */
function readExtension(bytes: Uint8Array, path: string, field: string): PackageDatabase {
  const head = headOf(bytes);
  const version = fieldOf(head, 'Version');
  if (fieldOf(head, field) === undefined || version === undefined) {
    return { packages: [], problems: [] };
  }
  return installedPackage(path, { name: extensionName(path), version });
}

/** A plugin of one file lies in no folder of its own. */
function extensionName(path: string): string {
  const folder = baseName(parentPath(path));
  return /^(?:mu-)?plugins$/.test(folder) ? baseName(path).replace(/\.php$/, '') : folder;
}

function headOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, HEADER)).replaceAll('\r', '\n');
}

function fieldOf(head: string, field: string): string | undefined {
  const line = new RegExp(`^(?:[ \\t]*<\\?php)?[ \\t/*#@]{0,64}${field}:(.{0,512})$`, 'mi').exec(
    head,
  );
  return line?.[1]?.replace(/\s*(?:\*\/|\?>).*/, '').trim() || undefined;
}
