/** The files that speak of Python packages. */
import { readCondaEnvironment, readCondaLock } from './conda-environment.ts';
import { readCondaMeta } from './conda-meta.ts';
import type { LanguageFile } from './language-file.ts';
import { readPipRequirements } from './pip-requirements.ts';
import { readPipfileLock } from './pipfile-lock.ts';
import { readPythonEgg } from './python-egg.ts';
import { readPythonMetadata } from './python-metadata.ts';
import { readPyproject, readSetupCfg, readSetupPy } from './python-projects.ts';
import { readPdmLock, readPoetryLock, readPylock, readUvLock } from './python-toml-lock.ts';
import { readPex, readWheelName } from './python-wheel.ts';

const MEBIBYTE = 1024 * 1024;

const PYPI = { type: 'pypi', ecosystem: 'PyPI' } as const;
const INSTALLED = { ...PYPI, origin: 'installed', cap: 4 * MEBIBYTE } as const;
/** Advisories of PyPI say nothing of conda's builds, of which OSV has none. */
const CONDA = { type: 'conda', cap: 16 * MEBIBYTE } as const;
const LOCK = { ...PYPI, origin: 'declared', cap: 16 * MEBIBYTE } as const;

/** Python's formats. */
export const PYTHON_FILES: readonly LanguageFile[] = [
  {
    ...INSTALLED,
    name: 'python-metadata',
    names: ['METADATA'],
    when: (path) => parentOf(path).endsWith('.dist-info'),
    read: readPythonMetadata,
  },
  {
    ...INSTALLED,
    name: 'python-egg-info',
    names: ['PKG-INFO'],
    when: (path) => /(?:\.egg-info|(?:^|\/)EGG-INFO)$/.test(parentOf(path)),
    read: readPythonMetadata,
  },
  {
    ...INSTALLED,
    name: 'python-egg-info-file',
    endings: ['.egg-info'],
    read: readPythonMetadata,
  },
  {
    ...INSTALLED,
    name: 'python-egg',
    endings: ['.egg'],
    cap: 64 * MEBIBYTE,
    read: readPythonEgg,
  },
  {
    ...CONDA,
    name: 'conda-meta',
    endings: ['.json'],
    when: (path) => /(?:^|\/)conda-meta$/.test(parentOf(path)),
    origin: 'installed',
    read: readCondaMeta,
  },
  {
    ...CONDA,
    name: 'conda-environment',
    endings: ['.yml', '.yaml'],
    when: (path) =>
      /(?:^|\/)(?:conda|(?:conda[_-])?environment(?:[._-][\w.-]*)?)\.ya?ml$/.test(path),
    origin: 'declared',
    read: readCondaEnvironment,
  },
  {
    ...CONDA,
    name: 'conda-lock',
    names: ['conda-lock.yml', 'conda-lock.yaml'],
    origin: 'declared',
    read: readCondaLock,
  },
  { ...LOCK, name: 'python-wheel', endings: ['.whl'], cap: 1, byName: true, read: readWheelName },
  { ...INSTALLED, name: 'python-pex', endings: ['.pex'], cap: 128 * MEBIBYTE, read: readPex },
  { ...LOCK, name: 'setup-py', names: ['setup.py'], read: readSetupPy },
  { ...LOCK, name: 'setup-cfg', names: ['setup.cfg'], read: readSetupCfg },
  { ...LOCK, name: 'pyproject', names: ['pyproject.toml'], read: readPyproject },
  {
    ...LOCK,
    name: 'pip-requirements',
    endings: ['.txt'],
    when: isRequirements,
    read: readPipRequirements,
  },
  { ...LOCK, name: 'pipfile-lock', names: ['Pipfile.lock'], read: readPipfileLock },
  { ...LOCK, name: 'poetry-lock', names: ['poetry.lock'], read: readPoetryLock },
  { ...LOCK, name: 'uv-lock', names: ['uv.lock'], read: readUvLock },
  { ...LOCK, name: 'pdm-lock', names: ['pdm.lock'], read: readPdmLock },
  {
    ...LOCK,
    name: 'pylock',
    names: ['pylock.toml'],
    endings: ['.toml'],
    when: (path) => /(?:^|\/)pylock\.(?:[^./]+\.)?toml$/.test(path),
    read: readPylock,
  },
];

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/**
 * `requirements.txt`, `requirements-dev.txt`, `dev-requirements.txt`, `requirements/base.txt`; not
 * those that an egg-info keeps (`requires.txt`).
 */
function isRequirements(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('requirements') || /(?:^|\/)requirements$/.test(parentOf(path));
}
