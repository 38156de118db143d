/** The files of what is put together on a machine: WordPress, Terraform, and tools by asdf. */
import type { LanguageFile } from './language-file.ts';
import { readTerraformLock } from './terraform-lock.ts';
import { readToolVersions } from './tool-versions.ts';
import { readWordpressCore, readWordpressPlugin, readWordpressTheme } from './wordpress-headers.ts';

const MEBIBYTE = 1024 * 1024;

const WORDPRESS = { origin: 'installed', cap: 4 * MEBIBYTE } as const;

/** Their formats; OSV has advisories of none of them. */
export const SITE_FILES: readonly LanguageFile[] = [
  {
    ...WORDPRESS,
    name: 'wordpress-core',
    names: ['version.php'],
    when: (path) => `/${path}`.endsWith('/wp-includes/version.php'),
    type: 'wordpress',
    read: readWordpressCore,
  },
  {
    ...WORDPRESS,
    name: 'wordpress-plugin',
    endings: ['.php'],
    when: (path) => isDirectlyIn(path, 'plugins'),
    type: 'wordpress-plugin',
    read: readWordpressPlugin,
  },
  {
    ...WORDPRESS,
    name: 'wordpress-theme',
    names: ['style.css'],
    when: (path) => isDirectlyIn(path, 'themes'),
    type: 'wordpress-theme',
    read: readWordpressTheme,
  },
  {
    name: 'terraform-lock',
    names: ['.terraform.lock.hcl'],
    type: 'terraform',
    origin: 'declared',
    cap: MEBIBYTE,
    read: readTerraformLock,
  },
  {
    name: 'tool-versions',
    names: ['.tool-versions'],
    type: 'asdf',
    origin: 'declared',
    cap: MEBIBYTE,
    read: readToolVersions,
  },
];

/** `wp-content/plugins/NAME/FILE`, or a plugin of one file; some must be used: `mu-plugins`. */
function isDirectlyIn(path: string, kind: 'plugins' | 'themes'): boolean {
  const parts = path.split('/');
  return [-3, -2].some(
    (at) => parts.at(at)?.replace(/^mu-/, '') === kind && parts.at(at - 1) === 'wp-content',
  );
}
