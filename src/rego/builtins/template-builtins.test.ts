import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const DATA = '{"a": {"b": "x"}, "list": ["p", "q"], "n": 7, "s": "é<", "no": false, "nil": null}';

const render = (template: string): string =>
  regoAnswer(`strings.render_template(${JSON.stringify(template)}, ${DATA})`);

const RENDERED: readonly (readonly [template: string, wanted: string])[] = [
  ['plain }} text', 'plain }} text'],
  ['{{.a.b}} {{$.n}} {{.no}} {{.list}} {{.a}}', 'x 7 false [p q] map[b:x]'],
  ['{{.missing}} {{.missing.deep}} {{.nil}}', '<undefined> <undefined> <undefined>'],
  ['a {{- /* note */ -}} b {{- 1 -}} c', 'ab1c'],
  ['{{range .list}}{{.}};{{else}}none{{end}}', 'p;q;'],
  ['{{range $i, $x := .list}}{{$i}}{{$x}}{{end}}', '0p1q'],
  ['{{range $k, $v := .a}}{{$k}}={{$v}}{{end}}', 'b=x'],
  ['{{range .missing}}x{{else}}none{{end}}', 'none'],
  ['{{range .list}}{{if eq . "q"}}{{break}}{{end}}{{.}}{{end}}', 'p'],
  ['{{range .list}}{{if eq . "p"}}{{continue}}{{end}}{{.}}{{end}}', 'q'],
  ['{{if .no}}1{{else if .n}}2{{else}}3{{end}}', '2'],
  ['{{with .a}}{{.b}}{{else}}no{{end}}{{with $x := .n}}{{$x}}{{end}}', 'x7'],
  ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', '2'],
  ['{{.s | html | printf "%s!%d" | len}}', '19'],
  [
    '{{len .s}} {{len .list}} {{index .list 1}} {{index .a "b"}} {{index .a "c"}}',
    '3 2 q x <undefined>',
  ],
  ['{{slice "abcdef" 1 3}} {{slice .list 1}}', 'bc [q]'],
  [
    '{{eq 1 2 1}} {{ne "a" "b"}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 1.5 2.5}}',
    'true true true true false false',
  ],
  ['{{eq .missing "a"}} {{and 1 0 (index .list 9)}} {{or 0 "y"}} {{not .no}}', 'false 0 y true'],
  ['{{print 1 2 "a" true}} {{println "a" 1}}', '1 2atrue a 1\n'],
  ['{{printf "%05.1f %q %t %v" 2.25 "a" true .list}}', '002.2 "a" true [p q]'],
  ['{{js "it\'s <b>"}} {{urlquery "a b&c"}}', "it\\'s \\u003Cb\\u003E a+b%26c"],
  [
    '{{(index .list 0)}}{{"\\x41\\u00e9\\n"}}{{`raw`}}{{\'a\'}} {{0x1F}} {{1e3}} {{-3}}',
    'pAé\nraw97 31 1000 -3',
  ],
  ['{{range 3}}{{.}}{{end}}', '012'],
];

test.each(RENDERED)('%j prints %j', (template, wanted) => {
  expect(render(template)).toBe(JSON.stringify(wanted));
});

const REFUSED: readonly (readonly [template: string, problem: string])[] = [
  ['{{', 'unclosed action'],
  ['{{/* a', 'unclosed comment'],
  ['{{.a}', 'unexpected "}" in action'],
  ['{{if .a}}', 'unexpected EOF'],
  ['{{end}}', 'unexpected {{end}}'],
  ['{{break}}', 'outside {{range}}'],
  ['{{nope}}', 'function "nope" not defined'],
  ['a\n{{$x}}', 'template:2: undefined variable "$x"'],
  ['{{.a | 1}}', 'non executable command in pipeline stage 2'],
  ['{{template "x"}}', 'is not known'],
  ['{{.n.x}}', "can't evaluate field x in type json.Number"],
  ['{{eq .n 7}}', 'incompatible types'],
  ['{{index .list 9}}', 'out of range'],
  ['{{len 3}}', 'len of type int'],
  ['{{range .n}}{{end}}', "range can't iterate over 7"],
  ['{{.a 1}}', "can't give argument to non-function"],
  ['{{99999999999999999999}}', 'integer overflow'],
  [`{{${'('.repeat(1000)}}}`, 'more than 200 blocks'],
];

test.each(REFUSED)('%.60s fails: %s', (template, problem) => {
  expect(render(template)).toContain('eval_builtin_error: strings.render_template: ');
  expect(render(template)).toContain(problem);
});

test.each([
  '{{range 1000000000}}{{end}}',
  '{{$x := "aaaaaaaaaa"}}{{range 60}}{{$x = print $x $x}}{{end}}',
  '{{printf "%999999d" 1}}'.repeat(200),
])('%.60s ends at a limit', (template) => {
  expect(render(template)).toContain('eval_limit_error');
});
