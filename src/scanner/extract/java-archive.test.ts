/** Archives of Java, made here: Maven metadata, manifests, archives in archives, and damage. */
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJavaArchive } from './java-archive.ts';

type Files = Readonly<Record<string, string | Buffer>>;

/** A zip; texts are deflated, bytes stored. */
function zip(files: Files): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const plain = Buffer.from(content);
    const stored = typeof content === 'string' ? deflateRawSync(plain) : plain;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(typeof content === 'string' ? 8 : 0, 10);
    entry.writeUInt32LE(stored.length, 20);
    entry.writeUInt32LE(plain.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), stored);
    entries.push(entry, Buffer.from(name));
    offset += 30 + name.length + stored.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function read(files: Files | Buffer, path = 'opt/app.jar'): string[] {
  const { packages, problems } = readJavaArchive(Buffer.isBuffer(files) ? files : zip(files), path);
  return [
    ...packages.map(({ name, version }) => `${name} ${version}`),
    ...problems.map(({ fatal, message }) => (fatal ? `fatal: ${message}` : message)),
  ];
}

function maven(group: string, artifact: string, version: string): Files {
  const text = `#Created by Maven\n#a=b\nversion=${version}\ngroupId=${group}\nartifactId=${artifact}\n`;
  return { [`META-INF/maven/${group}/${artifact}/pom.properties`]: text };
}

describe('what an archive is', () => {
  it.each<[string, Files, string, string[]]>([
    [
      'all Maven metadata of a shaded one',
      { ...maven('g', 'a', '1.0'), ...maven('h', 'b', '2.0'), 'META-INF/MANIFEST.MF': 'X: y\n' },
      'app.jar',
      ['g:a 1.0', 'h:b 2.0'],
    ],
    [
      'a pom.xml where there are no properties',
      {
        'META-INF/maven/g/a/pom.xml':
          '<project><parent><groupId>g</groupId><version>3</version></parent>' +
          '<artifactId>a</artifactId></project>',
      },
      'app.jar',
      ['g:a 3'],
    ],
    [
      'a bundle by its name and its file',
      { 'META-INF/MANIFEST.MF': 'Bundle-SymbolicName: org.apache.commons.lang3;x:=y\r\n' },
      'lib/commons-lang3-3.12.0.jar',
      ['org.apache.commons:commons-lang3 3.12.0'],
    ],
    [
      'a manifest with continued lines',
      {
        'META-INF/MANIFEST.MF':
          'Bundle-SymbolicName: com.fasterxml.jackson\n .core.jackson-databind\n' +
          'Bundle-Version: 2.9.8\n\nName: other\nBundle-Version: 1\n',
      },
      'jackson-databind.jar',
      ['com.fasterxml.jackson.core:jackson-databind 2.9.8'],
    ],
    ['a name with a version alone', {}, 'lib/commons-io-2.6.jar', ['commons-io:commons-io 2.6']],
    [
      'a name that is known',
      {},
      'lib/spring-core-5.3.1.jar',
      ['org.springframework:spring-core 5.3.1'],
    ],
    [
      'a plugin of Jenkins',
      { 'META-INF/MANIFEST.MF': 'Group-Id: org.jenkins\nShort-Name: git\nPlugin-Version: 4.0\n' },
      'plugins/git.jpi',
      ['org.jenkins:git 4.0'],
    ],
    [
      'nothing that tells',
      { 'Main.class': 'x' },
      'opt/app.jar',
      ['"opt/app.jar" does not say which package and version "app.jar" is'],
    ],
  ])('%s', (_fact, files, path, found) => {
    expect(read(files, path)).toEqual(found);
  });
});

describe('archives in archives', () => {
  it('stored and deflated, at any depth up to eight', () => {
    const inner = zip(maven('in', 'ner', '1'));
    const middle = zip({ ...maven('mid', 'dle', '2'), 'lib/inner.jar': inner });
    const files = { ...maven('out', 'er', '3'), 'WEB-INF/lib/middle.jar': middle };
    expect(read(files, 'app.war')).toEqual(['out:er 3', 'mid:dle 2', 'in:ner 1']);
  });

  it('deeper ones are not read, which is fatal', () => {
    let bytes = zip(maven('deep', 'est', '1'));
    for (let depth = 0; depth < 9; depth += 1)
      bytes = zip({ ...maven('g', 'a', '1'), 'a.jar': bytes });
    const found = read(bytes);
    expect(found).toContain('fatal: "opt/app.jar" has archives more than 8 deep in each other');
    expect(found).not.toContain('deep:est 1');
  });

  it('one that claims to be huge is not inflated', () => {
    const bytes = zip({ ...maven('g', 'a', '1'), 'a.jar': 'x' });
    const at = bytes.lastIndexOf('a.jar') - 46;
    bytes.writeUInt32LE(0xffffffff, at + 24);
    expect(read(bytes).join()).toContain('at most 134217728 are read');
  });

  it('many that inflate well are read only so far, which is fatal', () => {
    const files = Array.from({ length: 40 }, (_, at) => [`${at}.jar`, '0'.repeat(1_000_000)]);
    const found = read(zip({ ...maven('g', 'a', '1'), ...Object.fromEntries(files) }));
    expect(found).toContain('g:a 1');
    expect(found.join('\n')).toMatch(/fatal: .*more than \d+ bytes were read of the archive/);
  });

  it('one of more files than are read: fatal', () => {
    const files = Array.from({ length: 200_001 }, (_, at) => [`${at}`, Buffer.alloc(0)]);
    const inner = zip(Object.fromEntries(files) as Files);
    const found = read({ ...maven('g', 'a', '1'), 'many.jar': inner });
    expect(found).toEqual(['g:a 1', expect.stringMatching(/^fatal: .*more than 200000 files/)]);
  });

  it('attack: files that lie over each other are not inflated', () => {
    const bytes = zip({ ...maven('g', 'a', '1'), 'a.jar': '0'.repeat(1000), 'b.jar': 'x' });
    const [first, second] = ['a.jar', 'b.jar'].map((name) => bytes.lastIndexOf(name) - 46);
    bytes.copy(bytes, (second ?? 0) + 42, (first ?? 0) + 42, (first ?? 0) + 46);
    expect(read(bytes)).toEqual([
      'fatal: "opt/app.jar" could not be read: its files lie over each other',
    ]);
  });

  it('a bomb stops where its size says', () => {
    const bytes = zip({ ...maven('g', 'a', '1'), 'a.jar': '0'.repeat(50_000_000) });
    const at = bytes.lastIndexOf('a.jar') - 46;
    bytes.writeUInt32LE(10, at + 24);
    expect(read(bytes)).toContain(
      'fatal: "opt/app.jar" has "a.jar", which was not read: it is damaged',
    );
  });
});

describe('damage', () => {
  const whole = zip({ ...maven('g', 'a', '1'), 'lib/x.jar': zip(maven('h', 'b', '2')) });

  it('no zip, and one that is cut off, are fatal', () => {
    for (const bytes of [Buffer.from('text'), Buffer.alloc(0), whole.subarray(0, -30)]) {
      expect(read(bytes)).toEqual([
        'fatal: "opt/app.jar" could not be read: it is no whole zip archive',
      ]);
    }
  });

  it('a program before the archive is no damage', () => {
    expect(read(Buffer.concat([Buffer.from('#!/bin/sh\nexec java\n'), whole]))).toEqual(
      read(whole),
    );
  });

  it('any changed bytes give a value', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))), (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        expect(read(bytes).length).toBeGreaterThan(0);
      }),
    );
  });
});
