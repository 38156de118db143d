import { expect, it } from 'vitest';

import { normalisePackageName } from './package-name.ts';

it.each([
  ['PyPI', 'Flask_Cors.Ext--x', 'flask-cors-ext-x'],
  ['NuGet', 'Newtonsoft.Json', 'newtonsoft.json'],
  ['Packagist', 'Symfony/HTTP-kernel', 'symfony/http-kernel'],
  ['crates.io', 'Serde_JSON', 'serde-json'],
  ['SwiftURL', 'https://github.com/Apple/swift-nio.git', 'github.com/apple/swift-nio'],
  ['npm', 'JSONStream', 'JSONStream'],
  ['npm', '@Scope/Name', '@Scope/Name'],
  ['Go', 'github.com/Azure/azure-sdk', 'github.com/Azure/azure-sdk'],
  ['Maven', 'Org.Group:Artifact', 'Org.Group:Artifact'],
  ['RubyGems', 'RedCloth', 'RedCloth'],
  ['Debian:12', 'Foo_bar', 'Foo_bar'],
  ['__proto__', 'Foo', 'Foo'],
])('in %s %s is looked up as %s', (ecosystem, name, wanted) => {
  expect(normalisePackageName(ecosystem, name)).toBe(wanted);
});
