/** What a registry may write into `WWW-Authenticate`, well-formed and not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseAuthChallenges } from './auth-challenge.ts';

describe('parseAuthChallenges', () => {
  it.each([
    ['a bearer', 'Bearer realm="https://a/t",service="s"', ['bearer realm=https://a/t service=s']],
    ['blanks around', 'Bearer  realm = "r" ,  scope = s', ['bearer realm=r scope=s']],
    ['two schemes', 'Basic realm="x", Bearer realm="y"', ['basic realm=x', 'bearer realm=y']],
    ['a scheme alone', 'Negotiate, Basic realm="x"', ['negotiate', 'basic realm=x']],
    ['an escaped quote', 'Basic realm="a\\"b, c=\\"d"', ['basic realm=a"b, c="d']],
    ['capitals', 'BEARER REALM="R"', ['bearer realm=R']],
    [
      'a comma in a value',
      'Bearer scope="repository:a:pull,push"',
      ['bearer scope=repository:a:pull,push'],
    ],
    ['a parameter twice', 'Bearer realm="a",realm="b", Basic realm="c"', ['basic realm=c']],
    ['an open quote', 'Bearer realm="a', ['bearer', 'realm']],
    ['nothing', '', []],
    ['rubbish', '"""', []],
    ['too much', `Bearer realm="${'x'.repeat(9000)}"`, []],
  ])('reads %s', (_, header, wanted) => {
    const found = parseAuthChallenges(header).map(({ scheme, params }) =>
      [scheme, ...[...params].map(([name, value]) => `${name}=${value}`)].join(' '),
    );
    expect(found).toEqual(wanted);
  });

  it('ends for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('B', 'r', '=', '"', '\\', ',', ' ', 'é') }),
        (text) => {
          expect(parseAuthChallenges(text).length).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});
