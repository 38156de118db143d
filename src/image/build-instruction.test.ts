import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstruction } from './build-instruction.ts';

describe('formatInstruction', () => {
  it.each([
    ['a step of BuildKit', 'COPY app /app # buildkit', 'COPY app /app'],
    ['a step of the old builder', '/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
    ['a command', 'RUN /bin/sh -c apk add curl # buildkit', 'RUN /bin/sh -c apk add curl'],
    ['what no builder wrote', 'bazel build ...', 'bazel build ...'],
    ['lines, as one', 'RUN a \\\n\t && b\r\n', 'RUN a \\ && b'],
    [
      'build arguments, without their values',
      'RUN |2 TOKEN=s3cret USER=app /bin/sh -c make # buildkit',
      'RUN |2 TOKEN=[hidden] USER=[hidden] /bin/sh -c make',
    ],
    [
      'those of the old builder',
      '|1 TOKEN=s3cret /bin/sh -c make TOKEN=x',
      '|1 TOKEN=[hidden] /bin/sh -c make TOKEN=x',
    ],
    [
      'a shell of its own',
      '|1 T=s3cret /bin/bash -o pipefail -c make | tee log',
      '|1 T=[hidden] /bin/bash -o pipefail -c make | tee log',
    ],
    ['a value with blanks', '|1 T=s3cret s3cret /bin/sh -c make', '|1 T=[hidden] /bin/sh -c make'],
    [
      'a value that reads like another argument',
      '|1 T=a s3cret=b /bin/sh -c make',
      '|1 [hidden] /bin/sh -c make',
    ],
    [
      'a value that reads like a command: all before the last shell is hidden',
      '|1 T=a /bin/sh -c s3cret /bin/sh -c make',
      '|1 T=[hidden] /bin/sh -c make',
    ],
    ['no shell: nothing of it', '|1 T=s3cret make s3cret', '|1 T=[hidden]'],
    [
      'a wrong number of arguments',
      'RUN |9999 T=s3cret /bin/sh -c x',
      'RUN |9999 [hidden] /bin/sh -c x',
    ],
    [
      'escapes of a terminal',
      'RUN \u001b[2J\u001b]0;x\u0007 ok',
      'RUN \\u{1b}[2J\\u{1b}]0;x\\u{7} ok',
    ],
    ['text that is turned round', 'RUN \u202eevil', 'RUN \\u{202e}evil'],
    ['half a character', 'RUN \ud800', 'RUN \ufffd'],
  ])('shows %s', (_fact, createdBy, shown) => {
    expect(formatInstruction(createdBy)).toBe(shown);
  });

  it.each([[''], [' \n '], ['/bin/sh -c #(nop)  ']])('shows nothing of %j', (createdBy) => {
    expect(formatInstruction(createdBy)).toBeUndefined();
  });

  it.each([
    ['a mebibyte', 'x'.repeat(2 ** 20)],
    ['a mebibyte of blanks within', `RUN ${' '.repeat(2 ** 20)} x`],
    ['a mebibyte of slashes', ' /'.repeat(2 ** 19)],
    ['arguments without end', `|1 T=${'s3cret /a b c '.repeat(80_000)} /bin/sh -c make`],
  ])('%s is cut, at once', (_fact, createdBy) => {
    const started = performance.now();
    const shown = formatInstruction(createdBy) ?? '';
    expect(performance.now() - started).toBeLessThan(500);
    expect(shown.length).toBeLessThanOrEqual(1024);
    expect(shown).not.toContain('s3cret');
  });

  it('no value of an argument is shown, whatever it is', () => {
    const value = fc.string().map((text) => `s3cret${text}s3cret`);
    fc.assert(
      fc.property(value, (text) => {
        const shown = formatInstruction(`RUN |1 TOKEN=${text} /bin/sh -c make # buildkit`) ?? '';
        expect(shown).not.toContain('s3cret');
      }),
    );
  });
});
